"""The first screen, stories, what-ifs and plans of an edition: against the tables themselves."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from fastapi.testclient import TestClient
from postgis_fixtures import DAY, SCHEME, TOWN, YEAR

from geomujun.cli import run_folder
from geomujun.cli.simulate import BY
from geomujun.export.sheets_run import open_run
from geomujun.pipeline import leading, reconcile, scored
from geomujun.planning import plan as planning
from geomujun.planning import scenarios
from geomujun.planning.simulate import simulate
from geomujun.policy import measures_leaders, measures_paths, schemes
from geomujun.policy import relief as reliefs
from geomujun.storage.target import Target, connect

Sign = Callable[..., dict[str, str]]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
RULES: dict[str, Any] = {"shares": {"below_designated": [20, 50, 25, 5]}}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The town as `geomujun run` writes it, to compare an edition of the same with."""
    out = tmp_path_factory.mktemp("run")
    job = reconcile.Job(folder=TOWN, out=out, scheme=schemes.load(SCHEME, YEAR), year=YEAR,
                        as_of=DAY)  # fmt: skip
    reconcile.run(job)
    return out


def ask(target: Target, query: str) -> list[tuple[Any, ...]]:
    with connect(target, "app") as connection:
        return connection.execute(query).fetchall()


def test_every_parcel_and_every_firm_stands_in_one_bucket_of_the_first_screen(
    api: TestClient, sign: Sign, town: Target
) -> None:
    told = api.get("/v1/dashboard", headers=sign()).json()
    tables = {
        "parcels": "pub.parcel_reconciliation",
        "enterprises": "pub.enterprise_reconciliation",
    }
    for name, table in tables.items():
        wanted = ask(town, f"SELECT bucket, count(*) FROM {table} GROUP BY 1")  # noqa: S608
        assert {r["bucket"]: r["count"] for r in told[name]} == dict(wanted)
    land = ask(town, "SELECT sum(area_m2), sum(allocated_m2) FROM pub.parcel_reconciliation")[0]
    assert sum(r["area_m2"] for r in told["parcels"]) == pytest.approx(land[0])
    a, ledger = told["allocation"], told["ledger"]
    assert a["allocated_m2"] == pytest.approx(land[1])
    assert a["allocated_m2"] + a["unallocated_m2"] == pytest.approx(a["area_m2"], abs=1)
    assert ledger["registered_m2"] + ledger["leased_in_m2"] + ledger["other_m2"] - ledger[
        "leased_out_m2"
    ] - ledger["exempt_m2"] == pytest.approx(ledger["occupied_m2"], abs=1)
    assert sum(r["parcels"] for r in told["towns"]) == sum(r["count"] for r in told["parcels"])
    assert (
        told["low_total"]["plots"]
        == ask(town, "SELECT count(DISTINCT parcel_code) FROM pub.low_efficiency")[0][0]
    )


def test_the_first_screen_ends_at_the_readers_divisions_and_is_kept_by_them(
    api: TestClient, sign: Sign
) -> None:
    whole = api.get("/v1/dashboard", headers=sign()).json()
    other = api.get("/v1/dashboard", headers=sign("viewer", ("99",))).json()
    assert whole["parcels"]
    assert (other["parcels"], other["enterprises"], other["findings"]) == ([], [], [])
    assert other["ledger"]["occupied_m2"] == 0
    first = api.get("/v1/dashboard", headers=sign())
    tag = {"If-None-Match": first.headers["etag"]}
    assert api.get("/v1/dashboard", headers=sign() | tag).status_code == 304
    assert api.get("/v1/dashboard").status_code == 401


def test_grades_of_an_edition_beside_itself_lie_on_the_diagonal(
    api: TestClient, sign: Sign
) -> None:
    told = api.get("/v1/dashboard/transition?before=1&after=1", headers=sign()).json()
    assert told["enterprises"]
    assert all(m["before"] == m["after"] for m in told["enterprises"] + told["parcels"])
    assert api.get("/v1/dashboard/transition?before=1&after=9", headers=sign()).status_code == 404


