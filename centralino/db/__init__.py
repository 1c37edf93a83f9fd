"""The store: engine, tables, migrations, ledger and call history. SQLite or PostgreSQL."""
