"""What rules see on a parcel: its real users, their figures of the year, what is built on it.

Derived from `Facts` once per rule package. Links are taken as they are; nothing is matched or
allocated here.
"""

from __future__ import annotations

from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geomujun.domain.catalogue import TABLES
from geomujun.domain.industry import division2, is_industrial
from geomujun.domain.keys import among, listed, numbered, of, positions, rows_of
from geomujun.domain.landuse import industrial_use
from geomujun.domain.model import Kind
from geomujun.domain.words import M2_PER_MU, EnterpriseBucket, Relation
from geomujun.geo.overlay import Plane
from geomujun.ledger.facts import Facts
from geomujun.ledger.overlays import Overlays, lay_over

FIGURES: Final = tuple(f.name for f in TABLES["indicators"].fields if f.kind is Kind.NUMBER)
_USED: Final = ("parcel_code", "uscc", "relation", "share", "area_m2", "area_method")
CONSTRUCTION_YEARS: Final = 3  # 2 建设期 + 1 过渡期, 市政发〔2022〕11号 附件 一


class Sight:
    """Lazily derived frames of one `Facts`; every frame is computed at most once."""

    def __init__(self, facts: Facts, overlays: Overlays | None = None) -> None:
        """Remember the facts, and the overlap tables when they are there already."""
        self.facts = facts
        self.case = facts.case
        self._overlays = overlays

    @cached_property
    def parcels(self) -> pd.DataFrame:
        """Kept parcels by code, without geometry, with ``industrial`` and ``state_owned``."""
        layer = self.case.parcels
        frame = pd.DataFrame(layer.drop(columns=layer.geometry.name)).set_index("parcel_code")
        frame["area_mu"] = frame["area_m2"] / M2_PER_MU
        frame["industrial"] = industrial_use(frame["land_use"])
        state = frame.index.str.slice(12, 13) == "G"
        frame["state_owned"] = state | frame["right_kind"].str.strip().isin(["2", "3", "4"])
        return frame

    @cached_property
    def firms(self) -> pd.DataFrame:
        """Kept enterprises by uscc, with ``bucket``, ``active``, ``is_industry``, ``sector``."""
        frame = self.case.enterprises.set_index("uscc")
        bucket = self.facts.enterprises.drop_duplicates("uscc").set_index("uscc")["bucket"]
        frame["bucket"] = of(bucket, frame.index).fillna("").to_numpy()
        frame["active"] = frame["bucket"] != EnterpriseBucket.CANCELLED
        frame["is_industry"] = is_industrial(frame["industry"])
        frame["sector"] = division2(frame["industry"])
        return frame

    @cached_property
    def used(self) -> pd.DataFrame:
        """Counted links of active enterprises, with their sector, industry and figures."""
        links = self.facts.links
        counted = links["counted"].astype(bool) & links["in_force"].astype(bool)
        live = links.loc[counted, list(_USED)]  # not the evidence: long texts, copied at each step
        at = positions(live["uscc"], self.firms.index)
        live, at = live[at >= 0], at[at >= 0]
        told = self.firms[["name", "active", "is_industry", "sector"]].take(at)
        kept = told["active"].to_numpy(dtype=bool)
        live, told = live[kept], told[kept]
        figures = rows_of(self.figures[["tax_wan_yuan", "power_wan_kwh"]], live["uscc"])
        parts = [part.reset_index(drop=True) for part in (live, told, figures)]
        both: pd.DataFrame = pd.concat(parts, axis=1)
        return both

    @cached_property
    def figures(self) -> pd.DataFrame:
        """Figures of the year by uscc, one value per field.

        Of several sources the field's own department counts first (catalogue), then other
        departments by name, then rows that name none, the firm's own report last; a source's blank
        is passed over. The same order as the evaluation's.
        """
        rows = self.case.indicators
        rows = rows[rows["year"] == self.facts.year]
        index = numbered(rows["uscc"])[1].rename("uscc")
        many = rows["uscc"].duplicated(keep=False)
        single = rows[~many].set_index("uscc")[list(FIGURES)]
        both = pd.concat([single, self._by_source(rows[many])]) if many.any() else single
        return rows_of(both, index)

    def _by_source(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The figures of enterprises with several rows of the year."""
        firm, codes = pd.factorize(rows["uscc"])
        source = rows["source"].str.strip()
        word = pd.factorize(rows["source"], sort=True)[0]
        trust = np.select([source.str.contains("直报|自报"), source == ""], [3, 2], 1)
        out = {}
        for name in FIGURES:
            department = TABLES["indicators"].by_name[name].source
            rank = np.where(source.str.contains(department, regex=False), 0, trust)
            value = rows[name].to_numpy(dtype=float)
            order = np.lexsort((value, word, rank, firm))
            order = order[~np.isnan(value[order])]
            first = order[np.unique(firm[order], return_index=True)[1]]
            out[name] = pd.Series(value[first], index=codes[firm[first]])
        return pd.DataFrame(out)

    @cached_property
    def overlays(self) -> Overlays:
        """All overlap tables of the case."""
        return self._overlays or lay_over(self.case)

    @property
    def building_parcel(self) -> pd.Series:
        """Parcel code of each building ("" for none), by the buildings' own index."""
        return self.overlays.homes

    @property
    def buildings_over_parcels(self) -> pd.DataFrame:
        """Overlap table building × parcel (`geo.overlay.building_parcel`)."""
        return self.overlays.buildings

    @property
    def patches_on_parcels(self) -> pd.DataFrame:
        """Overlap table patch × parcel; parcels above or below ground (S, X) left out."""
        return self.overlays.patches

    @property
    def parcels_on_parcels(self) -> pd.DataFrame:
        """Overlap table parcel × parcel, each pair once."""
        return self.overlays.parcels

    @cached_property
    def plane(self) -> Plane:
        """The equal-area plane of the run's parcels and buildings."""
        return Plane(self.case.parcels, self.case.buildings)

    @cached_property
    def parcel_shapes(self) -> npt.NDArray[np.object_]:
        """Parcels in metres on `plane`, in the order of the layer."""
        return self.plane.flat(self.case.parcels)

    @cached_property
    def building_shapes(self) -> npt.NDArray[np.object_]:
        """Buildings in metres on `plane`, in the order of the layer."""
        return self.plane.flat(self.case.buildings)

    @cached_property
    def leases_in_force(self) -> pd.Series:
        """Whether each lease is in force on the day; the last day is inclusive."""
        leases, day = self.case.leases, pd.Timestamp(self.facts.as_of)
        begun = leases["start_on"].isna() | (leases["start_on"] <= day)
        return begun & (leases["end_on"].isna() | (leases["end_on"] >= day))

    @cached_property
    def built(self) -> pd.DataFrame:
        """By parcel: number of buildings, footprint, floor area, day of the last completion.

        Columns ``buildings``, ``footprint_m2``, ``floor_m2``, ``floor_double_m2``, ``latest``.
        Footprint is ZZDMJ, else the drawn area; floor area is SCJZMJ, else footprint × 层数.
        ``floor_double_m2`` counts floors over 8 m twice, as 容积率 is reckoned for industrial land.
        """
        layer = self.case.buildings
        drawn = shapely.area(self.building_shapes)
        foot = layer["footprint_m2"].where(layer["footprint_m2"] > 0, drawn)
        floors = layer["floors"].where(layer["floors"] > 0, 1.0)
        floor = layer["floor_area_m2"].where(layer["floor_area_m2"] > 0, foot * floors)
        tall = layer["height_m"] / floors > 8.0
        frame = pd.DataFrame(
            {
                "parcel_code": self.building_parcel,
                "footprint_m2": foot,
                "floor_m2": floor,
                "floor_double_m2": floor.where(~tall, floor * 2),
                "completed_on": layer["completed_on"],
            }
        )
        frame = frame[frame["parcel_code"] != ""]
        home, codes = numbered(frame.pop("parcel_code"))
        frame["home"] = home
        frame = frame.sort_values(["home", "footprint_m2", "floor_m2"], kind="stable")
        made = frame.groupby("home").agg(
            buildings=("footprint_m2", "size"),
            footprint_m2=("footprint_m2", "sum"),
            floor_m2=("floor_m2", "sum"),
            floor_double_m2=("floor_double_m2", "sum"),
            latest=("completed_on", "max"),
        )
        return made.set_axis(codes.rename("parcel_code"))

    @cached_property
    def supplied(self) -> pd.DataFrame:
        """Supply rows whose parcel is in the case, by its code, with its area, use and right."""
        supply = self.case.supply
        supply = supply[among(supply["parcel_resolved"], self.parcels.index)]
        land, number = numbered(supply["parcel_resolved"])[0], numbered(supply["contract_no"])[0]
        supply = supply.iloc[np.lexsort((number, land))]
        supply = supply.set_index(supply["parcel_resolved"].rename("parcel_code"))
        names = ["area_m2", "area_mu", "industrial", "state_owned", "right_start_on"]
        return pd.concat([supply, rows_of(self.parcels[names], supply.index)], axis=1)

    @cached_property
    def exempt_until(self) -> pd.Series:
        """By parcel: the day its construction and transition period ends; NaT when it has none."""
        start = self.parcels["construction_start_on"]
        until = start.dropna() + pd.DateOffset(years=CONSTRUCTION_YEARS)
        return until.astype("datetime64[s]").reindex(start.index)

    @cached_property
    def holders(self) -> pd.Series:
        """By parcel: active enterprises that hold it, joined by "|"."""
        own = of_relation(self.used, Relation.OWN)
        return listed(own["parcel_code"], own["uscc"])

    def holders_of(self, codes: pd.Index | pd.Series) -> pd.Series:
        """The holders of some parcels, "" for none."""
        return of(self.holders, codes).fillna("").astype("str").set_axis(pd.Index(codes))

    def concerns_industry(self, codes: pd.Index | pd.Series) -> npt.NDArray[np.bool_]:
        """Whether each parcel is registered for industry or really used by an enterprise."""
        index = pd.Index(codes)
        industrial = of(self.parcels["industrial"], index).eq(True).to_numpy()
        return np.asarray(industrial | among(index, self.used["parcel_code"]))

    def silent(self, power_wan_kwh: float) -> pd.DataFrame:
        """Parcels all of whose real users report no tax and hardly any power.

        Args:
            power_wan_kwh: Highest use of power a year, in 万千瓦时, that still counts as none.

        Returns:
            By parcel code: ``tax_wan_yuan`` and ``power_wan_kwh`` (sums over the users) and
            ``users`` (usccs joined by "|"). A user without both figures leaves the parcel out: an
            unknown is not a zero. Non-industrial holders without figures included.
        """
        used = self.used
        quiet = (used["tax_wan_yuan"] <= 0) & (used["power_wan_kwh"] <= power_wan_kwh)
        used = used[~among(used["parcel_code"], used.loc[~quiet, "parcel_code"])]
        used = used.sort_values(["parcel_code", "uscc"], kind="stable")
        used = used.drop_duplicates(["parcel_code", "uscc"])
        sums: pd.DataFrame = used.groupby("parcel_code")[["tax_wan_yuan", "power_wan_kwh"]].sum()
        return sums.assign(users=listed(used["parcel_code"], used["uscc"]))

    @cached_property
    def _users(self) -> pd.DataFrame:
        """Industrial users: ``parcel_code``, ``uscc``, ``share`` of the firm that is here.

        An enterprise on several parcels is spread over them by its area there, evenly when it has
        none. Sorted, so that sums repeat.
        """
        used = self.used[self.used["is_industry"].eq(True)]
        land, firm = numbered(used["parcel_code"])[0], numbered(used["uscc"])[0]
        order = np.lexsort((firm, land))
        used, firm = used.iloc[order].reset_index(drop=True), firm[order]
        area = used["area_m2"].fillna(0.0).to_numpy()
        total, count = np.bincount(firm, area)[firm], np.bincount(firm)[firm]
        share = np.where(total > 0, area / np.where(total > 0, total, 1.0), 1.0 / count)
        return used[["parcel_code", "uscc"]].assign(share=share)

    def spread(self, field: str) -> pd.Series:
        """Σ of a figure over a parcel's industrial users, by parcel code.

        A parcel with a user whose figure is unknown is left out.
        """
        users = self._users
        value = of(self.figures[field], users["uscc"]).to_numpy() * users["share"].to_numpy()
        code, parcels = pd.factorize(users["parcel_code"])
        known = np.bincount(code[np.isnan(value)], minlength=len(parcels)) == 0
        sums = np.bincount(code, np.nan_to_num(value), minlength=len(parcels))
        return pd.Series(sums[known], index=pd.Index(parcels[known], name="parcel_code"))

    @cached_property
    def tax_per_mu(self) -> pd.Series:
        """亩均税收 of parcels: the evaluation's where it has one, else Σ tax ÷ registered mu."""
        tax = self.spread("tax_wan_yuan")
        tax = tax[among(tax.index, self.parcels.index)]
        area = of(self.parcels["area_mu"], tax.index).to_numpy()
        tax = pd.Series(tax.to_numpy() / area, index=tax.index)
        table = self.facts.parcel_evaluation
        if "tax_per_mu" not in table:
            return tax
        told = table.drop_duplicates("parcel_code").set_index("parcel_code")["tax_per_mu"]
        told = told.dropna()
        both: pd.Series = pd.concat([told, tax[~among(tax.index, told.index)]])
        return both.sort_index()

    def fully_exempt(self, codes: pd.Index) -> npt.NDArray[np.bool_]:
        """Whether each parcel is in its construction or transition period on 31 December."""
        until = of(self.exempt_until, codes)
        return np.asarray(until > pd.Timestamp(self.facts.year, 12, 31))


def of_relation(links: pd.DataFrame, *relations: Relation) -> pd.DataFrame:
    """The links of some relations."""
    relation = links["relation"]
    wanted = np.logical_or.reduce([(relation == str(r)).to_numpy(dtype=bool) for r in relations])
    return links[wanted]
