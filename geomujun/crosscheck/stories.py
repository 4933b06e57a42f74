"""Findings that are one story: what probably causes what, joined and told in one headline.

A lease that ended, its tenant who stays without a paper, and the parcel on which the claims no
longer fit are three findings and one matter. `CAUSES` says which rule may explain which, and what
the two must have in common; everything so connected is a story. The finding whose rule stands
first in `ORDER` leads it. It is a reading order for people, no proof of cause.
"""

from __future__ import annotations

import hashlib
from typing import Final

import numpy as np
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from geomujun.crosscheck.sides import Sides
from geomujun.domain.legend import legend
from geomujun.lang import t
from geomujun.ledger.sight import Sight

# Causes first: codes and identities, then rights and contracts, then use, then sums, then grades.
ORDER: Final = (
    "USCC_DUPLICATE", "USCC_INVALID", "PARCEL_CODE_VARIANT", "PARCEL_OVERLAP", "AREA_GEOMETRY",
    "POINT_DATUM", "VIRTUAL_ADDRESS", "HOLDER_CANCELLED", "LEASE_UNPLACED", "LEASE_NO_TITLE",
    "LEASE_EXPIRED", "EXEMPTION_ENDED", "EXPANSION", "USE_MISMATCH", "FIGURE_CONFLICT",
    "TENANT_NO_LEASE", "IDLE_LAND", "AREA_OVER", "AREA_UNALLOCATED", "FAR_MISMATCH",
    "AREA_REPORTED", "NO_LAND_ENTERPRISE", "GRADE_CONFLICT", "DECISION_STALE",
)  # fmt: skip
# Cause, effect, and what they share: the parcel, the firm, both, or `use`: the effect's firm is a
# counted user of the cause's parcel.
CAUSES: Final = (
    ("USCC_DUPLICATE", "NO_LAND_ENTERPRISE", "firm"),
    ("USCC_DUPLICATE", "AREA_REPORTED", "firm"),
    ("USCC_DUPLICATE", "DECISION_STALE", "firm"),
    ("USCC_INVALID", "NO_LAND_ENTERPRISE", "firm"),
    ("USCC_INVALID", "DECISION_STALE", "firm"),
    ("PARCEL_OVERLAP", "AREA_GEOMETRY", "parcel"),
    ("PARCEL_OVERLAP", "EXPANSION", "parcel"),
    ("AREA_GEOMETRY", "FAR_MISMATCH", "parcel"),
    ("AREA_GEOMETRY", "AREA_OVER", "parcel"),
    ("AREA_GEOMETRY", "AREA_REPORTED", "use"),
    ("POINT_DATUM", "TENANT_NO_LEASE", "firm"),
    ("POINT_DATUM", "NO_LAND_ENTERPRISE", "firm"),
    ("VIRTUAL_ADDRESS", "NO_LAND_ENTERPRISE", "firm"),
    ("HOLDER_CANCELLED", "TENANT_NO_LEASE", "parcel"),
    ("HOLDER_CANCELLED", "LEASE_NO_TITLE", "parcel"),
    ("HOLDER_CANCELLED", "AREA_UNALLOCATED", "parcel"),
    ("HOLDER_CANCELLED", "IDLE_LAND", "parcel"),
    ("LEASE_UNPLACED", "NO_LAND_ENTERPRISE", "firm"),
    ("LEASE_UNPLACED", "TENANT_NO_LEASE", "firm"),
    ("LEASE_NO_TITLE", "TENANT_NO_LEASE", "both"),
    ("LEASE_NO_TITLE", "AREA_OVER", "parcel"),
    ("LEASE_NO_TITLE", "AREA_UNALLOCATED", "parcel"),
    ("LEASE_NO_TITLE", "AREA_REPORTED", "firm"),
    ("LEASE_NO_TITLE", "NO_LAND_ENTERPRISE", "firm"),
    ("LEASE_EXPIRED", "TENANT_NO_LEASE", "both"),
    ("LEASE_EXPIRED", "AREA_OVER", "parcel"),
    ("LEASE_EXPIRED", "AREA_UNALLOCATED", "parcel"),
    ("LEASE_EXPIRED", "AREA_REPORTED", "firm"),
    ("LEASE_EXPIRED", "NO_LAND_ENTERPRISE", "firm"),
    ("EXEMPTION_ENDED", "IDLE_LAND", "parcel"),
    ("EXEMPTION_ENDED", "GRADE_CONFLICT", "parcel"),
    ("EXEMPTION_ENDED", "AREA_REPORTED", "use"),
    ("EXPANSION", "FAR_MISMATCH", "parcel"),
    ("FIGURE_CONFLICT", "IDLE_LAND", "firm"),
    ("FIGURE_CONFLICT", "GRADE_CONFLICT", "firm"),
    ("TENANT_NO_LEASE", "AREA_OVER", "parcel"),
    ("TENANT_NO_LEASE", "AREA_UNALLOCATED", "parcel"),
    ("TENANT_NO_LEASE", "AREA_REPORTED", "use"),
    ("TENANT_NO_LEASE", "GRADE_CONFLICT", "parcel"),
    ("IDLE_LAND", "GRADE_CONFLICT", "parcel"),
    ("AREA_OVER", "AREA_REPORTED", "use"),
    ("AREA_OVER", "GRADE_CONFLICT", "parcel"),
    ("AREA_UNALLOCATED", "AREA_REPORTED", "use"),
    ("AREA_UNALLOCATED", "GRADE_CONFLICT", "parcel"),
    ("AREA_REPORTED", "GRADE_CONFLICT", "firm"),
)
_SEVERITY: Final = ("high", "medium", "low")


