"""What OGC API – Features gives: a collection is a query, its key, and the policy's fields."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, LiteralString

from geomujun.domain.catalogue import TABLES
from geomujun.domain.model import Field, Kind, Table
from geomujun.domain.published import PUBLISHED
from geomujun.policy.beyond import land_pattern
from geomujun_api import rows
from geomujun_api.service import Caller
from geomujun_api.shown import Edition

# Which rows of an edition's table ``t`` a reader is shown.
_WITHIN: Final[LiteralString] = (
    " WHERE t.edition = %(edition)s AND t.division_code ^@ ANY (%(divisions)s)"
)


@dataclass(frozen=True, slots=True)
class Collection:
    """``source``: a SELECT of ``id``, the table's columns and ``geom`` of a table ``t``."""

    id: str
    title: str
    table: Table
    source: LiteralString
    shape: str  # of the features' geometry, for the description
    numbered: bool = False  # its key is a number
    within: LiteralString = _WITHIN
    bare: bool = field(default=False)  # its rows tell no division: for readers of all only

    @property
    def rows(self) -> LiteralString:
        """The SELECT of the rows that a reader is shown."""
        return self.source + self.within

    def fields(self, caller: Caller) -> tuple[Field, ...]:
        """The properties a reader may see; none: not even that the collection is there."""
        if self.bare and (caller.reader.public or not caller.reader.everywhere):
            return ()
        if self.table.role == "input":  # kept data of departments, never public
            return () if caller.reader.public else self.table.fields
        return rows.visible(caller, self.table)

    def kinds(self, caller: Caller) -> dict[str, Kind]:
        """The types of the fields a filter may name."""
        return {f.name: f.kind for f in self.fields(caller)}


_PARCELS: Final = Collection(
    "parcels", "宗地与无证图斑", PUBLISHED["plots"],
    "SELECT parcel_code AS id, parcel_code, kind, location, land_use, holder, users, bucket,"
    " parcel_grade, enterprise_grade, area_m2, tax_per_mu, tax_class,"
    " low_efficiency::int AS low_efficiency, review::int AS review, findings, geom"
    " FROM pub.plots AS t",
    "MultiPolygon",
)  # fmt: skip
_FIRMS: Final = Collection(
    "enterprises", "企业", PUBLISHED["firms"],
    "SELECT uscc AS id, uscc, name, former_names, address, status, industry, size, bucket, grade,"
    " score, rank, occupied_mu, point_from, geom"
    " FROM pub.firms AS t",
    "Point",
)  # fmt: skip
_LOW: Final = Collection(
    "low_efficiency", "低效用地提示", PUBLISHED["low_efficiency"],
    "SELECT t.row_no AS id, t.parcel_code, t.rule, t.measured, t.threshold, t.unit, t.area_mu,"
    " t.basis, t.path, p.geom"
    " FROM pub.low_efficiency AS t LEFT JOIN pub.plots AS p"
    " ON p.edition = t.edition AND p.parcel_code = t.parcel_code",
    "MultiPolygon",
    numbered=True,
)  # fmt: skip
_FINDINGS: Final = Collection(
    "findings", "互校疑点", PUBLISHED["cross_check"],
    "SELECT t.row_no AS id, t.rule, t.subject_kind, t.subject_id,"
    " service.land_hidden(t.other_id, %(beyond)s) AS other_id, t.measured,"
    " t.threshold, t.unit, t.severity, service.land_hidden(t.message, %(beyond)s) AS message,"
    " t.finding_id, t.story_id, t.story_order,"
    " service.land_hidden(t.headline, %(beyond)s) AS headline,"
    " service.land_hidden(t.rows, %(beyond)s) AS rows, t.state,"
    " service.land_hidden(t.state_reason, %(beyond)s) AS state_reason,"
    " coalesce(a.geom, b.geom, f.geom) AS geom"
    " FROM pub.cross_check AS t"
    " LEFT JOIN pub.plots AS a ON a.edition = t.edition AND a.parcel_code = t.subject_id"
    " AND a.division_code ^@ ANY (%(divisions)s)"
    " LEFT JOIN pub.plots AS b ON b.edition = t.edition AND b.parcel_code = t.other_id"
    " AND b.division_code ^@ ANY (%(divisions)s)"
    " LEFT JOIN pub.firms AS f ON f.edition = t.edition AND f.uscc = t.subject_id"
    " AND f.division_code ^@ ANY (%(divisions)s)",
    "Geometry",
    numbered=True,
)  # fmt: skip
_PARKS: Final = Collection(
    "parks", "园区批准范围", TABLES["parks"],
    "SELECT id, name, level, code, geom FROM core.parks",
    "MultiPolygon",
    numbered=True,
    within=" WHERE load_from <= %(load)s AND (load_to IS NULL OR load_to > %(load)s)"
    " AND '' = ANY (%(divisions)s)",
    bare=True,
)  # fmt: skip
COLLECTIONS: Final = {c.id: c for c in (_PARCELS, _FIRMS, _LOW, _FINDINGS, _PARKS)}


def visible(caller: Caller) -> list[Collection]:
    """The collections a reader sees anything of."""
    return [c for c in COLLECTIONS.values() if c.fields(caller)]


def asked(caller: Caller, edition: Edition) -> dict[str, object]:
    """The parameters of a collection's source."""
    return {"edition": edition.number, "load": edition.load,
            "divisions": list(caller.reader.divisions),
            "beyond": land_pattern(caller.reader)}  # fmt: skip
