"""The demonstration: real calls from synthetic callers, told live and checked."""
