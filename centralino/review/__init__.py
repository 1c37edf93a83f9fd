"""Making a bot better from its calls: what was doubtful, taught, measured, undone."""
