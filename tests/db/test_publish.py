"""Publishing: the same tables as file mode, immutable editions, states, comparison."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from postgis_fixtures import DAY, SCHEME, TOWN, YEAR, edit, publication

from geomujun.errors import ConflictError, DataError, UsageError
from geomujun.export.bundle import write_tables
from geomujun.export.frames import OUTPUTS
from geomujun.export.masking import masked
from geomujun.intake.reader import read_case
from geomujun.pipeline import compare
from geomujun.pipeline.decisions import no_decisions, read_decisions
from geomujun.pipeline.load import Load, load
from geomujun.pipeline.publish import advance, publish
from geomujun.pipeline.reconcile import Job, solve
from geomujun.pipeline.record import Clock
from geomujun.pipeline.review import decide, export_lines
from geomujun.policy import schemes
from geomujun.storage import audit, backup, editions, worklist
from geomujun.storage.decisions import Opinion
from geomujun.storage.target import Target, connect


def file_mode(case: Path, out: Path, decisions: Path | None = None) -> dict[str, bytes]:
    """The CSV tables of `geomujun run`."""
    job = Job(case, out, schemes.load(SCHEME, YEAR), YEAR, DAY)
    decided = read_decisions(decisions) if decisions else no_decisions()
    result = solve(job, read_case(case), decided, lambda *_: None, Clock())
    write_tables(masked(result), out)
    files = [*(out / "tables").iterdir(), out / "review_queue.csv"]
    return {path.stem: path.read_bytes() for path in files}


def stored(target: Target, number: int, out: Path) -> dict[str, bytes]:
    compare.write_tables(target, number, out)
    return {path.stem: path.read_bytes() for path in out.iterdir()}


def queued(target: Target) -> dict[str, object]:
    with connect(target, "app") as connection:
        return worklist.items(connection, worklist.Wanted(1, [""], limit=1))[0]


def test_file_mode_and_postgis_give_the_same_bytes(town: Target, tmp_path: Path) -> None:
    files = file_mode(TOWN, tmp_path / "files")
    tables = stored(town, 1, tmp_path / "tables")
    assert sorted(files) == sorted(OUTPUTS)
    assert {n for n in files if files[n] != tables[n]} == set()


def test_so_they_do_with_decisions_and_after_a_second_load(town: Target, tmp_path: Path) -> None:
    case = Path(shutil.copytree(TOWN, tmp_path / "case"))
    edit(case / "indicators.csv", lambda rows: rows.sample(frac=0.9, random_state=1))
    load(town, Load(case, "tester", DAY))
    item = queued(town)
    decide(town, Opinion(item["parcel_code"], item["uscc"], "same", "甲", reason="看过合同",
                         edition=1))  # fmt: skip
    decisions = tmp_path / "decisions.jsonl"
    decisions.write_text(export_lines(town), "utf-8")
    done = publish(town, publication())
    files = file_mode(case, tmp_path / "files", decisions)
    tables = stored(town, done.number, tmp_path / "tables")
    assert {n for n in files if files[n] != tables[n]} == set()


def test_an_edition_is_read_again_unchanged_and_its_hashes_tell_a_change(
    town: Target, tmp_path: Path
) -> None:
    before = stored(town, 1, tmp_path / "before")
    publish(town, publication())
    assert stored(town, 1, tmp_path / "after") == before
    with connect(town) as connection:
        connection.execute("UPDATE pub.ledger SET occupied_m2 = 1 WHERE edition = 1 AND row_no = 1")
    with pytest.raises(DataError, match="ledger"):
        stored(town, 1, tmp_path / "bad")


def test_states_go_one_way_and_say_who(town: Target) -> None:
    with pytest.raises(ConflictError, match="draft"):
        advance(town, 1, "published", "甲")
    with pytest.raises(UsageError):
        advance(town, 1, "nonsense", "甲")
    for state, who in (("objection", "甲"), ("approved", "乙"), ("published", "丙")):
        advance(town, 1, state, who, note="会议")
    with connect(town, "app") as connection:
        assert editions.current(connection, YEAR, editions.PUBLIC) == 1
        row = editions.listing(connection)[0]
        assert audit.verify(connection).broken_at is None
    assert [(s["state"], s["actor"]) for s in row["states"]] == [
        ("draft", "tester"), ("objection", "甲"), ("approved", "乙"), ("published", "丙"),
    ]  # fmt: skip
    second = publish(town, publication()).number
    with connect(town, "app") as connection:
        assert editions.current(connection, YEAR, editions.INTERNAL) == second
        assert editions.current(connection, YEAR, editions.PUBLIC) == 1
    advance(town, second, "withdrawn", "丙")
    with connect(town, "app") as connection:
        assert editions.current(connection, YEAR, editions.INTERNAL) == 1
    advance(town, 1, "withdrawn", "丙")
    with connect(town, "app") as connection:
        assert editions.current(connection, YEAR, editions.PUBLIC) is None


def test_a_failed_publication_leaves_no_trace(
    town: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connect(town) as connection:
        before = backup.digests(connection)
    monkeypatch.setattr(audit, "record", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        publish(town, publication())
    with connect(town) as connection:
        assert backup.digests(connection) == before
        parts = connection.execute(
            "SELECT count(*) FROM pg_class WHERE relname LIKE '%\\_e2'"
        ).fetchone()
    assert parts == (0,)


def test_an_empty_database_cannot_be_published(database: Target) -> None:
    with pytest.raises(DataError, match="没有数据"):
        publish(database, publication())


def test_two_editions_differ_where_a_decision_fell_and_say_so(town: Target) -> None:
    item = queued(town)
    decide(town, Opinion(item["parcel_code"], item["uscc"], "same", "甲", reason="看过", edition=1))
    after = publish(town, publication()).number
    found = compare.compare(town, 1, after)
    mine = found.links[
        (found.links["parcel_code"] == item["parcel_code"]) & (found.links["uscc"] == item["uscc"])
    ]
    assert list(mine["change"]) == ["changed"]
    assert "人工决定" in mine["cause"].iloc[0]
    assert item["uscc"] in set(found.areas["uscc"])
    for frame in found.tables().values():
        assert (frame["cause"].astype("str").str.len() > 0).all()
        for row in frame.to_dict("records"):
            said = [*str(row.get("what", "")).split("；"), *str(row["cause"]).split("；")]
            assert len(said) == len(set(said)), row  # nothing is told twice
    same = compare.compare(town, 1, 1)
    assert all(frame.empty for frame in same.tables().values())


def test_another_scheme_is_the_cause_of_other_grades(town: Target) -> None:
    after = publish(town, replace(publication(), scheme=schemes.load("huangyan-2022", YEAR)))
    found = compare.compare(town, 1, after.number)
    assert len(found.grades)
    assert found.grades["cause"].str.contains("评价方案").all()
    assert found.links.empty


def test_what_was_read_earlier_does_not_take_the_place_of_newer_data(town: Target) -> None:
    """Two publish at once: the slower one read before a decision that the faster one has."""
    late = publication()
    asked = iter(["a decision falls while the engine runs"])

    def say(stage: str, _rows: int) -> None:
        if stage == "store" and next(asked, ""):
            pair = export_pair(town)
            decide(town, Opinion(*pair, "different", "li", reason="看过合同", edition=1))
            publish(town, publication("faster"))

    with pytest.raises(ConflictError):
        publish(town, late, say)
    with connect(town) as connection:
        assert editions.current(connection, YEAR) == 2
        built = connection.execute(
            "SELECT number, built_by FROM pub.editions ORDER BY 1"
        ).fetchall()
    assert built == [(1, "tester"), (2, "faster")]


def export_pair(town: Target) -> tuple[str, str]:
    with connect(town) as connection:
        row = connection.execute(
            "SELECT parcel_code, uscc FROM pub.review_queue ORDER BY row_no LIMIT 1"
        ).fetchone()
    assert row
    return row[0], row[1]
