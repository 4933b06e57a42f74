"""The review queue out as a workbook and back: all rows become decisions, or none does."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from sending import BOOK, filled, left, written
from serving import Live, key_for

from geomujun.cli.main import run
from geomujun.storage import audit, decisions
from geomujun.storage.target import Target, connect

Sign = Callable[..., dict[str, str]]
URL = "/v1/review/sheets"


def book(api: TestClient, headers: dict[str, str], query: str = "") -> bytes:
    found = api.get(URL + query, headers=headers)
    assert found.status_code == 200, found.text
    return found.content


def lines(target: Target) -> list[dict[str, Any]]:
    with connect(target, "app") as connection:
        return decisions.all_lines(connection)


def test_a_workbook_goes_out_and_comes_back(api: TestClient, sign: Sign, town: Target) -> None:
    headers = sign("reviewer", ("330603",), subject="兰亭")
    empty = book(api, headers)
    rows = written(empty)
    queue = api.get("/v1/review/queue?limit=1000", headers=headers).json()["items"]
    assert [(r["宗地代码"], r["统一社会信用代码"]) for r in rows] == [
        (q["parcel_code"], q["uscc"]) for q in queue
    ]
    assert all(r["企业名称"] and r["问题"] and r["镇街"] for r in rows)
    towns = {r["镇街"] for r in rows}
    one = sorted(towns)[0]
    part = written(book(api, headers, f"?town={one}"))
    assert {r["镇街"] for r in part} == {one}
    assert len(part) == sum(r["镇街"] == one for r in rows)
    assert api.get(f"{URL}?town=没有镇", headers=headers).status_code == 400

    answers = [
        {"结论": "对应", "认定关系": "承租", "认定面积（㎡）": 1200.5, "理由": "看过合同", "经办人": "张三"},
        None,
        {"结论": "不对应", "理由": "另一家"},
    ]  # fmt: skip
    done = api.post(URL, content=filled(empty, answers), headers=headers | BOOK)
    assert done.status_code == 201, done.text
    counts = {"rows": len(rows), "blank": len(rows) - 2, "decided": 2, "proposed": 0, "same": 0}
    assert done.json() == counts
    made = {d["parcel_code"]: d for d in lines(town)}
    first = made[rows[0]["宗地代码"]]
    assert (first["verdict"], first["relation"], first["area_m2"]) == ("same", "LEASE", 1200.5)
    assert first["reason"] == "看过合同（经办：张三）"
    assert first["reviewer"] == "兰亭"  # who holds the key, not whoever is written in a cell
    assert len(first["facts_digest"]) == 64
    again = api.post(URL, content=filled(empty, answers), headers=headers | BOOK)
    assert again.json() == counts | {"decided": 0, "same": 2}
    assert len(lines(town)) == 2
    fresh = written(book(api, headers))
    assert "人工认定相同（兰亭）" in {r["现行决定"] for r in fresh}
    with connect(town, "app") as connection:
        assert audit.verify(connection).broken_at is None
        acts = connection.execute("SELECT action, details FROM audit.log").fetchall()
    assert [d["rows"] for a, d in acts if a == "sheet"] == [2, 0]
    assert left() == []


def test_a_row_that_others_decided_is_named_and_nothing_is_taken(
    api: TestClient, sign: Sign, town: Target
) -> None:
    mine, other = sign("reviewer", subject="甲"), sign("reviewer", subject="乙")
    empty = book(api, mine)
    rows = written(empty)
    said = {"parcel_code": rows[1]["宗地代码"], "uscc": rows[1]["统一社会信用代码"]}
    assert api.post(
        "/v1/review/decisions", json=said | {"verdict": "unsure"}, headers=other
    ).is_success
    held = {"parcel_code": rows[3]["宗地代码"], "uscc": rows[3]["统一社会信用代码"]}
    assert api.post("/v1/review/claims", json=held, headers=other).status_code == 204
    answers: list[Any] = [{"结论": "对应"}] * 4
    refused = api.post(URL, content=filled(empty, answers), headers=mine | BOOK)
    assert refused.status_code == 409
    problem = refused.json()
    assert [e["where"] for e in problem["errors"]] == ["row.5", "row.7"]
    assert "乙" in problem["errors"][0]["what"]
    assert "领走" in problem["errors"][1]["what"]
    assert "重新下载" in problem["hint"]
    assert len(lines(town)) == 1  # the other's
    with connect(town, "app") as connection:
        refusals = connection.execute(
            "SELECT actor, details->>'rows' FROM audit.log WHERE action = 'sheet refused'"
        ).fetchall()
    assert refusals == [("甲", "2")]
    api.post("/v1/review/releases", json=held, headers=other)
    done = api.post(URL, content=filled(book(api, mine), answers), headers=mine | BOOK)
    assert done.json()["decided"] == 4
    assert sum(d["replaces"] is not None for d in lines(town)) == 1


def test_every_fault_is_named_and_nothing_is_taken(
    api: TestClient, sign: Sign, town: Target
) -> None:
    headers = sign("reviewer")
    empty = book(api, headers)
    answers: list[Any] = [
        {"结论": "对应"},
        {"结论": "也许"},
        {"理由": "没有结论"},
        {"结论": "对应", "认定面积（㎡）": "-3"},
        {"结论": "不对应", "认定关系": "承租"},
        {"结论": "对应", "发布号": "99999"},
        {"结论": "对应", "所见决定": "x"},
        {"结论": "对应", "宗地代码": written(empty)[0]["宗地代码"],
         "统一社会信用代码": written(empty)[0]["统一社会信用代码"]},
        {"结论": "对应", "统一社会信用代码": "91330000000000000X"},
    ]  # fmt: skip
    refused = api.post(URL, content=filled(empty, answers), headers=headers | BOOK)
    assert refused.status_code == 422, refused.text
    named = {e["where"].split(".")[1] for e in refused.json()["errors"]}
    assert named == {"5", "6", "7", "8", "9", "10", "11", "12"}
    assert lines(town) == []


def test_other_divisions_and_other_files_are_refused(
    api: TestClient, sign: Sign, town: Target
) -> None:
    answered = filled(book(api, sign("reviewer")), [{"结论": "对应"}])
    away = sign("reviewer", ("99",))
    assert api.post(URL, content=answered, headers=away | BOOK).status_code == 422
    assert written(book(api, away)) == []
    headers = sign("reviewer")
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("xl/worksheets/sheet1.xml", b" " * (150 << 20))
    for content in (b"", b"PK", bomb.getvalue(), answered[:-200]):
        found = api.post(URL, content=content, headers=headers | BOOK)
        assert found.status_code == 422, found.text
    assert api.post(URL, json={}, headers=headers).status_code == 415
    assert api.post(URL, content=answered, headers=sign("viewer") | BOOK).status_code == 403
    assert api.post(URL, content=b"x" * 20_000_001, headers=headers | BOOK).status_code == 413
    assert lines(town) == []
    assert left() == []


def test_of_two_who_send_at_once_one_is_told(town: Target) -> None:
    live = Live(town)
    keys = [{"Authorization": f"Bearer {key_for(town, 'reviewer', subject=s)}"} for s in "甲乙"]
    try:
        empty = httpx.get(live.url + URL, headers=keys[0], timeout=60).content
        answers: list[Any] = [{"结论": "对应"}] * 6
        sent = filled(empty, answers)
        with ThreadPoolExecutor(2) as pool:
            found = list(pool.map(
                lambda h: httpx.post(live.url + URL, content=sent, headers=h | BOOK, timeout=120), keys
            ))  # fmt: skip
    finally:
        live.stop()
    assert sorted(f.status_code for f in found) == [201, 409]
    made = lines(town)
    assert len(made) == 6
    assert len({d["reviewer"] for d in made}) == 1


def test_with_two_persons_rows_wait(
    town: Target, serve: Callable[..., TestClient], sign: Sign
) -> None:
    api = serve(town, two_persons=True)
    first, second = sign("reviewer", subject="甲"), sign("reviewer", subject="乙")
    sent = filled(book(api, first), [{"结论": "对应"}])
    done = api.post(URL, content=sent, headers=first | BOOK).json()
    assert (done["decided"], done["proposed"]) == (0, 1)
    assert api.post(URL, content=sent, headers=second | BOOK).status_code == 409


def call(*words: str) -> int:
    """The exit code of a command."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["geomujun", *words])
        with pytest.raises(SystemExit) as ended:
            run()
    return int(ended.value.code or 0)


def test_the_same_by_the_command_line(
    town: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geomujun.cli.store.ready", lambda *_: town)
    monkeypatch.setenv("GEOMUJUN_ACTOR", "值班")
    out = tmp_path / "复核.xlsx"
    assert call("review", "sheet", "--out", str(out)) == 0
    out.write_bytes(filled(out.read_bytes(), [{"结论": "存疑"}]))
    assert call("review", "import", str(out)) == 0
    assert [(d["reviewer"], d["verdict"]) for d in lines(town)] == [("值班", "unsure")]
    out.write_bytes(filled(out.read_bytes(), [{"结论": "对应"}, {"结论": "也许"}]))
    assert call("review", "import", str(out)) == 3
    out.write_bytes(filled(out.read_bytes(), [{"结论": "对应"}, {"结论": "存疑"}]))
    assert call("review", "import", str(out)) == 1
    assert len(lines(town)) == 1
