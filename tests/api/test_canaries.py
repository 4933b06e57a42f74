"""Seeded personal data and figures of statistical origin: where they may not be seen, they are not."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from fastapi.testclient import TestClient
from serving import key_for
from world import MAY, OPEN, operations, query, real

from geomujun.storage.target import Target, connect

Sign = Callable[..., dict[str, str]]
CANARIES = ("诸葛金雀", "330602199003071234", "13912345678")


@pytest.fixture
def canaries(tmp_path: Any, database: Target) -> Target:
    """A town in whose inputs stand a person's name, ID number and phone."""
    import shutil

    import openpyxl
    from postgis_fixtures import DAY, TOWN, cells, publication

    from geomujun.pipeline.load import Load, load
    from geomujun.pipeline.publish import publish

    case = shutil.copytree(TOWN, tmp_path / "case")
    book = openpyxl.load_workbook(case / "leases.xlsx")
    sheet = book.worksheets[0]
    head = {c.value: c.column for row in sheet.iter_rows(max_row=5) for c in row if c.value}
    for row in range(6, 11):
        sheet.cell(row, head["承租方"]).value = CANARIES[0]
        sheet.cell(row, head["承租方代码"]).value = CANARIES[1]
    book.save(case / "leases.xlsx")
    firms = next(p for p in case.iterdir() if p.stem == "enterprises")
    rows = cells(firms)
    rows.loc[rows.index[:3], "住所"] = [f"{a} 电话{CANARIES[2]}" for a in rows["住所"][:3]]
    rows.to_csv(firms, index=False, encoding="utf-8-sig")
    _hold(case / "parcels.shp")
    load(database, Load(case, "tester", DAY))
    publish(database, publication())
    return database


def _hold(path: Any) -> None:
    """Land of persons: with number and phone, alone and beside a firm; one row that is rejected."""
    import pyogrio

    land = pyogrio.read_dataframe(path, encoding="GB18030")
    firm = land.index[land["QLRMC"].str.contains("公司")]
    land.loc[firm[:2], ["QLRMC", "ZJH"]] = [CANARIES[0], CANARIES[1]]
    both = land.loc[firm[2:4], "QLRMC"]
    land.loc[firm[2:4], "QLRMC"] = both + "、" + CANARIES[0]
    land.loc[firm[:4], "ZL"] = land.loc[firm[:4], "ZL"] + f"（联系人{CANARIES[0]} {CANARIES[2]}）"
    land.loc[firm[4], ["ZDDM", "QLRMC", "ZJH"]] = ["", CANARIES[0], CANARIES[1]]
    pyogrio.write_dataframe(land, path, encoding="GB18030")


def test_personal_data_come_out_nowhere(
    canaries: Target, serve: Callable[..., TestClient], capfd: pytest.CaptureFixture[str]
) -> None:
    api = serve(canaries)
    with connect(canaries) as connection:
        stored = connection.execute(
            "SELECT count(*) FROM core.leases WHERE lessee = %s", (CANARIES[0],)
        ).fetchone()
    assert stored == (5,)  # they are in the store, so that the test can fail
    with connect(canaries) as connection:
        held = connection.execute(
            "SELECT count(*) FROM core.parcels WHERE holder_names LIKE %s", (f"%{CANARIES[0]}%",)
        ).fetchone()
    assert held
    assert held[0] >= 4
    _decide_and_publish_again(canaries)
    world = real(canaries)
    for role in MAY:
        headers = {"Authorization": f"Bearer {key_for(canaries, role)}"}
        for method, path, _ in operations(api.get("/openapi.json").json()):
            if method != "GET":
                continue
            url = path.format(**world) + query(path, world, "?limit=20000")
            for accept in ("application/json", "text/csv", "application/vnd.apache.parquet"):
                found = api.get(url, headers=headers | {"Accept": f"{accept}, */*;q=0.1"})
                text = found.text
                if found.headers.get("content-type") == "application/vnd.apache.parquet":
                    text = pd.read_parquet(io.BytesIO(found.content)).to_csv()
                assert not [c for c in CANARIES if c in text], (role, url, accept)
    _nor_in_other_protocols(api, canaries, headers)
    for canary in CANARIES:
        hits = api.get("/v1/enterprises", params={"q": canary}, headers=headers).json()
        assert hits["items"] == []
    assert not [c for c in CANARIES if c in capfd.readouterr().err]


def _decide_and_publish_again(target: Target) -> None:
    """A second edition, from other persons' data, so that a comparison has causes to tell."""
    from postgis_fixtures import publication

    from geomujun.pipeline.publish import publish

    with connect(target) as connection:
        connection.execute("UPDATE core.leases SET lessee = %s WHERE lessee = %s",
                           (CANARIES[0] + "、" + CANARIES[0], CANARIES[0]))  # fmt: skip
        connection.commit()
    publish(target, publication())


