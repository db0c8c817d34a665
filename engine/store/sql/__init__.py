"""The SQL store: one implementation on SQLAlchemy Core for SQLite and PostgreSQL."""
