"""The land-area feed: whole, since an edition, resumed, in three forms, signed; and its client."""

from __future__ import annotations

import hashlib
import hmac
import importlib.util
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pandas as pd
import pytest
from fastapi.testclient import TestClient
from postgis_fixtures import DAY, TOWN, edit, publication
from serving import Live, key_for

from geomujun.pipeline.load import Load, load
from geomujun.pipeline.publish import advance, publish
from geomujun.storage.editions import read_result
from geomujun.storage.target import Target, connect

Sign = Callable[..., dict[str, str]]
FEED = "/v1/feed/land-area"


def rows_of(answer: Any) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    lines = [json.loads(line) for line in answer.text.splitlines()]
    return lines[:-1], lines[-1]


@pytest.fixture
def changed(town: Target, tmp_path: Path) -> Target:
    """Edition 2: another area is leased, a firm ended; edition 3: the same again."""
    case = Path(shutil.copytree(TOWN, tmp_path / "case"))
    with connect(town, "app") as connection:
        ledger = read_result(connection, 1, "ledger")
    own = ledger[(ledger["leased_in_m2"] == 0) & (ledger["registered_m2"] > 0)]["uscc"]
    edit(case / "enterprises.csv", lambda rows: rows[rows["统一社会信用代码"] != own.iloc[3]])
    leases = pd.read_excel(case / "leases.xlsx", dtype=str, engine="openpyxl")
    leases.loc[0, "租赁土地面积"] = "614"  # of 1,214
    leases.to_excel(case / "leases.xlsx", index=False)
    load(town, Load(case, "tester", DAY))
    assert publish(town, publication()).number == 2
    assert publish(town, publication()).number == 3
    return town


def test_it_is_the_ledger_and_each_line_is_as_the_schema_says(
    api: TestClient, sign: Sign, town: Target
) -> None:
    headers = sign("viewer")
    rows, end = rows_of(api.get(FEED, headers=headers))
    valid = jsonschema_rs.validator_for(api.get(f"{FEED}/schema", headers=headers).json())
    for line in (*rows, end):
        valid.validate(line)
    with connect(town, "app") as connection:
        ledger = read_result(connection, 1, "ledger")
        told = read_result(connection, 1, "enterprise_evaluation")
    assert [r["uscc"] for r in rows] == sorted(ledger["uscc"])
    areas = dict(zip(ledger["uscc"], ledger["occupied_mu"], strict=True))
    assert {r["uscc"]: r["occupied_mu"] for r in rows} == areas
    units = dict(zip(told["uscc"], told["unit_id"], strict=True))
    assert {r["uscc"]: r["unit_id"] for r in rows if r["uscc"] in units} == {
        u: units[u] for u in areas if u in units
    }
    assert end["rows"] == len(rows) == len(ledger)


def test_csv_and_parquet_hold_the_same(api: TestClient, sign: Sign) -> None:
    headers = sign("viewer")
    rows, _ = rows_of(api.get(FEED, headers=headers))
    csv = api.get(FEED, headers=headers | {"Accept": "text/csv"})
    parquet = api.get(FEED, headers=headers | {"Accept": "application/vnd.apache.parquet"})
    frames = [
        pd.DataFrame(rows), pd.read_csv(io.BytesIO(csv.content)),
        pd.read_parquet(io.BytesIO(parquet.content)),
    ]  # fmt: skip
    for frame in frames[1:]:
        assert list(frame.columns) == list(frames[0].columns)
        assert list(frame["uscc"]) == list(frames[0]["uscc"])
        assert (frame["occupied_m2"] == frames[0]["occupied_m2"]).all()
        assert (frame["version"] == 1).all()


