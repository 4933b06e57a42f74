"""Field checks of low-efficiency plots: added, never changed; the newest of a plot counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from psycopg import errors as pg
from psycopg.rows import dict_row

from geomujun.errors import ConflictError
from geomujun.lang import t
from geomujun.storage.target import Conn


@dataclass(frozen=True, slots=True)
class FieldCheck:
    """What was found on the ground, or became of a plot. ``replaces``: the newest one before it.

    ``state``: a key of `geomujun.planning.progress.STATES`. Land in mu, energy in tonnes of
    standard coal, tax in 10⁴ yuan.
    """

    parcel_code: str
    state: str
    checked_on: date
    reviewer: str
    edition: int
    note: str = ""
    path: str = ""
    area_mu: float | None = None
    released_mu: float | None = None
    energy_tce: float | None = None
    tax_wan_yuan: float | None = None
    replaces: int | None = None


def add(connection: Conn, said: FieldCheck) -> dict[str, Any]:
    """Add a check; its row.

    Raises:
        ConflictError: the plot has a newer check than ``replaces`` names.
    """
    try:
        with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(_ADD, asdict(said)).fetchone()
    except (pg.UniqueViolation, pg.ForeignKeyViolation) as e:
        raise ConflictError(
            t("宗地 {p} 已有别人的核查记录", "{p} was checked meanwhile", p=said.parcel_code),
            hint=t("重新读取后再记", "read again, then record"),
        ) from e
    return row or {}


_ADD: Final = """
INSERT INTO review.field_checks (parcel_code, state, path, checked_on, reviewer, note, area_mu,
  released_mu, energy_tce, tax_wan_yuan, edition, replaces)
VALUES (%(parcel_code)s, %(state)s, %(path)s, %(checked_on)s, %(reviewer)s, %(note)s, %(area_mu)s,
  %(released_mu)s, %(energy_tce)s, %(tax_wan_yuan)s, %(edition)s, %(replaces)s)
RETURNING *
"""


def history(connection: Conn, parcel_code: str) -> list[dict[str, Any]]:
    """Every check of a plot, the newest first."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            "SELECT c.*, e.year FROM review.field_checks AS c"
            " JOIN pub.editions AS e ON e.number = c.edition"
            " WHERE c.parcel_code = %s ORDER BY c.id DESC",
            (parcel_code,),
        ).fetchall()


# The year's programme: the plots an edition lists, and those checked in its year that a later
# edition lists no more because they were treated. A year begins with nothing checked.
_PROGRAMME: Final = """
WITH low AS (
  SELECT parcel_code, max(area_mu) AS mu FROM pub.low_efficiency
  WHERE edition = %(edition)s AND division_code ^@ ANY (%(divisions)s) GROUP BY 1
), said AS (
  SELECT DISTINCT ON (c.parcel_code) c.*, p.area_m2 * 15 / 10000 AS mu
  FROM review.field_checks AS c
  JOIN pub.editions AS e ON e.number = c.edition AND e.year = %(year)s
  JOIN pub.plots AS p ON p.edition = c.edition AND p.parcel_code = c.parcel_code
    AND p.division_code ^@ ANY (%(divisions)s)
  ORDER BY c.parcel_code, c.id DESC
)
SELECT coalesce(s.state, 'to_check') AS state, count(*) AS plots,
  coalesce(sum(coalesce(l.mu, s.mu)), 0) AS mu, coalesce(sum(s.area_mu), 0) AS area_mu,
  coalesce(sum(s.released_mu), 0) AS released_mu, coalesce(sum(s.energy_tce), 0) AS energy_tce,
  coalesce(sum(s.tax_wan_yuan), 0) AS tax_wan_yuan
FROM low AS l FULL JOIN said AS s USING (parcel_code) GROUP BY 1
"""


def programme(
    connection: Conn, edition: int, year: int, divisions: Sequence[str]
) -> list[dict[str, Any]]:
    """Plots and land by state, ``to_check`` for those nobody checked in the year."""
    values = {"edition": edition, "year": year, "divisions": list(divisions)}
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(_PROGRAMME, values).fetchall()


def listed_mu(
    connection: Conn, edition: int, parcel_code: str, divisions: Sequence[str]
) -> float | None:
    """Registered mu of a plot with a low-efficiency prompt or a check; None: it has neither."""
    row = connection.execute(
        "SELECT area_m2 * 15 / 10000 FROM pub.plots AS p WHERE edition = %(e)s"
        " AND parcel_code = %(p)s AND division_code ^@ ANY (%(d)s) AND (EXISTS (SELECT"
        " FROM pub.low_efficiency AS l WHERE l.edition = p.edition"
        "  AND l.parcel_code = p.parcel_code) OR EXISTS (SELECT FROM review.field_checks AS c"
        "  WHERE c.parcel_code = p.parcel_code))",
        {"e": edition, "p": parcel_code, "d": list(divisions)},
    ).fetchone()
    return None if row is None else float(row[0] or 0.0)
