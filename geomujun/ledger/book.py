"""The area ledger: registered + leased in + other - leased out - exempt, firm by firm.

市政发〔2022〕11号 附件 一 (用地面积 (1)–(3), 2 年建设期 + 1 年过渡期); who really uses land is
charged for it (same text, 二(一)1). CONTRACT §5 fixes the rest. Pure: tables in, tables out; the
year is an argument.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from geomujun.domain.case import Case
from geomujun.domain.industry import is_industrial
from geomujun.domain.words import M2_PER_MU, AreaMethod, Component, Relation, Verdict
from geomujun.ledger.buckets import enterprise_buckets, parcel_buckets
from geomujun.ledger.claims import claims, total_floor
from geomujun.ledger.divide import Division, divide
from geomujun.ledger.rounding import round_m2
from geomujun.matching.explain import TITLE_TIERS

EXEMPT_YEARS: Final = 3
CENTS_M2: Final = 0.1  # what rounding of shares may add up to on one parcel
USE: Final = (
    Relation.LEASE.value,
    Relation.SUBLEASE.value,
    Relation.OCCUPY.value,
    Relation.GROUP_USE.value,
)


@dataclass(frozen=True, slots=True)
class Book:
    """Links with areas, the ledger and its lines, and both reconciliations."""

    links: pd.DataFrame
    ledger: pd.DataFrame
    ledger_lines: pd.DataFrame
    parcels: pd.DataFrame
    enterprises: pd.DataFrame
    over: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the book is kept from: the case, the links, holders and leases to outsiders."""

    case: Case
    links: pd.DataFrame
    holders: pd.DataFrame
    outside: pd.DataFrame
    land: pd.DataFrame  # code, area_m2 of parcels and bare patches
    codes: pd.DataFrame  # identity.Identity.codes


def keep(inputs: Inputs, year: int) -> Book:
    """Keep the book of a year; areas stand at 31 December.

    Args:
        inputs: Links of `matching.engine.match` and what belongs to them.
        year: Year of the figures.
    """
    case, links = inputs.case, inputs.links
    ground = Ground.of(inputs)
    live = links[links["counted"] & ~links["holder_cancelled"]]
    parts = parts_of(ground.described(live), ground.outside)
    lines = lines_of(parts, case, year)
    links = _with_areas(links, parts)
    parcels = parcel_buckets(case, links, inputs.holders)
    return Book(
        links=links,
        ledger=_ledger(lines),
        ledger_lines=lines,
        parcels=_balances(parcels, links, ground.area),
        enterprises=enterprise_buckets(case, links, inputs.codes),
        over=_overstated(parts.over, inputs.holders, ground.area),
    )


def _overstated(over: pd.DataFrame, holders: pd.DataFrame, area: pd.Series) -> pd.DataFrame:
    """Parcels claimed beyond their area: by users, and by shares of holders that exceed the whole.

    Each parcel once, with the larger claim.
    """
    stated = holders.dropna(subset="claimed").drop_duplicates("parcel_code")
    room = stated["parcel_code"].map(area).astype("float64")
    shares = pd.DataFrame(
        {
            "parcel_code": stated["parcel_code"],
            "claimed_m2": round_m2(room * stated["claimed"]),
            "area_m2": room,
        }
    )
    both = pd.concat([over, shares[room > 0]], ignore_index=True)
    both = both.sort_values(["parcel_code", "claimed_m2"], ascending=[True, False])
    return both.drop_duplicates("parcel_code", ignore_index=True)


