"""Stories of the cross-check: findings that tell of one matter, with what people closed since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from geomujun.storage import records
from geomujun.storage.target import Conn


@dataclass(frozen=True, slots=True)
class StoriesAsked:
    """Which stories: those with a finding of all that is set. ``place``: prefix of parcel codes.

    ``beyond``: what a search does not see of their texts, see `geomujun.policy.beyond`.
    """

    edition: int
    divisions: Sequence[str]
    beyond: str | None
    rule: str | None = None
    severity: str | None = None
    state: str | None = None
    place: str | None = None
    part: str | None = None
    story: str | None = None
    limit: int = 50
    offset: int = 0


# What is open now: the last word of people, else what the edition found.
_TOLD: Final = """
WITH said AS (
  SELECT DISTINCT ON (finding_id) finding_id, state, reason, reviewer, decided_at
  FROM review.closings WHERE finding_id <> '' ORDER BY finding_id, id DESC
), now AS (
  SELECT t.*, coalesce(s.state, t.state) AS state_now, s.reason AS reason_now,
    s.reviewer AS closed_by, s.decided_at AS closed_at
  FROM pub.cross_check AS t LEFT JOIN said AS s USING (finding_id)
  WHERE t.edition = %(edition)s AND t.division_code ^@ ANY (%(divisions)s)
), hit AS (
  SELECT DISTINCT story_id FROM now
  WHERE (%(rule)s::text IS NULL OR rule = %(rule)s)
    AND (%(story)s::text IS NULL OR story_id = %(story)s)
    AND (%(severity)s::text IS NULL OR severity = %(severity)s)
    AND (%(state)s::text IS NULL OR (state_now = 'closed') = (%(state)s = 'closed'))
    AND (%(place)s::text IS NULL OR subject_id ^@ %(place)s
         OR other_id ^@ %(place)s AND other_id ^@ ANY (%(divisions)s))
    AND (%(part)s::text IS NULL
         OR strpos(service.land_hidden(headline, %(beyond)s), %(part)s) > 0
         OR strpos(service.land_hidden(message, %(beyond)s), %(part)s) > 0)
)
"""
_COUNT: Final = f"{_TOLD}SELECT count(*) FROM hit"  # noqa: S608 - fixed
_PAGE: Final = (
    _TOLD
    + """
SELECT n.story_id, max(n.headline) AS headline,
  min(array_position(ARRAY['high', 'medium', 'low'], n.severity)) AS weight,
  count(*) FILTER (WHERE n.state_now <> 'closed') AS open,
  jsonb_agg(jsonb_build_object(
    'finding_id', n.finding_id, 'rule', n.rule, 'severity', n.severity,
    'subject_kind', n.subject_kind, 'subject_id', n.subject_id, 'other_id', n.other_id,
    'measured', n.measured, 'threshold', n.threshold, 'unit', n.unit, 'message', n.message,
    'rows', nullif(n.rows, '')::jsonb, 'state', n.state_now,
    'reason', coalesce(n.reason_now, n.state_reason), 'closed_by', coalesce(n.closed_by, ''),
    'closed_at', coalesce(n.closed_at, ''))
    ORDER BY n.story_order, n.row_no) AS findings
FROM now AS n JOIN hit USING (story_id)
GROUP BY n.story_id ORDER BY weight, count(*) DESC, n.story_id
LIMIT %(limit)s OFFSET %(offset)s
"""
)


def page(connection: Conn, asked: StoriesAsked) -> tuple[int, list[dict[str, Any]]]:
    """How many stories there are, and a page of them, the gravest first."""
    values: Mapping[str, Any] = {
        "edition": asked.edition, "divisions": list(asked.divisions), "beyond": asked.beyond,
        "rule": asked.rule,
        "severity": asked.severity, "state": asked.state, "place": asked.place,
        "part": asked.part, "story": asked.story, "limit": asked.limit, "offset": asked.offset,
    }  # fmt: skip
    total = records.first(connection, _COUNT, values)
    rows = records.every(connection, _PAGE, values)
    return (int(total["count"]) if total else 0), rows