def test_since_tells_what_changed_and_what_ended(
    changed: Target, serve: Callable[..., TestClient], sign: Sign
) -> None:
    api, headers = serve(changed), sign("viewer")
    first = {r["uscc"]: r for r in rows_of(api.get(f"{FEED}?edition=1", headers=headers))[0]}
    last = {r["uscc"]: r for r in rows_of(api.get(FEED, headers=headers))[0]}
    delta, end = rows_of(api.get(f"{FEED}?since=1", headers=headers))
    assert end["edition"] == 3
    ended = {r["uscc"] for r in delta if r["ended"]}
    assert ended == set(first) - set(last)
    assert ended
    told = {
        k: {n: v for n, v in r.items() if n not in ("version", "changed_at")}
        for k, r in last.items()
    }
    before = {
        k: {n: v for n, v in r.items() if n not in ("version", "changed_at")}
        for k, r in first.items()
    }
    different = {u for u in last if told[u] != before.get(u)}
    assert {r["uscc"] for r in delta if not r["ended"]} == different
    assert len(different) >= 2  # who leases, and who leases out
    assert {last[u]["version"] for u in different} == {2}
    assert {last[u]["version"] for u in set(last) - different} == {1}
    copy = {**first, **{r["uscc"]: r for r in delta}}
    assert {u: r for u, r in copy.items() if not r["ended"]} == last
    assert rows_of(api.get(f"{FEED}?since=3", headers=headers))[0] == []
    assert api.get(f"{FEED}?since=99", headers=headers).status_code == 404
    assert api.get(f"{FEED}?year=2001", headers=headers).status_code == 404


def test_who_has_it_all_is_sent_nothing_until_something_changes(
    changed: Target, serve: Callable[..., TestClient], sign: Sign
) -> None:
    api, headers = serve(changed, feed_key="a secret"), sign("viewer")
    first = api.get(FEED, headers=headers)
    again = headers | {"If-None-Match": first.headers["ETag"]}
    same = api.get(FEED, headers=again)
    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["ETag"] == first.headers["ETag"]
    assert first.headers["Content-Location"].endswith("edition=3")
    other = sign("viewer", ("3302",))
    for url, more in (
        (FEED, {"Accept": "text/csv"}),
        (f"{FEED}?since=1", {}),
        (FEED, {"Authorization": other["Authorization"]}),
    ):
        assert api.get(url, headers=again | more).status_code == 200
    rotated = serve(changed, feed_key="another")  # the signature is another, too
    assert rotated.get(FEED, headers=again).status_code == 200

    advance(changed, 2, "withdrawn", "tester", "a mistake")
    told = api.get(FEED, headers=again)  # rows of edition 2 have another `version` now
    assert told.status_code == 200
    assert {r["version"] for r in rows_of(told)[0]} == {1, 3}
    assert {r["version"] for r in rows_of(first)[0]} == {1, 2}


