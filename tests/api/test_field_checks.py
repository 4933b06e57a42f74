"""Field checks of low-efficiency plots: recorded once, audited, told against the year's target."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from psycopg import errors as pg

from geomujun.errors import UsageError
from geomujun.storage import field_checks, migrate
from geomujun.storage.target import Target, connect

Sign = Callable[..., dict[str, str]]
URL = "/v1/field-checks"


def low_plots(town: Target) -> list[tuple[str, float]]:
    with connect(town, "app") as connection:
        return connection.execute(
            "SELECT parcel_code, max(area_mu) FROM pub.low_efficiency WHERE edition = 1"
            " GROUP BY 1 ORDER BY 1"
        ).fetchall()


def stages(api: TestClient, headers: dict[str, str]) -> dict[str, Any]:
    told = api.get(URL, headers=headers).json()
    return {row["state"]: row for row in told["items"]}


def said(state: str = "checked", **more: Any) -> dict[str, Any]:
    return {"state": state, "checked_on": "2025-03-01", **more}


def test_every_listed_plot_is_in_one_state_and_land_adds_up(
    api: TestClient, sign: Sign, town: Target
) -> None:
    plots = low_plots(town)
    clerk = sign("reviewer", subject="甲")
    first = stages(api, clerk)
    assert list(first) == ["to_check"]
    assert first["to_check"]["plots"] == len(plots)
    code, mu = plots[0]
    made = api.post(f"{URL}/{code}", json=said(path="收储"), headers=clerk)
    assert made.status_code == 201
    done = said("done", area_mu=round(mu, 2), released_mu=1.5, replaces=made.json()["id"])
    assert api.post(f"{URL}/{code}", json=done, headers=clerk).status_code == 201
    told = stages(api, clerk)
    assert sum(row["plots"] for row in told.values()) == len(plots)
    assert sum(row["mu"] for row in told.values()) == pytest.approx(sum(m for _, m in plots))
    assert (told["done"]["plots"], told["done"]["released_mu"]) == (1, 1.5)
    assert told["done"]["mu"] == pytest.approx(mu)
    rows = api.get(f"{URL}/{code}", headers=sign("viewer")).json()
    assert [(r["state"], r["reviewer"], r["path"]) for r in rows] == [
        ("done", "甲", ""), ("checked", "甲", "收储"),
    ]  # fmt: skip
    with connect(town, "app") as connection:
        audited = connection.execute(
            "SELECT actor, subject, details ->> 'state' FROM audit.log"
            " WHERE action = 'field-check' ORDER BY id"
        ).fetchall()
    assert audited == [("甲", f"plot/{code}", "checked"), ("甲", f"plot/{code}", "done")]


def test_done_is_told_against_the_target_of_the_saved_plan(
    api: TestClient, sign: Sign, town: Target
) -> None:
    chief = sign("publisher")
    plan = {"targets": {"mu": 10}, "clusters": ["C1"], "totals": {"mu": 12.5}}
    kept = api.post("/v1/scenarios", json={"name": "年度", "edition": 1, "plan": plan},
                    headers=chief)  # fmt: skip
    assert kept.status_code == 201
    code, _ = low_plots(town)[0]
    api.post(f"{URL}/{code}", json=said("done", released_mu=2.0), headers=chief)
    told = api.get(URL, headers=chief).json()
    assert told["plan"] == "年度"
    aims = {a["id"]: a for a in told["aims"]}
    assert aims["mu"] == {"id": "mu", "target": 10, "planned": 12.5, "done": 2.0}
    assert aims["tax"] == {"id": "tax", "target": None, "planned": None, "done": 0.0}
    away = api.get(URL, headers=sign("publisher", ("3306",))).json()
    assert away["plan"] == ""  # plans are for those of all divisions


def test_whoever_did_not_see_the_newest_check_is_told(
    api: TestClient, sign: Sign, town: Target
) -> None:
    code, _ = low_plots(town)[0]
    keys = [sign("reviewer", subject=f"r{n}") for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        codes = list(
            pool.map(
                lambda key: api.post(f"{URL}/{code}", json=said(), headers=key).status_code, keys
            )
        )
    assert sorted(codes) == [201, *[409] * 7]
    first = api.get(f"{URL}/{code}", headers=keys[0]).json()[0]["id"]
    assert api.post(f"{URL}/{code}", json=said("talking"), headers=keys[0]).status_code == 409
    on = said("talking", replaces=first)
    assert api.post(f"{URL}/{code}", json=on, headers=keys[0]).status_code == 201
    assert api.post(f"{URL}/{code}", json=on, headers=keys[0]).status_code == 409


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (said("refuted"), 400),  # no word on why
        (said("refuted", note="已在生产"), 201),
        (said("done", released_mu=1e6), 400),  # more than the plot
        (said("finished"), 422),
        (said("done", area_mu=-1), 422),
        (said("done", tax_wan_yuan="NaN"), 422),
        ({"state": "checked", "checked_on": "2025-02-30"}, 422),
        ({"state": "checked",
          "checked_on": (datetime.now(UTC) + timedelta(days=2)).date().isoformat()}, 400),
        (said(replaces=999), 409),
    ],
)  # fmt: skip
def test_what_is_no_check_is_refused_with_a_reason(
    body: dict[str, Any], status: int, api: TestClient, sign: Sign, town: Target
) -> None:
    code, _ = low_plots(town)[0]
    found = api.post(f"{URL}/{code}", json=body, headers=sign("reviewer"))
    assert found.status_code == status, found.text
    kept = api.get(f"{URL}/{code}", headers=sign("reviewer")).json()
    assert len(kept) == (status == 201)


def test_only_listed_plots_of_ones_divisions_and_only_with_a_key(
    api: TestClient, sign: Sign, town: Target
) -> None:
    code, _ = low_plots(town)[0]
    with connect(town, "app") as connection:
        row = connection.execute(
            "SELECT parcel_code FROM pub.plots WHERE edition = 1 AND NOT low_efficiency LIMIT 1"
        ).fetchone()
    assert row
    clerk = sign("reviewer")
    assert api.post(f"{URL}/{row[0]}", json=said(), headers=clerk).status_code == 404
    away = sign("reviewer", ("99",))
    assert api.post(f"{URL}/{code}", json=said(), headers=away).status_code == 404
    assert api.get(f"{URL}/{code}", headers=away).status_code == 404
    assert api.get(URL, headers=away).json()["items"] == []
    assert api.get(URL).status_code == 401
    assert api.post(f"{URL}/{code}", json=said(), headers=sign("viewer")).status_code == 403


def test_checks_are_never_changed_and_no_way_back_destroys_them(town: Target) -> None:
    code, _ = low_plots(town)[0]
    check = field_checks.FieldCheck(code, "checked", datetime.now(UTC).date(), "me", 1)
    with connect(town, "app") as connection:
        field_checks.add(connection, check)
    with connect(town) as connection, pytest.raises(pg.InsufficientPrivilege):
        connection.execute("UPDATE review.field_checks SET state = 'done'")
    with pytest.raises(UsageError, match="核查"):
        migrate.downgrade(town, "0005")
    assert migrate.drift(town) == []
