"""A run's folder: all files, repeatable, and never half there."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from result_builder import empty_result, sample_result

from geomujun.errors import MachineError, UsageError
from geomujun.export import bundle, workbook
from geomujun.export.frames import OUTPUTS
from geomujun.lang import get_lang


def _digests(folder: Path) -> dict[str, str]:
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle") / "out"
    bundle.write(sample_result(), folder)
    return folder


def test_every_file_of_the_contract_is_there(out: Path) -> None:
    names = {p.name for p in out.iterdir()}
    assert names == {
        "tables",
        "result.gpkg",
        "report.xlsx",
        "map.html",
        "run.json",
        "review_queue.csv",
    }
    tables = {p.stem for p in (out / "tables").iterdir()}
    assert tables == set(OUTPUTS) - {"review_queue"}


def test_csv_has_a_bom_unix_lines_and_reads_back(out: Path) -> None:
    data = (out / "tables" / "ledger.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in data
    frame = pd.read_csv(out / "tables" / "ledger.csv")
    truth = sample_result().tables["ledger"]
    assert frame["uscc"].tolist() == sorted(truth["uscc"])
    assert frame["occupied_m2"].sum() == pytest.approx(truth["occupied_m2"].sum(), abs=0.01)


def test_the_same_run_gives_the_same_bytes_in_every_file(out: Path, tmp_path: Path) -> None:
    result = sample_result()
    turned = {k: v.iloc[::-1].reset_index(drop=True) for k, v in result.tables.items()}
    again = tmp_path / "again"
    bundle.write(replace(result, tables=turned), again)
    assert _digests(again) == _digests(out)


def test_writing_side_by_side_gives_the_same_bytes(out: Path, tmp_path: Path) -> None:
    bundle.write(sample_result(), tmp_path / "two", workers=2)
    assert _digests(tmp_path / "two") == _digests(out)


def test_the_seconds_of_every_step_are_told_and_when_the_tables_are_there(tmp_path: Path) -> None:
    seconds: dict[str, float] = {}
    bundle.write(empty_result(), tmp_path / "out", done=seconds.__setitem__)
    assert list(seconds) == ["geopackage", "tables", bundle.TABLES_READY, "map", "workbook"]
    assert seconds[bundle.TABLES_READY] >= seconds["geopackage"] + seconds["tables"] - 1e-6


def test_run_json_is_sorted_and_says_who_made_it(out: Path) -> None:
    text = (out / "run.json").read_text("utf-8")
    run = json.loads(text)
    assert run["made_by"] == "geomujun"
    assert run["scheme"] == {"id": "zhejiang-2022", "sha256": "0" * 64}
    assert list(run) == sorted(run)


def test_an_earlier_run_is_replaced_and_other_peoples_files_stay(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    bundle.write(empty_result(), folder)
    (folder / "notes.qgz").write_text("mine")
    (folder / "tables" / "stale.csv").write_text("old")
    bundle.write(empty_result(), folder)
    assert (folder / "notes.qgz").read_text() == "mine"
    assert not (folder / "tables" / "stale.csv").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_folder_of_something_else_is_refused_untouched(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "a.jpg").write_text("x")
    with pytest.raises(UsageError, match="别的内容"):
        bundle.write(empty_result(), folder)
    assert [p.name for p in folder.iterdir()] == ["a.jpg"]


def test_a_run_json_of_another_program_does_not_make_a_folder_ours(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text('{"version": 1}')
    with pytest.raises(UsageError):
        bundle.write(empty_result(), tmp_path)


def test_an_empty_folder_is_used(tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    bundle.write(empty_result(), folder)
    assert (folder / "map.html").exists()


def test_a_failure_leaves_the_earlier_run_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    bundle.write(empty_result(), folder)
    before = _digests(folder)

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(workbook, "write", fail)
    with pytest.raises(OSError, match="No space"):
        bundle.write(empty_result(), folder)
    assert _digests(folder) == before
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_folder_that_cannot_be_renamed_is_filled_file_by_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "mounted"
    bundle.write(empty_result(), folder)
    (folder / "tables" / "stale.csv").write_text("old")
    rename = Path.rename

    def busy(self: Path, target: Path) -> Path:
        if self == folder:
            raise OSError(16, "Device or resource busy", str(self))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", busy)
    bundle.write(empty_result(), folder)
    assert not (folder / "tables" / "stale.csv").exists()
    assert (folder / "run.json").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["mounted"]


def test_a_place_under_a_file_is_a_machine_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(MachineError):
        bundle.write(empty_result(), tmp_path / "file" / "out")


def test_steps_are_told_and_the_language_is_put_back(tmp_path: Path) -> None:
    steps: list[str] = []
    bundle.write(replace(empty_result(), lang="en"), tmp_path / "en", progress=steps.append)
    names = ["writing GeoPackage", "writing tables", "writing map", "writing workbook", ""]
    assert steps == names
    assert get_lang() == "zh"
    assert "INTERNAL" in (tmp_path / "en" / "map.html").read_text("utf-8")
