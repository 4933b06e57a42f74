"""What each rule looks at: the data of `rests`, one entry a rule.

Fields are those whose change makes it another finding: a person who closed it had seen these.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from geomujun.ledger.sight import FIGURES


class Rest(NamedTuple):
    """Rows of an input table a rule looks at: how they are found, and which fields count."""

    table: str
    by: str  # parcel | firm | contract | let | pair | year | built | surveyed | used | twin
    fields: tuple[str, ...]


class Ground(NamedTuple):
    """What findings of one rule rest on.

    ``paired``: the other side names the finding too (two tenants of one parcel are two findings);
    else the subject alone does. ``places``: decimals of the measured value in the digest; None
    leaves it out.
    """

    paired: bool
    places: int | None
    rests: tuple[Rest, ...]


_LEASE: Final = (
    "contract_no", "lessor", "lessor_key", "lessee", "lessee_key", "land_area_m2", "floor_area_m2",
    "start_on", "end_on", "head_contract_no",
)  # fmt: skip
_HELD: Final = Rest("parcels", "parcel", ("parcel_code", "holder_names", "holder_ids", "area_m2"))
_AREA: Final = Rest("parcels", "parcel", ("parcel_code", "area_m2"))
_LET: Final = Rest("leases", "let", _LEASE)
_FIGURES: Final = Rest("indicators", "year", ("year", "source", *FIGURES))
_BUILT: Final = Rest("buildings", "built", ("building_no", "footprint_m2", "floor_area_m2"))
GROUNDS: Final[dict[str, Ground]] = {
    "AREA_GEOMETRY": Ground(False, 4, (_AREA,)),
    "AREA_OVER": Ground(False, 4, (_AREA, _LET)),
    "AREA_REPORTED": Ground(
        False,
        4,
        (
            Rest("enterprises", "firm", ("uscc", "reported_area_m2")),
            Rest("parcels", "used", ("parcel_code", "area_m2")),
        ),
    ),
    "AREA_UNALLOCATED": Ground(False, 4, (_AREA, _LET)),
    "DECISION_STALE": Ground(
        True,
        None,
        (
            _HELD,
            Rest("enterprises", "firm", ("uscc", "name", "former_names", "registered_address")),
            Rest("leases", "pair", _LEASE),
        ),
    ),
    "EXEMPTION_ENDED": Ground(
        False, None, (Rest("parcels", "parcel", ("parcel_code", "construction_start_on")),)
    ),
    "EXPANSION": Ground(False, 1, (_AREA, _BUILT)),
    "FAR_MISMATCH": Ground(
        False,
        4,
        (Rest("parcels", "parcel", ("parcel_code", "area_m2", "floor_area_ratio")), _BUILT),
    ),
    "FIGURE_CONFLICT": Ground(True, 6, (Rest("indicators", "year", ("year", "source")),)),
    "GRADE_CONFLICT": Ground(True, 0, (_FIGURES, _AREA)),
    "HOLDER_CANCELLED": Ground(
        False, None, (_HELD, Rest("enterprises", "firm", ("uscc", "status", "cancelled_on")))
    ),
    "IDLE_LAND": Ground(False, None, (_AREA, _FIGURES)),
    "LEASE_EXPIRED": Ground(
        True, None, (Rest("leases", "contract", ("contract_no", "lessee", "lessee_key", "end_on")),)
    ),
    "LEASE_NO_TITLE": Ground(
        True,
        None,
        (_HELD, Rest("leases", "contract", ("contract_no", "lessor", "lessor_key", "lessee_key"))),
    ),
    "LEASE_UNPLACED": Ground(
        True,
        None,
        (
            Rest(
                "leases",
                "contract",
                ("contract_no", "lessee", "lessee_uscc", "parcel_code", "location"),
            ),
        ),
    ),
    "NO_LAND_ENTERPRISE": Ground(
        False,
        None,
        (
            Rest(
                "enterprises",
                "firm",
                ("uscc", "name", "industry", "registered_address", "site_address"),
            ),
        ),
    ),
    "PARCEL_CODE_VARIANT": Ground(
        True,
        None,
        (
            Rest("leases", "contract", ("contract_no", "parcel_code", "parcel_resolved")),
            Rest("supply", "contract", ("contract_no", "parcel_code", "parcel_resolved")),
        ),
    ),
    "PARCEL_OVERLAP": Ground(True, 4, (_AREA,)),
    "POINT_DATUM": Ground(
        False, 0, (Rest("enterprises", "firm", ("uscc", "longitude", "latitude", "datum")),)
    ),
    "TENANT_NO_LEASE": Ground(
        True,
        None,
        (
            _HELD,
            Rest("enterprises", "firm", ("uscc", "name", "registered_address", "site_address")),
            Rest("leases", "pair", _LEASE),
        ),
    ),
    "USCC_DUPLICATE": Ground(
        False,
        None,
        (Rest("enterprises", "firm", ("uscc", "name")), Rest("enterprises", "twin", ("name",))),
    ),
    "USCC_INVALID": Ground(True, None, (Rest("enterprises", "firm", ("uscc", "name")),)),
    "USE_MISMATCH": Ground(
        False,
        2,
        (
            Rest("parcels", "parcel", ("parcel_code", "land_use")),
            Rest("patches", "surveyed", ("patch_code", "land_class")),
        ),
    ),
    "VIRTUAL_ADDRESS": Ground(
        False, None, (Rest("enterprises", "firm", ("uscc", "registered_address")),)
    ),
}


def ground_of(rule: str) -> Ground:
    """What a rule rests on; a rule nobody described rests on both its sides and its measure."""
    plain = (_AREA, Rest("enterprises", "firm", ("uscc", "name")))
    return GROUNDS.get(rule, Ground(True, 4, plain))
