"""The command line on a private PostGIS, from nothing to a published edition and back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from postgis_fixtures import TOWN

RUN = "from geomujun.cli.main import run; run()"
Command = Callable[..., Any]


@pytest.fixture
def geomujun(home: Path) -> Command:
    """Runs a command with --json; its result, or what it said when it failed as expected."""

    def run(*words: str, code: int = 0, plain: bool = False) -> Any:
        env = {k: v for k, v in os.environ.items() if not k.startswith("DATABASE_URL")}
        done = subprocess.run(
            [sys.executable, "-c", RUN, *words, *([] if plain else ["--json"])],
            env=env | {"GEOMUJUN_HOME": str(home), "GEOMUJUN_ACTOR": "甲"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        return done.stderr if code or plain else json.loads(done.stdout)

    return run


def test_from_nothing_to_a_published_edition_and_back(geomujun: Command, tmp_path: Path) -> None:
    assert geomujun("db", "status")["made"] is False
    assert "geomujun load" in geomujun("publish", "2024", code=3)
    assert geomujun("load", str(tmp_path / "none"), code=3)
    loaded = geomujun("load", str(TOWN), "--valid-on", "2024-12-31")
    assert loaded["load"] == 1
    again = geomujun("load", str(TOWN))
    assert (again["load"], again["changes"]) == (0, {})
    first = geomujun("publish", "2024")
    assert first["edition"] == 1
    assert {i["file"] for i in first["inputs"]} >= {"enterprises.csv", "parcels.shp"}
    item = geomujun("review", "list", "--limit", "1")["items"][0]
    pair = (item["parcel_code"], item["uscc"])
    decided = geomujun("review", "decide", *pair, "same", "--reason", "见过合同")
    assert decided["kind"] == "decision"
    assert "没有宗地" in geomujun("review", "decide", "a", "b", "same", "--reason", "x", code=2)
    assert "已有别的决定" in geomujun("review", "decide", *pair, "unsure", "--reason", "x", code=1)
    assert geomujun("review", "show", *pair)["decision"]["reviewer"] == "甲"
    file = tmp_path / "d.jsonl"
    geomujun("review", "export", "--out", str(file), plain=True)
    assert json.loads(file.read_text("utf-8"))["facts_digest"]
    assert geomujun("review", "import", str(file))["same"] == 1
    geomujun("publish", "2024")
    differ = geomujun("edition", "diff", "1", "2")
    assert [r["uscc"] for r in differ["links"]].count(item["uscc"]) == 1
    assert "draft" in geomujun("edition", "advance", "2", "published", code=1)
    for state in ("objection", "approved", "published"):
        geomujun("edition", "advance", "2", state)
    rows = geomujun("edition", "list")["editions"]
    assert [(r["number"], r["state"], r["channels"]) for r in rows] == [
        (2, "published", ["internal", "public"]), (1, "draft", []),
    ]  # fmt: skip
    tables = geomujun("edition", "tables", "2", "--out", str(tmp_path / "tables"))["tables"]
    assert len(tables) == len(list((tmp_path / "tables").glob("*.csv"))) > 15
    assert geomujun("edition", "tables", "9", "--out", str(tmp_path / "none"), code=3)
    chain = geomujun("audit", "verify")
    dump = tmp_path / "b.dump"
    geomujun("db", "backup", str(dump))
    assert geomujun("db", "restore", str(dump), "--replace")["database"] == "geomujun_restored"
    assert geomujun("audit", "verify") == chain
    assert geomujun("db", "down")["stopped"] is True
    assert geomujun("db", "status")["running"] is False
    assert geomujun("edition", "list")["editions"] == json.loads(json.dumps(rows, default=str))
    told = geomujun("publish", "2030")["attention"]  # a year nobody sent figures for
    assert any("没有 2030 年的指标" in line for line in told)
