"""`geomujun scheme`: what it prints and how it ends."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from geomujun.cli import extensions, main
from geomujun.cli.scheme import load_scheme
from geomujun.errors import SchemeError
from geomujun.evaluation import indicators
from geomujun.lang import set_lang

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def scheme(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """``geomujun scheme …`` in this process: exit code, stdout, stderr."""
    for name in ("GEOMUJUN_LANG", "GEOMUJUN_INDICATORS"):
        monkeypatch.delenv(name, raising=False)
    extensions.load_indicators.cache_clear()

    def call(*args: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["geomujun", "scheme", *map(str, args)])
        with pytest.raises(SystemExit) as end:
            main.run()
        set_lang("zh")
        streams = capsys.readouterr()
        assert "Traceback" not in streams.err
        assert isinstance(end.value.code, int)
        return end.value.code, streams.out, streams.err

    return call


@pytest.fixture
def mine(scheme: Call, tmp_path: Path) -> Path:
    """A fresh skeleton."""
    file = tmp_path / "mine-2024.yaml"
    code, out, _ = scheme("new", file, "--title", "本区办法")
    assert (code, out.split()) == (0, [str(file), str(tmp_path / "scheme.schema.json")])
    return file


def test_the_list_names_presets_and_variants(scheme: Call) -> None:
    code, out, _ = scheme("list")
    assert code == 0
    assert "wenling-2022  温岭市" in out
    assert "  zhejiang-2022+carbon  碳效" in out
    found = json.loads(scheme("list", "--json")[1])
    assert {"id", "title", "sha256", "variants"} <= set(found[0])


def test_a_skeleton_is_written_once(scheme: Call, mine: Path) -> None:
    text = mine.read_text("utf-8")
    code, _, err = scheme("new", mine)
    assert code == 2
    assert "不覆盖" in err
    assert mine.read_text("utf-8") == text
    assert scheme("new", mine.with_suffix(".txt"))[0] == 2


def test_a_sound_file_ends_with_0_and_a_bad_one_with_3(scheme: Call, mine: Path) -> None:
    assert scheme("check", mine, "zhejiang-2022") == (
        0, f"{mine}：没有错误\nzhejiang-2022：没有错误\n", "",
    )  # fmt: skip
    text = mine.read_text("utf-8").replace("tax_per_mu:", "tax_pre_mu:", 1)
    mine.write_text(text.replace("size: 规下", "size: 小"), "utf-8")
    code, out, _ = scheme("check", mine)
    assert code == 3
    assert "mine-2024.yaml:" in out
    assert "没有指标 'tax_pre_mu' 的公式" in out
    assert "规上, 规下" in out
    faults = json.loads(scheme("check", mine, "--json")[1])[str(mine)]
    assert [set(f) for f in faults] == [{"file", "line", "key", "message", "hint"}] * 2
    lines = mine.read_text("utf-8").splitlines()
    assert "tax_pre_mu" in lines[faults[0]["line"] - 1]
    assert "小" in lines[faults[1]["line"] - 1]


def test_a_file_that_is_not_there_or_not_yaml_ends_with_3(scheme: Call, tmp_path: Path) -> None:
    code, _, err = scheme("check", tmp_path / "gone.yaml")
    assert code == 3
    assert "gone.yaml" in err
    (tmp_path / "bad.yaml").write_text("a: [1\nb: 2", "utf-8")
    code, out, _ = scheme("check", tmp_path / "bad.yaml")
    assert code == 3
    assert "bad.yaml:2" in out
    assert scheme("check", "nowhere-2022")[0] == 2  # no file is meant


def test_a_scheme_is_shown_and_compared(scheme: Call, mine: Path) -> None:
    code, out, _ = scheme("show", mine)
    assert code == 0
    assert "亩均税收（tax_per_mu） 权重：40；基准值：评价组均值" in out
    facts = json.loads(scheme("show", "xian-2022", "--json")[1])["facts"]
    assert {"path": "cohorts.above_designated.grades", "section": "评价组 规上", "item": "",
            "name": "各档占比", "text": "A 15% B 75% C 5% D 5%"} in facts  # fmt: skip
    assert "基准值：26.01 → 24.097" in scheme("diff", "huangyan-2021", "huangyan-2022")[1]
    assert scheme("diff", mine, mine)[1] == "没有不同\n"
    rows = json.loads(scheme("diff", "zhejiang-2022", "zhejiang-2022+carbon", "--json")[1])
    energy = "cohorts.above_designated.indicators.value_added_per_energy.weight"
    assert {"path": energy, "before": "20", "after": "10"} in rows


def test_english_is_there_too(scheme: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEOMUJUN_LANG", "en")
    out = scheme("show", "wenling-2022")[1]
    assert "0 for the first 规下 firm, 5 for each further one, no limit" in out
    assert "below" not in out.split("members: ")[0]


def test_a_file_may_be_named_with_its_variants(mine: Path) -> None:
    text = mine.read_text("utf-8") + (
        "variants:\n  small:\n    label: 小\n    source: notice\n    change:\n"
        "      cohorts: {below_designated: {min_mu: {2024-01-01: 1}}}\n"
    )
    mine.write_text(text, "utf-8-sig")  # a mark at the start, as Windows editors write it
    made = load_scheme(f"{mine}+small", 2024)
    assert (made.id, made.cohorts[1].min_mu) == ("mine-2024+small", 1)
    assert load_scheme(str(mine)).cohorts[1].min_mu == 3


OWN = """
from geomujun.evaluation.indicators import indicator

@indicator("万元/人")
def profit_made_up_for_this_test(f):
    return f["tax_wan_yuan"], f["employees"]
"""


def test_indicators_come_from_installed_modules_only(
    scheme: Call, mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = mine.read_text("utf-8").replace("rd_intensity:", "profit_made_up_for_this_test:")
    mine.write_text(text, "utf-8")
    assert scheme("check", mine)[0] == 3
    (mine.parent / "own_formulas.py").write_text(OWN, "utf-8")
    monkeypatch.setenv("GEOMUJUN_INDICATORS", "own_formulas")
    extensions.load_indicators.cache_clear()
    code, _, err = scheme("check", mine)
    assert code == 3  # beside the scheme is not installed
    assert "own_formulas" in err
    monkeypatch.syspath_prepend(str(mine.parent))
    try:
        assert scheme("check", mine)[0] == 0
        assert "profit_made_up_for_this_test" in scheme("indicators")[1]
    finally:
        indicators.ENTERPRISE.pop("profit_made_up_for_this_test", None)
        indicators.UNITS.pop("profit_made_up_for_this_test", None)
        sys.modules.pop("own_formulas", None)
        extensions.load_indicators.cache_clear()


@pytest.mark.parametrize("name", ["../evil", "os; import sys", "no_such_module_here"])
def test_a_module_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(SchemeError, match=r"no_such|evil|import"):
        extensions.import_all([name])
