"""Word lists: divisions of the country and the case, legal forms, trades, public bodies.

The country's divisions come from `data/divisions.csv` (made by scripts/generate_divisions.py from
统计用区划代码); towns, villages and places the list does not know are learned from the addresses of
the case itself. Trades and forms are a small list of our own (`data/words.yaml`).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

import pandas as pd
import yaml

from geomujun.lang import t
from geomujun.text.sound import sound

_PLACE: Final = re.compile(
    r"^(?:(?P<province>[\u4e00-\u9fff]{2,6}?(?:省|自治区))|(?P<muni>北京|上海|天津|重庆)市?)?"
    r"(?:(?P<city>[\u4e00-\u9fff]{2,5}?(?:市|自治州|地区|盟)))?"
    r"(?P<county>[\u4e00-\u9fff]{1,5}?(?:县|区|市|旗))(?![\u4e00-\u9fff]?(?:园|路|街|域))"
)


@dataclass(frozen=True, slots=True)
class Words:
    """The lists of `words.yaml`, longest first where they are matched at an end."""

    legal_forms: Mapping[str, str]
    forms_by_end: Mapping[str, tuple[str, ...]]  # last character → forms, longest first
    group_words: tuple[str, ...]
    branch: re.Pattern[str]  # group 1: the legal person, group 2: the branch
    branch_part: re.Pattern[str]
    note_words: frozenset[str]
    former: re.Pattern[str]
    renamed: re.Pattern[str]
    public: re.Pattern[str]
    public_suffixes: tuple[str, ...]
    collective: re.Pattern[str]
    trades: frozenset[str]
    trade_heads: frozenset[
        str
    ]  # what trades of three characters and more begin with: 日用 of 日用品
    longest_trade: int


def _data(name: str) -> str:
    return files("geomujun.text").joinpath("data", name).read_text("utf-8")


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(w) for w in sorted(words, key=lambda w: (-len(w), w)))


@lru_cache(maxsize=1)
def words() -> Words:
    """The shipped word lists."""
    raw: dict[str, Any] = yaml.safe_load(_data("words.yaml"))
    trades = frozenset(raw["trades"].split())
    forms = {k.replace("（", "(").replace("）", ")"): v for k, v in raw["legal_forms"].items()}
    forms = dict(sorted(forms.items(), key=lambda kv: (-len(kv[0]), kv[0])))
    ends = sorted({form[-1] for form in forms})
    return Words(
        legal_forms=forms,
        forms_by_end={e: tuple(f for f in forms if f[-1] == e) for e in ends},
        group_words=tuple(raw["group_words"]),
        branch=re.compile(
            rf"^(.{{3,}}?(?:{_any(forms)}))((?:{'|'.join(raw['branch_patterns'])}))$"
        ),
        branch_part=re.compile("|".join(raw["branch_patterns"])),
        note_words=frozenset(raw["note_words"]),
        former=re.compile(f"^(?:{_any(raw['former_words'])})[:：为是]?(.+)$"),
        renamed=re.compile(f"^(?:{_any(raw['renamed_words'])})[:：]?(.+)$"),
        public=re.compile(_any(raw["public_words"])),
        public_suffixes=tuple(raw["public_suffixes"]),
        collective=re.compile(_any(raw["collective_words"])),
        trades=trades,
        trade_heads=frozenset(t[:n] for t in trades for n in range(2, len(t))) | trades,
        longest_trade=max(map(len, trades)),
    )


@dataclass(frozen=True, slots=True)
class Division:
    """One province, prefecture or county of the list."""

    code: str
    name: str
    short: str
    level: str


@lru_cache(maxsize=1)
def divisions() -> tuple[Division, ...]:
    """The country's divisions down to counties."""
    rows = csv.DictReader(io.StringIO(_data("divisions.csv")))
    return tuple(Division(r["code"], r["name"], r["short"], r["level"]) for r in rows)


@lru_cache(maxsize=1)
def _division_names() -> dict[str, str]:
    """Names from the province down (浙江省绍兴市柯桥区), by code without the zeros at its end."""
    out: dict[str, str] = {}
    for d in sorted(divisions(), key=lambda d: d.code):
        code = d.code.removesuffix("0000") if d.code.endswith("0000") else d.code.removesuffix("00")
        above = out.get(code[:4], out.get(code[:2], "")) if len(code) > 2 else ""
        out[code] = above + d.name
    return out


def division_name(prefix: str) -> str:
    """The full name of a 行政区划 prefix, of the county it lies in where it is a smaller one's.

    "" stands for all of them; a code that is none is its own name.
    """
    if not prefix:
        return t("全部辖区", "all divisions")
    names = _division_names()
    known = next((names[prefix[:n]] for n in (6, 4, 2) if prefix[:n] in names), "")
    return f"{known} {prefix}" if known and len(prefix) > 6 else known or prefix


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Place words of one case.

    ``sounds`` maps the pinyin of places the addresses of the case begin with to their short names.
    ``place`` maps each writing (绍兴市, 绍兴) to the short name (绍兴); ``sizes`` the first two
    characters of writings to their lengths, longest first. ``parents`` maps a short name to the
    short names above it.
    """

    place: Mapping[str, str]
    parents: Mapping[str, frozenset[str]]
    sounds: Mapping[str, str]
    sizes: Mapping[str, tuple[int, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        found: dict[str, set[int]] = {}
        for writing in self.place:
            if len(writing) > 1:
                found.setdefault(writing[:2], set()).add(len(writing))
        sizes = {head: tuple(sorted(lengths, reverse=True)) for head, lengths in found.items()}
        object.__setattr__(self, "sizes", sizes)


def short_place(name: str) -> str:
    """绍兴市 → 绍兴; names of two characters keep theirs."""
    bare = re.sub(r"(?:省|自治区|自治州|地区|市|区|县|盟|旗)$", "", name)
    return bare if len(bare) >= 2 else name


@lru_cache(maxsize=1)
def _country() -> tuple[dict[str, str], dict[str, frozenset[str]]]:
    place: dict[str, str] = {}
    above: dict[str, set[str]] = {}
    by_code = {d.code: d for d in divisions()}
    for d in divisions():
        # Municipalities carry the suffix of a city; their short name is what names use.
        for writing in (d.name, d.short):
            place.setdefault(writing, d.short)
        chain = {by_code[c].short for c in (d.code[:2] + "0000", d.code[:4] + "00") if c in by_code}
        above.setdefault(d.short, set()).update(chain - {d.short})
    return place, {k: frozenset(v) for k, v in above.items()}


def case_lexicon(addresses: Iterable[pd.Series]) -> Lexicon:
    """The country's places and those that addresses of the case begin with.

    Args:
        addresses: Normalised address columns.
    """
    place, parents = dict(_country()[0]), dict(_country()[1])
    local: set[str] = set()
    for column in addresses:
        found = column.str.extract(_PLACE)
        levels = found[found["county"].notna()].fillna("")[["province", "city", "county"]]
        counts = levels.value_counts(sort=False)
        for names in sorted(counts[counts >= 3].index):  # a few odd texts teach no place
            province, city, county = map(str, names)
            chain = [short_place(w) for w in (province, city) if w]
            for writing in filter(None, (province, city, county)):
                place.setdefault(writing, short_place(writing))
                place.setdefault(short_place(writing), short_place(writing))
            key = short_place(county)
            local.update({key, *chain})
            parents[key] = parents.get(key, frozenset()) | (frozenset(chain) - {key})
    sounds = {sound(short): short for short in sorted(local)}
    return Lexicon(place, parents, sounds)
