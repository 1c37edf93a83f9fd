"""Personal content: sealed with a key per call or person, so that erasing is deleting a key."""
