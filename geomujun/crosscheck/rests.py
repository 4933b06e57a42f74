"""What each finding rests on: the rows of the inputs, and a digest of the facts in them.

The digest makes findings recognisable from run to run. It takes in the fields of those rows that
the rule looks at, and the measured value where that is no mere count of days; never a row number,
a threshold, a probability or a sentence. So it stays while the facts stay, whatever the order of
rows, the language, the locality's thresholds or the weights of the matcher.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from json.encoder import encode_basestring
from typing import Final, TypeVar

import numpy as np
import pandas as pd

from geomujun.crosscheck.grounds import Ground, Rest, ground_of
from geomujun.crosscheck.sides import Sides, contract_ids
from geomujun.domain.catalogue import TABLES
from geomujun.domain.keys import distinct, numbered, positions
from geomujun.ledger.sight import Sight

T = TypeVar("T")
_NO_PAIRS: Final = pd.DataFrame({"finding": [], "row": []}, dtype="int64")
ID_LENGTH: Final = 16  # hexadecimal digits: 2^64 leaves a province without a clash


def rested(table: pd.DataFrame, found: Sides, sight: Sight) -> pd.DataFrame:
    """``finding_id``, ``rows`` and ``facts_digest`` of each finding, on the index of ``table``."""
    rule, names = numbered(table["rule"])
    grounds = [ground_of(name) for name in names]
    pairs = _all_pairs(grounds, rule, found, sight)
    parts = [
        _looked_up(rest, pairs[rest.table, rest.by].get(k, _NO_PAIRS), sight)
        for k, ground in enumerate(grounds)
        for rest in ground.rests
    ]
    rests = pd.concat(parts, ignore_index=True) if parts else _no_rests()
    digests = _digests(table, rests)
    return pd.DataFrame(
        {
            "finding_id": [d[0] for d in digests],
            "rows": _references(len(table), rests),
            "facts_digest": [d[1] for d in digests],
        },
        index=table.index,
    ).astype("str")


def _no_rests() -> pd.DataFrame:
    names = {"finding": "int64", "table": "str", "key": "str", "row": "int64", "text": "str"}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in names.items()})


def _all_pairs(
    grounds: list[Ground], rule: np.ndarray, found: Sides, sight: Sight
) -> dict[tuple[str, str], dict[int, pd.DataFrame]]:
    """`_pairs` by table and way to find the rows, then by number of the rule; each way once."""
    asking: dict[tuple[str, str], list[int]] = {}
    for k, ground in enumerate(grounds):
        for rest in ground.rests:
            asking.setdefault((rest.table, rest.by), []).append(k)
    made = {}
    for (table, by), rules in asking.items():
        pairs = _pairs(table, by, np.flatnonzero(np.isin(rule, rules)), found, sight)
        made[table, by] = dict(iter(pairs.groupby(rule[pairs["finding"].to_numpy()])))
    return made


def _looked_up(rest: Rest, pairs: pd.DataFrame, sight: Sight) -> pd.DataFrame:
    """Rows of one table that some findings rest on: finding, table, key, row, text of facts."""
    frame = sight.facts.duplicates if rest.by == "twin" else getattr(sight.case, rest.table)
    where, inverse = np.unique(pairs["row"].to_numpy(), return_inverse=True)
    contracts = rest.table in ("leases", "supply")
    name = "contract_no" if contracts else _key(rest.table)
    rows = pd.DataFrame(frame[list(dict.fromkeys((name, "row", *rest.fields)))]).iloc[where]
    key = contract_ids(rows) if contracts else rows[name]
    return pd.DataFrame(
        {
            "finding": pairs["finding"].to_numpy(),
            "table": rest.table,
            "key": key.to_numpy(dtype=object)[inverse],
            "row": rows["row"].to_numpy(dtype="int64")[inverse],
            "text": np.asarray(_texts(rows, rest), dtype=object)[inverse],
        }
    )


def _key(table: str) -> str:
    return {"buildings": "building_no"}.get(table, TABLES[table].key[0])


def _texts(rows: pd.DataFrame, rest: Rest) -> list[str]:
    """The facts of each row in one line, missing values as nothing."""
    columns = [_words(rows[name]) for name in rest.fields]
    head = f"{rest.table}\x1f"
    return [head + "\x1f".join(cells) for cells in zip(*columns, strict=True)]


def _words(values: pd.Series) -> list[str]:
    if pd.api.types.is_datetime64_any_dtype(values):
        return list(values.dt.strftime("%Y-%m-%d").fillna(""))
    if pd.api.types.is_float_dtype(values):
        return ["" if v != v else f"{v:.6f}" for v in values.to_numpy(dtype=float)]  # noqa: PLR0124
    return ["" if v is pd.NA or v is None else str(v) for v in values.to_numpy(dtype=object)]


def _pairs(table: str, by: str, at: np.ndarray, found: Sides, sight: Sight) -> pd.DataFrame:
    """``finding`` and ``row`` (position in the table) of what some findings rest on."""
    mine = [side[np.isin(side["finding"], at)] for side in found]
    part = Sides(*mine)
    if by == "contract":
        return part.contracts.loc[part.contracts["table"] == table, ["finding", "row"]]
    asked, keys = _ASKED[by](part, sight)
    return _joined(asked, keys)


def _used(part: Sides, sight: Sight) -> tuple[pd.DataFrame, pd.Series]:
    users = sight.used[["uscc", "parcel_code"]].drop_duplicates()
    both = part.firms.merge(users, left_on="id", right_on="uscc")
    asked = pd.DataFrame({"finding": both["finding"], "id": both["parcel_code"]})
    return asked.drop_duplicates(), sight.case.parcels["parcel_code"]


def _between(part: Sides, sight: Sight) -> tuple[pd.DataFrame, pd.Series]:
    leases = sight.case.leases
    both = part.parcels.merge(part.firms, on="finding", suffixes=("_land", "_firm"))
    both["id"] = both["id_land"] + "|" + both["id_firm"]
    return both, leases["parcel_resolved"] + "|" + leases["lessee_key"]


def _surveyed(part: Sides, sight: Sight) -> tuple[pd.DataFrame, pd.Series]:
    drawn = sight.patches_on_parcels[["parcel_code", "patch_code"]]
    both = part.parcels.merge(drawn, left_on="id", right_on="parcel_code")
    asked = pd.DataFrame({"finding": both["finding"], "id": both["patch_code"]})
    return asked.drop_duplicates(), sight.case.patches["patch_code"]


def _let(part: Sides, sight: Sight) -> tuple[pd.DataFrame, pd.Series]:
    return part.parcels, sight.case.leases["parcel_resolved"].where(sight.leases_in_force, "")


def _year(part: Sides, sight: Sight) -> tuple[pd.DataFrame, pd.Series]:
    rows = sight.case.indicators
    return part.firms, rows["uscc"].where(rows["year"] == sight.facts.year, "")


_ASKED: Final[dict[str, Callable[[Sides, Sight], tuple[pd.DataFrame, pd.Series]]]] = {
    "parcel": lambda part, sight: (part.parcels, sight.case.parcels["parcel_code"]),
    "firm": lambda part, sight: (part.firms, sight.case.enterprises["uscc"]),
    "built": lambda part, sight: (part.parcels, sight.building_parcel),
    "twin": lambda part, sight: (part.firms, sight.facts.duplicates["uscc"]),
    "let": _let,
    "pair": _between,
    "surveyed": _surveyed,
    "used": _used,
    "year": _year,
}


def _joined(asked: pd.DataFrame, keys: pd.Series) -> pd.DataFrame:
    """Pairs of ``finding`` and ``row`` where the asked id is the row's key."""
    at, wanted = distinct(asked["id"])
    found = positions(keys, wanted)
    row = np.flatnonzero(found >= 0)
    have = pd.DataFrame({"at": found[row], "row": row})
    need = pd.DataFrame({"at": at, "finding": asked["finding"].to_numpy()})
    return need.merge(have, on="at")[["finding", "row"]]


