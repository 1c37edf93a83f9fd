"""Who gets the call."""
