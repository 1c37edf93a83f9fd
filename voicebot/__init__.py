"""Hearing, understanding, deciding, speaking."""
