"""Cards: all an edition says of one thing, its sources among it, within rights and policy."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from postgis_fixtures import TOWN, cells
from world import real

from geomujun.domain.catalogue import TABLES
from geomujun.domain.model import Sensitivity
from geomujun.storage.target import Target

Sign = Callable[..., dict[str, str]]


def test_the_parcel_card_agrees_with_the_lists_it_gathers(
    api: TestClient, sign: Sign, town: Target
) -> None:
    code, headers = real(town)["parcel_code"], sign("viewer")
    card = api.get(f"/v1/cards/parcels/{code}", headers=headers).json()
    for part, path in (
        ("links", "links"), ("ledger_lines", "ledger-lines"), ("parcel_evaluation", "evaluation"),
        ("low_efficiency", "low-efficiency"),
    ):  # fmt: skip
        assert card[part] == api.get(f"/v1/parcels/{code}/{path}", headers=headers).json()["items"]
    one = api.get(f"/v1/parcels/{code}", headers=headers).json()
    assert card["plots"] == {k: v for k, v in one.items() if k not in ("edition", "year")}
    assert {n["uscc"] for n in card["named"]} >= {r["uscc"] for r in card["links"]}
    assert sum(g["count"] for g in card["cohort"]["grades"]) > 0
    assert [h["edition"] for h in card["history"]] == [1]


def test_the_firm_card_holds_its_plots_with_shapes_and_its_ledger(
    api: TestClient, sign: Sign, town: Target
) -> None:
    uscc, headers = real(town)["uscc"], sign("viewer")
    card = api.get(f"/v1/cards/enterprises/{uscc}", headers=headers).json()
    whole = api.get(f"/v1/enterprises/{uscc}", headers=headers).json()
    assert card["ledger"] == [whole["ledger"]]
    assert {p["parcel_code"] for p in card["plots"]} == {r["parcel_code"] for r in card["links"]}
    assert all(p["geometry"]["type"] == "MultiPolygon" for p in card["plots"])
    benchmarks = {i["id"]: i["benchmark"] for i in card["cohort"]["indicators"]}
    assert benchmarks["tax_per_mu"] > 0
    assert sum(i["weight"] for i in card["cohort"]["indicators"]) == pytest.approx(100)


def test_each_source_row_is_the_row_of_the_file_that_was_read(
    api: TestClient, sign: Sign, town: Target
) -> None:
    uscc = real(town)["uscc"]
    card = api.get(f"/v1/cards/enterprises/{uscc}", headers=sign("viewer")).json()
    source = next(s for s in card["sources"] if s["table"] == "enterprises")
    row = cells(next(TOWN.glob("enterprises*.csv"))).iloc[source["row"] - 1]
    told = {c["field"]: c["value"] for c in source["cells"]}
    assert told["uscc"] == uscc
    assert {uscc, told["name"]} <= set(row)


def test_no_card_names_a_personal_cell_and_says_which_were_left_out(
    api: TestClient, sign: Sign, town: Target
) -> None:
    code = real(town)["parcel_code"]
    card = api.get(f"/v1/cards/parcels/{code}", headers=sign("viewer")).json()
    personal = {
        f.name for t in TABLES.values() for f in t.fields if f.sensitivity is Sensitivity.PERSONAL
    }
    sources = card["sources"]
    assert sources
    assert not {c["field"] for s in sources for c in s["cells"]} & personal
    assert "权利人" in next(s["hidden"] for s in sources if s["table"] == "parcels")


def test_cards_end_at_the_readers_divisions_and_at_the_policy(
    api: TestClient, serve: Callable[..., TestClient], sign: Sign, town: Target
) -> None:
    world = real(town)
    for path in (f"parcels/{world['parcel_code']}", f"enterprises/{world['uscc']}"):
        assert api.get(f"/v1/cards/{path}", headers=sign("viewer", ("99",))).status_code == 404
        assert api.get(f"/v1/cards/{path}").status_code == 401, "the default publishes nothing"
    public = serve(town, locality="zhejiang")
    with_key = public.get(f"/v1/cards/enterprises/{world['uscc']}", headers=sign("viewer")).json()
    assert with_key["sources"]
    without = public.get(f"/v1/cards/enterprises/{world['uscc']}")
    assert without.status_code in (401, 404), "the town's edition is a draft"