@dataclass(frozen=True, slots=True)
class Ground:
    """What areas are computed from, looked up once: parcels, buildings, firms."""

    area: pd.Series  # by land code
    built: pd.Series  # by parcel code
    ratio: pd.Series  # by parcel code
    firms: pd.DataFrame  # by uscc: industrial, reported_m2
    outside: pd.DataFrame

    @classmethod
    def of(cls, inputs: Inputs) -> Ground:
        """Read the case once."""
        case = inputs.case
        area = round_m2(inputs.land.drop_duplicates("code").set_index("code")["area_m2"])
        built = total_floor(case)
        ratio = case.parcels.set_index("parcel_code")["floor_area_ratio"]
        firms = pd.DataFrame(
            {
                "industrial": is_industrial(case.enterprises["industry"]),
                "reported_m2": case.enterprises["reported_area_m2"].to_numpy(),
            },
            index=case.enterprises["uscc"],
        )
        return cls(area, built, ratio, firms, _outside(inputs.outside, area, built))

    def described(self, live: pd.DataFrame) -> pd.DataFrame:
        """Links with what is known of their parcel and firm."""
        code, uscc = live["parcel_code"], live["uscc"]
        area = code.map(self.area).astype("float64")
        return live.assign(
            area_m2=area,
            share=_decided_shares(live, area),
            built_m2=code.map(self.built).astype("float64"),
            floor_area_ratio=code.map(self.ratio).astype("float64"),
            industrial=uscc.map(self.firms["industrial"]).eq(True),
            reported_m2=uscc.map(self.firms["reported_m2"]).astype("float64"),
            n_parcels=uscc.map(live.groupby("uscc")["parcel_code"].nunique()).astype("float64"),
        )


def _decided_shares(live: pd.DataFrame, area: pd.Series) -> pd.Series:
    """Shares of holders, those people decided on included.

    A decided area is that part of the parcel; a holder whom a decision names and no right holder
    of the register does, so that no share is registered, has the whole when no other is linked.
    """
    own = (live["relation"] == Relation.OWN) & (live["decision"] == Verdict.SAME)
    stated = (live["claim_m2"] / area.where(area > 0)).clip(upper=1.0).where(own)
    share = stated.where(stated.notna(), live["share"])
    copy = [live[name] for name in ("parcel_code", "flip") if name in live]
    others = (live["relation"] == Relation.OWN).groupby(copy).transform("sum")
    whole = own & share.isna() & (others == 1) & ~live["tier"].isin(TITLE_TIERS)
    return share.mask(whole, 1.0)


def parts_of(live: pd.DataFrame, outside: pd.DataFrame) -> Division:
    """Described links divided; ``outside`` as `Ground.outside`, those with a live tenant aside."""
    own = live[live["relation"] == Relation.OWN]
    use = live[live["relation"].isin(USE)]
    contract = ["parcel_code", "lease_id"]
    named = pd.MultiIndex.from_frame(outside[contract]).isin(
        pd.MultiIndex.from_frame(use[contract])
    )
    return divide(own, claims(use), outside[~named])


def _outside(rows: pd.DataFrame, area: pd.Series, built: pd.Series) -> pd.DataFrame:
    """Land let to tenants who are no enterprise of the case, by contract or floor."""
    parcel = rows["parcel_resolved"]
    floor = parcel.map(built).astype("float64")
    by_floor = rows["floor_area_m2"] / floor.where(floor > 0) * parcel.map(area).astype("float64")
    gross = rows["land_area_m2"].where(rows["land_area_m2"] > 0, by_floor)
    return pd.DataFrame(
        {
            "parcel_code": parcel,
            "lessor_uscc": rows["lessor_key"],
            "lease_id": rows["contract_no"],
            "gross_m2": round_m2(gross).fillna(0.0),
        }
    )


def _with_areas(links: pd.DataFrame, parts: Division) -> pd.DataFrame:
    """Links with ``area_m2`` and ``area_method``; links that do not count have 0."""
    done = pd.concat([parts.own[["net_m2", "method"]], parts.use[["net_m2", "method"]]])
    area = done["net_m2"].reindex(links.index).fillna(0.0)
    gone = links["holder_cancelled"] & links["counted"]
    method = done["method"].reindex(links.index).fillna("").astype("str")
    return links.assign(area_m2=area, area_method=method.mask(gone, AreaMethod.REGISTERED.value))


