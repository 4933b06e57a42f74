"""The tables, as SQLAlchemy and GeoAlchemy2 see them: the source that alembic compares with.

Columns and comments of input and output tables come from the field catalogue; what is written out
here is what a database needs besides: who, when, which file, which edition.
"""

from geomujun.storage.schema import access, audit, core, jobs, publications, raw, review
from geomujun.storage.schema.base import METADATA, SCHEMAS

__all__ = [
    "METADATA",
    "SCHEMAS",
    "access",
    "audit",
    "core",
    "jobs",
    "publications",
    "raw",
    "review",
]
