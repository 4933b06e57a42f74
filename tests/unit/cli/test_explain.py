"""`geomujun explain`: the waterfall of a pair from the tables of a run, in both languages."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from result_builder import sample_result

from geomujun.cli import main
from geomujun.cli.explain import pair_lines
from geomujun.errors import DataError, UsageError
from geomujun.export import geopackage
from geomujun.export.bundle import write_tables
from geomujun.lang import set_lang
from geomujun.pipeline.finished import reader_of
from geomujun.pipeline.why import read_pair


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables of a run on the sample town."""
    folder = tmp_path_factory.mktemp("run")
    write_tables(sample_result(), folder)
    return folder


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    yield
    set_lang("zh")


def link(relation: str = "OWN") -> Any:
    links = sample_result().tables["links"]
    mine = links[(links["relation"] == relation) & (links["evidence"] != "")]
    return mine.sort_values(["parcel_code", "uscc"]).iloc[0]


def told(run: Path, parcel: str, uscc: str) -> str:
    return "\n".join(pair_lines(read_pair(reader_of(run), parcel, uscc)))


def test_a_link_is_told_with_its_evidence_and_its_area(run: Path) -> None:
    row = link()
    text = told(run, row["parcel_code"], row["uscc"])
    for item in json.loads(row["evidence"]):
        assert item["line"] in text
        assert f"{item['bits']:+.2f}" in text
    assert "自有" in text
    assert f"概率 {row['probability']:.4f}" in text
    assert f"{row['area_m2']:,.2f} 平方米" in text


def test_the_bar_is_full_for_the_strongest_item_and_points_against_in_another_shade(
    run: Path,
) -> None:
    row = link()
    pair = read_pair(reader_of(run), row["parcel_code"], row["uscc"])
    steps = [{"name": "name", "bits": 12.0, "total": 12.0, "left": "a", "right": "b", "line": "x"},
             {"name": "place", "bits": -6.0, "total": 6.0, "left": "", "right": "", "line": "y"}]  # fmt: skip
    pair["links"][0]["evidence"] = steps
    lines = list(pair_lines(pair))
    strong = next(line for line in lines if line.endswith("x"))
    weak = next(line for line in lines if line.endswith("y"))
    assert strong.count("█") == 24
    assert weak.count("░") == 12
    assert "█" not in weak
    assert any(line.split() == ["a", "↔", "b"] for line in lines)


def test_the_order_of_the_two_codes_does_not_matter(run: Path) -> None:
    row = link()
    read = reader_of(run)
    assert read_pair(read, row["uscc"], row["parcel_code"]) == read_pair(
        read, row["parcel_code"], row["uscc"]
    )


def test_a_pair_without_a_link_is_said_with_what_both_have(run: Path) -> None:
    row = link()
    links = sample_result().tables["links"]
    other = links[
        ~links["uscc"].isin(links.loc[links["parcel_code"] == row["parcel_code"], "uscc"])
    ].iloc[0]
    text = told(run, row["parcel_code"], other["uscc"])
    assert "没有对应" in text
    assert f"{row['parcel_code']} " in text.split("该宗地的其他对应")[1]
    assert f"{other['parcel_code']} " in text.split("该企业的其他对应")[1]


def test_the_package_alone_says_the_same(run: Path, tmp_path: Path) -> None:
    row = link()
    package = tmp_path / "result.gpkg"
    geopackage.write(sample_result(), package)
    for source in (package, tmp_path):
        assert told(source, row["parcel_code"], row["uscc"]) == told(
            run, row["parcel_code"], row["uscc"]
        )


def test_an_unknown_code_names_those_like_it(run: Path) -> None:
    row = link()
    near = row["parcel_code"] + "1"
    with pytest.raises(UsageError) as wrong:
        read_pair(reader_of(run), near, row["uscc"])
    assert near in str(wrong.value)
    assert row["parcel_code"] in wrong.value.hint
    with pytest.raises(UsageError) as wrong:
        read_pair(reader_of(run), row["parcel_code"], "91" + "0" * 16)
    assert "企业" in str(wrong.value)


def test_persons_stay_masked(run: Path) -> None:
    links = pd.read_csv(run / "tables" / "links.csv", encoding="utf-8-sig", keep_default_na=False)
    row = link()
    cell = links.loc[
        (links["parcel_code"] == row["parcel_code"]) & (links["uscc"] == row["uscc"]), "evidence"
    ].iloc[0]
    pair = read_pair(reader_of(run), row["parcel_code"], row["uscc"])
    written = {i["left"] for i in json.loads(cell)}
    assert {e["left"] for e in pair["links"][0]["evidence"]} == written


def test_evidence_that_cannot_be_read_is_said(run: Path, tmp_path: Path) -> None:
    row = link()
    tables = tmp_path / "tables"
    tables.mkdir()
    for name in ("links", "parcel_reconciliation", "enterprise_reconciliation"):
        text = (run / "tables" / f"{name}.csv").read_text("utf-8-sig")
        (tables / f"{name}.csv").write_text(text.replace('""bits""', '""bats""'), "utf-8-sig")
    with pytest.raises(DataError, match="证据读不出"):
        read_pair(reader_of(tmp_path), row["parcel_code"], row["uscc"])


def command(monkeypatch: pytest.MonkeyPatch, *args: object) -> int:
    monkeypatch.delenv("GEOMUJUN_LANG", raising=False)
    monkeypatch.setattr(sys, "argv", ["geomujun", *map(str, args)])
    with pytest.raises(SystemExit) as end:
        main.run()
    return int(str(end.value.code))


def test_the_command_speaks_english_and_json(
    run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    row = link()
    pair = ("explain", row["parcel_code"], row["uscc"], "--result", run)
    assert command(monkeypatch, "--lang", "en", *pair) == 0
    assert "probability" in capsys.readouterr().out
    assert command(monkeypatch, *pair, "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert said["uscc"] == row["uscc"]
    first = said["links"][0]["evidence"][0]
    assert first["total"] == first["bits"]


def test_a_folder_without_a_run_is_a_misuse(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert command(monkeypatch, "explain", "A", "B", "--result", tmp_path) == 2
    streams = capsys.readouterr()
    assert streams.out == ""
    assert "没有运行结果" in streams.err
