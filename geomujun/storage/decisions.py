"""Decisions of people: added, never changed; the one nobody replaced counts."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Final

from psycopg import errors as pg

from geomujun.errors import ConflictError
from geomujun.lang import t
from geomujun.storage import records
from geomujun.storage.target import Conn

_COLUMNS: Final = (
    "id, parcel_code, uscc, verdict, relation, area_m2, reason, reviewer, decided_at,"
    " facts_digest, replaces"
)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a person says of a pair. ``replaces``: the live decision it takes the place of."""

    parcel_code: str
    uscc: str
    verdict: str  # same | different | unsure
    reviewer: str
    relation: str = ""
    area_m2: float | None = None
    reason: str = ""
    facts_digest: str = ""
    replaces: int | None = None
    edition: int | None = None


def append(
    connection: Conn, said: Opinion, decided_at: str, *, second: str = "", source: str = ""
) -> int:
    """Add a decision; its number.

    Raises:
        ConflictError: the pair has a live decision that ``replaces`` does not name.
    """
    values = asdict(said) | {"decided_at": decided_at, "second": second, "source": source}
    if values["area_m2"] is not None and math.isnan(values["area_m2"]):
        values["area_m2"] = None
    try:
        with connection.transaction():
            row = connection.execute(_APPEND, values).fetchone()
    except (pg.UniqueViolation, pg.ForeignKeyViolation) as e:
        raise ConflictError(
            t("宗地 {p} 与企业 {u} 已有别的决定", "{p} and {u} were decided meanwhile",
              p=said.parcel_code, u=said.uscc),
            hint=t("重新读取后再决定", "read again, then decide"),
        ) from e  # fmt: skip
    return int(row[0]) if row else 0


_APPEND: Final = """
INSERT INTO review.decisions (parcel_code, uscc, verdict, relation, area_m2, reason, reviewer,
  second_reviewer, decided_at, facts_digest, source, edition, replaces)
VALUES (%(parcel_code)s, %(uscc)s, %(verdict)s, %(relation)s, %(area_m2)s, %(reason)s,
  %(reviewer)s, %(second)s, %(decided_at)s, %(facts_digest)s, %(source)s, %(edition)s,
  %(replaces)s)
RETURNING id
"""


def live(connection: Conn, parcel_code: str, uscc: str) -> dict[str, Any] | None:
    """The decision that counts for a pair."""
    return records.first(
        connection,
        "SELECT * FROM service.live_decisions WHERE parcel_code = %s AND uscc = %s",
        (parcel_code, uscc),
    )


def facts_seen(connection: Conn, edition: int, parcel_code: str, uscc: str) -> str:
    """The digest of a pair's facts as an edition saw them, "" when it has no such link."""
    row = connection.execute(
        "SELECT facts_digest FROM pub.links WHERE edition = %s AND parcel_code = %s AND uscc = %s"
        " LIMIT 1", (edition, parcel_code, uscc),
    ).fetchone()  # fmt: skip
    return str(row[0]) if row else ""


def all_lines(connection: Conn, upto: int | None = None) -> list[dict[str, Any]]:
    """Every decision, replaced ones too, by pair and number; up to a number."""
    return records.every(
        connection,
        f"SELECT {_COLUMNS} FROM review.decisions"  # noqa: S608 - fixed columns
        " WHERE %s::bigint IS NULL OR id <= %s ORDER BY parcel_code, uscc, id",
        (upto, upto),
    )


def last_id(connection: Conn) -> int:
    """Number of the newest decision, 0 for none."""
    row = connection.execute("SELECT coalesce(max(id), 0) FROM review.decisions").fetchone()
    return int(row[0]) if row else 0


# -- the two-person rule


def propose(connection: Conn, said: Opinion) -> int:
    """Let an opinion wait for a second person; its number.

    Raises:
        ConflictError: another opinion on the pair waits already.
    """
    try:
        with connection.transaction():
            row = connection.execute(_PROPOSE, asdict(said)).fetchone()
    except pg.UniqueViolation as e:
        raise ConflictError(
            t("这一对已有人提出意见，等第二人确认", "an opinion on the pair waits already"),
            hint=f"{said.parcel_code} {said.uscc}",
        ) from e
    return int(row[0]) if row else 0


_PROPOSE: Final = """
INSERT INTO review.proposals (parcel_code, uscc, verdict, relation, area_m2, reason, reviewer,
  facts_digest, edition, replaces)
VALUES (%(parcel_code)s, %(uscc)s, %(verdict)s, %(relation)s, %(area_m2)s, %(reason)s,
  %(reviewer)s, %(facts_digest)s, %(edition)s, %(replaces)s)
RETURNING id
"""


def proposal(connection: Conn, number: int) -> dict[str, Any] | None:
    """A waiting opinion, locked till the end of the transaction."""
    return records.first(
        connection,
        "SELECT * FROM review.proposals WHERE id = %s AND state = 'waiting' FOR UPDATE",
        (number,),
    )


def answer(
    connection: Conn, number: int, state: str, actor: str, decision: int | None = None
) -> None:
    """Note what the second person said: confirmed or refused."""
    connection.execute(
        "UPDATE review.proposals SET state = %s, answered_by = %s, answered_at = now(),"
        " decision_id = %s WHERE id = %s",
        (state, actor, decision, number),
    )
