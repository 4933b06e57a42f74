"""The words of the contract (CONTRACT §3) as enums, and the few numbers everything shares."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

M2_PER_MU: Final = 10_000 / 15  # 1 亩, 《关于改革全国土地面积计量单位的通知》: 1 公顷 = 15 亩


class Relation(StrEnum):
    """How an enterprise stands to a parcel."""

    OWN = "OWN"  # right holder, also by former name or as branch
    LEASE = "LEASE"  # tenant of the holder
    SUBLEASE = "SUBLEASE"  # tenant of a tenant
    GROUP_USE = "GROUP_USE"  # land of its parent, child or sister, without a lease
    OCCUPY = "OCCUPY"  # produces there, no right and no lease known
    REGISTERED_ONLY = "REGISTERED_ONLY"  # only its registered address is there; never counted


class Band(StrEnum):
    """What the engine asks of people; what falls below both is not a link."""

    AUTO = "auto"
    REVIEW = "review"


class Verdict(StrEnum):
    """What a person decided on a pair; ``NONE`` when nobody has."""

    NONE = ""
    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"


# What leaves a pair open: nothing decided, or doubt, which an undo of a first decision is told as.
UNDECIDED: Final = (Verdict.NONE, Verdict.UNSURE)


class AreaMethod(StrEnum):
    """How a link's area was found."""

    REGISTERED = "registered"
    SHARE = "share"  # QLBL
    CONTRACT = "contract"  # land area of the lease
    FLOOR_SHARE = "floor_share"  # leased floor ÷ total floor × parcel
    RESIDUAL = "residual"  # what is left for the holder
    DECLARED = "declared"  # 上报用地面积
    UNSPLIT = "unsplit"  # cannot be told apart: the parcel is the unit


class ParcelBucket(StrEnum):
    """Where a parcel ends; each kept parcel in exactly one."""

    MATCHED = "matched"
    AMBIGUOUS = "ambiguous"
    NOT_INDUSTRIAL = "not_industrial"
    HOLDER_CANCELLED = "holder_cancelled"
    INDIVIDUAL_HOLDER = "individual_holder"
    PUBLIC_HOLDER = "public_holder"
    COLLECTIVE_NO_CERTIFICATE = "collective_no_certificate"
    VACANT = "vacant"
    UNMATCHED = "unmatched"


class EnterpriseBucket(StrEnum):
    """Where an enterprise ends; each kept enterprise in exactly one."""

    CANCELLED = "cancelled"
    MATCHED = "matched"
    AMBIGUOUS = "ambiguous"
    OUT_OF_REGION = "out_of_region"
    REGISTERED_ONLY = "registered_only"
    NO_LAND = "no_land"
    INVALID = "invalid"


class Component(StrEnum):
    """A line of the area ledger."""

    REGISTERED = "registered"
    LEASED_IN = "leased_in"
    OTHER = "other"
    LEASED_OUT = "leased_out"
    EXEMPT = "exempt"


class UnitKind(StrEnum):
    """What is evaluated as one."""

    ENTERPRISE = "enterprise"
    PARCEL = "parcel"
    GROUP = "group"


class Severity(StrEnum):
    """How much a finding matters."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
