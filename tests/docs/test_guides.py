"""The guides are run as written: their files are made, their commands executed, their output found.

In a guide ``<!-- file: NAME -->`` stands above a block to write down, ``<!-- run -->`` above
commands that succeed (``<!-- run: 3 -->``: that exit with 3), ``<!-- output -->`` above what the
last commands print (``<!-- output contains -->``: a part of it).
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GUIDES = ROOT / "docs" / "guides"
CASE = ROOT / "tests" / "cases" / "sample-town" / "case"
STEP = re.compile(r"^<!-- (file|run|output)(.*?) -->\n(?:```\w*\n(.*?)^```$)?", re.M | re.S)


RUN = re.compile(r"(export .*\n)?geomujun run case --out result .*\n")


class Reader:
    """Somebody who does what a guide says, in one shell and one folder."""

    def __init__(
        self, folder: Path, runs: Path, case: bool = True, more: dict[str, str] | None = None
    ) -> None:
        self.folder, self.exports, self.out, self.runs = folder, "", "", runs
        self.more = more or {}
        if case:
            shutil.copytree(CASE, folder / "case")

    def file(self, what: str, text: str) -> None:
        name = what.removeprefix(":").split()[0]
        if " from " in what:
            source = what.split(" from ")[1].split(":")[0].strip()
            text = (self.folder / source).read_text("utf-8")
            for old, new in re.findall(r"s/(.+?)/(.+?)/", what):
                assert old in text
                text = text.replace(old, new, 1)
        if " same as " in what:
            other = (GUIDES / what.split(" same as ")[1].strip()).read_text("utf-8")
            text = next(b for k, w, b in STEP.findall(other) if k == "file" and name in w)
        (self.folder / name).write_text(text, "utf-8")

    def run(self, what: str, text: str) -> None:
        wanted = int(what.removeprefix(":").strip() or 0)
        made = self.runs / hashlib.sha256(text.encode()).hexdigest()
        if made.exists():  # the run that several guides begin with, done once
            shutil.copytree(made, self.folder / "result")
            self.exports += "".join(re.findall(r"^export .*\n", text, re.M))
            return
        done = subprocess.run(
            ["/bin/bash", "-c", f"set -e\n{self.exports}\n{text}"],
            cwd=self.folder,
            env={
                "PATH": f"{command(self.runs)}:{Path(sys.executable).parent}:{os.environ['PATH']}",
                "HOME": str(self.folder),
            }
            | self.more,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        self.exports += "".join(re.findall(r"^export .*\n", text, re.M))
        assert done.returncode == wanted, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        self.out = done.stdout
        if RUN.fullmatch(text):
            shutil.copytree(self.folder / "result", made)

    def output(self, what: str, text: str) -> None:
        if "contains" in what:
            assert text.strip() in self.out
        else:
            assert text == self.out


def command(folder: Path) -> Path:
    """A folder with `geomujun` of this tree, whatever is installed."""
    place = folder / "bin"
    if not place.exists():
        place.mkdir()
        paths = [str(ROOT / part) for part in (".", "maps", "data", "api", "migrations")]
        (place / "geomujun").write_text(
            f"#!{sys.executable}\nimport sys\nsys.path[:0] = {paths!r}\n"
            "from geomujun.cli.main import run\nrun()\n",
            "utf-8",
        )
        (place / "geomujun").chmod(0o755)
    return place


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(p.name, marks=[pytest.mark.long] if p.name.endswith(".en.md") else [])
        for p in sorted(GUIDES.glob("*.md"))
        if not p.name.startswith(("site.", "admin."))  # need a store: test_tutorial.py runs them
    ],
)
def test_a_guide_does_what_it_says(name: str, tmp_path: Path, runs: Path) -> None:
    reader = Reader(tmp_path, runs)
    steps = STEP.findall((GUIDES / name).read_text("utf-8"))
    assert {kind for kind, _, _ in steps} >= {"run", "output"}
    for kind, what, text in steps:
        getattr(reader, kind)(what, text)


def test_the_links_of_the_guides_lead_somewhere() -> None:
    for guide in GUIDES.glob("*.md"):
        for target in re.findall(r"\]\(([^)#:]+)\)", guide.read_text("utf-8")):
            assert (guide.parent / target).exists(), f"{guide.name}: {target}"


def test_every_guide_has_its_twin_and_stands_in_the_readme() -> None:
    for guide in GUIDES.glob("*.md"):
        name = guide.name
        twin = name.replace(".en.md", ".md") if ".en." in name else name.replace(".md", ".en.md")
        assert (GUIDES / twin).exists()
        readme = "README.md" if ".en." in name else "README.zh-CN.md"
        assert f"docs/guides/{name}" in (ROOT / readme).read_text("utf-8"), name
