"""What a queued link would change: its parcel divided again as if the link counted (CONTRACT §6).

Each queued link gets a copy of its parcel on which it counts; all copies are divided in one pass.
What a firm has elsewhere stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pandas as pd

from geomujun.domain.words import UNDECIDED, AreaMethod, Band, Component, Relation
from geomujun.ledger.book import Book, Ground, Inputs, lines_of, parts_of

PAIR: Final = ["parcel_code", "uscc"]
_CENT: Final = 0.01


@dataclass(frozen=True, slots=True)
class Flips:
    """All queued links, each confirmed alone; ``flip`` is the row of ``inputs.links``.

    ``asked``: flip, parcel_code, uscc of every queued link. ``areas``: flip, uscc,
    occupied_m2, change_m2 of every firm whose area would change. ``users``: flip, parcel_code,
    uscc, net_m2 (exempt land left out), unsplit of everyone who would be on the flip's parcel.
    All sorted.
    """

    asked: pd.DataFrame
    areas: pd.DataFrame
    users: pd.DataFrame


def queued(links: pd.DataFrame) -> pd.Index:
    """Rows of links a person is asked about and which would bring land if confirmed."""
    asked = (
        (links["band"] == Band.REVIEW) & links["decision"].isin(UNDECIDED) & links["in_force"]
        & ~links["holder_cancelled"] & (links["relation"] != Relation.REGISTERED_ONLY)
    )  # fmt: skip
    rows: pd.Index = links.index[asked.to_numpy(dtype=bool)]
    return rows


def flipped(inputs: Inputs, book: Book, year: int) -> Flips:
    """The parcels of all queued links, each divided as if its link were confirmed."""
    links = inputs.links
    rows = queued(links)
    asked = links.loc[rows, PAIR].rename_axis("flip").reset_index()
    ground = Ground.of(inputs)
    described = _copies(links, asked, ground)
    outside = asked[["flip", "parcel_code"]].merge(ground.outside, on="parcel_code")
    outside["parcel_code"] = _copy_code(outside)
    parts = parts_of(described, outside)
    lines = lines_of(parts, inputs.case, year)
    copy = asked[["flip", "parcel_code"]].assign(copy=_copy_code(asked))
    lines = lines.rename(columns={"parcel_code": "copy"}).merge(copy, on="copy")
    whole = pd.concat([parts.own, parts.use], ignore_index=True)
    return Flips(asked, _changes(lines, asked, book), _users(whole, lines))


def _copy_code(rows: pd.DataFrame) -> pd.Series:
    return rows["parcel_code"] + "#" + rows["flip"].astype("str")


def _copies(links: pd.DataFrame, asked: pd.DataFrame, ground: Ground) -> pd.DataFrame:
    """The counted links of each asked parcel with the queued one among them."""
    live = links[links["counted"] & ~links["holder_cancelled"]].assign(flip_row=-1)
    with_it = links.loc[asked["flip"]].assign(flip_row=asked["flip"].to_numpy())
    everyone = pd.concat([live, with_it], ignore_index=True)
    copies = asked[["flip", "parcel_code"]].merge(everyone, on="parcel_code")
    copies = copies[(copies["flip_row"] == -1) | (copies["flip_row"] == copies["flip"])]
    described = ground.described(copies)
    counted = live.groupby("uscc")["parcel_code"].nunique()
    elsewhere = described["uscc"].map(counted).astype("float64").fillna(0.0)
    fresh = (described["flip_row"] >= 0) & ~_pairs(described).isin(_pairs(live))
    described["n_parcels"] = elsewhere + fresh
    described["real_code"] = described["parcel_code"]
    described["parcel_code"] = _copy_code(described)
    return described


def _pairs(links: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(links[PAIR])


def _changes(lines: pd.DataFrame, asked: pd.DataFrame, book: Book) -> pd.DataFrame:
    """Difference between the flipped and the kept lines on each asked parcel."""
    after = lines.assign(area_m2=_signed(lines)).groupby(["flip", "uscc"])["area_m2"].sum()
    kept = book.ledger_lines.assign(area_m2=_signed(book.ledger_lines))
    own = asked[["flip", "parcel_code"]].merge(kept, on="parcel_code")
    before = own.groupby(["flip", "uscc"])["area_m2"].sum()
    change = after.sub(before, fill_value=0.0).rename("change_m2").reset_index()
    change = change[change["change_m2"].abs() >= _CENT]
    have = book.ledger.set_index("uscc")["occupied_m2"]
    base = change["uscc"].map(have).astype("float64").fillna(0.0)
    return change.assign(occupied_m2=base + change["change_m2"]).reset_index(drop=True)


def _signed(lines: pd.DataFrame) -> pd.Series:
    minus = lines["component"].isin([Component.LEASED_OUT.value, Component.EXEMPT.value])
    return lines["area_m2"].where(~minus, -lines["area_m2"])


def _users(whole: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    """Everyone on each copy, with the area that counts in the parcel evaluation."""
    rows = pd.DataFrame(
        {
            "flip": whole["flip"],
            "parcel_code": whole["real_code"],
            "uscc": whole["uscc"],
            "net_m2": whole["net_m2"].astype("float64"),
            "unsplit": whole["method"] == AreaMethod.UNSPLIT,
        }
    )
    keys = ["flip", *PAIR]
    found = rows.groupby(keys, sort=True, as_index=False).agg(
        net_m2=("net_m2", "sum"), unsplit=("unsplit", "any")
    )
    exempt = lines[lines["component"] == Component.EXEMPT].groupby(["flip", "uscc"])["area_m2"]
    taken = exempt.sum().reindex(pd.MultiIndex.from_frame(found[["flip", "uscc"]])).fillna(0.0)
    net = found["net_m2"] - taken.to_numpy()
    found["net_m2"] = net.where(net >= _CENT / 2, 0.0)
    return found
