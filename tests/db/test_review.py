"""Decisions: none lost, none double, every conflict told, every act in an unbroken chain."""

from __future__ import annotations

import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from postgis_fixtures import publication

from geomujun.errors import ConflictError, DataError, UsageError
from geomujun.pipeline import review
from geomujun.pipeline.publish import publish
from geomujun.storage import audit, claims, decisions, editions, findings, worklist
from geomujun.storage.decisions import Opinion
from geomujun.storage.findings import Closing, Objection
from geomujun.storage.target import Conn, Target, connect

REVIEWERS, ITEMS = 64, 200


def opinion(who: str, pair: str = "P", replaces: int | None = None, **more: object) -> Opinion:
    return Opinion(pair, "U", "same", who, reason="看过", replaces=replaces, **more)


def test_sixty_four_reviewers_on_two_hundred_items(database: Target) -> None:
    """Each of 64 people decides all 200 items as first decider: one each wins, 63 are told."""
    outcomes: Counter[str] = Counter()
    lock = threading.Lock()

    def work(k: int) -> None:
        mine: Counter[str] = Counter()
        with connect(database, "app") as connection:
            for i in range(ITEMS):
                item = (i * 7 + k * 13) % ITEMS
                try:
                    with connection.transaction():
                        review.decide_on(connection, opinion(f"r{k}", f"P{item}"))
                    mine["done"] += 1
                except ConflictError:
                    mine["conflict"] += 1
        with lock:
            outcomes.update(mine)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(work, range(REVIEWERS)))
    assert outcomes == {"done": ITEMS, "conflict": ITEMS * (REVIEWERS - 1)}
    with connect(database, "app") as connection:
        lines = decisions.all_lines(connection)
        chain = audit.verify(connection)
    assert sorted(r["parcel_code"] for r in lines) == sorted(f"P{i}" for i in range(ITEMS))
    assert (chain.rows, chain.broken_at) == (ITEMS, None)


def test_a_decision_is_replaced_by_naming_it_and_once_only(database: Target) -> None:
    first = review.decide(database, opinion("甲")).number
    with pytest.raises(ConflictError):
        review.decide(database, opinion("乙"))
    second = review.decide(database, opinion("乙", replaces=first)).number
    with pytest.raises(ConflictError):
        review.decide(database, opinion("丙", replaces=first))
    with pytest.raises(ConflictError):
        review.decide(database, opinion("丙", pair="Q", replaces=second))
    with connect(database, "app") as connection:
        assert decisions.live(connection, "P", "U")["id"] == second
        assert len(decisions.all_lines(connection)) == 2


