"""One record against a register loaded once: which enterprise a name, a code and a place mean.

The same keys, levels, weights and evidence as in `engine.match`, asked for one record at a time: a
holder of land of which nothing else is known gets the answer the job gives. What only a whole job
can know (leases, land that an enterprise surely holds elsewhere) is left out. `Index.lands` is
the way back: land at the site of an enterprise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomujun.domain.case import Case
from geomujun.domain.words import Band
from geomujun.matching.compare import columns_of, levels
from geomujun.matching.evidence import Item, ordered
from geomujun.matching.explain import own_items, place_texts, use_prior
from geomujun.matching.holders import kinds_of
from geomujun.matching.register import PARTS, Frozen, Register, build, lexicon_of
from geomujun.matching.sites import (
    place_items,
    place_levels,
)
from geomujun.matching.title import PARTS as TITLE_PARTS
from geomujun.matching.title import code_level, ranked
from geomujun.matching.weights import NAME_PARTS, Weights, shipped
from geomujun.matching.whereabouts import Record, Whereabouts, as_firm
from geomujun.text.identifiers import normalise_code, org_code
from geomujun.text.names import ParsedName, holder_kind, parse_name
from geomujun.text.sound import sound

Arrays = dict[str, npt.NDArray[Any]]
SITE_PARTS: Final = ("point", "door", "village", "area")
NOT_FIRMS: Final = ("public", "collective", "none")
ORG_LENGTH: Final = 9
NO_PERSON: Final = 5  # characters of a name from which its kind needs no second look


@dataclass(frozen=True, slots=True)
class Found:
    """A candidate: ``weight`` = prior + Σ bits of ``evidence``; ``band`` "" when it is no link."""

    uscc: str
    name: str
    parcel_code: str
    weight: float
    probability: float
    band: str
    evidence: tuple[Item, ...]


class Index:
    """Enterprises of a case, and its land where it has any, ready to be asked. Pickles."""

    def __init__(
        self, case: Case, weights: Weights | None = None, frozen: Frozen | None = None
    ) -> None:
        """Read a settled case once.

        Args:
            case: Enterprises; parcels, patches and addresses where places are to count.
            weights: Bits per level; None for the shipped ones.
            frozen: Statistics of names to go by; None for those of the case.
        """
        self.weights = weights or shipped()
        lexicon = frozen.lexicon if frozen else lexicon_of(case)
        self.register: Register = build(case, lexicon, frozen)
        names, firms = self.register.names, self.register.firms
        self._names: Arrays = {c: names[c].to_numpy() for c in ("firm", "former", "until")}
        self._written = names["written"].to_numpy(object)
        self._uscc = firms["uscc"].to_numpy(object)
        self._name = firms["name"].to_numpy(object)
        self._firm = {code: i for i, code in enumerate(self._uscc)}
        org = org_code(firms["uscc"])
        alone = ~org.duplicated(keep=False) & (org != "")
        self._org = dict(zip(org[alone], np.flatnonzero(alone), strict=True))
        self._homes = tuple(sorted(lexicon.sounds.values()))
        some = len(case.parcels) or len(case.patches)
        self.where = Whereabouts.of(case, self.register) if some else None

    def match(self, record: Record, top: int = 5) -> list[Found]:
        """The enterprises a record may mean, likeliest first.

        Place counts where the record says one: its parcel, else the land under its point, else
        the one land with its house number.
        """
        code = normalise_code(pd.Series([record.code]))[0] if record.code else ""
        pairs = self._pairs(record.name, code)
        land = self.where.land_of(record) if self.where else None
        if self.where is None or land is None:
            return self._by_name(pairs, record.name, code, top)
        return self._by_place(pairs, (record.name, code), self.where, land)[:top]

    def _kind(self, name: str, code: str) -> str:
        kind = holder_kind(name)
        if kind != "person" and len(name) >= NO_PERSON:
            return kind
        row = pd.DataFrame({"name": [name], "holder_id": [code], "person": False})
        return str(kinds_of(row, self._homes)[0])

    def _pairs(self, name: str, code: str) -> Arrays:
        """Candidates by name and by code with levels and bits, an enterprise once."""
        kind = self._kind(name, code)
        pairs = _best_names([self._named(p) for p in self._readings(name, kind)])
        if kind in NOT_FIRMS:
            pairs = _taken(pairs, np.flatnonzero(pairs["l_name"] == "exact"))
        extra = () if kind == "person" else self._coded(code, pairs["firm"])
        return _joined(pairs, extra, self.weights) if extra else pairs

    def _readings(self, name: str, kind: str) -> list[ParsedName | None]:
        """The name taken apart, and the newer or older one it may say; None for nobody."""
        if kind == "person" or not name:
            return [None]
        parts = parse_name(name, self.register.lexicon)
        others = [other for other in (parts.renamed, parts.former) if other]
        return [parts, *(parse_name(other, self.register.lexicon) for other in others)]

    def _named(self, parts: ParsedName | None) -> Arrays:
        """Candidates of one parsed name; None has none."""
        one = {p: np.array([getattr(parts, p, "")], dtype=object) for p in PARTS}
        one["pinyin"] = np.array([sound(one["trade_name"][0])], dtype=object)
        rows = np.empty(0, np.int64) if parts is None else self.register.index.nearest(one)[1]
        left = _taken(columns_of(one), np.zeros(len(rows), np.int64))
        right = _taken(self.register.compared, rows)
        found = levels(left, right, self.register.lexicon)
        said = {part: np.asarray(level, dtype=object) for part, level in found.items()}
        rare = _taken(self.register.worth, rows)
        bits = self.weights.bits_of(found, rare["rarity"], rare["trade_rarity"])
        return {"name_row": rows, **_taken(self._names, rows), **said, **rare, **bits}

    def _coded(self, code: str, known: npt.NDArray[Any]) -> tuple[int, ...]:
        """Enterprises (rows) the code names that the name did not find."""
        whole = self._firm.get(code) if code else None
        inner = self._org.get(code) if len(code) == ORG_LENGTH else None
        return tuple(sorted({int(f) for f in (whole, inner) if f is not None} - set(known)))

    def _by_name(self, pairs: Arrays, name: str, code: str, top: int) -> list[Found]:
        """What names and code say, on arrays alone."""
        uscc = self._uscc[pairs["firm"]]
        said = np.full(len(uscc), "none", dtype=object)
        if code:
            said = code_level(
                pd.DataFrame({"holder_id": [code] * len(uscc), "uscc": uscc}, dtype="str")
            )
        table = self.weights.bits["code"]
        bits = np.array([table.get(s, 0.0) for s in said], dtype=np.float64)
        prior = self._prior()
        weight = prior + pairs["bits"] + bits
        kept = np.flatnonzero(weight > self.weights.limits["keep"])
        order = kept[np.lexsort((uscc[kept].astype(str), -weight[kept]))]
        shares = _shares(weight[order], self.weights.limits["null_own"])
        blank = {f"b_{p}": 0.0 for p in TITLE_PARTS} | {"prior": prior, "holder_id": code}
        out = []
        for i, share in zip(order[:top], shares, strict=False):
            row = blank | {c: v[i] for c, v in pairs.items()}
            row |= {"name": name, "uscc": uscc[i], "l_code": said[i], "b_code": bits[i]}
            row["written"] = self._as_written(pairs, i)
            out.append(self._found(row, "", float(weight[i]), float(share), own_items(row)))
        return out

    def _by_place(
        self, pairs: Arrays, asked: tuple[str, str], where: Whereabouts, land: int
    ) -> list[Found]:
        """What names, code and the place of the land say; ``asked``: name and code."""
        firm = pairs["firm"].astype(np.int64)
        if not len(firm):
            return []
        frame = pd.DataFrame(pairs).assign(
            parcel_code=where.places.land.rows["code"].iloc[land], seq=0, name=asked[0],
            holder_id=asked[1], uscc=self._uscc[firm], land=land, firm=np.arange(len(firm)),
            written=[self._as_written(pairs, i) for i in range(len(firm))], prior=self._prior(),
        )  # fmt: skip
        here = where.near(firm)
        frame = place_levels(frame, here.sites, here.land, here.doors)
        frame["l_code"] = code_level(frame)
        told = {f"l_{p}": "none" for p in TITLE_PARTS if f"l_{p}" not in frame}
        frame = frame.assign(**told)
        sure = frame["bits"] + self.weights.column("code", frame["l_code"]) + frame["prior"]
        frame = frame[(sure > self.weights.limits["keep"]).to_numpy(dtype=bool)]
        if frame.empty:
            return []
        firms = self.register.firms.iloc[firm]
        rows = place_texts(ranked(frame, self.weights), firms, here.sites, here.land)
        return [
            self._found(r, r["parcel_code"], r["weight"], r["probability"], own_items(r))
            for r in rows.to_dict("records")
        ]

    def lands(self, firm: Record | str, top: int = 5, reported_m2: float = np.nan) -> list[Found]:
        """Land at an enterprise's site, likeliest first: an enterprise of the index, or a new one.

        Point, house number, village and reported area speak as they do for use without a right;
        who holds the land is not asked.

        Raises:
            KeyError: the code is not in the index.
        """
        if self.where is None:
            return []
        rows = (
            self.register.firms.iloc[[self._firm[firm]]].reset_index(drop=True)
            if isinstance(firm, str)
            else as_firm(firm, reported_m2)
        )
        prior = use_prior(self.weights.limits["use_prior"])
        found = self.where.lands(rows, self.weights).head(top).to_dict("records")
        return [
            self._found(r, r["code"], r["weight"], r["probability"], [*place_items(r), prior])
            for r in found
        ]

    def _prior(self) -> float:
        return float(-np.log2(max(self.register.size, 2)))

    def _as_written(self, pairs: Arrays, i: int) -> str:
        row = int(pairs["name_row"][i])
        return str(self._written[row] if row >= 0 else self._name[pairs["firm"][i]])

    def _found(
        self, row: Mapping[Any, Any], parcel: str, weight: float, share: float, said: Sequence[Item]
    ) -> Found:
        limits = self.weights.limits
        band = Band.AUTO if share >= limits["auto"] else Band.REVIEW
        shown = band.value if share >= limits["review"] else ""
        code = str(row["uscc"])
        name = str(self._name[self._firm[code]]) if code in self._firm else ""
        return Found(code, name, parcel, weight, share, shown, tuple(ordered(said)))


def _taken(columns: Mapping[str, npt.NDArray[Any]], rows: npt.NDArray[Any]) -> Arrays:
    return {name: values[rows] for name, values in columns.items()}


def _best_names(readings: Sequence[Arrays]) -> Arrays:
    """Of each enterprise its best name, as `names.match_names` chooses it, by firm."""
    pairs = {c: np.concatenate([r[c] for r in readings]) for c in readings[0]}
    order = np.lexsort((pairs["name_row"], pairs["former"], -pairs["bits"], pairs["firm"]))
    pairs = _taken(pairs, order)
    first = np.ones(len(order), dtype=bool)
    first[1:] = pairs["firm"][1:] != pairs["firm"][:-1]
    return _taken(pairs, np.flatnonzero(first))


def _joined(pairs: Arrays, firms: tuple[int, ...], weights: Weights) -> Arrays:
    """Pairs with the enterprises that only the code names."""
    n = len(firms)
    none = np.full(n, "none", dtype=object)
    said = {f"l_{p}": none for p in NAME_PARTS} | {"l_name": np.full(n, "different", dtype=object)}
    zero = np.zeros(n)
    extra: Arrays = {
        "name_row": np.full(n, -1), "firm": np.array(firms, dtype=np.int64),
        "former": np.zeros(n, dtype=bool), "until": np.full(n, np.datetime64("NaT", "s")),
        "rarity": zero, "trade_rarity": zero, **said, **weights.bits_of(said, zero, zero),
    }  # fmt: skip
    return {c: np.concatenate([v, extra[c]]) for c, v in pairs.items()}


def _shares(weight: npt.NDArray[np.float64], null_bits: float) -> npt.NDArray[np.float64]:
    """Probabilities of the candidates of one record: `compete.competing` of a single group."""
    clipped = np.clip(weight, -80.0, 80.0)
    top = max(null_bits, clipped.max(initial=null_bits))
    power = np.exp2(clipped - top)
    return np.asarray(power / (power.sum() + np.exp2(null_bits - top)))
