"""Counts and areas of an edition, put together for its first screen.

Every statement takes the edition and the reader's divisions; rows of other divisions count
nowhere. Areas are m² as the tables hold them, except ``mu`` of the ledger.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from geomujun.storage import records
from geomujun.storage.target import Conn

Rows = list[dict[str, Any]]

# The first nine digits of a 宗地代码 are its 地籍区, which is a town; what most of its parcels
# call it is its name, since no table tells names of towns.
_TOWN: Final = "'([^省市县区]{1,8}(?:街道|镇|乡))'"
_MINE: Final = "edition = %(edition)s AND division_code ^@ ANY (%(divisions)s)"
_LAND: Final = (
    "count(*) AS parcels, coalesce(sum(area_m2), 0) AS area_m2,"
    " count(*) FILTER (WHERE bucket <> 'not_industrial') AS industrial,"
    " coalesce(sum(area_m2) FILTER (WHERE bucket <> 'not_industrial'), 0) AS industrial_m2,"
    " count(*) FILTER (WHERE bucket = 'matched') AS matched,"
    " coalesce(sum(area_m2) FILTER (WHERE bucket = 'matched'), 0) AS matched_m2,"
    " count(*) FILTER (WHERE bucket = 'ambiguous') AS ambiguous"
)
_TEMPLATES: Final = {
    "parcels": (
        "SELECT bucket, count(*) AS count, coalesce(sum(area_m2), 0) AS area_m2 FROM pub.plots"
        " WHERE {mine} AND kind = 'parcel' GROUP BY 1 ORDER BY 1"
    ),
    "patches": (
        "SELECT bucket, count(*) AS count, coalesce(sum(area_m2), 0) AS area_m2 FROM pub.plots"
        " WHERE {mine} AND kind = 'patch' GROUP BY 1 ORDER BY 1"
    ),
    "enterprises": (
        "SELECT bucket, count(*) AS count, coalesce(sum(occupied_mu), 0) AS mu FROM pub.firms"
        " WHERE {mine} GROUP BY 1 ORDER BY 1"
    ),
    "towns": (
        "SELECT left(parcel_code, 9) AS code, coalesce(mode() WITHIN GROUP (ORDER BY"
        " substring(location FROM {town})), '') AS name, {land} FROM pub.plots"
        " WHERE {mine} AND kind = 'parcel' GROUP BY 1 ORDER BY 1"
    ),
    "ledger": (
        "SELECT count(*) AS enterprises, coalesce(sum(registered_m2), 0) AS registered_m2,"
        " coalesce(sum(leased_in_m2), 0) AS leased_in_m2, coalesce(sum(other_m2), 0) AS other_m2,"
        " coalesce(sum(leased_out_m2), 0) AS leased_out_m2,"
        " coalesce(sum(exempt_m2), 0) AS exempt_m2,"
        " coalesce(sum(occupied_m2), 0) AS occupied_m2 FROM pub.ledger WHERE {mine}"
    ),
    "allocation": (
        "SELECT count(*) AS parcels, coalesce(sum(area_m2), 0) AS area_m2,"
        " coalesce(sum(allocated_m2), 0) AS allocated_m2,"
        " coalesce(sum(unallocated_m2), 0) AS unallocated_m2 FROM pub.parcel_reconciliation"
        " WHERE {mine}"
    ),
    "parcel_grades": (
        "SELECT parcel_grade AS grade, count(*) AS count, coalesce(sum(area_m2), 0) AS area_m2"
        " FROM pub.plots WHERE {mine} AND bucket = 'matched' GROUP BY 1 ORDER BY 1"
    ),
    "enterprise_grades": (
        "SELECT grade, count(*) AS count, coalesce(sum(occupied_mu), 0) AS mu FROM pub.firms"
        " WHERE {mine} AND bucket = 'matched' GROUP BY 1 ORDER BY 1"
    ),
    "findings": (
        "SELECT rule, severity, count(*) AS count, count(DISTINCT story_id) AS stories"
        " FROM pub.cross_check WHERE {mine} AND state <> 'closed' GROUP BY 1, 2 ORDER BY 1, 2"
    ),
    "low_total": (
        "SELECT count(*) AS plots, coalesce(sum(area_mu), 0) AS mu FROM (SELECT parcel_code,"
        " max(area_mu) AS area_mu FROM pub.low_efficiency WHERE {mine} GROUP BY 1) AS p"
    ),
    "low_rules": (
        "SELECT rule, count(*) AS plots, coalesce(sum(area_mu), 0) AS mu"
        " FROM pub.low_efficiency WHERE {mine} GROUP BY 1 ORDER BY 1"
    ),
    "targets": (
        "SELECT kind, id, name, cohort, target_indicator AS indicator, target, target_year,"
        " target_ratio, target_source FROM pub.group_evaluation WHERE {mine}"
        " AND target IS NOT NULL ORDER BY kind, id"
    ),
    "parks": (
        "SELECT k.name, k.level, k.code, {land} FROM core.parks AS k JOIN pub.plots AS p"
        " ON p.geom && k.geom AND ST_Intersects(k.geom, ST_PointOnSurface(p.geom))"
        " WHERE {mine} AND p.kind = 'parcel' AND k.load_from <= %(load)s"
        " AND (k.load_to IS NULL OR k.load_to > %(load)s) GROUP BY k.id ORDER BY k.code, k.id"
    ),
}
QUERIES: Final = {
    name: text.format(mine=_MINE, land=_LAND, town=_TOWN) for name, text in _TEMPLATES.items()
}
_MOVED: Final = (
    "SELECT coalesce(a.{grade}, '-') AS before, coalesce(b.{grade}, '-') AS after,"
    " count(*) AS count, coalesce(sum(coalesce(b.{area}, a.{area})), 0) AS area"
    " FROM (SELECT * FROM pub.{rows} WHERE edition = %(before)s"
    "  AND division_code ^@ ANY (%(divisions)s)) AS a"
    " FULL JOIN (SELECT * FROM pub.{rows} WHERE edition = %(after)s"
    "  AND division_code ^@ ANY (%(divisions)s)) AS b USING ({key})"
    " GROUP BY 1, 2 ORDER BY 1, 2"
)
MOVED: Final = {
    "enterprises": _MOVED.format(grade="grade", area="occupied_mu", rows="firms", key="uscc"),
    "parcels": _MOVED.format(grade="parcel_grade", area="area_m2", rows="plots",
                             key="parcel_code"),
}  # fmt: skip
_FILES: Final = (
    "SELECT f.stem, f.file, f.sha256, f.rows_in, f.rows_kept, f.rows_rejected, f.scope,"
    " l.id AS load, l.loaded_at, l.valid_on, l.actor, l.id <= %(load)s AS used"
    " FROM raw.files AS f JOIN raw.loads AS l ON l.id = f.load_id"
    " WHERE f.current AND (f.scope = '' OR f.scope ^@ ANY (%(divisions)s))"
    " ORDER BY f.stem, f.id"
)


def whole(connection: Conn, edition: int, load: int, divisions: Sequence[str]) -> dict[str, Rows]:
    """Every table of the first screen by name; see `QUERIES`. ``load``: the edition's."""
    values = {"edition": edition, "load": load, "divisions": list(divisions)}
    return {name: _rows(connection, query, values) for name, query in QUERIES.items()}


def moved(connection: Conn, before: int, after: int, divisions: Sequence[str]) -> dict[str, Rows]:
    """Grades in two editions side by side; ``-``: not in that edition, "": not graded."""
    values = {"before": before, "after": after, "divisions": list(divisions)}
    return {name: _rows(connection, query, values) for name, query in MOVED.items()}


def files(connection: Conn, load: int, divisions: Sequence[str]) -> Rows:
    """Files whose rows are in force; ``used``: the edition of that load had read them."""
    return _rows(connection, _FILES, {"load": load, "divisions": list(divisions)})


def _rows(connection: Conn, query: str, values: Mapping[str, Any]) -> Rows:
    return records.every(connection, query, values)