def lines_of(parts: Division, case: Case, year: int) -> pd.DataFrame:
    """Ledger lines, none for unsplit parcels.

    Copies of one parcel carry its own code in ``real_code`` (`ledger.flips`).
    """
    own = parts.own[parts.own["method"] != AreaMethod.UNSPLIT]
    use = parts.use[parts.use["method"] != AreaMethod.UNSPLIT]
    rented = use["relation"].isin([Relation.LEASE.value, Relation.SUBLEASE.value])
    basis = np.where(own["share"] < 1.0, AreaMethod.SHARE.value, AreaMethod.REGISTERED.value)
    starts = case.parcels.set_index("parcel_code")["construction_start_on"]
    code = own["real_code"] if "real_code" in own else own["parcel_code"]
    until = pd.to_datetime(code.map(starts)) + pd.DateOffset(years=EXEMPT_YEARS)
    exempt = own[
        (until > pd.Timestamp(date(year, 12, 31))).to_numpy() & (own["net_m2"] > 0).to_numpy()
    ]
    frames = [
        _line(own, Component.REGISTERED, own["gross_m2"], basis),
        _line(own, Component.LEASED_OUT, own["let_m2"], "leases"),
        _line(exempt, Component.EXEMPT, exempt["net_m2"], "construction"),
        _line(
            use[rented], Component.LEASED_IN, use.loc[rented, "gross_m2"], use.loc[rented, "method"]
        ),
        _line(
            use[~rented], Component.OTHER, use.loc[~rented, "gross_m2"], use.loc[~rented, "method"]
        ),
        _line(use, Component.LEASED_OUT, use["let_m2"], "sublease"),
    ]
    lines = pd.concat(frames, ignore_index=True)
    lines = lines[(lines["area_m2"] != 0.0) | (lines["component"] == Component.REGISTERED)]
    keys = ["uscc", "parcel_code", "component", "basis"]
    ordered = lines.sort_values([*keys, "area_m2"])
    summed: pd.DataFrame = ordered.groupby(keys)["area_m2"].sum().reset_index()
    summed["area_m2"] = round_m2(summed["area_m2"])
    return summed[["uscc", "parcel_code", "component", "area_m2", "basis"]]


def _line(rows: pd.DataFrame, component: Component, area: pd.Series, basis: object) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "uscc": rows["uscc"].to_numpy(),
            "parcel_code": rows["parcel_code"].to_numpy(),
            "component": component.value,
            "area_m2": area.to_numpy(dtype=np.float64),
            "basis": basis if isinstance(basis, str) else np.asarray(basis),
        }
    )


def _ledger(lines: pd.DataFrame) -> pd.DataFrame:
    """One row per enterprise with a line."""
    table = lines.pivot_table(index="uscc", columns="component", values="area_m2", aggfunc="sum")
    columns = [c.value for c in Component]
    table = table.reindex(columns=columns).fillna(0.0)
    plus = table["registered"] + table["leased_in"] + table["other"]
    occupied = round_m2(plus - table["leased_out"] - table["exempt"])
    out = pd.DataFrame({f"{c}_m2": round_m2(table[c]) for c in columns})
    out["occupied_m2"] = occupied
    out["occupied_mu"] = occupied / M2_PER_MU
    frame: pd.DataFrame = out.rename_axis(index="uscc").sort_index().reset_index()
    return frame


def _balances(parcels: pd.DataFrame, links: pd.DataFrame, area: pd.Series) -> pd.DataFrame:
    taken = links[links["counted"]].groupby("parcel_code")["area_m2"].sum()
    registered = parcels["parcel_code"].map(area).astype("float64")
    allocated = round_m2(parcels["parcel_code"].map(taken).astype("float64").fillna(0.0))
    # Two halves of an odd number of cents round up to a cent more than the parcel.
    rest = round_m2(registered - allocated)
    rest = rest.mask(rest.between(-CENTS_M2, 0.0), 0.0)
    return parcels.assign(area_m2=registered, allocated_m2=allocated, unallocated_m2=rest)
