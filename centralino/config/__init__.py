"""One TOML file, every key with a working default, refused at start with file, line and key."""