def _digests(table: pd.DataFrame, rests: pd.DataFrame) -> list[tuple[str, str]]:
    """(finding_id, facts_digest) of each finding."""
    texts = _per_finding(len(table), rests["finding"].to_numpy(), rests["text"].tolist())
    out = []
    columns = ("rule", "subject_kind", "subject_id", "other_id", "measured")
    grounds = {rule: ground_of(rule) for rule in table["rule"].unique()}
    for k, (rule, kind, subject, other, value) in enumerate(
        zip(*(table[c].tolist() for c in columns), strict=True)
    ):
        ground = grounds[rule]
        head = [rule, kind, subject, other if ground.paired else ""]
        told = "" if ground.places is None or value != value else f"{value:.{ground.places}f}"  # noqa: PLR0124
        facts = hashlib.sha256("\n".join([*head, told, *sorted(texts[k])]).encode()).hexdigest()
        name = hashlib.sha256("\n".join([*head, facts]).encode()).hexdigest()
        out.append((name[:ID_LENGTH], facts))
    return out


def _references(count: int, rests: pd.DataFrame) -> list[str]:
    """JSON list of the rows of each finding: table, key, and row number in its file."""
    table, key = numbered(rests["table"])[0], numbered(rests["key"])[0]
    by = (rests["row"].to_numpy(), key, table, rests["finding"].to_numpy())
    order = np.lexsort(by)
    fresh = np.zeros(len(order), dtype=bool)
    for column in by:
        fresh |= np.diff(column[order], prepend=-1) != 0
    rows = rests.iloc[order[fresh]]
    said = [
        f'{{"table":"{table}","row":{row},"key":{encode_basestring(key)}}}'
        for table, row, key in zip(
            rows["table"].tolist(), rows["row"].tolist(), rows["key"].tolist(), strict=True
        )
    ]
    parts = _per_finding(count, rows["finding"].to_numpy(), said)
    return [f"[{','.join(part)}]" for part in parts]


def _per_finding(count: int, finding: np.ndarray, words: Iterable[T]) -> list[list[T]]:
    """What is said of each finding, gathered in the order given."""
    out: list[list[T]] = [[] for _ in range(count)]
    for at, word in zip(finding.tolist(), words, strict=True):
        out[at].append(word)
    return out
