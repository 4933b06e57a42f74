"""What a reader of one division is told of land and firms of another, over every way in."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from fastapi.testclient import TestClient
from serving import key_for
from world import operations, query

from geomujun.export.sheets_forms import read_form
from geomujun.export.sheets_review import REVIEW
from geomujun.storage.target import Target, connect

Sign = Callable[..., dict[str, str]]
# Land of the town that is made another county's: its code says so, and so does its division.
COUNTY, ELSEWHERE = "330603", "330108"


@pytest.fixture
def parted(town: Target) -> dict[str, Any]:
    """The town with half of its land in another county, and what names that land from this one."""
    with connect(town) as connection:
        pairs = connection.execute(
            "SELECT a.parcel_code, b.parcel_code, a.uscc FROM pub.links AS a JOIN pub.links AS b"
            " ON b.uscc = a.uscc AND b.parcel_code > a.parcel_code"
            " WHERE a.parcel_code LIKE '33060300100%' AND length(b.parcel_code) = 19"
            " ORDER BY 1, 2 LIMIT 1"
        ).fetchone()
        assert pairs
        own, other, uscc = pairs
        moved = ELSEWHERE + other[6:]
        for table in ("plots", "links", "ledger_lines", "review_queue", "grade_stakes",
                      "parcel_evaluation", "parcel_reconciliation", "low_efficiency"):  # fmt: skip
            connection.execute(
                f"UPDATE pub.{table} SET parcel_code = %s, division_code = %s WHERE parcel_code = %s",  # noqa: S608
                (moved, ELSEWHERE, other),
            )
        connection.execute("UPDATE pub.firms SET division_code = %s WHERE uscc = %s",
                           (ELSEWHERE, uscc))  # fmt: skip
        for table in ("ledger", "enterprise_evaluation", "enterprise_reconciliation"):
            connection.execute(
                f"UPDATE pub.{table} SET division_code = %s WHERE uscc = %s",  # noqa: S608
                (ELSEWHERE, uscc),
            )
        said = json.dumps([{"name": "chain", "bits": 1.0, "left": moved, "right": "",
                            "line": f"同一企业持有 {moved}"}], ensure_ascii=False)  # fmt: skip
        connection.execute("UPDATE pub.links SET evidence = %s WHERE parcel_code = %s", (said, own))
        connection.execute(
            "UPDATE pub.parcel_reconciliation SET reason = %s WHERE parcel_code = %s",
            (f"与 {moved} 同一权利人", own),
        )
        connection.execute(
            "UPDATE pub.cross_check SET other_id = %(m)s, message = %(m)s, headline = %(m)s,"
            " rows = %(r)s WHERE row_no = (SELECT min(row_no) FROM pub.cross_check"
            "  WHERE division_code = '330603')",
            {"m": moved, "r": json.dumps([{"table": "parcels", "row": 1, "key": moved}])},
        )
        item = connection.execute(
            "UPDATE pub.review_queue SET grades = %s, question = %s WHERE row_no = (SELECT"
            " min(row_no) FROM pub.review_queue WHERE division_code = '330603')"
            " RETURNING parcel_code, uscc",
            (f"{uscc} B→A；91330603XXXXXXXXXX A→B", f"{moved}？"),
        ).fetchone()
        assert item
        connection.execute(
            "INSERT INTO pub.grade_stakes (edition, row_no, parcel_code, uscc, subject_kind,"
            " subject_id, before, after, change_mu, probability, division_code)"
            " SELECT edition, 100000 + row_no, parcel_code, uscc, 'enterprise', %s, 'B', 'A', 1, 0.5,"
            " division_code FROM pub.grade_stakes WHERE division_code = '330603'"
            " ORDER BY row_no LIMIT 1", (uscc,),
        )  # fmt: skip
        connection.execute(
            "INSERT INTO review.decisions (parcel_code, uscc, verdict, reviewer, decided_at, edition)"
            " VALUES (%s, %s, 'same', 'w', '2025-01-01', 1)", (moved, uscc),
        )  # fmt: skip
        connection.commit()
    return {"own": own, "moved": moved, "uscc": uscc, "item": item, "parcel_code": own,
            "finding_id": "0", "number": 1, "before": 1, "after": 1}  # fmt: skip


def test_no_answer_names_land_of_another_county(
    parted: dict[str, Any], api: TestClient, sign: Sign
) -> None:
    spec = api.get("/openapi.json").json()
    mine, everything = sign("reviewer", (COUNTY,)), sign("reviewer")
    paths = [p for m, p, r in operations(spec) if m == "GET" and r <= {"read", "feed", "review"}]
    paths += [f"/ogc/collections/{n}/items" for n in ("parcels", "enterprises", "findings",
                                                      "low_efficiency")]  # fmt: skip
    told = {}
    for path in paths:
        for uscc in (parted["uscc"], "91330603809791695T"):
            world = {"layer": "firms"} | parted | {"uscc": uscc}
            url = path.format(**world)
            asked = dict(parse_qsl(query(path, world).removeprefix("?")))
            if "limit" in json.dumps(spec["paths"].get(path, "limit")):
                asked.setdefault("limit", "1000")
            for accept in ("application/json", "text/csv"):
                found = api.get(
                    url, params=asked, headers=mine | {"Accept": f"{accept}, */*;q=0.1"}
                )
                # 403: what tells of all divisions at once
                assert found.status_code in (200, 403, 404), (path, found.text[:200])
                assert parted["moved"] not in found.text, (path, found.text[:300])
                told[path] = told.get(path, 0) + (f"{ELSEWHERE}…" in found.text)
    for path in ("/v1/links", "/v1/findings", "/v1/reconciliation/parcels", "/v1/review/queue",
                 "/ogc/collections/findings/items"):  # fmt: skip
        assert told[path], path  # it was there to be cut
    full = api.get("/v1/links?limit=1000", headers=everything).text
    assert parted["moved"] in full


def test_no_query_tells_whether_a_guessed_code_of_another_county_is_there(
    parted: dict[str, Any], api: TestClient, sign: Sign
) -> None:
    spec, mine = api.get("/openapi.json").json(), sign("reviewer", (COUNTY,))
    moved, guessed = parted["moved"], parted["moved"][:14] + "99999"
    asked = 0
    for method, path, rights in operations(spec):
        if method != "GET" or not rights <= {"read", "feed", "review"}:
            continue
        world = {"layer": "firms"} | parted
        base = dict(parse_qsl(query(path, world).removeprefix("?")))
        for one in spec["paths"][path]["get"].get("parameters", ()):
            if one["in"] != "query":
                continue
            told = [
                api.get(path.format(**world), params=base | {one["name"]: code}, headers=mine)
                for code in (moved, guessed)
            ]
            assert told[0].status_code == told[1].status_code, (path, one["name"])
            if told[0].status_code == 200:
                asked += 1
                there, absent = told[0].text, told[1].text.replace(guessed, moved)
                assert there == absent, (path, one["name"])
    assert asked >= 25


def test_filters_and_searches_see_what_is_told_and_no_more(
    parted: dict[str, Any], api: TestClient, sign: Sign
) -> None:
    mine, everything = sign("reviewer", (COUNTY,)), sign("reviewer")
    moved, told = parted["moved"], f"{ELSEWHERE}…"

    def found(filter_: str, who: dict[str, str]) -> int:
        answer = api.get("/ogc/collections/findings/items", headers=who,
                         params={"filter": filter_, "filter-lang": "cql2-text"})  # fmt: skip
        assert answer.status_code == 200, answer.text
        return int(answer.json()["numberMatched"])

    for name in ("other_id", "message", "headline", "rows"):
        assert found(f"{name} LIKE '%{moved}%'", mine) == 0, name
        assert found(f"{name} LIKE '%{told}%'", mine) == 1, name
        assert found(f"{name} LIKE '%{moved}%'", everything) == 1, name
    assert found(f"other_id = '{moved}'", mine) == 0
    assert found(f"message LIKE '%{COUNTY}001%'", mine), "land of its own, whole"
    for part, who, stories in ((moved, mine, 0), (told, mine, 1), (moved, everything, 1)):
        answer = api.get("/v1/stories", params={"q": part}, headers=who)
        assert answer.json()["total"] == stories, part


def test_users_from_elsewhere_are_named_and_nothing_else_of_them_is(
    parted: dict[str, Any], api: TestClient, sign: Sign
) -> None:
    mine = sign("reviewer", (COUNTY,))
    links = api.get(f"/v1/parcels/{parted['own']}/links", headers=mine).json()["items"]
    assert parted["uscc"] in {row["uscc"] for row in links}
    for path in (f"/v1/enterprises/{parted['uscc']}",):
        assert api.get(path, headers=mine).status_code == 404
    for path in ("/v1/ledger", "/v1/evaluations/enterprises", "/v1/reconciliation/enterprises"):
        rows = api.get(path, params={"uscc": parted["uscc"]}, headers=mine).json()["items"]
        assert rows == [], path
    stakes = api.get("/v1/grade-stakes?limit=1000", headers=mine).json()["items"]
    assert parted["uscc"] not in {row["subject_id"] for row in stakes}
    everything = api.get("/v1/grade-stakes?limit=1000", headers=sign()).json()["items"]
    assert parted["uscc"] in {row["subject_id"] for row in everything}
    queue = api.get("/v1/review/queue?limit=1000", headers=mine).json()["items"]
    first = next(i for i in queue if (i["parcel_code"], i["uscc"]) == parted["item"])
    assert first["grades"] == ""
    assert first["question"] == f"{ELSEWHERE}…？"
    assert api.get("/v1/review/decisions", headers=mine).json() == []
    assert len(api.get("/v1/review/decisions", headers=sign("reviewer")).json()) == 1


def test_the_queue_as_a_workbook_tells_no_more_than_the_queue(
    parted: dict[str, Any], api: TestClient, sign: Sign, tmp_path: Path
) -> None:
    said = {}
    for who, headers in (("mine", sign("reviewer", (COUNTY,))), ("all", sign("reviewer"))):
        found = api.get("/v1/review/sheets", headers=headers)
        assert found.status_code == 200
        path = tmp_path / f"{who}.xlsx"
        path.write_bytes(found.content)
        _, rows = read_form(path, {REVIEW.kind: REVIEW})
        told = rows[
            (rows["parcel_code"] == parted["item"][0]) & (rows["uscc"] == parted["item"][1])
        ]
        said[who] = (told["question"].item(), told["grades"].item())
        assert (parted["moved"] in rows.to_csv()) == (who == "all")
    assert said["mine"] == (f"{ELSEWHERE}…？", "")
    assert said["all"] == (
        f"{parted['moved']}？", f"{parted['uscc']} B→A；91330603XXXXXXXXXX A→B"
    )  # fmt: skip


def test_a_building_on_own_land_that_another_county_registers_is_drawn_without_its_code(
    parted: dict[str, Any], api: TestClient, sign: Sign, town: Target
) -> None:
    with connect(town) as connection:
        hit = connection.execute(
            "UPDATE core.buildings SET parcel_code = %s WHERE id = (SELECT min(b.id)"
            " FROM core.buildings AS b JOIN pub.plots AS p ON ST_Intersects(p.geom, b.geom)"
            " AND p.division_code = %s) RETURNING 1", (parted["moved"], COUNTY),
        ).fetchone()  # fmt: skip
        assert hit
        connection.commit()
    url = "/v1/map/buildings"
    codes = {
        who: {f["properties"]["parcel_code"] for f in api.get(url, headers=h).json()["features"]}
        for who, h in (("mine", sign("viewer", (COUNTY,))), ("all", sign()))
    }
    assert f"{ELSEWHERE}…" in codes["mine"]
    assert parted["moved"] not in codes["mine"]
    assert parted["moved"] in codes["all"]


def test_land_of_another_county_cannot_be_asked_for_by_its_place(
    parted: dict[str, Any], api: TestClient, sign: Sign
) -> None:
    asked = {"place": parted["moved"][:12]}
    told = api.get("/v1/stories", params=asked, headers=sign("viewer", (COUNTY,))).json()
    assert (told["total"], told["stories"]) == (0, [])
    assert api.get("/v1/stories", params=asked, headers=sign()).json()["total"] == 1


def test_digests_of_facts_are_told_to_nobody(api: TestClient, sign: Sign, town: Target) -> None:
    """Name and number of a holder are among the facts: a guess could be seen to be right."""
    with connect(town) as connection:
        digests = [d for (d,) in connection.execute(
            "SELECT facts_digest FROM pub.links UNION SELECT facts_digest FROM pub.cross_check"
            " WHERE facts_digest <> ''")]  # fmt: skip
    assert len(digests) > 100
    headers = sign("reviewer")
    for path in ("/v1/links", "/v1/findings", "/v1/review/decisions",
                 "/ogc/collections/findings/items"):  # fmt: skip
        text = api.get(path, params={"limit": 1000}, headers=headers).text
        assert not [d for d in digests if d and d in text], path
    hidden = api.get("/ogc/collections/findings/items", headers=headers,
                     params={"filter": f"facts_digest = '{digests[0]}'"})  # fmt: skip
    assert hidden.status_code == 400
    assert key_for(town, "viewer")
