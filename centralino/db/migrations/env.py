"""What Alembic runs; the connection comes from `centralino/db/migrate.py`."""

from __future__ import annotations

from alembic import context

from centralino.db.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    # We say BEGIN to SQLite ourselves, so a step that fails there leaves nothing behind either.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
