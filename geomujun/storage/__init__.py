"""PostGIS: the private cluster, the schema, and repositories; nothing here commits on its own.

Repository functions take an open connection and leave the transaction to `pipeline`.
"""
