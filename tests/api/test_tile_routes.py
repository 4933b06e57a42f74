"""Tiles over HTTP: whose content, how long kept, which refused."""

from __future__ import annotations

import gzip
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from geomujun.pipeline.publish import advance
from geomujun.storage import tiles
from geomujun.storage.target import Conn, Target, connect

Sign = Callable[..., dict[str, str]]
Serve = Callable[..., TestClient]
LIMIT = 300_000


def places(town: Target, *zooms: int) -> list[tuple[int, int, int]]:
    with connect(town) as connection:
        return connection.execute(
            "SELECT z, x, y FROM pub.tile_cache WHERE edition = 1 AND z = ANY (%s) ORDER BY 1, 2, 3",
            (list(zooms),),
        ).fetchall()


def address(place: tuple[int, int, int], version: int = 1) -> str:
    z, x, y = place
    return f"/tiles/{version}/land/{z}/{x}/{y}.mvt"


def drawn(town: Target, place: tuple[int, int, int], divisions: tuple[str, ...] = ("",)) -> bytes:
    with connect(town, "app") as connection:
        return tiles.draw(connection, 1, place, divisions)


def publish_openly(town: Target) -> None:
    for state in ("objection", "approved", "published"):
        advance(town, 1, state, "tester")


def test_readers_of_all_divisions_get_the_cached_bytes_twice_the_same(
    town: Target, api: TestClient, sign: Sign
) -> None:
    mine = sign("viewer")
    for place in places(town, 0, 8, 12, 14):
        first = api.get(address(place), headers=mine)
        second = api.get(address(place), headers=mine)
        for found in (first, second):
            assert found.status_code == 200
            assert found.content == drawn(town, place)
            assert found.headers["content-encoding"] == "gzip"
            assert "immutable" in found.headers["cache-control"]
            assert found.headers["cache-control"].startswith("private")
            assert len(found.content) <= LIMIT
        kept = api.get(address(place), headers=mine | {"If-None-Match": first.headers["etag"]})
        assert (kept.status_code, kept.content) == (304, b"")
        plain = api.get(address(place), headers=mine | {"Accept-Encoding": "identity"})
        assert "content-encoding" not in plain.headers
        assert plain.content == first.content


def test_zooms_beyond_the_cache_are_drawn(town: Target, api: TestClient, sign: Sign) -> None:
    z, x, y = places(town, 14)[0]
    below = [(z + 2, 4 * x + i, 4 * y + j) for i in range(4) for j in range(4)]
    found = {p: api.get(address(p), headers=sign()) for p in below}
    assert {r.status_code for r in found.values()} <= {200, 204}
    assert any(r.status_code == 200 for r in found.values())
    assert all(r.content == drawn(town, p) for p, r in found.items())


def test_readers_of_a_division_get_their_own_even_where_all_is_remembered(
    town: Target, api: TestClient, sign: Sign
) -> None:
    with connect(town) as connection:
        connection.execute(
            "UPDATE pub.plots SET division_code = '110101' WHERE parcel_code IN"
            " (SELECT parcel_code FROM pub.plots WHERE geom IS NOT NULL ORDER BY 1 LIMIT 3)"
        )
        connection.commit()
    everything, mine, none = sign(), sign("viewer", ("11",)), sign("viewer", ("99",))
    for place in places(town, 14):
        api.get(address(place), headers=everything)
        found = api.get(address(place), headers=mine)
        assert found.content == drawn(town, place, ("11",))
        assert found.status_code == (200 if found.content else 204)
        assert api.get(address(place), headers=none).status_code == 204


