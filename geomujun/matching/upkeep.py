"""What the tables say, kept from one match to the next and renewed where rows changed.

Everything here depends on single rows but for the fill of towns by zone, the doors and the index
of names, which are made again from parts that were kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geomujun.domain.case import Case
from geomujun.domain.columns import among
from geomujun.geo.overlay import Plane
from geomujun.matching.candidates import key_counts
from geomujun.matching.compare import columns_of, spliced
from geomujun.matching.engine import Base, read_base
from geomujun.matching.holders import explode
from geomujun.matching.land import Land, address_points, doors_on, land_of, parcel_rows
from geomujun.matching.register import Frozen, Register, in_order, read_names, worth_of
from geomujun.matching.sites import Places, Sites, build_sites
from geomujun.matching.tenure import place_keys
from geomujun.matching.vicinity import NAMES
from geomujun.matching.weights import Weights
from geomujun.text.identifiers import resolve_parcel_codes

Ints = npt.NDArray[np.int64]
LAND: Final = (
    "area_m2", "on_patch", "location", "town", "village", "road", "park", "door", "plot", "zone",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Terms:
    """What a match goes by beside the case."""

    as_of: date
    weights: Weights
    frozen: Frozen
    lang: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A case as read, with the parts it can be read again from."""

    case: Case
    base: Base
    parcels: pd.DataFrame  # land.parcel_rows
    shapes: npt.NDArray[np.object_]  # of the parcels, in metres
    wheres: pd.DataFrame  # tenure.place_keys
    addresses: pd.DataFrame  # land.address_points
    counts: Mapping[int, int]  # how many counted names have each key


@dataclass(frozen=True, slots=True)
class Moved:
    """Where rows went and whose facts are not what they were."""

    firm: Ints  # old row → new row of the enterprises, -1 for gone or changed
    name: Ints  # old row → new row of the names, likewise
    come: Ints  # new rows of the names that were not there
    firms: frozenset[str]  # codes of firms added, changed or removed
    doors: frozenset[str]  # codes of firms at whose house number land came or went
    parcels: frozenset[str]  # codes of parcels whose row, land or holders changed
    told: frozenset[str]  # zone|name of villages, roads, parks that came up or are named no more


def read(case: Case, frozen: Frozen | None) -> Kept:
    """Read a case from the start."""
    base = read_base(case, frozen)
    plane = base.places.land.plane
    counts = key_counts(base.register.counted)
    return Kept(
        case,
        base,
        parcel_rows(case.parcels),
        plane.flat(case.parcels),
        place_keys(case.parcels),
        address_points(case.addresses, plane),
        counts,
    )


def same_rows(old: pd.DataFrame, new: pd.DataFrame, key: str) -> Ints:
    """Row of ``old`` that each row of ``new`` equals in every column but ``row``, else -1."""
    at = pd.Index(old[key]).get_indexer(pd.Index(new[key]))
    found = np.flatnonzero(at >= 0)
    same = np.ones(len(found), dtype=bool)
    for column in new.columns.drop("row", errors="ignore"):
        was, now = old[column].take(at[found]), new[column].take(found)
        if column == "geometry":
            same &= shapely.equals_identical(was.to_numpy(), now.to_numpy())
            continue
        was, now = was.reset_index(drop=True), now.reset_index(drop=True)
        equal = (was == now).fillna(value=False).to_numpy(dtype=bool)
        same &= equal | (was.isna() & now.isna()).to_numpy(dtype=bool)
    out = np.full(len(new), -1, dtype=np.int64)
    out[found[same]] = at[found[same]]
    return out


def renewable(kept: Kept, case: Case) -> bool:
    """Whether a case can be read from the parts of the one before."""
    tables = [(case.parcels, "parcel_code"), (case.enterprises, "uscc")]
    alone = all(not f[k].duplicated().any() and (f[k] != "").all() for f, k in tables)
    plane = Plane(case.parcels, case.patches)
    return alone and len(case.parcels) > 0 and plane.same_as(kept.base.places.land.plane)


