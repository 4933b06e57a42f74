"""The review queue as people work through it: pages of items by filter, and how far a year is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from geomujun.domain.words import Relation
from geomujun.policy.beyond import flipped, flips_told
from geomujun.storage import records
from geomujun.storage.target import Conn

KINDS: Final = {  # kinds of question, by the relation that is asked
    "own": (Relation.OWN,),
    "lease": (Relation.LEASE, Relation.SUBLEASE),
    "use": (Relation.GROUP_USE, Relation.OCCUPY),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which items of an edition's queue; nothing set: all of the divisions.

    ``town``: beginning of the plot's code. ``whose``: mine | free (nobody else's). ``state``: open
    (nothing decided, or unsure) | settled | waiting (for a second person).
    """

    edition: int
    divisions: Sequence[str]
    reviewer: str = ""
    after: int = 0
    limit: int = 50
    town: str | None = None
    kind: str | None = None
    rival: bool | None = None
    whose: str | None = None
    state: str | None = None
    at_least_m2: float | None = None


def items(connection: Conn, wanted: Wanted) -> list[dict[str, Any]]:
    """Items in the order in which they should be taken, from after a row number."""
    relations = KINDS.get(wanted.kind or "")
    values = asdict(wanted) | {
        "divisions": list(wanted.divisions),
        "relations": [str(r) for r in relations] if relations else None,
    }
    return records.every(connection, _ITEMS, values)


_ITEMS: Final = """
SELECT q.*, l.relation, p.holder FROM service.queue AS q
LEFT JOIN pub.plots AS p ON p.edition = q.edition AND p.parcel_code = q.parcel_code
LEFT JOIN LATERAL (
  SELECT relation FROM pub.links AS k WHERE k.edition = q.edition
    AND k.parcel_code = q.parcel_code AND k.uscc = q.uscc ORDER BY k.row_no LIMIT 1
) AS l ON true
WHERE q.edition = %(edition)s AND q.row_no > %(after)s AND q.division_code ^@ ANY (%(divisions)s)
  AND (%(town)s::text IS NULL OR q.parcel_code ^@ %(town)s)
  AND (%(relations)s::text[] IS NULL OR l.relation = ANY (%(relations)s))
  AND (%(rival)s::boolean IS NULL OR (q.rival_uscc <> '') = %(rival)s)
  AND (%(at_least_m2)s::float8 IS NULL OR q.area_m2 >= %(at_least_m2)s)
  AND CASE %(whose)s::text WHEN 'mine' THEN q.claimed_by = %(reviewer)s
      WHEN 'free' THEN coalesce(q.claimed_by, %(reviewer)s) = %(reviewer)s ELSE true END
  AND CASE %(state)s::text
      WHEN 'open' THEN coalesce(q.decided, 'unsure') = 'unsure' AND q.proposal_id IS NULL
      WHEN 'settled' THEN q.decided IN ('same', 'different')
      WHEN 'waiting' THEN q.proposal_id IS NOT NULL ELSE true END
ORDER BY q.row_no LIMIT %(limit)s
"""


def flips_known(
    connection: Conn, edition: int, rows: list[dict[str, Any]], divisions: Sequence[str]
) -> list[dict[str, Any]]:
    """Items of the queue with the changes of grades of firms of the divisions only."""
    if "" in divisions:
        return rows
    named = sorted({code for row in rows for code in flipped(row["grades"])})
    known = connection.execute(
        "SELECT uscc FROM pub.firms WHERE edition = %s AND uscc = ANY (%s)"
        " AND division_code ^@ ANY (%s)", (edition, named, list(divisions)),
    ).fetchall()  # fmt: skip
    mine = {code for (code,) in known}
    return [row | {"grades": flips_told(row["grades"], mine)} for row in rows]


