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
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomujun.errors import GeomujunError
from geomujun.intake.shelf import Held, Shelf, unwritable
from geomujun.lang import set_lang

if TYPE_CHECKING:
    from geomujun.pipeline.load import Loaded
    from geomujun.storage.jobs import Notes
    from geomujun.storage.target import Conn, Target

_BESIDE = 5  # niceness: requests come first


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
        done = jobs.work(target, order["job"], partial(deed, order))
    except GeomujunError as e:  # the database went: nowhere else is left to say it
        sys.stderr.write(f"{e} {e.hint}\n")
        return e.exit_code
    return 0 if done else 1


def _load(order: dict[str, Any], target: Target, notes: Notes) -> None:
    """Load a case that was sent; it is given back when it cannot be."""
    from geomujun.pipeline import load as loading

    held = _held(order["held"])
    shelf = Shelf(held.folder.parent)
    asked = loading.Load(
        held.case, order["actor"], date.fromisoformat(order["valid_on"]), held.scope,
        order["partial"], (held.scope,),
    )  # fmt: skip
    try:
        loading.load(target, asked, notes.say, lambda c, made: notes.done(c, _loaded(made)))
    except BaseException:
        shelf.give_back(held)
        raise
    shelf.drop(held)


def _loaded(made: Loaded) -> dict[str, Any]:
    changes = {
        stem: {"added": c.added, "changed": c.changed, "ended": c.ended, "same": c.same}
        for stem, c in sorted(made.changes.items())
    }
    return {"load": made.number or None, "changes": changes, "unchanged": sorted(made.same)}


def _publish(order: dict[str, Any], target: Target, notes: Notes) -> None:
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

    def done(connection: Conn, made: publishing.Published) -> None:
        notes.done(connection, {"edition": made.number, "tiles": made.tiles})

    publishing.publish(target, asked, notes.say, done)


if __name__ == "__main__":
    sys.exit(main())