def renew(kept: Kept, case: Case) -> tuple[Kept, Moved]:
    """Read a `renewable` case."""
    old = kept.base
    firms = case.enterprises.reset_index(drop=True)
    firm_was = same_rows(old.register.firms, firms, "uscc")
    parcel_was = same_rows(kept.case.parcels, case.parcels, "parcel_code")
    register, name_was = _register(old.register, firms, firm_was, kept.counts)
    land, parts = _land(kept, case, parcel_was)
    same = _equal(kept.case.addresses, case.addresses)
    addresses = kept.addresses if same else address_points(case.addresses, land.plane)
    sites = _sites(old.places.sites, firms, firm_was, land)
    places = Places(land, sites, doors_on(land, addresses))
    retold = _retold(kept.case, case, parcel_was)
    holders = _holders(old.holders, case, retold, tuple(sorted(register.lexicon.sounds.values())))
    base = Base(register, places, holders)
    moved = Moved(
        firm=_forward(firm_was, len(old.register.firms)),
        name=_forward(name_was, len(old.register.names)),
        come=np.flatnonzero(name_was < 0),
        firms=_unlike(old.register.firms["uscc"], firms["uscc"], firm_was),
        doors=_door_firms(old.places, places, firms),
        parcels=retold | _changed_land(old.places.land.rows, land.rows),
        told=old.places.land.named ^ land.named,
    )
    new = Kept(case, base, parts[0], parts[1], parts[2], addresses, kept.counts)
    return new, moved


def _equal(old: pd.DataFrame, new: pd.DataFrame) -> bool:
    return old is new or old.drop(columns="row").equals(new.drop(columns="row"))


def _forward(was: Ints, size: int) -> Ints:
    """New row of each old row, -1 for none."""
    out = np.full(size, -1, dtype=np.int64)
    kept = np.flatnonzero(was >= 0)
    out[was[kept]] = kept
    return out


def _unlike(old: pd.Series, new: pd.Series, was: Ints) -> frozenset[str]:
    """Keys of rows that are not in both as they are."""
    gone = np.setdiff1d(np.arange(len(old)), was)
    return frozenset(new.to_numpy(object)[was < 0]) | frozenset(old.to_numpy(object)[gone])


def joined(old: pd.DataFrame, new: pd.DataFrame, was: Ints) -> pd.DataFrame:
    """Kept rows of ``old`` and the ``new`` ones, in the order ``was`` says; its index."""
    order = was.copy()
    order[was < 0] = len(old) + np.arange(len(new))
    return pd.concat([old, new], ignore_index=True).take(order).reset_index(drop=True)


def _register(
    old: Register, firms: pd.DataFrame, was: Ints, counts: Mapping[int, int]
) -> tuple[Register, Ints]:
    """The register, and the old row of each of its names."""
    new_rows = np.flatnonzero(was < 0)
    row = _forward(was, len(old.firms))[old.names["firm"].to_numpy()]
    names = old.names.assign(firm=row, _was=np.arange(len(row)))[row >= 0]
    if len(new_rows):
        come = read_names(firms.take(new_rows).reset_index(drop=True), old.lexicon)
        come = come.assign(firm=new_rows[come["firm"].to_numpy()])
        come = come.assign(_was=_written_before(old.names, come))
        names = pd.concat([names, come], ignore_index=True)
    names = in_order(names)
    name_was = names.pop("_was").to_numpy(dtype=np.int64)
    index = old.index.renewed(name_was, names, counts, len(old.counted))
    fresh = columns_of(names.iloc[np.flatnonzero(name_was < 0)])
    compared = spliced(old.compared, fresh, name_was)
    register = replace(
        old,
        names=names,
        firms=firms,
        worth=worth_of(names, old.rare),
        index=index,
        compared=compared,
    )
    return register, name_was


def _written_before(old: pd.DataFrame, come: pd.DataFrame) -> Ints:
    """Old row of each name that its firm bore already, -1 for new ones."""
    keys = ["uscc", "former", "written", "until"]
    known = pd.MultiIndex.from_frame(old[keys])
    once = np.flatnonzero(~known.duplicated(keep=False))
    at = known[once].get_indexer(pd.MultiIndex.from_frame(come[keys]))
    at = np.where(pd.MultiIndex.from_frame(come[keys]).duplicated(keep=False), -1, at)
    return np.where(at >= 0, once[at], -1)


def _sites(old: Sites, firms: pd.DataFrame, was: Ints, land: Land) -> Sites:
    come = build_sites(firms[was < 0].reset_index(drop=True), land)
    order = was.copy()
    order[was < 0] = len(old.points) + np.arange(len(come.points))
    return Sites(
        points=np.concatenate([old.points, come.points])[order],
        precise=np.concatenate([old.precise, come.precise])[order],
        readings=np.concatenate([old.readings, come.readings], axis=1)[:, order],
        site=joined(old.site, come.site, was),
        home=joined(old.home, come.home, was),
        has_site=np.concatenate([old.has_site, come.has_site])[order],
        reported_m2=np.concatenate([old.reported_m2, come.reported_m2])[order],
    )


