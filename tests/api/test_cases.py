"""Cases sent over HTTP: good ones and faulty ones; loaded and published as jobs."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from postgis_fixtures import TOWN, cells
from sending import ONLY, ZIP, ended, left, packed
from serving import INCOMING, WORKER, key_for, until

from geomujun.storage import audit, editions, inputs, jobs
from geomujun.storage.target import Target, connect

Sign = Callable[..., dict[str, str]]
Serve = Callable[..., TestClient]
OWN = "3306"


@pytest.fixture
def empty(database: Target, serve: Serve) -> tuple[TestClient, dict[str, str], Target]:
    """A service on an empty store, and a publisher of one division."""
    key = key_for(database, "publisher", (OWN,), subject="局里")
    return serve(database), {"Authorization": f"Bearer {key}"}, database


def test_a_case_is_looked_at_loaded_and_published(
    empty: tuple[TestClient, dict[str, str], Target],
) -> None:
    api, headers, target = empty
    before = left()
    sent = api.post(
        "/v1/cases?name=2024年", content=packed(inside="绍兴/案卷/"), headers=headers | ZIP
    )
    assert sent.status_code == 201, sent.text
    told = sent.json()
    assert (told["loadable"], told["faults"], told["scope"]) == (True, [], OWN)
    assert told["rows_in"] == told["rows_kept"] + told["rows_rejected"] > 100
    assert {f["stem"] for f in told["files"] if f["usable"]} >= {"parcels", "enterprises", "leases"}
    assert all(set(e) == {"file", "row", "field", "value", "what", "hint"} for e in told["errors"])
    assert told["errors_total"] == len(told["errors"]) > 0
    with connect(target, "app") as connection:
        assert inputs.counts(connection)["parcels"] == 0  # nothing is stored before the second word
    url = f"/v1/cases/{told['token']}"
    assert api.get(url, headers=headers).json() == told
    page = api.get(f"{url}/errors?after=1&limit=2", headers=headers).json()
    assert page == told["errors"][1:3]
    folder = next(p for p in Path(INCOMING).iterdir() if p.name not in before)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700
    assert told["token"] not in folder.name

    asked = api.post(f"{url}/load", json={"valid_on": "2024-12-31"}, headers=headers)
    assert asked.status_code == 202, asked.text
    job = ended(api, headers, asked.json()["number"])
    assert (job["state"], job["error"]) == ("done", "")
    assert job["result"]["changes"]["parcels"]["added"] > 50
    assert api.get(url, headers=headers).status_code == 404
    assert left() == before

    assert api.post("/v1/editions", json={"year": 2024}, headers=headers).status_code == 403
    chief = {"Authorization": f"Bearer {key_for(target, 'publisher', subject='局长')}"}
    asked = api.post("/v1/editions", json={"year": 2024}, headers=chief)
    assert asked.status_code == 202
    again = api.post("/v1/editions", json={"year": 2024}, headers=chief)
    assert again.status_code == 409
    assert api.get("/healthz").status_code == 200  # the engine blocks nobody
    number = asked.json()["number"]
    job = ended(api, chief, number)
    assert job["state"] == "done", job
    assert job["result"]["edition"] == 1
    assert job["stage"]
    assert api.get(f"/v1/jobs/{number}", headers=headers).status_code == 404  # not one's own
    assert len(api.get("/v1/jobs", headers=headers).json()["items"]) == 1
    assert len(api.get("/v1/jobs", headers=chief).json()["items"]) == 2
    assert api.get("/v1/editions/1", headers=chief).json()["state"] == "draft"
    assert api.get("/v1/ledger", headers=headers).json()["items"]
    with connect(target, "app") as connection:
        done = connection.execute("SELECT actor, action FROM audit.log ORDER BY id").fetchall()
        assert ("局里", "upload") in done
        assert ("局里", "load") in done
        assert ("局长", "publish") in done
        assert audit.verify(connection).broken_at is None


def test_files_of_a_form_and_a_later_table_by_itself(
    town: Target, serve: Serve, sign: Sign
) -> None:
    api, headers = serve(town), sign("publisher")
    figures = cells(TOWN / "indicators.csv")
    figures.loc[figures.index[0], "年度"] = "二〇二四年吧"
    wrong = figures.to_csv(index=False).encode()
    sent = api.post(
        "/v1/cases?scope=", files=[("files", ("indicators.csv", wrong))], headers=headers
    )
    told = sent.json()
    assert sent.status_code == 201, told
    assert told["loadable"]  # the parcels are in the store already
    assert (told["rows_in"], told["rows_rejected"]) == (len(figures), 1)
    error = next(e for e in told["errors"] if e["value"] == "二〇二四年吧")
    assert (error["file"], error["field"]) == ("indicators.csv", "年度")
    assert error["row"] == 1
    assert error["what"]
    assert error["hint"]
    url = f"/v1/cases/{told['token']}"
    number = api.post(f"{url}/load", json={}, headers=headers).json()["number"]
    job = ended(api, headers, number)
    assert job["state"] == "done", job
    assert set(job["result"]["changes"]) == {"indicators"}


def test_a_token_is_its_senders_and_is_swept(town: Target, serve: Serve, sign: Sign) -> None:
    api = serve(town)
    mine, other = sign("publisher", subject="甲"), sign("publisher", subject="乙")
    told = api.post("/v1/cases", content=packed(), headers=mine | ZIP).json()
    url = f"/v1/cases/{told['token']}"
    for method, path, more in (
        ("GET", url, {}), ("GET", f"{url}/errors", {}), ("DELETE", url, {}),
        ("POST", f"{url}/load", {"json": {}}),
    ):  # fmt: skip
        assert api.request(method, path, headers=other, **more).status_code == 404, (method, path)
    _run_out()
    assert api.get(url, headers=mine).status_code == 404
    assert len(left()) == 1
    told = api.post("/v1/cases", content=packed(), headers=mine | ZIP).json()
    assert len(left()) == 1  # the one before was swept
    assert api.delete(f"/v1/cases/{told['token']}", headers=mine).status_code == 204
    assert left() == []


def _run_out() -> None:
    """Bring what waits to the end of its time."""
    for about in Path(INCOMING).glob("*/about.json"):
        told = json.loads(about.read_text("utf-8"))
        assert told["until"] > time.time()
        about.write_text(json.dumps(told | {"until": time.time() - 1}), "utf-8")


def test_too_many_cases_of_one_sender_wait(town: Target, serve: Serve, sign: Sign) -> None:
    api, headers = serve(town), sign("publisher")
    tiny = packed(**ONLY)
    tokens = [
        api.post("/v1/cases", content=tiny, headers=headers | ZIP).json()["token"] for _ in range(5)
    ]
    assert api.post("/v1/cases", content=tiny, headers=headers | ZIP).status_code == 409
    for token in tokens:
        assert api.delete(f"/v1/cases/{token}", headers=headers).status_code == 204
    assert left() == []


@pytest.mark.parametrize("role", ["viewer", "reviewer", "auditor", "admin"])
def test_others_send_nothing(role: str, api: TestClient, sign: Sign) -> None:
    found = api.post("/v1/cases", content=packed(), headers=sign(role) | ZIP)
    assert found.status_code == 403
    assert api.post("/v1/cases", content=packed(), headers=ZIP).status_code == 401
    assert api.post("/v1/editions", json={"year": 2024}, headers=sign(role)).status_code == 403
    assert api.get("/v1/jobs", headers=sign(role)).status_code == 403
    assert left() == []


def test_land_of_other_divisions_is_not_loaded(town: Target, serve: Serve, sign: Sign) -> None:
    api = serve(town)
    county = sign("publisher", ("330603",))
    assert (
        api.post("/v1/cases?scope=3306", content=packed(), headers=county | ZIP).status_code == 403
    )
    assert api.post("/v1/cases?scope=", content=packed(), headers=county | ZIP).status_code == 403
    several = sign("publisher", ("330603", "330604"))
    assert api.post("/v1/cases", content=packed(), headers=several | ZIP).status_code == 400
    away = sign("publisher", ("330604",))
    told = api.post("/v1/cases", content=packed(), headers=away | ZIP).json()
    assert not told["loadable"]
    assert told["beyond"] > 100
    assert "330604" in told["faults"][-1]["what"]
    found = api.get(f"/v1/cases/{told['token']}/errors?limit=10000", headers=away).json()
    rows = {(e["file"], e["row"]) for e in found if "330604" in e["what"]}
    assert len(rows) == told["beyond"]
    assert {f for f, _ in rows} >= {"parcels.shp", "patches.shp", "leases.xlsx"}
    answer = api.post(f"/v1/cases/{told['token']}/load", json={}, headers=away)
    assert answer.status_code == 422
    api.delete(f"/v1/cases/{told['token']}", headers=away)
    with connect(town, "app") as connection:
        assert inputs.last_load(connection)[0] == 1


def test_a_job_that_is_killed_is_told_and_leaves_no_edition(
    town: Target, serve: Serve, sign: Sign
) -> None:
    api, headers = serve(town), sign("publisher")
    number = api.post("/v1/editions", json={"year": 2024}, headers=headers).json()["number"]
    pid = _pid(town, number)
    os.kill(pid, signal.SIGKILL)
    job = ended(api, headers, number)
    assert job["state"] == "failed"
    assert "进程中断" in job["error"]
    with connect(town, "app") as connection:
        assert [e["number"] for e in editions.listing(connection)] == [1]
    again = api.post("/v1/editions", json={"year": 2024}, headers=headers).json()["number"]
    assert ended(api, headers, again)["result"]["edition"] == 2


def _pid(target: Target, number: int) -> int:
    """The process that works on a job: the only one of our interpreter's children told so."""

    def state() -> Any:
        with connect(target, "app") as connection:
            return (jobs.get(connection, number) or {}).get("state")

    until(state, lambda told: told == "running", every=0.02)
    return int(until(_child, every=0.02))


