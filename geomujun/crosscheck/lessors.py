"""Whether a lessor may be one of those who may let a parcel, however badly its name is written.

To say that somebody lets what is not his is an accusation, so doubt speaks for the lessor: a name
that may be a holder's, or a lessee's, is taken as that.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomujun.domain.keys import among
from geomujun.domain.words import Relation
from geomujun.ledger.sight import Sight, of_relation
from geomujun.matching.holders import split_cell
from geomujun.matching.register import split_former
from geomujun.text.normal import normalise

ALIKE: Final = 0.55  # of the lighter name's weight; strangers of one place and trade stay under


def has_title(sight: Sight, leases: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Whether the lessor of each lease may let its parcel.

    A lessor has title as linked holder (one in review counts: nothing is said against a link
    people have not ruled on), as lessee there or by the head lease it names, or as a written
    holder. Where a holder is known by a sure link, another enterprise is not taken for it by mere
    likeness. A parcel without any recorded holder says nothing against anyone.
    """
    links = sight.facts.links[["parcel_code", "uscc", "relation", "decision", "counted"]]
    own = of_relation(links[links["decision"] != "different"], Relation.OWN)
    force = sight.case.leases[sight.leases_in_force]
    pairs = [own[["parcel_code", "uscc"]], force[["parcel_resolved", "lessee_key"]]]
    titled = pd.concat([p.set_axis(["code", "uscc"], axis=1) for p in pairs])
    titled = titled[titled["uscc"] != ""]
    keys = leases["parcel_resolved"] + "|" + leases["lessor_key"]
    heads = force["contract_no"][force["contract_no"] != ""]
    good = among(keys, titled["code"] + "|" + titled["uscc"])
    good = good | among(leases["head_contract_no"], heads)
    doubtful = np.flatnonzero(~good)
    good[doubtful] = _written(sight, leases.iloc[doubtful], own)
    return good


def _written(sight: Sight, leases: pd.DataFrame, own: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Whether each lessor may be a party of its parcel by its writing."""
    parties = _parties(sight, leases["parcel_resolved"], own)
    asked = pd.DataFrame(
        {
            "lease": np.arange(len(leases)),
            "code": leases["parcel_resolved"].to_numpy(),
            "lessor": leases["lessor"].to_numpy(),
            "known": (leases["lessor_key"] != "").to_numpy(),
        }
    )
    named = leases["lessor_key"].map(sight.firms["name"]).fillna("").to_numpy()
    asked = pd.concat([asked, asked.assign(lessor=named)], ignore_index=True)
    asked["lessor"] = normalise(asked["lessor"])
    pairs = asked.merge(parties, on="code")
    pairs = pairs[pairs["lessor"] != ""]
    sure = own.loc[own["counted"].astype(bool), "parcel_code"]
    settled = pairs["known"] & among(pairs["code"], sure)
    alike = likeness(pairs["lessor"], pairs["name"], sight.case.enterprises["name"]) >= ALIKE
    hit = pairs.loc[(pairs["lessor"] == pairs["name"]) | (alike & ~settled), "lease"]
    silent = ~among(leases["parcel_resolved"], parties.loc[parties["holder"], "code"])
    return np.asarray(np.isin(np.arange(len(leases)), hit) | silent)


def _parties(sight: Sight, codes: pd.Series, own: pd.DataFrame) -> pd.DataFrame:
    """Names that may let each parcel: code, name (normalised), holder (else lessee in force)."""
    case = sight.case
    registry = case.parcels.loc[among(case.parcels["parcel_code"], codes)]
    written = registry["holder_names"].map(split_cell).explode()
    held = own[among(own["parcel_code"], codes)]
    firms = sight.firms.loc[held["uscc"][among(held["uscc"], sight.firms.index)].unique()]
    old = firms["former_names"].map(lambda cell: [name for name, _ in split_former(cell)])
    names = pd.concat([firms["name"], old.explode().dropna()])
    linked = held.join(names.rename("known_as"), on="uscc")
    table = case.right_holders
    force = case.leases[sight.leases_in_force]
    parts = [
        (registry["parcel_code"].reindex(written.index), written, True),
        (table["parcel_code"], table["holder_name"], True),
        (linked["parcel_code"], linked["known_as"].fillna(""), True),
        (force["parcel_resolved"], force["lessee"], False),
    ]
    frames = [
        pd.DataFrame({"code": c.to_numpy(), "name": n.to_numpy(), "holder": h}) for c, n, h in parts
    ]
    known = pd.concat(frames, ignore_index=True)
    known = known[among(known["code"], codes)]
    known["name"] = normalise(known["name"])
    known = known[known["name"] != ""].sort_values(["code", "name", "holder"])
    return known.drop_duplicates(["code", "name"], keep="last", ignore_index=True)


def likeness(left: pd.Series, right: pd.Series, register: pd.Series) -> npt.NDArray[np.float64]:
    """How much of the lighter name stands in the other one, characters weighed by rarity, 0 to 1.

    Order and brackets do not count, nor what a truncated name lacks. Rarity is learned from the
    names of the register, so that the place and the trade, which neighbours share, weigh little.
    """
    pairs = list(zip(left.tolist(), right.tolist(), strict=True))
    points = np.frombuffer("".join(register.tolist()).encode("utf-32-le"), dtype=np.uint32)
    counts = np.bincount(points, minlength=1)
    rows = max(len(register), 1)

    def weight(chars: frozenset[str]) -> float:
        seen = [int(counts[ord(c)]) if ord(c) < len(counts) else 0 for c in sorted(chars)]
        return float(np.log((rows + 1) / (np.minimum(seen, rows) + 1)).sum()) if seen else 0.0

    memo: dict[str, tuple[frozenset[str], float]] = {}
    out = np.zeros(len(pairs))
    for k, pair in enumerate(pairs):
        for name in pair:
            if name not in memo:
                chars = frozenset(c for c in name if c.isalnum())
                memo[name] = (chars, weight(chars))
        (a, heavy_a), (b, heavy_b) = memo[pair[0]], memo[pair[1]]
        least = min(heavy_a, heavy_b)
        out[k] = weight(a & b) / least if least > 0 else 0.0
    return out
