"""Work through the API: claims, decisions, the second person, findings, objections, editions."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from serving import Live, key_for

from geomujun.storage import audit, decisions
from geomujun.storage.target import Target, connect

Sign = Callable[..., dict[str, str]]
ITEMS, REVIEWERS = 200, 64


def item(api: TestClient, headers: dict[str, str]) -> dict[str, Any]:
    found = api.get("/v1/review/queue?limit=1", headers=headers).json()["items"][0]
    return {"parcel_code": found["parcel_code"], "uscc": found["uscc"]}


def test_an_item_is_claimed_decided_and_replaced(api: TestClient, sign: Sign, town: Target) -> None:
    first, second = sign("reviewer", subject="甲"), sign("reviewer", subject="乙")
    pair = item(api, first)
    assert api.post("/v1/review/claims", json=pair, headers=first).status_code == 204
    assert api.post("/v1/review/claims", json=pair, headers=second).status_code == 409
    said = pair | {"verdict": "same", "reason": "看过合同"}
    assert api.post("/v1/review/decisions", json=said, headers=second).status_code == 409
    done = api.post("/v1/review/decisions", json=said, headers=first).json()
    assert done["kind"] == "decision"
    assert api.post("/v1/review/decisions", json=said, headers=second).status_code == 409
    other = said | {"verdict": "different", "replaces": done["number"]}
    assert api.post("/v1/review/decisions", json=other, headers=second).status_code == 201
    assert api.post("/v1/review/decisions", json=other, headers=first).status_code == 409
    rows = api.get("/v1/review/decisions", params=pair, headers=first).json()
    assert [(r["verdict"], r["live"], r["reviewer"]) for r in rows] == [
        ("same", False, "甲"), ("different", True, "乙"),
    ]  # fmt: skip
    assert "facts_digest" not in rows[0]
    queued = api.get("/v1/review/queue?limit=1", headers=first).json()["items"][0]
    assert (queued["decided"], queued["decision_id"]) == ("different", rows[1]["id"])
    with connect(town, "app") as connection:
        assert audit.verify(connection).broken_at is None


def test_beyond_ones_divisions_nothing_is_decided(api: TestClient, sign: Sign) -> None:
    pair = item(api, sign("reviewer"))
    away = sign("reviewer", ("3301",))
    said = pair | {"verdict": "same"}
    assert api.post("/v1/review/decisions", json=said, headers=away).status_code == 404
    assert api.post("/v1/review/claims", json=pair, headers=away).status_code == 404
    none = pair | {"uscc": "91330000000000000X", "verdict": "same"}
    assert api.post("/v1/review/decisions", json=none, headers=sign("reviewer")).status_code == 404


def test_two_persons(town: Target, serve: Callable[..., TestClient], sign: Sign) -> None:
    api = serve(town, two_persons=True)
    first, second = sign("reviewer", subject="甲"), sign("reviewer", subject="乙")
    said = item(api, first) | {"verdict": "same"}
    waiting = api.post("/v1/review/decisions", json=said, headers=first).json()
    assert waiting["kind"] == "proposal"
    url = f"/v1/review/proposals/{waiting['number']}/answer"
    assert api.post(url, json={"agree": True}, headers=first).status_code == 409
    away = sign("reviewer", ("3301",), subject="丙")
    assert api.post(url, json={"agree": True}, headers=away).status_code == 404
    done = api.post(url, json={"agree": True}, headers=second).json()
    assert done["kind"] == "decision"
    assert api.post(url, json={"agree": True}, headers=second).status_code == 404


def test_a_finding_is_closed_with_a_reason_and_reopened(api: TestClient, sign: Sign) -> None:
    headers = sign("reviewer")
    found = api.get("/v1/findings?state=open&limit=1", headers=headers).json()["items"][0]
    url = f"/v1/findings/{found['finding_id']}"
    assert api.post(f"{url}/closings", json={"state": "closed"}, headers=headers).status_code == 400
    said = {"state": "closed", "reason": "已核实"}
    assert api.post(f"{url}/closings", json=said, headers=headers).status_code == 201
    assert api.post(f"{url}/closings", json=said, headers=headers).status_code == 409
    assert api.post(f"{url}/closings", json={"state": "open"}, headers=headers).status_code == 201
    told = api.get(url, headers=headers).json()["closings"]
    assert [(c["state"], c["reason"]) for c in told] == [("closed", "已核实"), ("open", "")]


def test_an_objection_is_filed_and_answered_once(api: TestClient, sign: Sign) -> None:
    clerk, chief = sign("reviewer"), sign("publisher")
    uscc = api.get("/v1/ledger?limit=1", headers=clerk).json()["items"][0]["uscc"]
    said = {"uscc": uscc, "reason": "少算了厂房", "deadline": "2025-07-31", "claimed_m2": 12.5}
    number = api.post("/v1/objections", json=said, headers=clerk).json()["number"]
    url = f"/v1/objections/{number}/answer"
    answer = {"version": 1, "state": "upheld", "answer": "属实"}
    assert api.post(url, json=answer, headers=clerk).status_code == 403
    assert api.post(url, json=answer | {"answer": " "}, headers=chief).status_code == 400
    assert api.post(url, json=answer, headers=sign("publisher", ("99",))).status_code == 404
    assert api.post(url, json=answer, headers=chief).json()["version"] == 2
    assert api.post(url, json=answer, headers=chief).status_code == 409
    assert api.get("/v1/objections?state=open", headers=clerk).json() == []


def test_editions_are_brought_on_and_compared(api: TestClient, sign: Sign, town: Target) -> None:
    from postgis_fixtures import publication

    from geomujun.pipeline.publish import publish

    chief = sign("publisher")
    said = item(api, chief) | {"verdict": "same", "reason": "看过"}
    api.post("/v1/review/decisions", json=said, headers=chief)
    publish(town, publication())
    skip = api.post("/v1/editions/2/states", json={"state": "published"}, headers=chief)
    assert skip.status_code == 409
    done = api.post("/v1/editions/2/states", json={"state": "objection"}, headers=chief).json()
    assert [s["state"] for s in done["states"]] == ["draft", "objection"]
    assert (
        api.post("/v1/editions/9/states", json={"state": "objection"}, headers=chief).status_code
        == 404
    )
    found = api.get("/v1/editions/1/diff/2", headers=chief).json()
    assert found["total"]["links"] == len(found["links"]) > 0
    assert all(row["cause"] for row in found["links"])
    whole = api.get("/v1/editions/2", headers=chief).json()
    assert len(whole["hashes"]["links"]["sha256"]) == 64


@pytest.mark.parametrize("each", [25, pytest.param(ITEMS, marks=pytest.mark.long)])
def test_sixty_four_reviewers_on_two_hundred_items(town: Target, each: int) -> None:
    """Each decides so many items as first decider: one wins, the others are told 409."""
    with connect(town, "app") as connection:
        pairs = connection.execute(
            "SELECT p.parcel_code, f.uscc FROM pub.plots AS p, pub.firms AS f"
            " ORDER BY md5(p.parcel_code || f.uscc) LIMIT %s", (ITEMS,),
        ).fetchall()  # fmt: skip
    keys = [key_for(town, "reviewer", subject=f"r{k}") for k in range(REVIEWERS)]
    live, outcomes, lock = Live(town), Counter(), threading.Lock()
    wins: Counter[int] = Counter()

    def work(k: int) -> None:
        mine = [(k * each + i) % ITEMS for i in range(each)]
        mine.sort(key=lambda i: (i * 7919 + k * 104729) % 211)
        with httpx.Client(base_url=live.url, timeout=60) as client:
            for i in mine:
                said = {"parcel_code": pairs[i][0], "uscc": pairs[i][1], "verdict": "same"}
                answer = client.post("/v1/review/decisions", json=said,
                                     headers={"Authorization": f"Bearer {keys[k]}"})  # fmt: skip
                with lock:
                    outcomes[answer.status_code] += 1
                    wins[i] += answer.status_code == 201

    try:
        with ThreadPoolExecutor(REVIEWERS) as pool:
            list(pool.map(work, range(REVIEWERS)))
    finally:
        live.stop()
    assert outcomes == {201: ITEMS, 409: REVIEWERS * each - ITEMS}
    assert set(wins.values()) == {1}
    with connect(town, "app") as connection:
        assert len(decisions.all_lines(connection)) == ITEMS
        assert audit.verify(connection).broken_at is None
