"""One method on one task, in its own process: `python -m benchmarks.method NAME TASK OUT`.

Writes ``answers.csv`` (parcel, firm, score) and ``cost.json`` into OUT. Wall and CPU are taken from
after the imports and the reading of the task until the answers stand; peak memory is taken by the
parent over the whole process tree (`benchmarks.run`).
"""

from __future__ import annotations

import csv
import importlib
import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

CHUNK: Final = 1000


@dataclass
class Answers:
    """Answers so far: for parcel i the register row and the score; -1 for none.

    ``asked`` of ``total`` parcels were put (fewer where a method ran out of its seconds);
    ``prepare_s`` is what was spent before the first; ``note`` is printed beside the numbers.
    """

    total: int
    firms: list[int] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    prepare_s: float = 0.0
    ask_s: float = 0.0
    note: str = ""

    @property
    def asked(self) -> int:
        return len(self.firms)

    def extend(self, firms: Sequence[int], scores: Sequence[float]) -> None:
        """More answers, in order of the parcels."""
        self.firms.extend(int(f) for f in firms)
        self.scores.extend(float(s) for s in scores)


Ask = Callable[[Sequence[str]], tuple[Sequence[int], Sequence[float]]]


def in_chunks(texts: Sequence[str], ask: Ask, limit_s: float, size: int = CHUNK) -> Answers:
    """Put the parcels in chunks until all are answered or the seconds are spent."""
    answers = Answers(len(texts))
    start = time.perf_counter()
    for at in range(0, len(texts), size):
        answers.extend(*ask(texts[at : at + size]))
        answers.ask_s = time.perf_counter() - start
        if answers.ask_s > limit_s:
            break
    return answers


def read_column(path: Path, column: str) -> list[str]:
    """One column of a CSV."""
    with path.open(encoding="utf-8", newline="") as file:
        return [row[column] for row in csv.DictReader(file)]


def _cpu_s() -> float:
    own, children = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


class MethodMissingError(Exception):
    """The machine or the environment lacks what the method needs; the text says what."""


def main(name: str, task: Path, out: Path, limit_s: float) -> int:
    """Run one method and write what it answered and cost; 3 when it cannot run here."""
    module, _, function = name.partition(":")
    register = read_column(task / "register.csv", "name")
    parcels = read_column(task / "parcels.csv", "text")
    run: Callable[[list[str], list[str], float], Answers]
    try:
        run = getattr(importlib.import_module(f"benchmarks.{module}"), function)
        start, cpu = time.perf_counter(), _cpu_s()
        answers = run(register, parcels, limit_s)
    except MethodMissingError as error:
        (out / "cost.json").write_text(json.dumps({"missing": str(error)}), "utf-8")
        return 3
    wall, used = time.perf_counter() - start, _cpu_s() - cpu
    scale = answers.total / max(answers.asked, 1)
    extra = answers.ask_s * (scale - 1)
    cost = {
        "wall_s": wall + extra,
        "cpu_s": used + (used * extra / wall if wall else 0.0),
        "asked": answers.asked,
        "total": answers.total,
        "note": answers.note,
    }
    (out / "cost.json").write_text(json.dumps(cost, ensure_ascii=False), "utf-8")
    with (out / "answers.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("parcel", "firm", "score"))
        pairs = enumerate(zip(answers.firms, answers.scores, strict=True))
        rows.writerows((i, firm, repr(score)) for i, (firm, score) in pairs if firm >= 0)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), float(sys.argv[4])))