def test_where_nothing_lies_there_is_no_content(api: TestClient, sign: Sign) -> None:
    for place in ((14, 0, 0), (16, 1, 1)):
        found = api.get(address(place), headers=sign())
        assert (found.status_code, found.content) == (204, b"")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/tiles/2/land/0/0/0.mvt", 404),
        ("/tiles/1/land/3/8/0.mvt", 404),
        ("/tiles/1/land/3/0/8.mvt", 404),
        ("/tiles/1/land/23/0/0.mvt", 422),
        ("/tiles/1/land/-1/0/0.mvt", 422),
        ("/tiles/0/land/0/0/0.mvt", 422),
        ("/tiles/99999999999/land/0/0/0.mvt", 422),
        ("/tiles/1/roads/0/0/0.mvt", 422),
        ("/tiles/1/land/0/0/x.mvt", 422),
    ],
)
def test_what_is_no_tile_is_refused(api: TestClient, sign: Sign, path: str, status: int) -> None:
    found = api.get(path, headers=sign())
    assert found.status_code == status
    assert found.headers["content-type"] == "application/problem+json"


def test_a_withdrawn_edition_is_gone_and_a_revoked_key_refused(
    town: Target, api: TestClient, sign: Sign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geomujun_api.shown._LASTS_S", 0.0)
    mine = sign()
    assert api.get(address((0, 0, 0)), headers=mine).status_code in (200, 204)
    advance(town, 1, "withdrawn", "tester")
    assert api.get(address((0, 0, 0)), headers=mine).status_code == 410
    assert api.get(address((0, 0, 0))).status_code == 404
    with connect(town) as connection:
        connection.execute("UPDATE auth.api_keys SET revoked_at = now()")
    assert api.get(address((0, 0, 0)), headers=mine).status_code == 401


def test_a_tile_in_memory_needs_a_key_in_force(town: Target, api: TestClient, sign: Sign) -> None:
    place = places(town, 10)[0]
    mine = sign()
    assert api.get(address(place), headers=mine).status_code == 200
    with connect(town) as connection:
        connection.execute("UPDATE auth.api_keys SET revoked_at = now()")
    assert api.get(address(place), headers=mine).status_code == 401
    assert api.get(address(place), headers={"Authorization": "Bearer x"}).status_code == 401
    assert api.get(address(place), headers=sign("viewer", scopes=("feed",))).status_code == 403


def test_the_public_sees_nothing_of_a_draft(api: TestClient) -> None:
    assert api.get(address((0, 0, 0))).status_code == 404
    assert api.get("/tiles/land.json").status_code == 404


def test_the_public_sees_what_the_locality_publishes(
    town: Target, serve: Serve, sign: Sign
) -> None:
    publish_openly(town)
    closed, xian, open_ = (serve(town, locality=n) for n in ("default", "xian", "zhejiang"))
    seen = b""
    for place in places(town, 8, 11, 12, 14):
        assert [closed.get(address(place)).status_code for _ in range(2)] == [204, 204]
        assert xian.get(address(place)).status_code == 204
        found = open_.get(address(place))
        assert found.status_code in (200, 204)
        assert found.headers["cache-control"].startswith("public")
        again = open_.get(address(place))
        assert (again.status_code, again.content) == (found.status_code, found.content)
        assert again.headers["cache-control"] == found.headers["cache-control"]
        seen += found.content
        assert closed.get(address(place), headers=sign()).status_code == 200
    assert b"parcel_grade" in seen
    for word in (b"tax_class", b"flags", b"low", b"area_m2"):
        assert word not in seen
    told = open_.get("/tiles/land.json").json()
    assert set(told["vector_layers"][1]["fields"]) == {
        "parcel_code", "parcel_grade", "enterprise_grade",
    }  # fmt: skip
    assert "tax_class" not in told["vector_layers"][0]["fields"]


def _leave_one_firm(connection: Conn, cell: tuple[int, int]) -> None:
    """Let one firm use all that a cell of z11 holds."""
    codes = [
        code
        for (code,) in connection.execute(
            "SELECT parcel_code FROM (SELECT parcel_code, ST_Centroid(geom_3857) AS c FROM pub.plots)"
            " AS p WHERE floor((ST_X(c) + 20037508.342789244) / 40075016.685578488 * 65536) = %s"
            " AND floor((20037508.342789244 - ST_Y(c)) / 40075016.685578488 * 65536) = %s", cell,
        )
    ]  # fmt: skip
    connection.execute(
        "UPDATE pub.links SET relation = 'REGISTERED_ONLY' WHERE parcel_code = ANY (%(codes)s) AND"
        " uscc <> (SELECT min(uscc) FROM pub.links WHERE parcel_code = ANY (%(codes)s)"
        " AND band = 'auto' AND relation <> 'REGISTERED_ONLY')", {"codes": codes},
    )  # fmt: skip
    connection.commit()


def test_public_cells_of_too_few_firms_are_left_out(town: Target, serve: Serve) -> None:
    """As the policy says of each four cells: few firms, and a second one where one stood alone."""
    publish_openly(town)
    with connect(town) as connection:
        cells = connection.execute(
            "SELECT g.x, g.y, sum(g.plots) FROM pub.grid AS g WHERE edition = 1 AND z = 11"
            " GROUP BY 1, 2"
        ).fetchall()
        _leave_one_firm(connection, min((x, y) for x, y, plots in cells if plots >= 3))
        users = connection.execute(
            "SELECT floor((ST_X(c) + 20037508.342789244) / 40075016.685578488 * 65536)::int,"
            " floor((20037508.342789244 - ST_Y(c)) / 40075016.685578488 * 65536)::int,"
            " l.uscc FROM (SELECT parcel_code, ST_Centroid(geom_3857) AS c FROM pub.plots) AS p"
            " JOIN pub.links AS l USING (parcel_code) WHERE l.relation <> 'REGISTERED_ONLY'"
            " AND (l.band = 'auto' OR l.decision = 'same')"
        ).fetchall()
    firms: dict[tuple[int, int], set[str]] = {}
    for x, y, uscc in users:
        firms.setdefault((x, y), set()).add(uscc)
    few = {(x, y) for x, y, _ in cells if 0 < len(firms.get((x, y), ())) < 3}
    many = {(x, y) for x, y, plots in cells if plots >= 3 and (x, y) not in few}
    assert few
    assert {(x, y) for x, y, plots in cells if plots >= 3} & few  # plots enough, firms not
    client = serve(town, locality="zhejiang")
    shown = sum(_features(client.get(address(p)).content) for p in places(town, 11))
    beside = {c for c in many if any(f != c and (f[0] // 2, f[1] // 2) == (c[0] // 2, c[1] // 2)
                                     for f in few)}  # fmt: skip
    assert len(many - beside) <= shown <= len(many)


def _features(body: bytes) -> int:
    """Number of features of a tile of one layer (protobuf field 2 of field 3)."""
    count, i = 0, 0
    if not body:
        return 0
    _, i = _varint(body, 1)
    while i < len(body):
        tag, i = _varint(body, i)
        if tag & 7 == 0:
            _, i = _varint(body, i)
            continue
        size, i = _varint(body, i)
        count += tag >> 3 == 2
        i += size
    return count


def _varint(body: bytes, i: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = body[i]
        value |= (byte & 0x7F) << shift
        shift, i = shift + 7, i + 1
        if byte < 0x80:
            return value, i


def test_the_tilejson_leads_to_tiles(town: Target, api: TestClient, sign: Sign) -> None:
    told = api.get("/tiles/land.json?year=2024", headers=sign()).json()
    assert told == api.get("/tiles/1/land.json", headers=sign()).json()
    assert told["tilejson"] == "3.0.0"
    west, south, east, north = told["bounds"]
    assert 118 < west < east < 123
    assert 27 < south < north < 32
    z, x, y = places(town, 12)[0]
    url = told["tiles"][0].format(z=z, x=x, y=y)
    body = api.get(url, headers=sign()).content
    assert all(name.encode() in body for name in told["vector_layers"][1]["fields"])
    assert api.get("/tiles/land.json?year=1999", headers=sign()).status_code == 404


def test_the_memory_is_bounded() -> None:
    from geomujun_api.lru import Tiles

    memory = Tiles(5_000)
    for i in range(20):
        memory.put(i, tiles.Tile(gzip.compress(bytes(str(i), "ascii")) + b"x" * 800, str(i)))
    assert memory.get(19)[0]
    assert not memory.get(0)[0]
    assert sum(memory.get(i)[0] for i in range(20)) == 4
    memory.put("large", tiles.Tile(b"x" * 6_000, ""))
    assert not memory.get("large")[0]
