"""Many at once: publications asked for together, and readers while one takes the other's place."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

import httpx
from postgis_fixtures import publication
from serving import PATIENT, Live, key_for, until

from geomujun.pipeline.publish import publish
from geomujun.storage import audit
from geomujun.storage.target import Target, connect

AT_ONCE = 8
# What is asked again and again, and the number that must be that of one whole edition.
COUNTED: dict[str, Callable[[Any], Any]] = {
    "/v1/summary?by=bucket": lambda body: sum(c["firms"] for c in body["cells"]),
    "/v1/ledger?limit=20000": lambda body: round(sum(r["occupied_mu"] for r in body["items"]), 6),
    "/v1/dashboard": lambda body: body["ledger"]["occupied_m2"],
    "/v1/enterprises?q=公司&limit=20000": lambda body: len(body["items"]),
    "/v1/parcels?limit=20000": lambda body: len(body["items"]),
}


def client(live: Live, role: str) -> httpx.Client:
    headers = {"Authorization": f"Bearer {key_for(live.target, role)}"}
    return httpx.Client(base_url=live.url, headers=headers, timeout=120)


def test_of_publications_asked_for_at_once_one_is_made(live: Live) -> None:
    start = Barrier(AT_ONCE)

    def ask(_: int) -> int:
        with client(live, "publisher") as own:
            start.wait(PATIENT)
            return own.post("/v1/editions", json={"year": 2024}).status_code

    with ThreadPoolExecutor(AT_ONCE) as many:
        answers = sorted(many.map(ask, range(AT_ONCE)))
    assert answers == [202, *[409] * (AT_ONCE - 1)]
    with client(live, "publisher") as own:
        job = until(lambda: own.get("/v1/jobs").json()["items"][0],
                    lambda job: job["state"] in ("done", "failed"))  # fmt: skip
        assert (job["state"], job["result"]["edition"]) == ("done", 2)
        assert [e["number"] for e in own.get("/v1/editions").json()] == [2, 1]


def test_publications_without_the_service_wait_for_each_other(town: Target) -> None:
    with ThreadPoolExecutor(2) as two:
        made = list(two.map(lambda _: publish(town, publication()).number, range(2)))
    assert sorted(made) == [2, 3]
    with connect(town) as connection:
        assert audit.verify(connection).broken_at is None


def test_readers_see_one_whole_edition_while_another_takes_its_place(live: Live) -> None:
    """A third of the leases end: a mixture of two editions would have another sum."""
    with connect(live.target) as connection:
        connection.execute("DELETE FROM core.leases WHERE row % 3 = 0")
        connection.commit()
    seen: list[tuple[str, int, Any]] = []
    over = Event()

    def read(path: str) -> None:
        with client(live, "viewer") as own:
            while True:
                last = over.is_set()
                found = own.get(path)
                assert found.status_code == 200, found.text
                body = found.json()
                seen.append((path, body["edition"], COUNTED[path](body)))
                if last:
                    return

    with ThreadPoolExecutor(len(COUNTED)) as many, client(live, "viewer") as own:
        readers = [many.submit(read, path) for path in COUNTED]
        first = own.get("/v1/ledger?limit=5").json()
        publish(live.target, publication())
        second = own.get("/v1/ledger", params={"limit": 5, "cursor": first["next"]}).json()
        time.sleep(0.5)
        over.set()
        for reader in readers:
            reader.result(PATIENT)
    assert (first["edition"], second["edition"]) == (1, 1)  # a list is read to its end in one
    known: dict[tuple[str, int], set[Any]] = {}
    for path, edition, number in seen:
        known.setdefault((path, edition), set()).add(number)
    assert all(len(numbers) == 1 for numbers in known.values()), known
    assert {edition for _, edition in known} == {1, 2}
    assert known["/v1/ledger?limit=20000", 1] != known["/v1/ledger?limit=20000", 2]
    for path in COUNTED:
        editions = [edition for asked, edition, _ in seen if asked == path]
        assert editions == sorted(editions), path  # and never back
