"""Alembic's scripts; run by `geomujun db upgrade` through `geomujun.storage.migrate`."""
