"""Lists sorted by a column: pages hold every row once, ties and blanks in order, by an index."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from geomujun_api.rows import SOURCES, Asked, Sort, _select
from psycopg import sql

from geomujun.policy.rights import Reader
from geomujun.storage.schema.publications import SORTED
from geomujun.storage.target import Target, connect

Sign = Callable[..., dict[str, str]]
LISTS = {
    "plots": ("/v1/parcels", "parcel_code"),
    "firms": ("/v1/enterprises", "uscc"),
    "links": ("/v1/links", "row_no"),
    "low_efficiency": ("/v1/low-efficiency", "row_no"),
}
ALL = [(name, column) for name, columns in SORTED.items() for column in columns]


def pages(api: TestClient, url: str, headers: dict[str, str]) -> list[dict[str, Any]]:
    """All rows, page by page."""
    rows: list[dict[str, Any]] = []
    following: str | None = url
    while following:
        found = api.get(following, headers=headers)
        assert found.status_code == 200, found.text
        rows += found.json()["items"]
        cursor = found.json()["next"]
        following = f"{url}&cursor={cursor}" if cursor else None
    return rows


def expected(town: Target, name: str, column: str, *, down: bool) -> list[Any]:
    key = LISTS[name][1]
    way = sql.SQL("DESC") if down else sql.SQL("ASC")
    query = sql.SQL(
        "SELECT {c} FROM pub.{t} WHERE edition = 1 ORDER BY {c} IS NULL, {c} {w}, {k} {w}"
    ).format(c=sql.Identifier(column), t=sql.Identifier(name), k=sql.Identifier(key), w=way)
    with connect(town, "app") as connection:
        return [row[0] for row in connection.execute(query).fetchall()]


@pytest.mark.parametrize(("name", "column"), ALL)
@pytest.mark.parametrize("down", [False, True])
def test_pages_hold_every_row_once_in_order(
    name: str, column: str, down: bool, api: TestClient, sign: Sign, town: Target
) -> None:
    url, key = LISTS[name]
    sort = f"{'-' if down else ''}{column}"
    headers = sign("viewer")
    found = pages(api, f"{url}?sort={sort}&limit=7", headers)
    assert [row[column] for row in found] == expected(town, name, column, down=down)
    if key != "row_no":
        assert len({row[key] for row in found}) == len(found)
    part = pages(api, f"{url}?sort={sort}&limit=7&division=330603", headers)
    assert [r for r in found if r in part] == part


def test_ties_and_blanks_across_pages(api: TestClient, sign: Sign, town: Target) -> None:
    with connect(town) as connection:  # all but a few alike: ties and blanks span pages
        connection.execute("UPDATE pub.plots SET tax_per_mu = CASE WHEN findings > 0 THEN 5 END")
    headers = sign("viewer")
    rows = pages(api, "/v1/parcels?sort=-tax_per_mu&limit=2", headers)
    whole = api.get("/v1/parcels?limit=1000", headers=headers).json()["items"]
    assert sorted(r["parcel_code"] for r in rows) == [r["parcel_code"] for r in whole]
    values = [r["tax_per_mu"] for r in rows]
    assert values == sorted(values, key=lambda v: v is None)
    tied = [r["parcel_code"] for r in rows if r["tax_per_mu"] is not None]
    assert len(tied) > 2
    assert tied == sorted(tied, reverse=True)


def test_a_search_is_sorted_too_and_a_cursor_stays_with_its_order(
    api: TestClient, sign: Sign
) -> None:
    headers = sign("viewer")
    rows = pages(api, "/v1/enterprises?q=公司&sort=-occupied_mu&limit=3", headers)
    plain = pages(api, "/v1/enterprises?q=公司&limit=1000", headers)
    assert {r["uscc"] for r in rows} == {r["uscc"] for r in plain}
    areas = [r["occupied_mu"] or -1 for r in rows]
    assert areas == sorted(areas, reverse=True)
    cursor = api.get("/v1/parcels?sort=area_m2&limit=2", headers=headers).json()["next"]
    for other in ("sort=-area_m2", "sort=tax_per_mu", "limit=2"):
        assert api.get(f"/v1/parcels?{other}&cursor={cursor}", headers=headers).status_code == 400
    assert api.get("/v1/parcels?sort=holder", headers=headers).status_code == 422
    edition, _, key, mark = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    for value in (10**400, "1", [1], float("nan"), True):
        forged = json.dumps([edition, value, key, mark]).encode()
        text = base64.urlsafe_b64encode(forged).decode().rstrip("=")[:400]
        url = f"/v1/parcels?sort=area_m2&cursor={text}"
        assert api.get(url, headers=headers).status_code in (400, 422), value


def test_the_public_cannot_sort_by_what_it_may_not_see(
    town: Target, serve: Callable[..., TestClient], sign: Sign
) -> None:
    api = serve(town, locality="zhejiang")
    for state in ("objection", "approved", "published"):
        said = {"state": state}
        done = api.post("/v1/editions/1/states", json=said, headers=sign("publisher"))
        assert done.status_code == 200, done.text
    refused = 0
    for name, column in ALL:
        url = LISTS[name][0]
        plain, found = api.get(f"{url}?limit=1"), api.get(f"{url}?limit=1&sort=-{column}")
        seen = plain.status_code == 200 and column in plain.json()["items"][0]
        assert (found.status_code == 200) is seen, (url, column, found.status_code)
        assert seen or found.status_code in (400, 401)
        refused += not seen
    assert refused


@pytest.mark.parametrize(
    ("name", "column", "blank"),
    [*((*one, False) for one in ALL), ("plots", "tax_per_mu", True), ("firms", "score", True)],
)
def test_an_index_gives_the_order(name: str, column: str, blank: bool, town: Target) -> None:
    source = SOURCES[name]
    reader = Reader("a", "viewer", ("",), frozenset({"read"}))
    after = [None if blank else 1.0, 1 if LISTS[name][1] == "row_no" else "3"]
    asked = Asked(1, source.table.fields[:1], after=after, by=Sort(column, down=True))
    query, values = _select(source, asked, reader, blank)
    with connect(town) as connection:
        connection.execute("SET enable_seqscan = off; SET enable_bitmapscan = off")
        plan = connection.execute(sql.SQL("EXPLAIN ") + query, values).fetchall()
    told = "\n".join(line[0] for line in plan)
    assert "Sort" not in told, told
    assert "Index" in told