def told(table: pd.DataFrame, found: Sides, sight: Sight) -> pd.DataFrame:
    """``story_id``, ``story_order`` (1 leads) and ``headline``, on the index of ``table``.

    A finding that nothing explains and that explains nothing is a story of its own.
    """
    story = _components(len(table), _edges(table, found, sight))
    rank = table["rule"].map({rule: k for k, rule in enumerate(ORDER)}).fillna(len(ORDER))
    degree = table["severity"].map({word: k for k, word in enumerate(_SEVERITY)})
    order = pd.DataFrame({"story": story, "rank": rank.to_numpy(), "degree": degree.to_numpy()})
    order = order.sort_values(["story", "rank", "degree"], kind="stable")  # then as in the table
    place = order.groupby("story").cumcount().sort_index().to_numpy() + 1
    heads = order.drop_duplicates("story")
    lead = pd.Series(heads.index, index=heads["story"].to_numpy())
    names, lines = _names(table, lead), _headlines(table, story, lead, sight)
    return pd.DataFrame(
        {
            "story_id": names.reindex(story).to_numpy(),
            "story_order": place,
            "headline": lines.reindex(story).to_numpy(),
        },
        index=table.index,
    ).astype({"story_id": "str", "headline": "str", "story_order": "Int64"})


def _edges(table: pd.DataFrame, found: Sides, sight: Sight) -> pd.DataFrame:
    """Pairs (cause, effect) of findings, by position."""
    rules = table["rule"].to_numpy()
    both = found.parcels.merge(found.firms, on="finding", suffixes=("", "_firm"))
    both["id"] = both["id"] + "|" + both["id_firm"]
    users = sight.used[["parcel_code", "uscc"]].drop_duplicates()
    users = found.parcels.merge(users, left_on="id", right_on="parcel_code")
    users = pd.DataFrame({"finding": users["finding"], "id": users["uscc"]}).drop_duplicates()
    named = {"parcel": found.parcels, "firm": found.firms, "both": both, "use": users}
    code, _ = pd.factorize(pd.concat([rows["id"] for rows in named.values()]))
    ends = np.cumsum([len(rows) for rows in named.values()])[:-1]
    numbers = zip(named.items(), np.split(code, ends), strict=True)
    left = {by: rows[["finding"]].assign(id=ids) for (by, rows), ids in numbers}
    right = {**left, "use": left["firm"]}
    parts = [_explained(left[by], right[by], rules, by) for by in named]
    return pd.DataFrame(np.concatenate(parts), columns=["cause", "effect"])


