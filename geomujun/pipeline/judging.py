"""Decisions that stand or fall together: several firms on one plot, or one firm's equal questions.

One plot: which of two candidates it is, neither, or how its area is split. Several plots: only
where the facts are equal, the same holder's name asked of the same firm in the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from geomujun.errors import UsageError
from geomujun.lang import t
from geomujun.pipeline.review import Decided, decide_on
from geomujun.storage.decisions import Opinion
from geomujun.storage.target import Conn

TOLERANCE_M2: Final = 1.0  # as the balance of CONTRACT section 4
MASK: Final = "*"


def judge_on(
    connection: Conn, said: Sequence[Opinion], *, two_persons: bool = False, source: str = "api"
) -> list[Decided]:
    """Record opinions, all or none; each as `geomujun.pipeline.review.decide_on` does.

    Args:
        connection: In a transaction that the caller commits.
        said: At least one; of one edition, whose areas and holders they are held against.
        two_persons: Whether each waits for a second person.
        source: Where they came from.

    Raises:
        UsageError: a pair comes twice, a split exceeds the plot, or the facts are not equal.
        ConflictError: somebody was first with one of them.
    """
    pairs = {(one.parcel_code, one.uscc) for one in said}
    if len(pairs) != len(said):
        raise UsageError(t("同一对写了两次", "a pair comes twice"))
    facts = _facts(connection, said)
    if len({one.parcel_code for one in said}) == 1:
        _fits(said, facts)
    else:
        _equal(said, facts)
    # In one order, so that two people who judge the same pairs never wait for each other.
    ordered = sorted(said, key=lambda one: (one.parcel_code, one.uscc))
    done = {
        (one.parcel_code, one.uscc): decide_on(
            connection, one, two_persons=two_persons, source=source
        )
        for one in ordered
    }
    return [done[one.parcel_code, one.uscc] for one in said]


def _facts(connection: Conn, said: Sequence[Opinion]) -> dict[tuple[str, str], Any]:
    """Area, holder and relation asked, by pair."""
    rows = connection.execute(
        "SELECT a.parcel_code, a.uscc, p.area_m2, coalesce(p.holder, ''), coalesce("
        " (SELECT relation FROM pub.links AS l WHERE l.edition = %(e)s"
        "  AND l.parcel_code = a.parcel_code AND l.uscc = a.uscc ORDER BY l.row_no LIMIT 1), '')"
        " FROM unnest(%(p)s::text[], %(u)s::text[]) AS a (parcel_code, uscc)"
        " LEFT JOIN pub.plots AS p ON p.edition = %(e)s AND p.parcel_code = a.parcel_code",
        {"e": said[0].edition, "p": [o.parcel_code for o in said], "u": [o.uscc for o in said]},
    ).fetchall()
    return {(r[0], r[1]): r[2:] for r in rows}


def _fits(said: Sequence[Opinion], facts: dict[tuple[str, str], Any]) -> None:
    """Areas of one plot add up to no more than it has."""
    whole = next(iter(facts.values()))[0]
    told = sum(one.area_m2 or 0.0 for one in said if one.verdict == "same")
    if whole is not None and told > whole + TOLERANCE_M2:
        raise UsageError(
            t("各企业面积合计 {a} ㎡，超过宗地 {w} ㎡",
              "the areas add up to {a} m², the plot has {w} m²",
              a=f"{told:.2f}", w=f"{whole:.2f}")
        )  # fmt: skip


def _equal(said: Sequence[Opinion], facts: dict[tuple[str, str], Any]) -> None:
    """Several plots: one firm, one word, one holder's name that is no masked person's."""
    words = {(one.uscc, one.verdict, one.relation) for one in said}
    holders = {holder for _, holder, _ in facts.values()}
    asked = {relation for _, _, relation in facts.values()}
    named = all(holder and MASK not in holder for holder in holders)
    whole = all(one.area_m2 is None for one in said)
    if not (len(words) == len(holders) == len(asked) == 1 and named and whole):
        raise UsageError(
            t("只有权利人名称、企业和关系都相同的几条才能一起决定",
              "only questions of equal holder, firm and relation are decided together"),
            hint=t("逐条决定", "decide them one by one"),
        )  # fmt: skip
