"""A locality of one's own and closed findings, through the command line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from geomujun.cli.main import app
from geomujun.cli.place import load_locality
from geomujun.errors import SchemeError

TOWN = Path(__file__).parents[2] / "cases" / "sample-town" / "case"
MINE = """
id: mine
title: 本区
sources: {notice: {title: 本区通知}}
thresholds:
  COV: {coverage: 0.5, basis: 本区建筑系数要求, source: notice, confirmed: true}
"""


def test_a_locality_is_an_id_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(MINE, encoding="utf-8")

    assert load_locality("default") == "default"
    assert load_locality(str(file)) == MINE
    with pytest.raises(SchemeError, match="读不出"):
        load_locality(str(tmp_path / "none.yaml"))
    file.write_text(MINE.replace("COV", "COVER"), encoding="utf-8")
    with pytest.raises(SchemeError, match=r"mine\.yaml"):
        load_locality(str(file))


def run(out: Path, *more: str) -> dict[str, pd.DataFrame]:
    given = ["run", str(TOWN), "--out", str(out), "--scheme", "zhejiang-2022", "--year", "2024",
             "--quiet", *more]  # fmt: skip
    assert CliRunner().invoke(app, given).exit_code == 0
    names = ("cross_check", "low_efficiency", "screening_rules", "rejects")
    read = {"dtype": str, "keep_default_na": False, "encoding": "utf-8-sig"}
    return {n: pd.read_csv(out / "tables" / f"{n}.csv", **read) for n in names}  # type: ignore[call-overload]


def test_a_finding_is_closed_from_its_own_line_and_a_place_has_its_own_rule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = run(tmp_path / "one")
    row = first["cross_check"].iloc[0].to_dict()
    lines = [json.dumps({**row, "reason": "已核实", "reviewer": "王工", "state": "closed",
                         "decided_at": "2025-01-02"}, ensure_ascii=False), "oops"]  # fmt: skip
    closed = tmp_path / "findings.jsonl"
    closed.write_text("\n".join(lines), encoding="utf-8")
    place = tmp_path / "mine.yaml"
    place.write_text(MINE, encoding="utf-8")
    monkeypatch.setenv("GEOMUJUN_LOCALITY", str(place))
    second = run(tmp_path / "two", "--closings", str(closed))

    table = second["cross_check"].set_index("finding_id")
    assert table.loc[row["finding_id"], ["state", "state_reason"]].tolist() == [
        "closed", "已核实（王工，2025-01-02）"]  # fmt: skip
    assert (table["state"] == "open").sum() == len(table) - 1
    assert table.index.tolist() == first["cross_check"]["finding_id"].tolist()
    assert second["rejects"].query("file == 'findings.jsonl'")["row"].tolist() == ["2"]
    hits = second["low_efficiency"].query("rule == 'COV'")
    assert hits["basis"].str.contains("本区建筑系数要求，本区通知（已核对文本）").all()
    assert len(hits) > len(first["low_efficiency"].query("rule == 'COV'"))
    rules = second["screening_rules"].set_index("rule")
    assert rules.loc["BEWG", "reason"].endswith("未查")
    made = json.loads((tmp_path / "two" / "run.json").read_text("utf-8"))
    assert made["locality"]["id"] == "mine"
    assert made["closings"]["live"] == 1
    shutil.rmtree(tmp_path / "two")
