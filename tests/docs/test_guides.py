"""The guides are run as written: their files are made, their commands executed, their output found.

In a guide ``<!-- file: NAME -->`` stands above a block to write down, ``<!-- run -->`` above
commands that succeed (``<!-- run: 3 -->``: that exit with 3), ``<!-- output -->`` above what the
last commands print (``<!-- output contains -->``: a part of it).
"""

from __future__ import annotations

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


class Reader:
    """Somebody who does what a guide says, in one shell and one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.exports, self.out = folder, "", ""
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
        done = subprocess.run(
            ["/bin/bash", "-c", f"set -e\n{self.exports}\n{text}"],
            cwd=self.folder,
            env={
                "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
                "HOME": str(self.folder),
            },
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        self.exports += "".join(re.findall(r"^export .*\n", text, re.M))
        assert done.returncode == wanted, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        self.out = done.stdout

    def output(self, what: str, text: str) -> None:
        if "contains" in what:
            assert text.strip() in self.out
        else:
            assert text == self.out


@pytest.mark.parametrize(
    "name", ["own-scheme.md", pytest.param("own-scheme.en.md", marks=pytest.mark.long)]
)
def test_a_guide_does_what_it_says(name: str, tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    steps = STEP.findall((GUIDES / name).read_text("utf-8"))
    assert {kind for kind, _, _ in steps} == {"file", "run", "output"}
    for kind, what, text in steps:
        getattr(reader, kind)(what, text)


def test_the_links_of_the_guides_lead_somewhere() -> None:
    for guide in GUIDES.glob("own-scheme*.md"):
        for target in re.findall(r"\]\(([^)#:]+)\)", guide.read_text("utf-8")):
            assert (guide.parent / target).exists(), f"{guide.name}: {target}"
