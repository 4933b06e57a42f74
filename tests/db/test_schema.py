"""The schema: the models and the migrations say the same, and no way back destroys decisions."""

from __future__ import annotations

import pytest

from geomujun.domain.catalogue import TABLES
from geomujun.errors import MachineError, UsageError
from geomujun.storage import decisions, migrate
from geomujun.storage.decisions import Opinion
from geomujun.storage.target import Target, connect


def test_up_down_up_and_the_second_autogenerate_is_empty(blank: Target) -> None:
    migrate.upgrade(blank)
    assert migrate.drift(blank) == []
    migrate.downgrade(blank, "base")
    with connect(blank) as connection:
        assert migrate.revision(connection) == ""
        left = connection.execute(
            "SELECT count(*) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"
            " WHERE n.nspname IN ('raw', 'core', 'review', 'pub', 'audit', 'auth', 'service')"
        ).fetchone()
    assert left == (0,)
    migrate.upgrade(blank)
    migrate.upgrade(blank)
    assert migrate.drift(blank) == []


@pytest.mark.parametrize("revision", ["0001", "0002", "0003", "0004", "0005", "0006"])
def test_an_older_revision_is_upgraded_with_its_rows(blank: Target, revision: str) -> None:
    migrate.upgrade(blank, revision)
    with connect(blank) as connection:
        connection.execute(
            "INSERT INTO raw.loads (case_name, partial, valid_on, actor, version, summary)"
            " VALUES ('old', false, '2024-01-01', 'me', '0', '{}')"
        )
    migrate.upgrade(blank)
    with connect(blank) as connection:
        assert connection.execute("SELECT case_name FROM raw.loads").fetchall() == [("old",)]
    assert migrate.drift(blank) == []


def test_a_downgrade_that_would_destroy_decisions_refuses(database: Target) -> None:
    with connect(database, "app") as connection:
        decisions.append(connection, Opinion("P", "U", "same", "me"), "2024-05-01")
    with pytest.raises(UsageError, match="人工决定"):
        migrate.downgrade(database, "base")
    assert migrate.drift(database) == []
    with connect(database, "app") as connection:
        assert migrate.revision(connection) == migrate.head()
        assert len(decisions.all_lines(connection)) == 1


def test_a_database_of_someone_else_is_left_alone(blank: Target) -> None:
    with connect(blank) as connection:
        connection.execute("CREATE SCHEMA core; CREATE TABLE core.theirs (n int)")
    with pytest.raises(MachineError, match="core"):
        migrate.upgrade(blank)
    with connect(blank) as connection:
        assert connection.execute("SELECT to_regclass('meta.alembic_version')").fetchone() == (
            None,
        )


def test_columns_and_comments_are_those_of_the_catalogue(database: Target) -> None:
    with connect(database) as connection:
        rows = connection.execute(
            "SELECT n.nspname, c.relname, a.attname, col_description(c.oid, a.attnum)"
            " FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid"
            " JOIN pg_namespace AS n ON n.oid = c.relnamespace"
            " WHERE n.nspname IN ('core', 'pub') AND a.attnum > 0"
        ).fetchall()
    comments = {(s, t, c): text for s, t, c, text in rows}
    for name, table in TABLES.items():
        for field in table.fields:
            said = comments["core" if table.role == "input" else "pub", name, field.name]
            assert said.startswith(field.label)
            assert said.endswith(field.sensitivity.value)
