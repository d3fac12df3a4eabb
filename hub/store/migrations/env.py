"""Runs the migrations on the connection it is given; `hub migrate` is the way in."""

from alembic import context
from sqlalchemy import Connection

from hub.store.tables import metadata

connection: Connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
