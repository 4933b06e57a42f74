"""What the review workbench reads, and decisions that stand or fall together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from geomujun.storage import audit
from geomujun.storage.target import Target, connect

Sign = Callable[..., dict[str, str]]
JUDGE = "/v1/review/judgements"


def queue(api: TestClient, headers: dict[str, str], query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get(
        f"/v1/review/queue?limit=1000{query}", headers=headers
    ).json()["items"]
    return found


def pair(item: dict[str, Any]) -> dict[str, Any]:
    return {"parcel_code": item["parcel_code"], "uscc": item["uscc"]}


def live(target: Target) -> dict[tuple[str, str], tuple[str, float | None, str, str]]:
    with connect(target, "app") as connection:
        rows = connection.execute(
            "SELECT parcel_code, uscc, verdict, area_m2, reason, reviewer"
            " FROM service.live_decisions"
        ).fetchall()
    return {(r[0], r[1]): tuple(r[2:]) for r in rows}


def test_one_answer_holds_all_that_is_known_of_a_question(
    api: TestClient, sign: Sign, town: Target
) -> None:
    headers = sign("reviewer")
    asked = next(i for i in queue(api, headers) if i["rival_uscc"])
    found = api.get("/v1/review/items", params=pair(asked), headers=headers).json()
    assert [c["uscc"] for c in found["candidates"]] == [asked["uscc"], asked["rival_uscc"]]
    assert found["plot"]["geometry"]["type"] == "MultiPolygon"
    first = found["candidates"][0]
    assert first["probability"] == asked["probability"]
    # The weights of the evidence add up to that of the link.
    assert sum(e["bits"] for e in first["evidence"]) == pytest.approx(
        first["weight_bits"], abs=0.01
    )
    with connect(town, "app") as connection:
        row = connection.execute(
            "SELECT count(DISTINCT parcel_code) FROM pub.links WHERE uscc = %s"
            " AND parcel_code <> %s", (asked["uscc"], asked["parcel_code"]),
        ).fetchone()  # fmt: skip
        stakes = connection.execute(
            "SELECT DISTINCT subject_id FROM pub.grade_stakes WHERE parcel_code = %s AND uscc = %s",
            (asked["parcel_code"], asked["uscc"]),
        ).fetchall()
    assert row is not None
    assert len(first["plots"]) == row[0]
    assert {s["subject_id"] for s in found["stakes"]} == {s[0] for s in stakes}
    assert (found["claimed_by"], first["decision"]) == (None, None)
    api.post("/v1/review/claims", json=pair(asked), headers=sign("reviewer", subject="甲"))
    again = api.get("/v1/review/items", params=pair(asked), headers=headers).json()
    assert again["claimed_by"] == "甲"


def test_a_firm_of_another_division_is_told_by_its_code_only(
    api: TestClient, sign: Sign, town: Target
) -> None:
    asked = next(i for i in queue(api, sign("reviewer")) if i["rival_uscc"])
    with connect(town) as connection:
        connection.execute(
            "UPDATE pub.firms SET division_code = '990000' WHERE uscc = %s", (asked["rival_uscc"],)
        )
    own = sign("reviewer", (asked["division_code"],))
    rival = api.get("/v1/review/items", params=pair(asked), headers=own).json()["candidates"][1]
    assert rival["uscc"] == asked["rival_uscc"]
    assert (rival["name"], rival["address"], rival["point"]) == (None, None, None)
    away = sign("reviewer", ("99",))
    assert api.get("/v1/review/items", params=pair(asked), headers=away).status_code == 404


def test_the_queue_is_filtered_before_it_is_cut_into_pages(api: TestClient, sign: Sign) -> None:
    headers = sign("reviewer", subject="甲")
    everything = queue(api, headers)
    last = everything[-1]
    api.post("/v1/review/claims", json=pair(last), headers=headers)
    mine = api.get("/v1/review/queue?mine=true&limit=1", headers=headers).json()
    assert [pair(i) for i in mine["items"]] == [pair(last)]
    free = queue(api, sign("reviewer", subject="乙"), "&free=true")
    assert len(free) == len(everything) - 1
    api.post("/v1/review/releases", json=pair(last), headers=headers)
    kinds = [queue(api, headers, f"&kind={kind}") for kind in ("own", "lease", "use")]
    assert sum(map(len, kinds)) == len(everything)
    assert all(i["relation"] == "OWN" for i in kinds[0])
    rivals = queue(api, headers, "&rival=true")
    assert rivals == [i for i in everything if i["rival_uscc"]]
    town_code = everything[0]["parcel_code"][:9]
    assert queue(api, headers, f"&town={town_code}") == [
        i for i in everything if i["parcel_code"].startswith(town_code)
    ]
    large = queue(api, headers, "&at_least_m2=5000")
    assert large == [i for i in everything if i["area_m2"] >= 5000]
    said = pair(everything[0]) | {"verdict": "same"}
    assert api.post("/v1/review/decisions", json=said, headers=headers).status_code == 201
    assert len(queue(api, headers, "&state=open")) == len(everything) - 1
    assert [pair(i) for i in queue(api, headers, "&state=settled")] == [pair(everything[0])]


def test_progress_counts_questions_and_each_plot_once(api: TestClient, sign: Sign) -> None:
    headers = sign("reviewer", subject="甲")
    everything = queue(api, headers)
    told = api.get("/v1/review/progress", headers=headers).json()["items"]
    plots = {i["parcel_code"]: i["area_m2"] for i in everything}
    assert sum(t["items"] for t in told) == len(everything)
    assert sum(t["area_m2"] for t in told) == pytest.approx(sum(plots.values()))
    assert sum(t["settled"] for t in told) == 0
    code = everything[0]["parcel_code"]
    on_plot = [i for i in everything if i["parcel_code"] == code]
    words = [pair(i) | {"verdict": "different"} for i in on_plot]
    assert api.post(JUDGE, json={"items": words}, headers=headers).status_code == 201
    told = api.get("/v1/review/progress", headers=headers).json()["items"]
    assert sum(t["settled"] for t in told) == sum(t["mine"] for t in told) == len(on_plot)
    assert sum(t["settled_m2"] for t in told) == pytest.approx(plots[code])
    other = api.get("/v1/review/progress", headers=sign("reviewer", ("99",))).json()
    assert other["items"] == []


def test_what_is_judged_together_is_recorded_wholly_or_not_at_all(
    api: TestClient, sign: Sign, town: Target
) -> None:
    first, second = sign("reviewer", subject="甲"), sign("reviewer", subject="乙")
    asked = next(i for i in queue(api, first) if i["rival_uscc"])
    rival = {"parcel_code": asked["parcel_code"], "uscc": asked["rival_uscc"]}
    early = api.post(
        "/v1/review/decisions", json=rival | {"verdict": "unsure"}, headers=second
    ).json()
    words = [pair(asked) | {"verdict": "different"}, rival | {"verdict": "same"}]
    refused = api.post(JUDGE, json={"items": words, "reason": "看过"}, headers=first)
    assert refused.status_code == 409
    assert set(live(town)) == {(rival["parcel_code"], rival["uscc"])}
    words[1]["replaces"] = early["number"]
    done = api.post(JUDGE, json={"items": words, "reason": "看过"}, headers=first)
    assert [d["uscc"] for d in done.json()] == [asked["uscc"], asked["rival_uscc"]]
    assert live(town) == {
        (asked["parcel_code"], asked["uscc"]): ("different", None, "看过", "甲"),
        (asked["parcel_code"], asked["rival_uscc"]): ("same", None, "看过", "甲"),
    }
    with connect(town, "app") as connection:
        assert audit.verify(connection).broken_at is None


def test_a_split_adds_up_to_no_more_than_the_plot(
    api: TestClient, sign: Sign, town: Target
) -> None:
    headers = sign("reviewer", subject="甲")
    asked = next(i for i in queue(api, headers) if i["rival_uscc"])
    rival = {"parcel_code": asked["parcel_code"], "uscc": asked["rival_uscc"]}
    plot = api.get("/v1/review/items", params=pair(asked), headers=headers).json()["plot"]
    whole = plot["area_m2"]
    words = [
        pair(asked) | {"verdict": "same", "area_m2": whole * 0.75},
        rival | {"verdict": "same", "relation": "LEASE", "area_m2": whole * 0.5},
    ]
    refused = api.post(JUDGE, json={"items": words}, headers=headers)
    assert refused.status_code == 400
    assert live(town) == {}
    words[1]["area_m2"] = whole * 0.25
    assert api.post(JUDGE, json={"items": words}, headers=headers).status_code == 201
    assert sorted(v[1] for v in live(town).values()) == pytest.approx([whole * 0.25, whole * 0.75])
    twice = api.post(JUDGE, json={"items": [words[0], words[0]]}, headers=headers)
    assert twice.status_code == 400


def test_several_plots_only_where_holder_and_firm_are_equal(
    api: TestClient, sign: Sign, town: Target
) -> None:
    headers = sign("reviewer", subject="甲")
    with connect(town, "app") as connection:
        named, masked = (
            connection.execute(
                "SELECT (array_agg(parcel_code ORDER BY parcel_code))[:2] FROM pub.plots AS p"
                " WHERE holder <> '' AND (holder LIKE '%%*%%') = %s AND kind = 'parcel'"
                " GROUP BY holder HAVING count(*) > 1 ORDER BY holder LIMIT 1", (hidden,),
            ).fetchone()
            for hidden in (False, True)
        )  # fmt: skip
        firm = connection.execute(
            "SELECT uscc FROM pub.firms AS f WHERE NOT EXISTS (SELECT FROM pub.links AS l"
            " WHERE l.uscc = f.uscc) ORDER BY uscc LIMIT 1"
        ).fetchone()
    assert named
    assert firm

    def judged(codes: list[str], **more: Any) -> int:
        words = [
            {"parcel_code": c, "uscc": firm[0], "verdict": "same", "relation": "OWN"} | more
            for c in codes
        ]
        return api.post(JUDGE, json={"items": words}, headers=headers).status_code

    another = next(i["parcel_code"] for i in queue(api, headers))
    assert judged([named[0][0], another]) == 400
    assert judged(named[0], area_m2=10) == 400
    if masked:  # two persons may share what is left of their names
        assert judged(masked[0]) == 400
    assert live(town) == {}
    assert judged(named[0]) == 201
    assert {p for p, _ in live(town)} == set(named[0])


def test_opinions_wait_in_a_list_and_can_be_taken_back(
    town: Target, serve: Callable[..., TestClient], sign: Sign
) -> None:
    api = serve(town, two_persons=True)
    first, second = sign("reviewer", subject="甲"), sign("reviewer", subject="乙")
    asked = queue(api, first)[0]
    words = {"items": [pair(asked) | {"verdict": "same"}], "reason": "看过合同"}
    made = api.post(JUDGE, json=words, headers=first).json()[0]
    assert made["kind"] == "proposal"
    rows = api.get("/v1/review/proposals", headers=second).json()
    assert [(r["number"], r["reason"], r["mine"]) for r in rows] == [
        (made["number"], "看过合同", False)
    ]
    assert api.get("/v1/review/proposals", headers=first).json()[0]["mine"]
    assert api.get("/v1/review/proposals", headers=sign("reviewer", ("99",))).json() == []
    told = api.get("/v1/review/items", params=pair(asked), headers=second).json()["waiting"]
    assert [w["number"] for w in told] == [made["number"]]
    url = f"/v1/review/proposals/{made['number']}/withdrawal"
    assert api.post(url, headers=second).status_code == 409
    assert api.post(url, headers=sign("reviewer", ("99",))).status_code == 404
    assert api.post(url, headers=first).status_code == 204
    assert api.post(url, headers=first).status_code == 404
    assert api.get("/v1/review/proposals", headers=second).json() == []
    assert live(town) == {}
    again = api.post(JUDGE, json=words, headers=first).json()[0]
    answered = f"/v1/review/proposals/{again['number']}/answer"
    assert api.post(answered, json={"agree": True}, headers=second).status_code == 201
