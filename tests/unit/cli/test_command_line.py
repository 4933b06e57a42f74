"""Exit codes, the two lines of an error, and what goes to stdout."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest
from cli_calls import TOWN, Call, Done

from geomujun.cli import doctor, lazy

SCHEME = ("--scheme", "zhejiang-2022", "--year", "2024")


def complaint(done: Done) -> list[str]:
    """The lines of an error, after the lines of progress."""
    assert "Traceback" not in done.out + done.err
    return [x for x in done.err.splitlines() if not x.startswith("·")]


@pytest.mark.parametrize(
    "args",
    [
        ("run",),
        ("run", TOWN),
        ("run", TOWN, "--out", "x", "--scheme", "zhejiang-2022"),
        ("run", TOWN, "--out", "x", "--scheme", "zhejiang-2022", "--year", "last"),
        ("run", TOWN, "--out", "x", "--scheme", "zhejiang-2022", "--year", "1800"),
        ("run", TOWN, "--out", "x", *SCHEME, "--as-of", "2024-13-01"),
        ("run", TOWN, "--out", "x", *SCHEME, "--as-of", "31.12.2024"),
        ("run", TOWN, "--out", TOWN, *SCHEME),
        ("demo", "--size", "huge"),
        ("--lang", "fr", "doctor"),
        ("map",),
        ("check",),
        ("doctor", "--fast"),
    ],
)
def test_a_misuse_is_2_with_what_and_what_to_do(
    geomujun: Call, args: tuple[object, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = geomujun(*args)
    assert done.code == 2
    assert done.out == ""
    said, hint = complaint(done)
    assert said.startswith("错误: ")
    assert hint.startswith("提示: ")
    assert list(tmp_path.iterdir()) == []


def test_no_command_shows_the_help(geomujun: Call) -> None:
    done = geomujun()
    assert done.code == 2
    assert "demo" in done.out + done.err
    told = geomujun("--help")
    assert told.code == 0
    assert "命令 · commands" in told.out


def test_the_version_goes_to_stdout(geomujun: Call) -> None:
    done = geomujun("--version")
    assert (done.code, done.out.split()[0], done.err) == (0, "geomujun", "")


def test_the_package_is_the_command_line_too() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "geomujun", "run"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "geomujun run --help" in done.stderr


def test_an_id_that_names_no_scheme_is_a_slip_of_the_command_line(
    geomujun: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = geomujun("run", TOWN, "--out", "x", "--scheme", "nowhere-2022", "--year", "2024")
    assert done.code == 2
    assert "zhejiang-2022" in complaint(done)[1]
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    "args",
    [
        ("run", "gone", "--out", "x", *SCHEME),
        ("run", TOWN, "--out", "x", "--scheme", "gone.yaml", "--year", "2024"),
        ("run", TOWN, "--out", "x", "--scheme", "bad.yaml", "--year", "2024"),
        ("run", TOWN, "--out", "x", *SCHEME, "--decisions", "gone.jsonl"),
        ("check", "gone"),
    ],
)
def test_an_unusable_input_is_3_and_writes_nothing(
    geomujun: Call, args: tuple[object, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.yaml").write_bytes(b"\xff\xfe: [")
    done = geomujun(*args)
    assert done.code == 3
    said, hint = complaint(done)
    assert said.startswith("错误: ")
    assert hint.startswith("提示: ")
    assert not (tmp_path / "x").exists()


def test_a_folder_without_required_files_names_each_in_its_own_line(
    geomujun: Call, tmp_path: Path
) -> None:
    done = geomujun("run", tmp_path, "--out", tmp_path / "x", *SCHEME)
    assert done.code == 3
    lines = complaint(done)
    assert [x.split(":")[0] for x in lines] == ["错误", "错误", "提示"]
    assert "parcels" in done.err
    assert "enterprises" in done.err


def test_a_required_file_that_keeps_no_row_is_3(geomujun: Call, tmp_path: Path) -> None:
    empty = '{"type": "FeatureCollection", "features": []}'
    (tmp_path / "parcels.geojson").write_text(empty)
    (tmp_path / "enterprises.csv").write_text("统一社会信用代码,企业名称\n", "utf-8")
    done = geomujun("run", tmp_path, "--out", tmp_path / "x", *SCHEME)
    assert done.code == 3
    assert not (tmp_path / "x").exists()


def test_the_machine_is_4(geomujun: Call, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = geomujun("run", TOWN, "--out", tmp_path / "file" / "x", *SCHEME, "--quiet")
    assert done.code == 4
    assert [x.split(":")[0] for x in complaint(done)] == ["错误", "提示"]


def test_doctor_is_4_when_something_needed_is_missing(
    geomujun: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert geomujun("doctor").code == 0
    monkeypatch.setattr(doctor, "NEEDED", ("geopandas", "no_such_package"))
    done = geomujun("doctor", "--json")
    assert done.code == 4
    found = {f["what"]: f for f in json.loads(done.out)}
    assert found["no_such_package"]["ok"] is False
    assert found["no_such_package"]["mend"]
    assert "no_such_package" in done.err


def test_a_missing_package_stops_the_job_in_two_lines_and_doctor_still_works(
    geomujun: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lacking(module: str) -> ModuleType:
        if module.endswith("run_case"):
            raise ModuleNotFoundError("No module named 'pyogrio'", name="pyogrio")
        return import_module(module)

    monkeypatch.setattr(lazy, "import_module", lacking)
    done = geomujun("run", TOWN, "--out", "x", *SCHEME)
    assert done.code == 4
    said, hint = complaint(done)
    assert "pyogrio" in said
    assert "make setup" in hint
    assert geomujun("doctor").code == 0


def test_doctor_names_what_the_installed_product_asks_for_and_lacks(
    geomujun: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = ["no_such-thing>=2; python_version > '3'", "numpy>=2", "toy; extra == 'toys'"]
    monkeypatch.setattr(doctor, "requires", lambda _name: wanted)
    done = geomujun("doctor")
    assert done.code == 4
    assert "no_such-thing" in done.out
    assert "toy " not in done.out


@pytest.mark.parametrize(
    ("lang", "env", "word"),
    [(None, None, "错误"), ("en", None, "error"), (None, "en", "error"), (None, "en_GB.UTF-8", "error"),
     ("zh", "en", "错误"), (None, "zh_CN.UTF-8", "错误")],
)  # fmt: skip
def test_the_language_comes_from_the_option_then_the_environment(
    geomujun: Call, monkeypatch: pytest.MonkeyPatch, lang: str | None, env: str | None, word: str
) -> None:
    if env:
        monkeypatch.setenv("GEOMUJUN_LANG", env)
    done = geomujun(*(("--lang", lang) if lang else ()), "check", "gone")
    assert done.err.startswith(f"{word}: ")
    assert ("不是文件夹" in done.err) == (word == "错误")


def test_a_wrong_setting_is_a_misuse(geomujun: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEOMUJUN_LANG", "fr")
    assert geomujun("doctor").code == 2


def test_a_run_says_what_it_found_and_what_to_do_next(geomujun: Call, tmp_path: Path) -> None:
    done = geomujun("run", TOWN, "--out", tmp_path / "x", *SCHEME)
    assert done.code == 0
    assert "宗地 401" in done.out
    assert "map.html" in done.out
    assert all(line.startswith("·") for line in done.err.splitlines())
    again = geomujun("--lang", "en", "run", TOWN, "--out", tmp_path / "x", *SCHEME, "--json")
    assert (again.code, again.err) == (0, "")
    found = json.loads(again.out)
    assert found["counts"]["parcels"]["matched"] > 100
    assert sum(found["counts"]["parcels"].values()) == 401
    assert {"version", "scheme", "inputs", "seconds"} <= set(found)
    on_disk = json.loads((tmp_path / "x" / "run.json").read_text("utf-8"))
    assert on_disk["counts"] == found["counts"]


def test_check_gives_a_verdict_per_file_and_changes_nothing(
    geomujun: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = geomujun("check", TOWN, "--json")
    assert (done.code, done.err) == (0, "")
    found = json.loads(done.out)
    rows = {f["file"]: f for f in found["files"]}
    assert rows["parcels.shp"]["rows_kept"] == 401
    assert all(f["rows_in"] == f["rows_kept"] + f["rows_rejected"] for f in found["files"])
    assert found["faults"] == []
    assert list(tmp_path.iterdir()) == []
    assert "parcels.shp" in geomujun("check", TOWN).out


def test_a_terminal_that_shows_no_chinese_gets_the_lines_all_the_same() -> None:
    env = {**os.environ, "LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    code = "from geomujun.cli.main import run; run()"
    done = subprocess.run(
        [sys.executable, "-c", code, "check", "gone"], env=env, capture_output=True, check=False
    )
    assert done.returncode == 3
    assert b"Traceback" not in done.stderr
    assert done.stderr.count(b"\n") == 2


def test_the_help_in_the_list_is_the_help_of_the_command() -> None:
    for name, (_, text) in lazy.COMMANDS.items():
        assert text == (lazy.loaded(name).help or "").split("\n\n")[0].strip(), name


@pytest.mark.parametrize(
    ("args", "unwanted"),
    [
        (("--help",), ("pandas", "scipy", "geopandas", "geomujun.intake")),
        (("check", "--help"), ("scipy.optimize", "geomujun.planning", "geomujun.evaluation")),
        (("check", str(TOWN), "--json"), ("scipy.optimize", "geomujun.planning", "xlsxwriter")),
    ],
)
def test_a_command_imports_what_it_needs(args: tuple[str, ...], unwanted: tuple[str, ...]) -> None:
    code = (
        "import sys\nfrom geomujun.cli.main import run\ntry: run()\n"
        "except SystemExit as e: assert e.code == 0\n"
        "sys.stderr.write('\\n' + ' '.join(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *args], capture_output=True, encoding="utf-8", check=True
    )
    loaded = set(done.stderr.splitlines()[-1].split())
    assert "typer" in loaded
    assert not loaded & set(unwanted)


def test_a_run_says_which_files_it_could_not_use(geomujun: Call, tmp_path: Path) -> None:
    shutil.copytree(TOWN, tmp_path / "case")
    (tmp_path / "case" / "leases.xlsx").write_text("<html><table></table></html>")
    done = geomujun("run", tmp_path / "case", "--out", tmp_path / "out", *SCHEME, "--quiet")
    assert done.code == 0
    assert "  ! leases.xlsx：" in done.out
    told = json.loads((tmp_path / "out" / "run.json").read_text("utf-8"))["attention"]
    assert [line for line in told if line.startswith("leases.xlsx：")]
