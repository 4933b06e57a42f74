"""The register to match names against: all current and former names, parsed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomujun.domain.case import Case
from geomujun.domain.keys import ByText, plain
from geomujun.matching.candidates import NameIndex
from geomujun.matching.compare import Columns, columns_of
from geomujun.text.identifiers import org_code
from geomujun.text.lexicon import Lexicon, case_lexicon
from geomujun.text.names import parse
from geomujun.text.normal import normalise
from geomujun.text.sound import sounds

_FORMER: Final = re.compile(
    r"^(?P<name>.*?)\s*[（(]\s*(?:至|截至|使用至)?\s*(?P<day>\d{4}-\d{1,2}-\d{1,2})\s*(?:止)?\s*[)）]\s*$"
)
PARTS: Final = ("norm", "plain", "places", "trade_name", "trade", "legal")
COUNTED: Final = (*PARTS, "pinyin")
_RARITY_CAP: Final = 17.0
_SURE_RARITY: Final = 2.0


@dataclass(frozen=True, slots=True)
class Register:
    """Names of a case's enterprises.

    ``names`` has one row per name: ``firm`` (row of ``firms``), ``uscc``, ``written``, ``former``
    (bool), ``until`` (NaT for a current or undated name) and the parts of `PARTS` plus ``pinyin``
    (of the 字号), sorted by code and name. ``firms`` is the enterprise table. ``counted`` are the
    names by which rarity is measured and ``size`` the number of enterprises a prior assumes: its
    own, or those of an earlier run whose statistics stay in force (`Frozen`).
    """

    names: pd.DataFrame
    firms: pd.DataFrame
    lexicon: Lexicon
    counted: pd.DataFrame
    size: int
    rare: Mapping[str, pd.Series]  # `rarity` of 字号 and trade
    worth: Mapping[str, npt.NDArray[np.float64]]  # `worth_of` ``names``
    index: NameIndex
    compared: Columns  # of ``names``
    org: npt.NDArray[np.object_]  # 9-character code of each of ``firms``
    bearers: ByText  # rows of ``names`` by their 字号

    def heads(self) -> frozenset[str]:
        """The first four characters of names that begin with a 字号 of two and a trade."""
        short = self.names[self.names["trade_name"].str.len() == 2]
        four = (short["trade_name"] + short["trade"]).str[:4]
        return frozenset(four[four.str.len() == 4])


def rarity(names: pd.DataFrame, part: str) -> pd.Series:
    """Bits that sharing a part is worth: log2(N ÷ enterprises that bear it), by value."""
    bearers = names.drop_duplicates(["firm", part])[part].value_counts()
    total = max(names["firm"].nunique(), 2)
    return pd.Series(np.log2(total / bearers.to_numpy()), index=bearers.index)


def worth_of(
    names: pd.DataFrame, rare: Mapping[str, pd.Series]
) -> dict[str, npt.NDArray[np.float64]]:
    """``rarity`` and ``trade_rarity`` in bits: what sharing 字号 or trade with a name is worth."""
    mine = names["trade_name"].map(rare["trade_name"]).to_numpy(dtype=np.float64)
    trade = names["trade"].map(rare["trade"]).to_numpy(dtype=np.float64)
    return {
        "rarity": np.minimum(np.where(np.isnan(mine), _RARITY_CAP, mine), _RARITY_CAP),
        "trade_rarity": np.where(np.isnan(trade), _SURE_RARITY, trade),
    }


@dataclass(frozen=True, slots=True)
class Frozen:
    """What a register teaches about names, kept so that later runs weigh names alike.

    ``names``: ``firm`` and the parts of `COUNTED` of the names that are counted.
    """

    lexicon: Lexicon
    names: pd.DataFrame
    size: int


def freeze(register: Register) -> Frozen:
    """The statistics in force in a register."""
    return Frozen(register.lexicon, register.counted[["firm", *COUNTED]], register.size)


def split_former(text: str) -> list[tuple[str, str]]:
    """(name, last day or "") of each former name in a ；-joined cell."""
    out = []
    for part in re.split(r"[；;|\n]+", text):
        found = _FORMER.match(part.strip())
        if found:
            out.append((found.group("name"), found.group("day")))
        elif part.strip():
            out.append((part.strip(), ""))
    return out


def lexicon_of(case: Case) -> Lexicon:
    """Place words of the country and of this case's addresses."""
    firms = case.enterprises
    columns = (firms["registered_address"], firms["site_address"], case.parcels["location"])
    return case_lexicon([normalise(column) for column in columns])


def build(case: Case, lexicon: Lexicon, frozen: Frozen | None = None) -> Register:
    """Read all names of the enterprises of a case; ``frozen``: the statistics to go by."""
    firms = case.enterprises.reset_index(drop=True)
    names = _names(firms, lexicon)
    counted, size = (frozen.names, frozen.size) if frozen else (names, len(firms))
    rare = {part: rarity(counted, part) for part in ("trade_name", "trade")}
    index, compared = NameIndex(names, counted), columns_of(names)
    worth = worth_of(names, rare)
    org, bearers = plain(org_code(firms["uscc"])), ByText.of(names["trade_name"])
    return Register(
        names, firms, lexicon, counted, size, rare, worth, index, compared, org, bearers
    )


def _names(firms: pd.DataFrame, lexicon: Lexicon) -> pd.DataFrame:
    """`Register.names` of the rows of the enterprise table."""
    current = pd.DataFrame(
        {"firm": np.arange(len(firms)), "written": firms["name"], "former": False, "until": ""}
    )
    old = [
        (firm, name, True, day)
        for firm, cell in enumerate(firms["former_names"])
        if cell
        for name, day in split_former(cell)
    ]
    names = pd.concat(
        [current, pd.DataFrame(old, columns=["firm", "written", "former", "until"])],
        ignore_index=True,
    ).astype({"firm": "int64", "former": "bool", "written": "str", "until": "str"})
    names["until"] = pd.to_datetime(names["until"], errors="coerce").astype("datetime64[s]")
    parts = parse(names["written"], lexicon)
    names[list(PARTS)] = parts[list(PARTS)]
    names["pinyin"] = sounds(names["trade_name"])
    names["uscc"] = firms["uscc"].to_numpy()[names["firm"]]
    names = names[names["norm"] != ""]
    return names.sort_values(["uscc", "former", "written", "until"], ignore_index=True)