def test_sources_are_told_with_digest_and_rows(api: TestClient, sign: Sign, town: Target) -> None:
    told = api.get("/v1/freshness", headers=sign()).json()
    wanted = ask(town, "SELECT file, sha256, rows_kept FROM raw.files WHERE current")
    assert {(f["file"], f["sha256"], f["rows_kept"]) for f in told["files"]} == set(wanted)
    assert all(f["used"] and f["title"] for f in told["files"])


def test_a_story_tells_what_was_closed_since(api: TestClient, sign: Sign) -> None:
    reviewer = sign("reviewer", subject="甲")
    found = api.get("/v1/stories?limit=500", headers=reviewer).json()
    assert found["total"] == len(found["stories"])
    ranks = [("high", "medium", "low").index(s["severity"]) for s in found["stories"]]
    assert ranks == sorted(ranks)
    finding = found["stories"][0]["findings"][0]
    path = f"/v1/findings/{finding['finding_id']}/closings"
    said = {"state": "closed", "reason": "已核实"}
    assert api.post(path, json=said, headers=reviewer).status_code == 201
    assert api.post(path, json=said, headers=reviewer).status_code == 409
    story = found["stories"][0]["story_id"]
    now = api.get(f"/v1/stories?story={story}", headers=reviewer).json()["stories"][0]
    told = next(f for f in now["findings"] if f["finding_id"] == finding["finding_id"])
    assert (told["state"], told["reason"], told["closed_by"]) == ("closed", "已核实", "甲")
    assert now["open"] == found["stories"][0]["open"] - 1
    rule = api.get(f"/v1/stories?rule={finding['rule']}&limit=500", headers=reviewer).json()
    assert rule["total"] < found["total"]
    assert all(finding["rule"] in {f["rule"] for f in s["findings"]} for s in rule["stories"])


def test_a_simulation_gives_what_the_command_gives(api: TestClient, sign: Sign, run: Path) -> None:
    publisher = sign("publisher")
    told = api.post("/v1/simulations", json={"rules": RULES}, headers=publisher).json()
    rules = scored.rules(run)
    listed = scenarios.read(
        "scenarios: {now: {shares: {below_designated: [20, 50, 25, 5]}}}", rules, reliefs.load()
    )
    wanted = simulate(scored.ground(run), rules, listed, reliefs.load())
    for by in BY:
        matrix = wanted.transition(wanted.outcomes[0], by).to_numpy()
        assert np.allclose(told["matrix"][by], matrix), by
    assert told["total"] == len(wanted.movers(wanted.outcomes[0])) > 0
    assert [r["A"] for r in told["comparison"]] == wanted.comparison()["A"].tolist()
    again = api.post("/v1/simulations", json={"rules": RULES}, headers=publisher).json()
    assert again == told


def test_rules_that_do_not_add_up_are_refused_with_the_reason(api: TestClient, sign: Sign) -> None:
    publisher = sign("publisher")
    for rules in (
        {"shares": {"below_designated": [20, 50, 25, 6]}},
        {"weights": {"below_designated": {"tax_per_mu": 60}}},
        {"shares": {"nobody": [25, 50, 20, 5]}},
        {"scheme": "none-such"},
    ):
        found = api.post("/v1/simulations", json={"rules": rules}, headers=publisher)
        assert found.status_code in (400, 422), rules
        assert found.json()["detail"]
    standing = api.get("/v1/simulations/rules", headers=publisher).json()
    assert {c["id"] for c in standing["cohorts"]} >= {"below_designated"}
    assert all(sum(i["weight"] for i in c["indicators"]) == 100 for c in standing["cohorts"])


