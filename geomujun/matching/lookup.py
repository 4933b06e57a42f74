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
from geomujun.matching.compare import LEVELS, columns_of, levels
from geomujun.matching.compete import chances, total_bits
from geomujun.matching.evidence import Item, ordered
from geomujun.matching.explain import own_items, place_texts, use_prior
from geomujun.matching.holders import kinds_of
from geomujun.matching.names import FLOOR
from geomujun.matching.namesakes import namesakes_of
from geomujun.matching.register import PARTS, Frozen, Register, build, lexicon_of
from geomujun.matching.sites import Places, place_items, place_levels
from geomujun.matching.title import BITS, bits_of_parts, code_level, date_level
from geomujun.matching.title import PARTS as TITLE_PARTS
from geomujun.matching.weights import NAME_PARTS, Weights, shipped
from geomujun.matching.whereabouts import Record, Whereabouts, as_firm
from geomujun.text.identifiers import ORG_LENGTH, clean_code
from geomujun.text.names import ParsedName, holder_kind, parse_name
from geomujun.text.sound import sound

Arrays = dict[str, npt.NDArray[Any]]
NOT_FIRMS: Final = ("public", "collective", "none")
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
        org = pd.Series(self.register.org)
        alone = ~org.duplicated(keep=False) & (org != "")
        self._org = dict(zip(org[alone], np.flatnonzero(alone), strict=True))
        self._homes = tuple(sorted(lexicon.sounds.values()))
        self._heads = self.register.heads()
        self.prior = -float(np.log2(max(self.register.size, 2)))
        some = len(case.parcels) or len(case.patches)
        self.where = Whereabouts.of(case, self.register) if some else None

    def match(self, record: Record, top: int = 5) -> list[Found]:
        """The enterprises a record may mean, likeliest first.

        Place counts where the record says one: its parcel, else the land under its point, else
        the one land with its house number.
        """
        code = clean_code(record.code)
        land = self.where.land_of(record) if self.where else None
        pairs = self._pairs(record.name, code, land)
        pairs |= self._titled(pairs, record.name, code)
        table = self.weights.column("code", pairs["l_code"])
        sure = pairs["bits"] + table + pairs["prior"] > self.weights.limits["keep"]
        pairs = _taken(pairs, np.flatnonzero(sure))
        if land is not None and self.where is not None:
            pairs |= self._placed(pairs, self.where, land)
        return self._ranked(pairs, top)

    def kind(self, name: str, code: str = "") -> str:
        """What a holder of this name is: firm · person · public · collective · none."""
        kind = holder_kind(name)
        if kind != "person" and len(name) >= NO_PERSON:
            return kind
        row = pd.DataFrame({"name": [name], "holder_id": [code], "person": False})
        return str(kinds_of(row, self._homes, self._heads)[0])

    def _pairs(self, name: str, code: str, land: int | None) -> Arrays:
        """Candidates by name and by code with levels and bits, an enterprise once."""
        kind = self.kind(name, code)
        readings = self._readings(name, kind)
        pairs = _best_names([self._named(p) for p in readings])
        if readings[0] and self.where and land is not None and "exact" not in pairs["l_name"]:
            pairs = self._with_namesakes(pairs, readings[0], self.where.places, land)
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
        one = _as_columns(parts)
        rows = np.empty(0, np.int64) if parts is None else self.register.index.nearest(one)[1]
        pairs = self._compared(one, rows)
        return _taken(pairs, np.flatnonzero(pairs["bits"] >= FLOOR - self.prior))

    def _compared(self, one: Arrays, rows: npt.NDArray[np.int64]) -> Arrays:
        """One parsed name against rows of the register's names: levels and bits."""
        left = _taken(columns_of(one), np.zeros(len(rows), np.int64))
        right = _taken(self.register.compared, rows)
        found = levels(left, right, self.register.lexicon)
        said = {f"l_{p}": np.array(LEVELS[p], object)[found[f"l_{p}"].codes] for p in NAME_PARTS}
        rare = _taken(self.register.worth, rows)
        bits = self.weights.bits_of(found, rare["rarity"], rare["trade_rarity"])
        return {"name_row": rows, **_taken(self._names, rows), **said, **rare, **bits}

    def _with_namesakes(
        self, pairs: Arrays, parts: ParsedName, places: Places, land: int
    ) -> Arrays:
        """Candidates and those of the 字号 in the land's town that are none yet."""
        town = places.land.rows["town"].to_numpy(object)[[land]]
        one = _as_columns(parts)
        _, rows = namesakes_of(one["trade_name"], town, self.register, places.sites)
        rows = rows[~np.isin(self._names["firm"][rows], pairs["firm"])]
        if not len(rows):
            return pairs
        more = _best_names([self._compared(one, rows)])
        return {c: np.concatenate([v, more[c]]) for c, v in pairs.items()}

    def _coded(self, code: str, known: npt.NDArray[Any]) -> tuple[int, ...]:
        """Enterprises (rows) the code names that the name did not find."""
        whole = self._firm.get(code) if code else None
        inner = self._org.get(code) if len(code) == ORG_LENGTH else None
        return tuple(sorted({int(f) for f in (whole, inner) if f is not None} - set(known)))

    def _titled(self, pairs: Arrays, name: str, code: str) -> Arrays:
        """What titles have beside names, of pairs of which no place is known."""
        firm = pairs["firm"]
        none = np.full(len(firm), "none", dtype=object)
        mine = np.full(len(firm), code, dtype=object)
        uscc = self._uscc[firm]
        told = {f"l_{p}": none for p in TITLE_PARTS} | {"uscc": uscc, "holder_id": mine}
        told["l_code"] = code_level(mine, uscc, self.register.org[firm])
        row = pairs["name_row"]
        told["written"] = np.where(row >= 0, self._written[row], self._name[firm])
        told["name"] = np.full(len(firm), name, dtype=object)
        told["prior"] = np.full(len(firm), self.prior)
        return told

    def _placed(self, pairs: Arrays, where: Whereabouts, land: int) -> Arrays:
        """What the place of the land and the day its right began say."""
        firm = pairs["firm"]
        place = np.full(len(firm), land)
        gone = self.register.firms["cancelled_on"].to_numpy()[firm]
        date = date_level(pairs["former"], pairs["until"], gone, where.began[place])
        places = where.places
        told = place_levels(firm, place, places.sites, places.land, places.doors)
        return told | {"l_date": date, "land": place}

    def _ranked(self, pairs: Arrays, top: int) -> list[Found]:
        """The best of one group of pairs, as `title.ranked` weighs and orders them."""
        pairs |= bits_of_parts(pairs, self.weights)
        weight = pairs["prior"] + total_bits(pairs, BITS)
        order = np.lexsort((pairs["uscc"].astype(str), -weight))
        group = np.zeros(len(order), dtype=np.intp)
        shares = chances(weight[order], group, self.weights.limits["null_own"]).tolist()
        shown = _taken(pairs | {"weight": weight}, order[:top])
        until = [pd.Timestamp(day) for day in shown["until"]]
        if "land" in shown and self.where is not None:
            here = self.where.places.land
            shown |= place_texts(shown["firm"], shown["land"], self.register.firms, here)
        values = {c: v.tolist() for c, v in shown.items()} | {"until": until}
        rows = (dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True))
        return [
            self._found(row, row.get("code", ""), row["weight"], share, own_items(row))
            for row, share in zip(rows, shares, strict=False)
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

    def _found(
        self, row: Mapping[Any, Any], parcel: str, weight: float, share: float, said: Sequence[Item]
    ) -> Found:
        limits = self.weights.limits
        band = Band.AUTO if share >= limits["auto"] else Band.REVIEW
        shown = band.value if share >= limits["review"] else ""
        code = str(row["uscc"])
        name = str(self._name[self._firm[code]]) if code in self._firm else ""
        return Found(code, name, parcel, weight, share, shown, tuple(ordered(said)))


def _as_columns(parts: ParsedName | None) -> Arrays:
    """A parsed name as columns of one row, blank for nobody."""
    one = {p: np.array([getattr(parts, p, "")], dtype=object) for p in PARTS}
    return one | {"pinyin": np.array([sound(one["trade_name"][0])], dtype=object)}


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
