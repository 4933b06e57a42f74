"""What a what-if run stands on: who is evaluated, their figures, and the land as the ledger has it.

Plain tables that a run can leave in its folder and read back; `case` and `book` give them the shape
the evaluation reads. Nothing is matched or divided here.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomujun.domain.case import Case
from geomujun.domain.catalogue import TABLES
from geomujun.domain.keys import among, of
from geomujun.domain.words import AreaMethod, Component, Relation
from geomujun.evaluation.engine import Evaluation
from geomujun.evaluation.figures import COLUMNS, OPERANDS, PLEDGED, pick
from geomujun.evaluation.points import RENTED
from geomujun.evaluation.tables import BookLike
from geomujun.ledger.book import Book

FIRM: Final = (
    "uscc", "name", "industry", "size", "division", "declared_division", "parent_uscc", "bucket",
)  # fmt: skip
LETTING: Final = ("parcel_code", "uscc", "relation", "lease_id", "head_lease_id", "lessor_uscc")
BEFORE: Final = ("uscc", "year", "size")
YEARS: Final = 3  # years of figures kept, the evaluated one among them


@dataclass(frozen=True, slots=True)
class Ground:
    """Tables of one evaluated year.

    ``firms``: `FIRM`. ``figures``: uscc, year and one value per item. ``previous``: `BEFORE`, last
    year's published results. ``flags``, ``groups``: as in
    the case. ``shared``: parcel_code, uscc, area_m2 (of the parcel) of unsplit land. ``lettings``:
    `LETTING` of counted leases and holders. ``users``: parcel_code, uscc, weight of the figures a
    parcel carries. ``lines``: of the ledger.
    """

    firms: pd.DataFrame
    figures: pd.DataFrame
    previous: pd.DataFrame
    flags: pd.DataFrame
    groups: pd.DataFrame
    shared: pd.DataFrame
    lettings: pd.DataFrame
    users: pd.DataFrame
    lines: pd.DataFrame

    @classmethod
    def of(cls, case: Case, book: BookLike, found: Evaluation, year: int) -> Ground:
        """The ground of an evaluation of ``year``."""
        bucket = book.enterprises.drop_duplicates("uscc").set_index("uscc")["bucket"]
        firms = case.enterprises.drop_duplicates("uscc").sort_values("uscc", ignore_index=True)
        firms = firms.assign(bucket=firms["uscc"].map(bucket).fillna("").astype("str"))
        shared = found.joins.unsplit.copy()
        shared["area_m2"] = found.base.parcel_m2.reindex(shared["parcel_code"]).to_numpy()
        return cls(
            firms=firms[list(FIRM)],
            figures=_figures(case, year, found),
            previous=_previous(case, year),
            flags=case.flags[TABLES["flags"].columns].reset_index(drop=True),
            groups=case.groups[TABLES["groups"].columns].reset_index(drop=True),
            shared=shared,
            lettings=_lettings(book.links),
            users=found.parcel_users.loc[
                found.parcel_users["counts"].to_numpy(dtype=bool), ["parcel_code", "uscc", "weight"]
            ].reset_index(drop=True),
            lines=book.ledger_lines.sort_values(
                ["uscc", "parcel_code", "component", "basis"], ignore_index=True
            ),
        )

    @property
    def case(self) -> Case:
        """The tables as a case."""
        return Case(
            enterprises=self.firms.drop(columns="bucket"),
            indicators=self.figures.assign(source=""),
            flags=self.flags,
            groups=self.groups,
            previous_grades=self.previous,
        )

    @property
    def book(self) -> Book:
        """The tables as an area ledger."""
        signed = self.lines["area_m2"].where(~_minus(self.lines), -self.lines["area_m2"])
        occupied = signed.groupby(self.lines["uscc"], sort=True).sum()
        shared = self.shared[["parcel_code", "uscc"]].assign(area_method=str(AreaMethod.UNSPLIT))
        links = pd.concat([shared, self.lettings.assign(area_method="")], ignore_index=True)
        for name in LETTING[2:]:
            links[name] = links[name].astype("str").fillna("")
        land = self.shared.drop_duplicates("parcel_code")
        area = pd.DataFrame({"uscc": occupied.index, "occupied_m2": occupied.round(2).to_numpy()})
        return Book(
            over=pd.DataFrame({"parcel_code": [], "claimed_m2": [], "area_m2": []}),
            links=links.assign(counted=True, area_m2=0.0, on_patch=False),
            ledger=area,
            ledger_lines=self.lines,
            parcels=land[["parcel_code", "area_m2"]].reset_index(drop=True),
            enterprises=self.firms[["uscc", "bucket"]],
        )

    def with_holders(self) -> Ground:
        """Land let out stays with its holder: on parcels with a holder only registered land counts.

        Land nobody in the register holds stays with its user.
        """
        held = self.lines.loc[self.lines["component"] == Component.REGISTERED, "parcel_code"]
        own = self.lines["component"].isin([Component.REGISTERED.value, Component.EXEMPT.value])
        other = ~among(self.lines["parcel_code"], held)
        return replace(self, lines=self.lines[(own | other).to_numpy()].reset_index(drop=True))

    def tables(self) -> dict[str, pd.DataFrame]:
        """All tables by name, in order."""
        return {f.name: getattr(self, f.name) for f in fields(self)}


def _minus(lines: pd.DataFrame) -> npt.NDArray[np.bool_]:
    gone = [Component.LEASED_OUT.value, Component.EXEMPT.value]
    return lines["component"].isin(gone).to_numpy(dtype=bool)


def _previous(case: Case, year: int) -> pd.DataFrame:
    before = case.previous_grades
    rows = before.loc[(before["year"] == year - 1).fillna(False).to_numpy(dtype=bool)]
    return rows[list(BEFORE)].sort_values(list(BEFORE), ignore_index=True)


def _figures(case: Case, year: int, found: Evaluation) -> pd.DataFrame:
    """Figures of the year and of those before it, one value per firm, year and item."""
    there = case.indicators["year"].dropna().astype("int64").unique()
    made = []
    for one in sorted(int(y) for y in there if year - YEARS < y <= year):
        picked = pick(case.indicators, one)
        made.append(picked.reset_index().assign(year=one))
    empty = pd.DataFrame(columns=["uscc", "year", *COLUMNS])
    whole = pd.concat(made, ignore_index=True) if made else empty
    now = (whole["year"] == year).to_numpy(dtype=bool)
    for name in PLEDGED:
        told = of(found.base.figures[name], whole["uscc"]).to_numpy(dtype=float)
        whole[name] = np.where(now, told, np.nan)
    return whole[["uscc", "year", *OPERANDS]]


def _lettings(links: pd.DataFrame) -> pd.DataFrame:
    kinds = [*RENTED, Relation.OWN.value]
    rows = links[links["counted"].to_numpy(dtype=bool) & links["relation"].isin(kinds).to_numpy()]
    rows = rows.reindex(columns=list(LETTING))
    return rows.sort_values(list(LETTING), ignore_index=True)
