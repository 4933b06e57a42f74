"""Live tiles, which the event loop draws through lines of its own: right, many, and when it fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from fastapi.testclient import TestClient
from serving import Live

from geomujun.storage import tiles
from geomujun.storage.target import Target, connect

Sign = Callable[..., dict[str, str]]
Serve = Callable[..., TestClient]
Place = tuple[int, int, int]
ASKED = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query = %s"


def below(town: Target, zoom: int, most: int = 40) -> list[Place]:
    """Tiles of a live zoom that hold a plot."""
    with connect(town) as connection:
        return connection.execute(
            "SELECT z, x, y FROM service.tiles_of(1, %s, %s) LIMIT %s", (zoom, zoom, most)
        ).fetchall()


def address(place: Place) -> str:
    return "/tiles/1/land/{}/{}/{}.mvt".format(*place)


def drawn(town: Target, place: Place) -> bytes:
    with connect(town, "app") as connection:
        return tiles.draw(connection, 1, place, ("",))


def lines_of(town: Target) -> list[int]:
    """Server processes that were asked for a tile through a line."""
    with connect(town) as connection:
        return [pid for (pid,) in connection.execute(ASKED, (tiles.LIVE,))]


@pytest.fixture
def forgetful(town: Target) -> Iterator[Live]:
    """The town's service, which draws every live tile each time."""
    made = Live(town, tile_memory_mb=0, tile_lines=3, key_memory_s=5.0)
    yield made
    made.stop()


def test_many_at_once_get_each_their_own(town: Target, forgetful: Live, sign: Sign) -> None:
    places = below(town, 16)
    wanted = {p: drawn(town, p) for p in places}
    mine = sign()
    with httpx.Client(base_url=forgetful.url, headers=mine, timeout=60) as client:
        assert client.get(address(places[0])).status_code == 200  # the edition is known now
        with ThreadPoolExecutor(12) as pool:
            found = list(pool.map(lambda p: (p, client.get(address(p))), places * 8))
    assert all(a.status_code == 200 and a.content == wanted[p] for p, a in found)
    assert 1 <= len(lines_of(town)) <= 3


def test_a_line_whose_server_process_ends_is_made_anew(
    town: Target, forgetful: Live, sign: Sign
) -> None:
    place = below(town, 16)[0]
    with httpx.Client(base_url=forgetful.url, headers=sign(), timeout=60) as client:
        for _ in range(3):
            assert client.get(address(place)).status_code == 200
        (before,) = lines_of(town)
        with connect(town, autocommit=True) as connection:
            connection.execute("SELECT pg_terminate_backend(%s, 5000)", (before,))
        answers = [client.get(address(place)) for _ in range(3)]
    assert {a.status_code for a in answers} <= {200, 503}
    assert answers[-1].content == drawn(town, place)
    (after,) = lines_of(town)
    assert after != before


def test_a_tile_that_takes_too_long_is_refused_and_the_line_lives(town: Target, sign: Sign) -> None:
    place = below(town, 16)[0]
    slow = Live(town, tile_memory_mb=0, tile_lines=1, statement_ms=3_000, pool_wait_s=1.0)
    try:
        with httpx.Client(base_url=slow.url, headers=sign(), timeout=60) as client:
            assert [client.get(address(place)).status_code for _ in range(3)] == [200] * 3
            with connect(town) as connection:
                connection.execute("LOCK TABLE pub.plots")
                with ThreadPoolExecutor(2) as pool:
                    both = list(pool.map(lambda _: client.get(address(place)), range(2)))
                assert [a.status_code for a in both] == [503, 503]
                assert all(a.headers["retry-after"] for a in both)
            assert client.get(address(place)).content == drawn(town, place)
    finally:
        slow.stop()


def test_without_lines_the_pool_draws_them(town: Target, serve: Serve, sign: Sign) -> None:
    api = serve(town, tile_lines=0, tile_memory_mb=0)
    place = below(town, 15)[0]
    for _ in range(2):
        assert api.get(address(place), headers=sign()).content == drawn(town, place)
    assert lines_of(town) == []


def test_a_live_tile_is_remembered_for_readers_of_the_same_divisions_only(
    town: Target, api: TestClient, sign: Sign
) -> None:
    place = below(town, 15)[0]
    everything, none = sign(), sign("viewer", ("99",))
    for _ in range(3):
        assert api.get(address(place), headers=everything).content == drawn(town, place)
        assert api.get(address(place), headers=none).status_code == 204
    text = api.get("/metrics").text
    assert 'route="/tiles/{version}/{layer}/{z}/{x}/{y}.mvt",status="200"' in text
    assert 'route="-"' not in text