@pytest.mark.parametrize("statement", [
    "UPDATE review.decisions SET verdict = 'different'", "DELETE FROM review.decisions",
    "TRUNCATE review.decisions", "UPDATE audit.log SET actor = 'x'", "DELETE FROM audit.log",
    "DELETE FROM review.closings", "UPDATE pub.edition_states SET actor = 'x'",
])  # fmt: skip
def test_what_people_did_cannot_be_changed(database: Target, statement: str) -> None:
    review.decide(database, opinion("甲"))
    for access in ("app", "owner"):
        with (
            connect(database, access) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(statement)


@pytest.mark.parametrize("statement", [
    "UPDATE pub.links SET uscc = ''", "DELETE FROM pub.editions", "SELECT * FROM raw.rows",
    "UPDATE pub.editions SET hashes = '{}'", "INSERT INTO core.groups DEFAULT VALUES",
    "CREATE TABLE core.mine (n int)", "SELECT holder_ids FROM core.parcels",
    "SELECT lessee FROM core.leases", "SELECT * FROM core.right_holders", "DELETE FROM auth.api_keys",
])  # fmt: skip
def test_the_application_may_do_no_more_than_it_needs(database: Target, statement: str) -> None:
    with (
        connect(database, "app") as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement)


def test_a_changed_audit_row_breaks_the_chain_where_it_was_changed(database: Target) -> None:
    for i in range(5):
        review.decide(database, opinion("甲", f"P{i}"))
    with connect(database) as connection:
        connection.execute("ALTER TABLE audit.log DISABLE TRIGGER append_only")
        connection.execute("UPDATE audit.log SET actor = '乙' WHERE id = 3")
        assert audit.verify(connection).broken_at == 3
        connection.execute("UPDATE audit.log SET actor = '甲' WHERE id = 3")
        assert audit.verify(connection).broken_at is None
        connection.execute("DELETE FROM audit.log WHERE id = 2")
        assert audit.verify(connection).broken_at == 3
        connection.rollback()


def test_an_act_that_fails_leaves_no_audit_row(database: Target) -> None:
    review.decide(database, opinion("甲"))
    with pytest.raises(ConflictError):
        review.decide(database, opinion("乙"))
    with connect(database, "app") as connection:
        assert audit.verify(connection).rows == 1


@pytest.mark.parametrize("wrong", [
    {"verdict": "maybe"}, {"relation": "FRIEND"}, {"area_m2": -1.0}, {"area_m2": float("nan")},
    {"parcel_code": ""}, {"reviewer": ""},
])  # fmt: skip
def test_words_and_areas_that_are_none_are_refused(
    database: Target, wrong: dict[str, object]
) -> None:
    fields = {"parcel_code": "P", "uscc": "U", "verdict": "same", "reviewer": "甲"} | wrong
    with pytest.raises(UsageError):
        review.decide(database, Opinion(**fields))


def test_two_persons_when_that_is_the_rule(database: Target) -> None:
    waiting = review.decide(database, opinion("甲"), two_persons=True)
    assert waiting.kind == "proposal"
    with connect(database, "app") as connection:
        assert decisions.live(connection, "P", "U") is None
        with pytest.raises(ConflictError, match="另一个人"):
            review.answer_proposal_on(connection, waiting.number, "甲", agree=True)
        with pytest.raises(ConflictError):
            review.decide_on(connection, opinion("丙"), two_persons=True)
        done = review.answer_proposal_on(connection, waiting.number, "乙", agree=True)
        live = decisions.live(connection, "P", "U")
        assert (live["id"], live["reviewer"], live["second_reviewer"]) == (done.number, "甲", "乙")
        with pytest.raises(DataError):
            review.answer_proposal_on(connection, waiting.number, "乙", agree=True)


def queue(connection: Conn, divisions: list[str], **more: Any) -> list[dict[str, Any]]:
    return worklist.items(connection, worklist.Wanted(1, divisions, **more))


def test_an_item_is_worked_on_by_one_person(town: Target) -> None:
    with connect(town, "app") as connection:
        item = queue(connection, [""], limit=1)[0]
        pair = (item["parcel_code"], item["uscc"])
        review.claim_on(connection, *pair, "甲")
        review.claim_on(connection, *pair, "甲")
        with pytest.raises(ConflictError):
            review.claim_on(connection, *pair, "乙")
        with pytest.raises(ConflictError):
            review.decide_on(connection, Opinion(*pair, "same", "乙"))
        assert claims.item(connection, 1, *pair)["claimed_by"] == "甲"
        review.release_on(connection, *pair, "甲")
        review.claim_on(connection, *pair, "乙")
        review.decide_on(connection, Opinion(*pair, "same", "乙", edition=1))
        after = claims.item(connection, 1, *pair)
        assert (after["decided"], after["claimed_by"]) == ("same", None)
        assert len(decisions.live(connection, *pair)["facts_digest"]) == 64


def test_the_queue_is_that_of_the_readers_divisions(town: Target) -> None:
    with connect(town, "app") as connection:
        everything = queue(connection, [""], limit=10_000)
        code = everything[0]["division_code"]
        assert len(code) == 6
        assert queue(connection, [code[:4]], limit=10_000) == everything
        assert queue(connection, ["00"]) == queue(connection, []) == []
        page = queue(connection, [""], after=2, limit=2)
        assert [r["row_no"] for r in page] == [3, 4]


def test_a_closed_finding_is_closed_in_the_next_edition_and_reopened_after(town: Target) -> None:
    with connect(town, "app") as connection:
        found = editions.read_result(connection, 1, "cross_check").iloc[0]
        with pytest.raises(UsageError, match="理由"):
            review.close_finding_on(connection, Closing("closed", "甲", finding_id="x"))
        review.close_finding_on(
            connection, Closing("closed", "甲", "已核实", finding_id=found["finding_id"])
        )
    second = publish(town, publication()).number
    with connect(town, "app") as connection:
        now = findings.finding(connection, second, found["finding_id"])
        assert now["state"] == "closed"
        assert "已核实" in now["state_reason"]
        review.close_finding_on(connection, Closing("open", "乙", finding_id=found["finding_id"]))
    third = publish(town, publication()).number
    with connect(town, "app") as connection:
        assert findings.finding(connection, third, found["finding_id"])["state"] == "open"


def test_an_objection_is_answered_once(town: Target) -> None:
    said = Objection(1, "U", "面积少算", "甲", date(2025, 7, 1), "P", 100.0)
    with connect(town, "app") as connection:
        number = review.object_on(connection, said)
        with pytest.raises(UsageError):
            review.answer_objection_on(connection, number, 1, "upheld", " ", "乙")
        row = review.answer_objection_on(connection, number, 1, "upheld", "属实", "乙")
        assert (row["state"], row["version"]) == ("upheld", 2)
        with pytest.raises(ConflictError):
            review.answer_objection_on(connection, number, 1, "dismissed", "不属实", "丙")
        with pytest.raises(DataError):
            review.answer_objection_on(connection, 999, 1, "dismissed", "没有", "丙")
        assert findings.objections(connection, 1, "open") == []


def test_decisions_go_out_and_come_in_line_by_line(
    database: Target, blank: Target, tmp_path: Path
) -> None:
    from geomujun.storage import migrate

    first = review.decide(database, opinion("甲", area_m2=12.5)).number
    review.decide(database, opinion("乙", replaces=first))
    review.decide(database, opinion("甲", pair="A"))
    file = tmp_path / "d.jsonl"
    file.write_text(review.export_lines(database), "utf-8")
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert [r["parcel_code"] for r in lines] == ["A", "P", "P"]
    migrate.upgrade(blank)
    assert review.import_lines(blank, file, "管理员").added == 2
    again = review.import_lines(blank, file, "管理员")
    assert (again.added, again.same, again.older) == (0, 2, 0)
    with connect(blank, "app") as connection:
        assert decisions.live(connection, "P", "U")["reviewer"] == "乙"
    file.write_text('{"parcel_code":"P","uscc":"U","verdict":"different",'
                    '"decided_at":"2001-01-01","reviewer":"x"}\n{"parcel_code":"P"}\n', "utf-8")  # fmt: skip
    old = review.import_lines(blank, file, "管理员")
    assert (old.added, old.older, len(old.rejected)) == (0, 1, 1)
