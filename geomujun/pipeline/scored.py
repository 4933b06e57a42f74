"""What a run leaves to explain and simulate its evaluation: rules and ground, in `state/`.

    state/scheme.json      the rules as applied
    state/ground/*.parquet firms, figures, flags, groups, unsplit land, leases, ledger lines

Internal like the rest of the folder: figures of enterprises stand in it unmasked.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import pandas as pd

from geomujun.errors import DataError, UsageError
from geomujun.lang import t
from geomujun.planning.ground import Ground
from geomujun.policy.model import Scheme
from geomujun.policy.snapshot import from_data, to_data

FOLDER: Final = "state"
SCHEME: Final = "scheme.json"
GROUND: Final = "ground"


def leave(scheme: Scheme, ground: Ground, folder: Path) -> None:
    """Write both below a run's folder."""
    place = folder / FOLDER
    (place / GROUND).mkdir(parents=True, exist_ok=True)
    text = json.dumps(to_data(scheme), ensure_ascii=False, indent=1)
    (place / SCHEME).write_text(text + "\n", encoding="utf-8", newline="\n")
    for name, frame in ground.tables().items():
        frame.to_parquet(place / GROUND / f"{name}.parquet", index=False)


def rules(out: Path) -> Scheme:
    """The rules a run was evaluated by.

    Raises:
        UsageError: the folder is no run, or one of an earlier version.
        DataError: the file cannot be read.
    """
    path = out / FOLDER / SCHEME
    if not path.is_file():
        raise UsageError(
            t("这里没有评价规则", "there are no rules of an evaluation here"),
            where=str(out),
            hint="geomujun run CASE --out DIR …",
        )
    try:
        return from_data(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError) as e:
        raise DataError(t("读不出：{e}", "cannot be read: {e}", e=e), where=str(path)) from e


def ground(out: Path) -> Ground:
    """The ground a run was evaluated on.

    Raises:
        DataError: a table is missing or cannot be read.
    """
    made = {}
    for name in Ground.__slots__:
        path = out / FOLDER / GROUND / f"{name}.parquet"
        try:
            made[name] = pd.read_parquet(path)
        except (OSError, ValueError) as e:
            raise DataError(t("读不出：{e}", "cannot be read: {e}", e=e), where=str(path)) from e
    return Ground(**made)