def _child() -> int | None:
    mine = {str(os.getpid())}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                words = (folder / "cmdline").read_bytes().split(b"\0")
                parent = (folder / "stat").read_text().rsplit(") ", 1)[1].split()[1]
            except OSError:  # it ended while we looked
                continue
            if WORKER["worker"][2].encode() in words and parent in mine:
                return int(folder.name)
    return None


def test_a_job_without_its_database_says_so_in_one_line(tmp_path: Path) -> None:
    order = {
        "what": "publish", "job": 1, "lang": "en", "year": 2024,
        "target": {"conninfo": f"host={tmp_path} dbname=x", "label": "there", "identity": "7"},
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "geomujun.cli.work"], input=json.dumps(order).encode(),
        capture_output=True, check=False,
    )  # fmt: skip
    said = done.stderr.decode()
    assert done.returncode == 4
    assert said.startswith("there: the database cannot be reached ")
    assert said.endswith("geomujun db up\n")
    assert said.count("\n") == 1


def test_a_failed_load_gives_the_case_back(town: Target, serve: Serve, sign: Sign) -> None:
    api, headers = serve(town), sign("publisher")
    fewer = cells(TOWN / "indicators.csv").iloc[1:].to_csv(index=False)
    changed = packed(**{"indicators.csv": fewer})
    told = api.post("/v1/cases", content=changed, headers=headers | ZIP).json()
    url = f"/v1/cases/{told['token']}"
    asked = api.post(f"{url}/load", json={"valid_on": "2020-01-01"}, headers=headers).json()
    job = ended(api, headers, asked["number"])
    assert job["state"] == "failed"
    assert "2020-01-01" in job["error"]
    assert job["hint"]
    assert api.get(url, headers=headers).json()["loadable"]
    asked = api.post(f"{url}/load", json={"valid_on": "2025-01-01"}, headers=headers).json()
    job = ended(api, headers, asked["number"])
    assert (job["state"], job["result"]["load"]) == ("done", 2)
    assert set(job["result"]["changes"]) == {"indicators"}
    assert "parcels.shp" in job["result"]["unchanged"]


def test_schemes_come_from_the_installation_only(api: TestClient, sign: Sign) -> None:
    headers = sign("publisher")
    for scheme, status in (("no-such", 422), ("../x.yaml", 422), ("/etc/passwd", 422)):
        said = {"year": 2024, "scheme": scheme}
        assert api.post("/v1/editions", json=said, headers=headers).status_code == status, scheme
    said = {"year": 2024, "scheme": "zhejiang-2022", "indicators": "os"}
    assert api.post("/v1/editions", json=said, headers=headers).status_code == 422
