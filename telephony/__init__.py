"""Calls, legs and sound."""
