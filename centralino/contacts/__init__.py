"""People in the database, and what is imported."""