def _nor_in_other_protocols(api: TestClient, target: Target, headers: dict[str, str]) -> None:
    """Tiles, features, reconciling, matching, a comparison of editions, keys' and audit's lists."""
    with connect(target) as connection:
        places = connection.execute("SELECT z, x, y FROM service.tiles_of(2, 0, 14)").fetchall()
    seen = [
        api.get(f"/tiles/2/land/{z}/{x}/{y}.mvt", headers=headers).content for z, x, y in places
    ]
    for name in ("parcels", "enterprises", "low_efficiency", "findings", "parks"):
        items = f"/ogc/collections/{name}/items"
        seen.append(api.get(f"{items}?limit=10000", headers=headers).content)
        for field, canary in (("holder", CANARIES[0]), ("location", CANARIES[2])):
            told = api.get(items, headers=headers, params={"filter": f"{field} LIKE '%{canary}%'"})
            if name == "parcels":
                assert told.json()["features"] == []
    made = api.post("/v1/reconcile/tokens", json={"seconds": 300}, headers=headers).json()["url"]
    batch = {f"q{i}": {"query": c} for i, c in enumerate(CANARIES)}
    found = api.post(made, data={"queries": json.dumps(batch)}).json()
    assert all(q["result"] == [] for q in found.values())
    for canary in CANARIES:
        seen.append(api.get(f"{made}/suggest/entity", params={"prefix": canary}).content)
        seen += [api.post("/v1/match", json={field: canary}, headers=headers).content
                 for field in ("name", "code", "address")]  # fmt: skip
    every = {"Authorization": f"Bearer {key_for(target, 'publisher')}"}
    compared = api.get("/v1/editions/1/diff/2", headers=every)
    assert compared.status_code == 200
    seen.append(compared.content)
    assert not [c for c in CANARIES for body in seen if c.encode() in body]


def test_figures_of_statistical_origin_leave_only_for_uses_that_are_cleared(
    town: Target, serve: Callable[..., TestClient], sign: Sign
) -> None:
    base = "id: t\ntitle: t\nsources: {a: {title: a}}\npublication: {columns: [], statistical: [%s], source: a}\n"
    headers = sign("viewer")
    path = "/v1/evaluations/enterprises"
    seen = {}
    for uses in ("", "internal", "internal, export"):
        api = serve(town, locality=base % uses)
        row = api.get(path, headers=headers).json()["items"][0]
        table = api.get(path, headers=headers | {"Accept": "text/csv"}).text.splitlines()[0]
        seen[uses] = ("indicators" in row, "tax_per_mu" in table)
    assert seen == {"": (False, False), "internal": (True, False), "internal, export": (True, True)}


MARK = 987654.321987


def test_a_figure_of_statistical_origin_comes_out_nowhere_without_clearance(
    town: Target, serve: Callable[..., TestClient], sign: Sign
) -> None:
    """A seeded figure, over every list, form and protocol: where it is cleared, there it is."""
    with connect(town) as connection:
        for table in ("enterprise_evaluation", "parcel_evaluation", "region_evaluation",
                      "group_evaluation"):  # fmt: skip
            connection.execute(
                f"UPDATE pub.{table} SET indicators = jsonb_build_object('tax_per_mu', %s::float8)",  # noqa: S608
                (MARK,),
            )
        connection.execute("UPDATE pub.group_evaluation SET tax_wan_yuan = %s", (MARK,))
        connection.commit()
    base = "id: t\ntitle: t\nsources: {a: {title: a}}\npublication: {columns: [], statistical: [%s], source: a}\n"
    headers, world = sign("viewer"), real(town)
    seen: dict[str, set[str]] = {}
    for uses in ("", "internal"):
        api, found = serve(town, locality=base % uses), set()
        urls = [path.format(**world) for method, path, r in operations(api.get("/openapi.json").json())
                if method == "GET" and r <= {"read", "feed"} and path not in OPEN]  # fmt: skip
        urls += [f"/ogc/collections/{n}/items" for n in ("parcels", "enterprises", "low_efficiency",
                                                         "findings")]  # fmt: skip
        for url in urls:
            for accept in ("application/json", "text/csv"):
                asked = "?by=grade" if "summary" in url else ""
                told = api.get(url + asked, headers=headers | {"Accept": f"{accept}, */*;q=0.1"})
                if "987654.32" in told.text:
                    found.add(f"{url} {told.headers['content-type']}")
        seen[uses] = found
    assert seen[""] == set()
    assert seen["internal"]  # it can be seen, where it may
    assert not [at for at in seen["internal"] if "csv" in at]  # a file is another use
