"""The schema brought to this program's version: tables by alembic, views and functions anew.

One transaction for all: views and functions are dropped, tables are migrated, roles, views and
functions of `sql/*.sql` are made again. Killed anywhere, the database is as it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import resources, util
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from geoalchemy2 import alembic_helpers
from psycopg import errors as pg
from psycopg import sql

from geomujun.domain.catalogue import TABLES
from geomujun.domain.model import Sensitivity
from geomujun.errors import MachineError
from geomujun.lang import t
from geomujun.storage.schema.base import META, METADATA, SCHEMAS, VIEWS
from geomujun.storage.schema.core import INPUTS
from geomujun.storage.target import APP_ROLE, Conn, Target, connect

_PARTITION: Final = re.compile(r"_e\d+$")
_PACKAGE: Final = "geomujun_migrations"


def script_folder() -> Path:
    """Where alembic's scripts lie: installed, or beside us in a source tree."""
    spec = util.find_spec(_PACKAGE)
    if spec and spec.submodule_search_locations:
        return Path(next(iter(spec.submodule_search_locations)))
    return Path(__file__).parents[2] / "migrations" / _PACKAGE


def _config(connection: sa.Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(script_folder()).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def options(schemas: Sequence[str] | None = None) -> dict[str, Any]:
    """What alembic is told, for migrations and for comparing.

    Args:
        schemas: Those compared; all of ours by default.
    """
    ours = tuple(schemas or SCHEMAS)

    def named(name: str | None, kind: str, parents: Any) -> bool:
        if kind == "schema":
            return name in ours
        if kind == "table":
            return not _PARTITION.search(name or "")
        return bool(parents)

    def included(item: Any, name: Any, kind: Any, reflected: Any, other: Any) -> bool:
        if kind == "table" and item.schema not in ours:
            return False
        helper: Any = alembic_helpers.include_object
        return bool(helper(item, name, kind, reflected, other))

    return {
        "target_metadata": METADATA,
        "version_table_schema": META,
        "include_schemas": True,
        "include_name": named,
        "include_object": included,
        "process_revision_directives": alembic_helpers.writer,
        "render_item": alembic_helpers.render_item,
        "compare_type": True,
        "compare_server_default": False,
    }


@contextmanager
def _engine_connection(target: Target) -> Iterator[sa.Connection]:
    """One transaction, seen by SQLAlchemy."""
    engine = sa.create_engine(
        "postgresql+psycopg://", creator=lambda: connect(target), poolclass=sa.NullPool
    )
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def head() -> str:
    """The revision this program works on."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def revision(connection: Conn) -> str:
    """The revision of the database, "" when it has none."""
    try:
        row = connection.execute("SELECT version_num FROM meta.alembic_version").fetchone()
    except (pg.UndefinedTable, pg.InvalidSchemaName):
        connection.rollback()
        return ""
    return str(row[0]) if row else ""


def upgrade(target: Target, to: str = "head") -> None:
    """Bring a database to a revision, "head" by default; an empty one is made.

    Raises:
        MachineError: PostGIS or a right is missing, or the database is someone else's.
    """
    try:
        with _engine_connection(target) as connection:
            raw = _raw(connection)
            raw.execute("SELECT pg_advisory_xact_lock(hashtext('geomujun/upgrade'))")
            _refuse_foreign(raw, target)
            raw.execute("CREATE EXTENSION IF NOT EXISTS postgis")
            raw.execute(f"CREATE SCHEMA IF NOT EXISTS {META}")
            for schema in SCHEMAS:
                raw.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
            raw.execute(f"DROP SCHEMA IF EXISTS {VIEWS} CASCADE")
            command.upgrade(_config(connection), to)
            if to == "head":
                recreate(raw)
    except (pg.InsufficientPrivilege, pg.UndefinedFile, pg.FeatureNotSupported) as e:
        raise MachineError(
            t("升级数据库的权限或扩展不够：{e}",
              "a right or extension for the upgrade is missing: {e}", e=e.diag.message_primary),
            where=target.label, hint="CREATE EXTENSION postgis; GRANT CREATE ON DATABASE …",
        ) from e  # fmt: skip


def downgrade(target: Target, to: str) -> None:
    """Take a database back to a revision, "base" for none.

    Raises:
        UsageError: that would destroy decisions of people, or the audit of them.
    """
    with _engine_connection(target) as connection:
        raw = _raw(connection)
        raw.execute("SELECT pg_advisory_xact_lock(hashtext('geomujun/upgrade'))")
        raw.execute(f"DROP SCHEMA IF EXISTS {VIEWS} CASCADE")
        command.downgrade(_config(connection), to)


def drift(target: Target) -> list[Any]:
    """Differences between the database and the models; empty when the schema is whole."""
    with _engine_connection(target) as connection:
        told = {k: v for k, v in options().items() if k not in ("process_revision_directives",)}
        context = MigrationContext.configure(connection, opts=told)
        return list(compare_metadata(context, METADATA))


def recreate(connection: Conn) -> None:
    """Views, functions, triggers and rights, from the SQL files in their order."""
    for name, text in sql_files():
        try:
            connection.execute(text.encode())
        except pg.Error as e:
            e.add_note(name)
            raise
    _hide_personal(connection)


def _hide_personal(connection: Conn) -> None:
    """The application reads input tables without their personal columns."""
    for name, table in INPUTS.items():
        hidden = {f.name for f in TABLES[name].fields if f.sensitivity is Sensitivity.PERSONAL}
        if hidden:
            names = [c.name for c in table.columns if c.name not in hidden]
            seen = sql.SQL(", ").join(map(sql.Identifier, names))
            where = sql.Identifier("core", name)
            role = sql.Identifier(APP_ROLE)
            connection.execute(sql.SQL("REVOKE SELECT ON {} FROM {}").format(where, role))
            connection.execute(sql.SQL("GRANT SELECT ({}) ON {} TO {}").format(seen, where, role))


def sql_files() -> list[tuple[str, str]]:
    """The SQL files by name, sorted."""
    folder = resources.files("geomujun.storage") / "sql"
    names = sorted(f.name for f in folder.iterdir() if re.match(r"\d{3}_.*\.sql$", f.name))
    return [(name, (folder / name).read_text("utf-8")) for name in names]


def _raw(connection: sa.Connection) -> Conn:
    driver: Any = connection.connection.driver_connection
    found: Conn = driver
    return found


def holds_ours(connection: Conn) -> str:
    """A schema of our names that holds something, "" for none."""
    found = connection.execute(
        "SELECT n.nspname FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid"
        " WHERE n.nspname = ANY(%s) LIMIT 1", ([*SCHEMAS, VIEWS, META],)
    ).fetchone()  # fmt: skip
    return str(found[0]) if found else ""


def _refuse_foreign(connection: Conn, target: Target) -> None:
    """A database with schemas of our names that we did not make is someone else's."""
    ours = connection.execute("SELECT to_regclass('meta.alembic_version')").fetchone()
    if ours and ours[0]:
        return
    if found := holds_ours(connection):
        raise MachineError(
            t("库里已有别人的 schema {s}，不动它",
              "the database has a schema {s} of someone else; left alone", s=found),
            where=target.label, hint=t("换一个空的库", "use an empty database"),
        )  # fmt: skip