def test_a_scenario_is_kept_compared_and_deleted_under_one_name(
    api: TestClient, sign: Sign, town: Target
) -> None:
    publisher = sign("publisher", subject="乙")
    said = {"name": "收紧规下", "edition": 1, "rules": RULES}
    row = api.post("/v1/scenarios", json=said, headers=publisher).json()
    assert (row["kind"], row["saved_by"], row["body"]) == ("simulation", "乙", RULES)
    assert api.post("/v1/scenarios", json=said, headers=publisher).status_code == 409
    both = said | {"name": "两样", "plan": {"clusters": ["C1"]}}
    assert api.post("/v1/scenarios", json=both, headers=publisher).status_code == 422
    told = api.post(
        "/v1/simulations", json={"beside": [row["id"]], "limit": 0}, headers=publisher
    ).json()
    names = [r["title"] for r in told["comparison"]]
    assert names[2] == "收紧规下"
    assert told["comparison"][1]["down"] == 0 < told["comparison"][2]["down"]
    path = f"/v1/scenarios/{row['id']}"
    assert api.delete(path, headers=publisher).status_code == 204
    assert api.delete(path, headers=publisher).status_code == 404
    done = ask(
        town, "SELECT actor, action FROM audit.log WHERE subject LIKE 'scenario/%' ORDER BY id"
    )
    assert done == [("乙", "save"), ("乙", "delete")]


def test_a_plan_gives_the_clusters_the_command_gives(
    api: TestClient, sign: Sign, run: Path
) -> None:
    reviewer = sign("reviewer")
    told = api.get("/v1/plan", headers=reviewer).json()["clusters"]
    folder = open_run(run)
    ground = run_folder.ground_of(folder, run_folder.settled_case(TOWN))
    wanted = planning.make_plan(ground, measures_paths.load(), planning.Ask())
    for name in ("cluster_id", "plots", "area_mu", "released_mu", "owners", "uplift_wan_yuan"):
        assert [c[name] for c in told] == wanted.clusters[name].tolist(), name
    most = sum(c["area_mu"] for c in told)
    asked = {"targets": {"area": round(most / 2, 2)}}
    choice = api.post("/v1/plan/choices", json=asked, headers=reviewer).json()
    taken = [c for c in told if c["cluster_id"] in choice["clusters"]]
    assert choice["status"] == "optimal"
    assert sum(c["area_mu"] for c in taken) >= most / 2 - 0.01
    far = api.post("/v1/plan/choices", json={"targets": {"area": most * 2}}, headers=reviewer)
    assert (far.json()["status"], far.json()["clusters"]) == ("infeasible", [])
    assert far.json()["reach"]["area"] == pytest.approx(most, abs=0.1)


def test_chosen_clusters_come_as_workbook_shapes_and_form(api: TestClient, sign: Sign) -> None:
    reviewer = sign("reviewer")
    clusters = api.get("/v1/plan", headers=reviewer).json()["clusters"]
    one = clusters[0]
    said = {"clusters": [one["cluster_id"]]}
    shapes = api.post(
        "/v1/plan/exports", json=said, headers=reviewer | {"Accept": "application/geo+json"}
    ).json()
    assert sorted(f["id"] for f in shapes["features"]) == sorted(one["parcels"])
    for form in ("plan", "field_check"):
        found = api.post(
            "/v1/plan/exports", json=said | {"form": form}, headers=reviewer | {"Accept": XLSX}
        )
        book = openpyxl.load_workbook(io.BytesIO(found.content))
        cells = {str(c.value) for sheet in book for row in sheet.iter_rows() for c in row}
        assert set(one["parcels"]) <= cells, form
    none = api.post("/v1/plan/exports", json={"clusters": ["C0"]}, headers=reviewer)
    assert none.status_code == 404


def test_leaders_are_those_the_command_ranks(api: TestClient, sign: Sign, run: Path) -> None:
    told = api.get("/v1/leaders", headers=sign()).json()["lists"]
    ranked = leading.rankings(open_run(run), scored.ground(run), measures_leaders.load())
    assert [one["id"] for one in told] == list(ranked)
    for one in told:
        table: pd.DataFrame = ranked[one["id"]].table
        assert one["candidates"] == len(table)
        if len(table):
            chosen = table[table["chosen"].astype(bool)]["id"].tolist()
            assert [c["id"] for c in one["chosen"]] == chosen[: len(one["chosen"])]
    assert any(one["chosen"] for one in told)
