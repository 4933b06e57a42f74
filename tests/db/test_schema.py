"""The schema: the models and the migrations say the same, and no way back destroys decisions."""

from __future__ import annotations

from pathlib import Path

import geomujun_migrations
import pytest

from geomujun.domain.catalogue import TABLES
from geomujun.errors import MachineError, UsageError
from geomujun.storage import decisions, migrate
from geomujun.storage.decisions import Opinion
from geomujun.storage.target import Target, connect

RELEASED = ("0001", "0002", "0003", "0004", "0005", "0006", "0007")


def test_every_revision_is_one_that_the_tests_upgrade_from() -> None:
    folder = Path(geomujun_migrations.__file__).parent / "versions"
    assert sorted(p.name[:4] for p in folder.glob("[0-9]*.py")) == list(RELEASED)


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


# A row of a table that came with a revision; 0007 brought indexes only.
OLD_ROWS = {
    "0001": "INSERT INTO raw.loads (case_name, partial, valid_on, actor, version, summary)"
    " VALUES ('old', false, '2024-01-01', 'me', '0', '{}') RETURNING loads::text",
    "0002": "INSERT INTO review.decisions (parcel_code, uscc, verdict, reviewer, decided_at)"
    " VALUES ('P', 'U', 'same', 'me', '2024-05-01') RETURNING decisions::text",
    "0003": "INSERT INTO pub.editions (number, year, as_of, title, lang, version, scheme_id,"
    " scheme_title, scheme, indicators, settings, load_id, decision_id, closing_id, run, hashes,"
    " map, built_by) VALUES (1, 2024, '2024-12-31', 't', 'zh', '0', 's', 's', '{}', '[]', '{}', 1,"
    " 0, 0, '{}', '{}', '{}', 'me') RETURNING editions::text",
    "0004": "INSERT INTO raw.jobs (kind, subject, about) VALUES ('load', 'me', '{}')"
    " RETURNING jobs::text",
    "0005": "INSERT INTO review.scenarios (kind, name, edition, year, body, saved_by)"
    " VALUES ('plan', 'n', 1, 2024, '{}', 'me') RETURNING scenarios::text",
    "0006": "INSERT INTO review.field_checks (parcel_code, state, checked_on, reviewer, edition)"
    " VALUES ('P', 'checked', '2024-06-01', 'me', 1) RETURNING field_checks::text",
}  # fmt: skip


@pytest.mark.parametrize("revision", RELEASED)
def test_an_older_revision_is_upgraded_with_its_rows(blank: Target, revision: str) -> None:
    migrate.upgrade(blank, revision)
    with connect(blank) as connection:
        put = {
            text.split()[2]: connection.execute(text.encode()).fetchone()
            for known, text in OLD_ROWS.items()
            if known <= revision
        }
    assert len(put) == min(int(revision), len(OLD_ROWS))
    migrate.upgrade(blank)
    with connect(blank) as connection:
        for table, row in put.items():
            (kept,) = connection.execute(f"SELECT t::text FROM {table} AS t").fetchall()  # noqa: S608
            assert kept[0].startswith(row[0].rstrip(")")), table  # columns may have come since
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
