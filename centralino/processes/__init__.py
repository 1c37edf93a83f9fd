"""The processes of `serve`: supervisor, edge, media, speech workers, control."""