def test_a_reader_cut_off_goes_on(api: TestClient, sign: Sign) -> None:
    headers = sign("viewer")
    rows, _ = rows_of(api.get(FEED, headers=headers))
    half = rows[len(rows) // 2]["uscc"]
    rest, end = rows_of(api.get(f"{FEED}?edition=1&after={half}", headers=headers))
    assert rest == rows[len(rows) // 2 + 1 :]
    assert end["after"] == half


def test_the_digest_is_that_of_the_lines_and_signed(
    town: Target, serve: Callable[..., TestClient], sign: Sign
) -> None:
    api, headers = serve(town, feed_key="secret"), sign("viewer")
    text = api.get(FEED, headers=headers).text
    lines = text.splitlines(keepends=True)
    sealed = api.get(f"{FEED}/digest", headers=headers).json()
    digest = hashlib.sha256("".join(lines[:-1]).encode()).hexdigest()
    signed = hmac.new(b"secret", f"1\n0\n\n{len(lines) - 1}\n{digest}".encode(), hashlib.sha256)
    assert (sealed["sha256"], sealed["signature"]) == (digest, signed.hexdigest())
    assert json.loads(lines[-1]) == {"end": True, **sealed}


def _client() -> Any:
    path = Path(__file__).parents[2] / "docs" / "examples" / "land_area_client.py"
    spec = importlib.util.spec_from_file_location("land_area_client", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_example_client_keeps_a_copy(changed: Target, tmp_path: Path) -> None:
    live = Live(changed, feed_key="secret")
    try:
        client, copy, key = _client(), tmp_path / "copy.json", key_for(changed, "viewer")
        advance(changed, 2, "withdrawn", "x")
        advance(changed, 3, "withdrawn", "x")
        assert client.update(live.url, copy, key, 2024, "secret")["edition"] == 1
        third = publish(changed, publication()).number
        kept = client.update(live.url, copy, key, 2024, "secret")
        fresh = client.update(live.url, tmp_path / "fresh.json", key, 2024, "secret")
        assert kept["edition"] == third
        assert kept["rows"] == fresh["rows"]
        with pytest.raises(SystemExit, match="signature"):
            client.update(live.url, tmp_path / "other.json", key, 2024, "another")
    finally:
        live.stop()


def test_a_copy_of_an_edition_that_is_withdrawn_goes_back_with_it(
    changed: Target, tmp_path: Path
) -> None:
    """What the evaluation has already taken over is taken back, whether or not a newer one came."""
    live = Live(changed)
    client, key = _client(), key_for(changed, "viewer")

    def same(copy: Path, edition: int) -> bool:
        kept = client.update(live.url, copy, key, 2024)
        fresh = client.update(live.url, tmp_path / "fresh.json", key, 2024)
        (tmp_path / "fresh.json").unlink()
        assert kept["edition"] == fresh["edition"] == edition
        return areas(kept) == areas(fresh)

    def areas(kept: dict[str, Any]) -> dict[str, float]:
        return {uscc: row["occupied_m2"] for uscc, row in kept["rows"].items()}

    try:
        copy = tmp_path / "copy.json"
        advance(changed, 3, "withdrawn", "x")
        before = areas(client.update(live.url, copy, key, 2024))  # edition 2
        shutil.copy(copy, later := tmp_path / "later.json")
        advance(changed, 2, "withdrawn", "x")
        assert same(copy, 1)
        assert areas(json.loads(copy.read_text("utf-8"))) != before
        load(changed, Load(TOWN, "tester", DAY))
        assert same(later, publish(changed, publication()).number)  # as edition 1 was
        assert areas(json.loads(later.read_text("utf-8"))) != before
    finally:
        live.stop()


END_KEYS = "UPDATE auth.api_keys SET expires_at = now() - interval '1 second'"
MORE = """INSERT INTO pub.ledger SELECT (jsonb_populate_record(null::pub.ledger,
    to_jsonb(l) || jsonb_build_object('uscc', left(l.uscc, 12) || lpad(n::text, 6, '0'),
                       'row_no', l.row_no + n * 1000))).*
    FROM (SELECT * FROM pub.ledger WHERE edition = 1 ORDER BY uscc LIMIT 1) AS l,
         generate_series(1, 60000) AS n"""


def test_a_key_that_ends_in_the_middle_of_a_stream_lets_it_end_and_begins_no_other(
    town: Target,
) -> None:
    """A request is authorised at its start; its rows are one statement's, and are all sent."""
    with connect(town) as connection:  # more than the sockets between take at once
        connection.execute(MORE)
        connection.commit()
    server = Live(town, key_memory_s=0.0)
    key = key_for(town, "viewer")
    headers = {"Authorization": f"Bearer {key}", "Accept-Encoding": "identity"}
    try:
        with httpx.stream("GET", server.url + FEED, headers=headers, timeout=60) as answer:
            assert answer.status_code == 200
            pieces = answer.iter_raw(1000)
            begun = next(pieces)
            with connect(town) as connection:
                connection.execute(END_KEYS)
                connection.commit()
            asked = httpx.get(server.url + FEED, headers=headers)
            assert asked.status_code == 401
            whole = begun + b"".join(pieces)
        lines = whole.decode().splitlines()
        end = json.loads(lines[-1])
        assert end["end"] is True
        assert end["rows"] == len(lines) - 1 > 60_000
        last = json.loads(lines[len(lines) // 2])["uscc"]
        again = httpx.get(f"{server.url}{FEED}?edition=1&after={last}", headers=headers)
        assert again.status_code == 401
    finally:
        server.stop()


def test_a_key_that_ends_between_two_pages_gets_no_second_one(
    api: TestClient, sign: Sign, town: Target
) -> None:
    headers = sign("viewer")
    first = api.get("/v1/ledger?limit=5", headers=headers).json()
    assert first["next"]
    with connect(town) as connection:
        connection.execute(END_KEYS)
        connection.commit()
    url = f"/v1/ledger?limit=5&cursor={first['next']}"
    assert api.get(url, headers=headers).status_code == 401
