"""Alembic runs this file; the connection, and its transaction, come from whoever asked."""

from alembic import context

from engine.store.sql.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