def towns(
    connection: Conn, edition: int, year: int, divisions: Sequence[str], reviewer: str
) -> list[dict[str, Any]]:
    """How far the questions of a year are, by town (the first nine characters of a plot's code).

    The questions are those of the edition's queue, and those of earlier editions of the year that
    people settled. Land is counted once for each plot, and is settled when no question of the
    plot is open.
    """
    values = {
        "edition": edition, "year": year, "divisions": list(divisions), "reviewer": reviewer,
    }  # fmt: skip
    return records.every(connection, _TOWNS, values)


_TOWNS: Final = """
WITH asked AS (
  SELECT DISTINCT ON (q.parcel_code, q.uscc) q.edition, q.parcel_code, q.uscc, q.area_m2
  FROM pub.review_queue AS q JOIN pub.editions AS e ON e.number = q.edition
  WHERE e.year = %(year)s AND q.edition <= %(edition)s AND q.division_code ^@ ANY (%(divisions)s)
  ORDER BY q.parcel_code, q.uscc, q.edition DESC
), known AS (
  SELECT a.*, d.verdict, p.id IS NOT NULL AS waits,
    coalesce(d.verdict IN ('same', 'different'), false) AS settled,
    coalesce(d.reviewer = %(reviewer)s, false) AS own
  FROM asked AS a LEFT JOIN service.live_decisions AS d USING (parcel_code, uscc)
  LEFT JOIN review.proposals AS p
    ON p.parcel_code = a.parcel_code AND p.uscc = a.uscc AND p.state = 'waiting'
  WHERE a.edition = %(edition)s OR d.verdict IN ('same', 'different')
), land AS (
  SELECT parcel_code, left(parcel_code, 9) AS code, count(*) AS items,
    count(*) FILTER (WHERE settled) AS settled, count(*) FILTER (WHERE verdict = 'same') AS same,
    count(*) FILTER (WHERE verdict = 'different') AS different,
    count(*) FILTER (WHERE verdict = 'unsure' AND NOT waits) AS unsure,
    count(*) FILTER (WHERE waits) AS waiting, count(*) FILTER (WHERE own) AS mine,
    coalesce(max(area_m2), 0) AS area_m2, bool_and(settled) AS done
  FROM known GROUP BY 1
)
SELECT l.code,
  coalesce(mode() WITHIN GROUP (ORDER BY substring(
    p.location FROM '^(?:[^县区市]*[县区市])?([^县区市]{1,8}?(?:镇|乡|街道))')), '') AS name,
  sum(l.items)::int AS items, sum(l.settled)::int AS settled, sum(l.same)::int AS same,
  sum(l.different)::int AS different, sum(l.unsure)::int AS unsure,
  sum(l.waiting)::int AS waiting, sum(l.mine)::int AS mine,
  sum(l.area_m2) AS area_m2, coalesce(sum(l.area_m2) FILTER (WHERE l.done), 0) AS settled_m2
FROM land AS l LEFT JOIN pub.plots AS p
  ON p.edition = %(edition)s AND p.parcel_code = l.parcel_code
GROUP BY l.code ORDER BY l.code
"""


def waiting(connection: Conn, edition: int, divisions: Sequence[str]) -> list[dict[str, Any]]:
    """Opinions that wait for a second person, the oldest first, with the names an edition knows."""
    return records.every(
        connection,
        "SELECT r.id AS number, r.parcel_code, r.uscc, r.verdict, r.relation, r.area_m2,"
        " r.reason, r.reviewer, r.proposed_at, coalesce(f.name, '') AS name,"
        " coalesce(p.holder, '') AS holder, coalesce(p.location, '') AS location"
        " FROM review.proposals AS r"
        " LEFT JOIN pub.firms AS f ON f.edition = %(edition)s AND f.uscc = r.uscc"
        " LEFT JOIN pub.plots AS p ON p.edition = %(edition)s"
        "  AND p.parcel_code = r.parcel_code"
        " WHERE r.state = 'waiting' AND r.parcel_code ^@ ANY (%(divisions)s) ORDER BY r.id",
        {"edition": edition, "divisions": list(divisions)},
    )
