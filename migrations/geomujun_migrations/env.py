"""Alembic's environment: always on a connection given to it, never on an URL of its own."""

from __future__ import annotations

from alembic import context

from geomujun.storage.migrate import options

connection = context.config.attributes["connection"]
context.configure(connection=connection, **options(context.config.attributes.get("schemas")))
with context.begin_transaction():
    context.run_migrations()
