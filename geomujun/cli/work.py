"""What the service has done in processes of its own: ``python -m geomujun.cli.work``.

An order comes as JSON on standard input, so that no secret stands among the arguments. ``look``
reads a case that was sent, ``sheet`` a workbook, both bounded and without a database; they answer
with JSON on standard output. ``load`` and ``publish`` are jobs.

Imports stand in the functions: who only looks at a case waits neither for the database's packages
nor for the engine.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomujun.errors import GeomujunError
from geomujun.intake.shelf import Held, Shelf, unwritable
from geomujun.lang import set_lang

if TYPE_CHECKING:
    from geomujun.storage.target import Target

_BESIDE = 5  # niceness: requests come first
Progress = Callable[[str, int], None]


def main() -> int:
    """Do one order; 0 when it was done or refused in words."""
    order: dict[str, Any] = json.load(sys.stdin)
    set_lang("en" if order["lang"] == "en" else "zh")
    reads = {"look": _look, "sheet": _sheet}
    return _read(reads[order["what"]], order) if order["what"] in reads else _job(order)


def _held(told: dict[str, Any]) -> Held:
    return Held(**told | {"folder": Path(told["folder"])})


def _read(read: Callable[[dict[str, Any]], dict[str, Any]], order: dict[str, Any]) -> int:
    """Read what was sent, this process bounded; the answer is what it gave, or why it refused."""
    from geomujun.pipeline import incoming

    incoming.confine(incoming.Bounds(**order["bounds"]))
    try:
        answer = read(order)
    except GeomujunError as e:
        answer = {"refused": str(e), "hint": e.hint, "status": e.http_status}
    except OSError as e:  # what it read stands in verdicts: this is the disk
        full = unwritable(Path(), e)
        answer = {"refused": str(full), "hint": full.hint, "status": full.http_status}
    sys.stdout.write(json.dumps(answer))
    return 0


def _look(order: dict[str, Any]) -> dict[str, Any]:
    from geomujun.pipeline import incoming

    incoming.look(_held(order["held"]), order["within"], incoming.Bounds(**order["bounds"]))
    return {}


def _sheet(order: dict[str, Any]) -> dict[str, Any]:
    from geomujun.export.sheets_review import plain
    from geomujun.pipeline.incoming import read_sheet

    return plain(read_sheet(Path(order["path"])))


def _job(order: dict[str, Any]) -> int:
    from geomujun.pipeline import jobs
    from geomujun.storage.target import Target

    os.nice(_BESIDE)
    deed = {"load": _load, "publish": _publish}[order["what"]]
    target = Target(**order["target"])
    try:
        done = jobs.work(target, order["job"], lambda target, say: deed(target, order, say))
    except GeomujunError as e:  # the database went: nowhere else is left to say it
        sys.stderr.write(f"{e} {e.hint}\n")
        return e.exit_code
    return 0 if done else 1


def _load(target: Target, order: dict[str, Any], say: Progress) -> dict[str, Any]:
    """Load a case that was sent; it is given back when it cannot be."""
    from geomujun.pipeline import load as loading

    held = _held(order["held"])
    shelf = Shelf(held.folder.parent)
    asked = loading.Load(
        held.case, order["actor"], date.fromisoformat(order["valid_on"]), held.scope,
        order["partial"], (held.scope,),
    )  # fmt: skip
    try:
        done = loading.load(target, asked, say)
    except BaseException:
        shelf.give_back(held)
        raise
    shelf.drop(held)
    changes = {
        stem: {"added": c.added, "changed": c.changed, "ended": c.ended, "same": c.same}
        for stem, c in sorted(done.changes.items())
    }
    return {"load": done.number or None, "changes": changes, "unchanged": sorted(done.same)}


def _publish(target: Target, order: dict[str, Any], say: Progress) -> dict[str, Any]:
    from geomujun.cli.run_case import parse_day
    from geomujun.cli.scheme import load_scheme
    from geomujun.pipeline import publish as publishing

    year = order["year"]
    asked = publishing.Publication(
        year=year,
        scheme=load_scheme(order["scheme"], year),
        as_of=parse_day(order["as_of"], year),
        actor=order["actor"],
        merge_groups=order["merge_groups"],
        locality=order["locality"],
    )
    done = publishing.publish(target, asked, say)
    return {"edition": done.number, "tiles": done.tiles}


if __name__ == "__main__":
    sys.exit(main())
