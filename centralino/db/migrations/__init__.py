"""Alembic's folder. Forward only; each step leaves tables that the version before can still use."""