def _explained(left: pd.DataFrame, right: pd.DataFrame, rules: np.ndarray, by: str) -> np.ndarray:
    """Pairs (cause, effect) among findings that share an id, as `CAUSES` has them, (n, 2)."""
    known = {(cause, effect) for cause, effect, way in CAUSES if way == by}
    names = sorted({rule for pair in known for rule in pair})
    at = {rule: k for k, rule in enumerate(names)}
    allowed = np.zeros((len(names) + 1, len(names) + 1), dtype=bool)  # the last: no rule of these
    for cause, effect in known:
        allowed[at[cause], at[effect]] = True
    code = np.array([at.get(rule, len(names)) for rule in rules.tolist()], dtype=np.int64)
    explains, explained = np.asarray(allowed.any(axis=1)), np.asarray(allowed.any(axis=0))
    causes = left[explains[code[left["finding"].to_numpy()]]]
    effects = right[explained[code[right["finding"].to_numpy()]]]
    pairs = causes.merge(effects, on="id", suffixes=("", "_effect"))
    both = pairs[["finding", "finding_effect"]].to_numpy(dtype=np.int64)
    return np.asarray(both[allowed[code[both[:, 0]], code[both[:, 1]]]])


def _components(count: int, edges: pd.DataFrame) -> np.ndarray:
    """The story of each finding, numbered by its first finding."""
    ends = (edges["cause"].to_numpy(), edges["effect"].to_numpy())
    graph = coo_matrix((np.ones(len(edges)), ends), shape=(count, count))
    if not count:
        return np.empty(0, dtype=np.int64)
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def _names(table: pd.DataFrame, lead: pd.Series) -> pd.Series:
    """Id of each story: a digest of what leads it, not of what follows from that."""
    heads = table.iloc[lead.to_numpy()]
    keys = heads["rule"] + "\n" + heads["subject_id"] + "\n" + heads["other_id"]
    return pd.Series(
        [hashlib.sha256(k.encode()).hexdigest()[:16] for k in keys.tolist()],
        index=lead.index,
        dtype="str",
    )


def _headlines(table: pd.DataFrame, story: np.ndarray, lead: pd.Series, sight: Sight) -> pd.Series:
    """What leads each story, in its own words, and how many findings of which kind hang on it."""
    heads = table.iloc[lead.to_numpy()]
    who = _subjects(heads, sight)
    first = [
        message  # many begin with the name already
        if message.startswith(name)
        else t("{who}：{message}", "{who}: {message}", who=name, message=message)
        for name, message in zip(who, heads["message"].tolist(), strict=True)
    ]
    lines = pd.Series(first, index=lead.index, dtype="str")
    behind = np.ones(len(table), dtype=bool)
    behind[lead.to_numpy()] = False
    rows = pd.DataFrame({"story": story[behind], "rule": table["rule"].to_numpy()[behind]})
    counts = rows.value_counts(["story", "rule"]).reset_index(name="n")
    counts["rank"] = counts["rule"].map({r: k for k, r in enumerate(ORDER)}).fillna(len(ORDER))
    counts = counts.sort_values(["story", "rank", "rule"], kind="stable")
    word = legend().word
    counts["said"] = [
        t("{rule} {n} 条", "{rule} ({n})", rule=word("rule", r), n=n)
        for r, n in zip(counts["rule"], counts["n"], strict=True)
    ]
    tails = counts.groupby("story")["said"].agg("、".join)
    longer = [
        t("{lead}。相关疑点：{rest}", "{lead}. Related: {rest}", lead=line, rest=rest)
        for line, rest in zip(lines.loc[tails.index], tails, strict=True)
    ]
    lines.update(pd.Series(longer, index=tails.index, dtype="str"))
    return lines


def _subjects(heads: pd.DataFrame, sight: Sight) -> list[str]:
    """What each leading finding is about, in words: an enterprise by its name, others by code."""
    names = sight.firms["name"].reindex(heads["subject_id"]).to_numpy(dtype=object)
    word = legend().word
    return [
        str(name)
        if kind == "enterprise" and isinstance(name, str)
        else f"{word('subject_kind', kind)} {code}"
        for name, kind, code in zip(
            names, heads["subject_kind"].tolist(), heads["subject_id"].tolist(), strict=True
        )
    ]