def _land(
    kept: Kept, case: Case, was: Ints
) -> tuple[Land, tuple[pd.DataFrame, npt.NDArray[np.object_], pd.DataFrame]]:
    """The land, and its parts as in `Kept`."""
    come = gpd.GeoDataFrame(case.parcels[was < 0])
    plane = kept.base.places.land.plane
    rows = joined(kept.parcels, parcel_rows(come), was)
    wheres = joined(kept.wheres, place_keys(come), was)
    order = was.copy()
    order[was < 0] = len(kept.shapes) + np.arange(len(come))
    shapes = np.concatenate([kept.shapes, plane.flat(come)])[order]
    return land_of(case, rows, shapes, plane), (rows, shapes, wheres)


def _retold(old: Case, new: Case, was: Ints) -> frozenset[str]:
    """Codes of parcels whose row or whose rows of right holders changed."""
    out = _unlike(old.parcels["parcel_code"], new.parcels["parcel_code"], was)
    listed = [_listed(case) for case in (old, new)]
    keys = [pd.util.hash_pandas_object(f.drop(columns="row"), index=False) for f in listed]
    counts = [pd.DataFrame({"c": f["parcel_code"], "k": k}).value_counts()
              for f, k in zip(listed, keys, strict=True)]  # fmt: skip
    differ = counts[0].sub(counts[1], fill_value=0)
    return out | frozenset(differ[differ != 0].index.get_level_values("c"))


def _listed(case: Case) -> pd.DataFrame:
    """The rows of right holders with the parcels they mean."""
    found = resolve_parcel_codes(
        case.right_holders["parcel_code"], pd.Index(case.parcels["parcel_code"])
    )
    return case.right_holders.assign(parcel_code=found["code"])


def _holders(
    old: pd.DataFrame, case: Case, retold: frozenset[str], places: tuple[str, ...]
) -> pd.DataFrame:
    listed = _listed(case)
    part = case.with_tables(
        parcels=case.parcels[among(case.parcels["parcel_code"], retold)],
        right_holders=listed[among(listed["parcel_code"], retold)],
    )
    frames = [old[~among(old["parcel_code"], retold)], explode(part, places)]
    both = pd.concat([f for f in frames if len(f)] or frames[:1], ignore_index=True)
    return both.sort_values(["parcel_code", "seq"], kind="stable", ignore_index=True)


def _changed_land(old: pd.DataFrame, new: pd.DataFrame) -> frozenset[str]:
    """Codes of land that came, went, or has another row than before."""
    at = pd.Index(old["code"]).get_indexer(pd.Index(new["code"]))
    was, now = old.take(at[at >= 0]).reset_index(drop=True), new[at >= 0].reset_index(drop=True)
    differ = np.zeros(len(now), dtype=bool)
    for column in LAND:
        a, b = was[column], now[column]
        differ |= ~((a == b) | (a.isna() & b.isna())).to_numpy(dtype=bool)
    gone = np.setdiff1d(np.arange(len(old)), at)
    codes = [now["code"][differ], new["code"][at < 0], old["code"].take(gone)]
    return frozenset(pd.concat(codes))


def retold_places(
    places: Places, told: frozenset[str]
) -> tuple[frozenset[str], npt.NDArray[np.bool_]]:
    """Land of the zones of ``told`` (codes), and which firms' addresses name such a place."""
    rows, sites = places.land.rows, places.sites
    zones, names = (
        (set(part) for part in zip(*(n.split("|", 1) for n in told), strict=True))
        if told
        else (set(), set())
    )
    named = np.zeros(len(sites.site), dtype=bool)
    for parts in (sites.site, sites.home):
        for column in NAMES:
            named |= among(parts[column], names)
    return frozenset(rows.loc[among(rows["zone"], zones), "code"]), named


def _door_firms(old: Places, new: Places, firms: pd.DataFrame) -> frozenset[str]:
    """Codes of the firms whose house number lies on other land than before."""
    tables = [
        pd.MultiIndex.from_arrays(
            [p.doors["door"], p.doors["town"], p.land.rows["code"].to_numpy()[p.doors["land"]]]
        )
        for p in (old, new)
    ]
    gone, come = tables[0][~tables[0].isin(tables[1])], tables[1][~tables[1].isin(tables[0])]
    doors = gone.get_level_values(0).union(come.get_level_values(0))
    there = among(new.sites.site["door"], doors) | among(new.sites.home["door"], doors)
    return frozenset(firms["uscc"][there])
