"""All that is known of one question of the review queue, read in one statement.

Only masked editions are read. Firms and plots of divisions that the reader has not are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from geomujun.storage.target import Conn

PLOTS_SHOWN: Final = 40  # other plots of one candidate


def read(
    connection: Conn, edition: int, parcel_code: str, usccs: Sequence[str], divisions: Sequence[str]
) -> dict[str, Any]:
    """The plot, candidates in the order asked, other users, stakes, and an opinion that waits.

    Args:
        connection: Any.
        edition: Number.
        parcel_code: The plot, which must be of the edition.
        usccs: The firm that is asked about, and its rival where there is one.
        divisions: Of the reader, prefixes.
    """
    row = connection.execute(
        _DOSSIER,
        {"e": edition, "p": parcel_code, "u": list(usccs), "first": usccs[0],
         "d": list(divisions), "most": PLOTS_SHOWN},
    ).fetchone()  # fmt: skip
    found: dict[str, Any] = row[0] if row else {}
    return found


# Distances on the ellipsoid, metres; 0 inside. A point taken from a plot says nothing of it.
_DOSSIER: Final = """
WITH plot AS (
  SELECT * FROM pub.plots WHERE edition = %(e)s AND parcel_code = %(p)s
), links AS (
  SELECT DISTINCT ON (uscc) * FROM pub.links
  WHERE edition = %(e)s AND parcel_code = %(p)s ORDER BY uscc, band, row_no
), live AS (
  SELECT uscc, json_build_object('id', id, 'verdict', verdict, 'relation', relation,
    'area_m2', area_m2, 'reason', reason, 'reviewer', reviewer,
    'second_reviewer', second_reviewer, 'decided_at', decided_at) AS told
  FROM service.live_decisions WHERE parcel_code = %(p)s
), candidates AS (
  SELECT asked.place, asked.uscc, f.name, f.former_names, f.address, f.status, f.industry, f.size,
    f.bucket, f.grade, f.occupied_mu, v.grade_best, v.grade_worst, f.point_from,
    CASE WHEN f.point_from = 'reported' THEN ST_AsGeoJSON(f.geom, 7, 0)::json END AS point,
    CASE WHEN f.point_from = 'reported' THEN
      round(ST_Distance(f.geom::geography, plot.geom::geography)::numeric, 1)::float8
    END AS distance_m,
    l.relation, l.area_m2, l.area_method, l.band, l.tier, l.probability, l.weight_bits,
    coalesce(nullif(l.evidence, '')::json, '[]'::json) AS evidence, live.told AS decision,
    (SELECT coalesce(json_agg(o ORDER BY o.distance_m, o.parcel_code), '[]'::json) FROM (
      SELECT k.parcel_code, k.relation, k.area_m2, k.band, p.holder,
        round(ST_Distance(p.geom::geography, plot.geom::geography)::numeric, 1)::float8
          AS distance_m,
        ST_AsGeoJSON(p.geom, 7, 0)::json AS geometry
      FROM (SELECT DISTINCT ON (parcel_code) * FROM pub.links
            WHERE edition = %(e)s AND uscc = asked.uscc AND parcel_code <> %(p)s
            ORDER BY parcel_code, row_no) AS k
      JOIN pub.plots AS p ON p.edition = %(e)s AND p.parcel_code = k.parcel_code
      WHERE p.division_code ^@ ANY (%(d)s)
      ORDER BY distance_m, k.parcel_code LIMIT %(most)s) AS o) AS plots
  FROM unnest(%(u)s::text[]) WITH ORDINALITY AS asked (uscc, place) CROSS JOIN plot
  LEFT JOIN pub.firms AS f
    ON f.edition = %(e)s AND f.uscc = asked.uscc AND f.division_code ^@ ANY (%(d)s)
  LEFT JOIN LATERAL (SELECT grade_best, grade_worst FROM pub.enterprise_evaluation
    WHERE edition = %(e)s AND uscc = f.uscc ORDER BY row_no LIMIT 1) AS v ON true
  LEFT JOIN links AS l ON l.uscc = asked.uscc LEFT JOIN live ON live.uscc = asked.uscc
), others AS (
  SELECT uscc, f.name, coalesce(l.relation, '') AS relation, l.area_m2,
    coalesce(l.area_method, '') AS area_method, coalesce(l.band, '') AS band,
    live.told AS decision
  FROM links AS l FULL JOIN live USING (uscc) JOIN pub.firms AS f USING (uscc)
  WHERE f.edition = %(e)s AND f.division_code ^@ ANY (%(d)s) AND uscc <> ALL (%(u)s)
), stakes AS (
  SELECT DISTINCT s.subject_kind, s.subject_id, f.name, s.before, s.after, s.change_mu
  FROM pub.grade_stakes AS s LEFT JOIN pub.firms AS f ON s.subject_kind = 'enterprise'
    AND f.edition = %(e)s AND f.uscc = s.subject_id AND f.division_code ^@ ANY (%(d)s)
  WHERE s.edition = %(e)s AND s.parcel_code = %(p)s AND s.uscc = %(first)s
), waiting AS (
  SELECT id AS number, uscc, verdict, relation, area_m2, reason, reviewer, proposed_at
  FROM review.proposals WHERE parcel_code = %(p)s AND state = 'waiting'
)
SELECT json_build_object(
  'plot', (SELECT to_json(p) FROM (SELECT parcel_code, kind, location, land_use, holder, bucket,
      parcel_grade, enterprise_grade, area_m2, low_efficiency::int AS low_efficiency, findings,
      division_code, ST_AsGeoJSON(geom, 7, 0)::json AS geometry FROM plot) AS p),
  'candidates', (SELECT coalesce(json_agg(c ORDER BY c.place), '[]'::json) FROM candidates AS c),
  'others', (SELECT coalesce(json_agg(o ORDER BY o.uscc), '[]'::json) FROM others AS o),
  'stakes', (SELECT coalesce(json_agg(s ORDER BY s.subject_kind, s.subject_id), '[]'::json)
             FROM stakes AS s),
  'waiting', (SELECT coalesce(json_agg(w ORDER BY w.number), '[]'::json) FROM waiting AS w))
"""
