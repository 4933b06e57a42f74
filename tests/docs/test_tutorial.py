"""The tutorial and the admin guide, done as written in an empty folder, with a PostGIS of its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from test_guides import ROOT, STEP, Reader

DOCS = ROOT / "docs"
SITE = ROOT / "maps" / "geomujun_maps" / "site" / "index.html"


@pytest.mark.postgis
@pytest.mark.parametrize(
    "name",
    [
        "tutorial.md",
        "guides/admin.md",
        pytest.param("tutorial.en.md", marks=pytest.mark.long),
        pytest.param("guides/admin.en.md", marks=pytest.mark.long),
    ],
)
def test_the_tutorial_does_what_it_says(
    name: str,
    tmp_path: Path,
    home: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    if not SITE.exists():
        pytest.fail("the web app is not built: run `make web`")
    own = {"GEOMUJUN_HOME": str(home)}
    reader = Reader(tmp_path, tmp_path_factory.mktemp("runs"), case=False, more=own)
    steps = STEP.findall((DOCS / name).read_text("utf-8"))
    assert {kind for kind, _, _ in steps} >= {"run", "output"}
    for kind, what, text in steps:
        getattr(reader, kind)(what, text)


def test_every_block_of_the_tutorial_is_run_and_both_languages_do_the_same() -> None:
    told = [(DOCS / name).read_text("utf-8") for name in ("tutorial.md", "tutorial.en.md")]
    for text in told:
        assert text.count("```sh") == len(re.findall(r"^<!-- run -->$", text, re.M))
    zh, en = ([t for k, _, t in STEP.findall(text) if k == "run"] for text in told)
    plain = [re.sub(r"^export .*\n", "", t, flags=re.M) for t in en]
    words = re.compile(r"(?<=--reason ).*|(?<=--note ).*|(?<=keys create )\S+")
    assert [words.sub("", t) for t in plain] == [words.sub("", t) for t in zh]


def test_links_and_pictures_of_the_tutorial_are_there_and_small() -> None:
    for name in ("tutorial.md", "tutorial.en.md"):
        text = (DOCS / name).read_text("utf-8")
        for target in re.findall(r"\]\(([^)#:]+)\)", text):
            assert (DOCS / target).exists(), target
    for picture in (DOCS / "images").glob("web-*.png"):
        assert picture.stat().st_size <= 200_000, picture.name


def test_what_the_guide_of_the_site_commands_is_done_by_the_tutorial() -> None:
    for guide, tutorial in (("site.md", "tutorial.md"), ("site.en.md", "tutorial.en.md")):
        text = (DOCS / "guides" / guide).read_text("utf-8")
        shown = re.findall(r"^    (GEOMUJUN.*)$", text, re.M)
        assert shown[-1] in (DOCS / tutorial).read_text("utf-8")


@pytest.mark.parametrize(("name", "sign", "a_minute"), [
    ("tutorial.md", r"[\u4e00-\u9fff]", 300), ("tutorial.en.md", r"\S+", 220),
])  # fmt: skip
def test_half_of_the_ten_minutes_is_enough_to_read_it(name: str, sign: str, a_minute: int) -> None:
    text = (DOCS / name).read_text("utf-8")
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)  # its commands are pasted
    assert len(re.findall(sign, prose)) / a_minute <= 5
