"""Names of enterprises and other holders taken apart: places · 字号 · trade · form · brackets.

`parse` reads a column once per distinct text. It is tolerant: brackets may be mixed, unbalanced or
missing; what a bracket holds is typed (place, former name, renamed to, branch, note, person).
`holder_kind` says whether a holder is a firm, a person, a public or a collective body.

Source: 《企业名称登记管理规定》(国务院令第734号) art. 6: a name is 行政区划名称 + 字号 +
行业或者经营特点 + 组织形式. Bracket kinds: real holders of land-supply notices, January 2017.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

import pandas as pd
from rapidfuzz.distance import OSA

from geomujun.text.lexicon import Lexicon, Words, words
from geomujun.text.look import looks_alike
from geomujun.text.normal import normalise, normalise_text
from geomujun.text.sound import sound

_PERSON: Final = re.compile(
    r"^[\u4e00-\u9fff·]{2,4}$|^[\u4e00-\u9fff]{2,8}·[\u4e00-\u9fff·]{1,10}$"
)
_ANONYMOUS: Final = re.compile(
    r"^[\u4e00-\u9fff]某{1,2}[\u4e00-\u9fff]?$|^[\u4e00-\u9fff][*X]{1,2}$"
)
_COUNT: Final = re.compile(r"(?<=.{4})等[\d一二三四五六七八九十两几]*[户家人个位]?$")
_PEOPLE: Final = re.compile(r"等\d*[\u4e00-\u9fff]{0,2}$")  # 张三等3人
_POINTS: Final = re.compile(r"(?<=[\u4e00-\u9fff)])[.·・\-—–_:：]+(?=[\u4e00-\u9fff(])")
_HYPHENED: Final = re.compile(r"-([\u4e00-\u9fff]{2,9})-(?=.{2})")  # a place between hyphens
# What clerks add behind a company: a department, a site, a plot.
_ANNEX: Final = re.compile(
    r"^(.{2,}?(?:有限公司|责任公司|集团公司|股份公司))((?:(?!公司).){1,24})$"
)
# Behind any name: a contact (联系人:李某), a number.
_CONTACT: Final = re.compile(
    r"(?<=.{3})(?:(?:联系人|联系电话|电话|法人)[:：]?.*|[-—]?\d[\d-]{6,})$"
)
# A town or zone between place and 字号; the 字号 and what follows keep four characters.
_ZONE: Final = re.compile(
    r"^(?:[\u4e00-\u9fff]{2,3}?(?:街道|镇|乡)|[\u4e00-\u9fff]{0,4}?(?:工业园区|开发区|高新区)|新区)(?=.{4})"
)
# A form cut by the width of a field.
_CUT_FORMS: Final = (
    "股份有限公", "股份有限", "股份有", "有限责任公", "有限责任", "有限责", "有限公", "有限",
)  # fmt: skip
_FORMS_BY_SIGHT: Final = ("有限责任公司", "股份有限公司", "有限公司")
_FIRM_FORMS: Final = frozenset({"share", "limited", "company", "partnership", "cooperative"})
_NO_PLACE_END: Final = frozenset({"市政", "市场", "区域", "县域"})
_TAIL: Final = (
    "有限", "公司", "厂", "集团", "合作社", "企业", "中心", "部", "店", "社", "所", "行", "园",
    "场", "站", "坊", "铺", "馆", "队", "库", "矿", "院",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ParsedName:
    """One name taken apart; every part is normalised, "" when missing."""

    norm: str  # the whole, normalised
    plain: str  # without brackets, notes, former names and branch: what keys are made of
    places: str  # short place names joined by |, in the order written
    trade_name: str  # 字号
    trade: str
    legal: str  # class of the legal form
    branch: str
    former: str  # a former name given in brackets
    renamed: str  # a newer name given in brackets
    note: str


def split_brackets(norm: str) -> tuple[str, list[str]]:
    """The text outside brackets and the bracketed parts.

    A bracket never closed ends at the next opening one or at the end of the text.
    """
    if "(" not in norm and ")" not in norm:
        return norm, []
    outside: list[str] = []
    parts: list[str] = []
    depth = 0
    for char in norm:
        if char == "(":
            if depth == 0 or parts[-1]:
                parts.append("")
            depth += 1
        elif char == ")":
            depth = max(depth - 1, 0)
        elif depth:
            parts[-1] += char
        else:
            outside.append(char)
    return "".join(outside), [p for p in parts if p]


def _bracketed(norm: str, lexicon: Lexicon, lists: Words) -> str:
    """The text with its place as a closed bracket where hyphens or half a bracket stand for one.

    华联-绍兴-纺织有限公司, 华联(绍兴纺织有限公司; and without 中国 before another place.
    """
    if "-" in norm:
        norm = _HYPHENED.sub(
            lambda m: f"({m[1]})" if not take_places(m[1], lexicon, 0)[1] else m[0], norm
        )
    while norm.count("(") > norm.count(")"):
        head, _, tail = norm.rpartition("(")
        if not head or not take_legal(tail, lists)[1] or take_legal(head, lists)[1]:
            break
        places, rest = take_places(tail, lexicon)
        norm = f"{head}({tail.removesuffix(rest)}){rest}" if places else head + tail
    inland = norm.removeprefix("中国")
    sizes = lexicon.sizes.get(inland[:2], ()) if inland != norm else ()
    return inland if any(inland[:size] in lexicon.place for size in sizes) else norm


def take_places(
    text: str, lexicon: Lexicon, at_least: int = 2, beside: tuple[str, ...] = ()
) -> tuple[list[str], str]:
    """Place names the text begins with, and the rest (never shorter than ``at_least``).

    ``beside`` are places known from elsewhere in the name, its brackets.
    """
    places: list[str] = []
    while True:
        for size in lexicon.sizes.get(text[:2], ()):
            place = lexicon.place.get(text[:size]) if len(text) - size >= at_least else None
            if place is not None and _is_place(text, size, [*beside, *places], lexicon):
                places.append(place)
                # 绍兴县: counties that became districts are no longer in the list.
                old = text[size : size + 1] == "县" and len(text) - size > at_least
                text = text[size + old :]
                break
        else:
            guess = not places and not beside
            return _misspelt_place(text, lexicon, at_least) if guess else (places, text)


def _is_place(text: str, size: int, before: list[str], lexicon: Lexicon) -> bool:
    """Whether the first ``size`` characters are meant as a place here.

    Not 绍兴市 in 绍兴市政工程. Beside other places one without its kind must lie in one of them,
    hold one, repeat one or be a province: 新城 in 绍兴新城置业 is no district of Xi'an.
    """
    if text[size - 1 : size + 1] in _NO_PLACE_END:
        return False
    place = lexicon.place[text[:size]]
    above = lexicon.parents.get(place, frozenset())
    if not before or text[:size] != place or not above or place in before:
        return True
    return any(b in above or place in lexicon.parents.get(b, ()) for b in before)


def _misspelt_place(text: str, lexicon: Lexicon, at_least: int) -> tuple[list[str], str]:
    """A place of the case itself that the text begins with by sound or look (云秀 for 云岫)."""
    for size in (3, 2):
        if len(text) - size >= at_least:
            head = text[:size]
            place = lexicon.sounds.get(sound(head)) or _seen_as(head, lexicon)
            if place and not _all_trade(text[size:]):
                return [place], text[size:]
    return [], text


def _all_trade(text: str) -> bool:
    """Whether a name without its place would have no 字号 left: what was read is the 字号."""
    lists = words()
    core = take_legal(text, lists)[0]
    return core in lists.trades or set(take_trade(core, lists)) <= lists.trades


def _seen_as(head: str, lexicon: Lexicon) -> str:
    """The place of the case that differs from the text in one look-alike character; "" for none."""
    for known in lexicon.sounds.values():
        if len(known) == len(head):
            odd = [(a, b) for a, b in zip(head, known, strict=True) if a != b]
            if len(odd) == 1 and looks_alike(*odd[0]):
                return known
    return ""


def take_legal(text: str, lists: Words) -> tuple[str, str]:
    """The text without its legal form, and the form's class."""
    for form in lists.forms_by_end.get(text[-1:], ()):
        if text.endswith(form) and len(text) > len(form):
            return text[: -len(form)], lists.legal_forms[form]
    return _misspelt_legal(text, lists)


def _misspelt_legal(text: str, lists: Words) -> tuple[str, str]:
    """A company's form with one character wrong, doubled or lost (有服公司, 有限公公司)."""
    for form in _FORMS_BY_SIGHT:
        for size in (len(form), len(form) + 1, len(form) - 1):
            tail = text[-size:]
            near = len(text) > size + 1 and OSA.distance(tail, form, score_cutoff=1) <= 1
            if near and text[-size - 1] + tail != form and tail[:1] == form[:1]:
                return text[:-size], lists.legal_forms[form]
    cut = next((f for f in _CUT_FORMS if text.endswith(f) and len(text) > len(f) + 2), "")
    return text[: len(text) - len(cut)], cut and ("share" if cut[0] == "股" else "limited")


def take_trade(core: str, lists: Words, *, short: bool = False) -> tuple[str, str]:
    """字号 and trade of a core; the 字号 keeps at least two characters.

    ``short``: of a name without legal form, whose trade may be cut as well (日用 for 日用品).
    """
    cut = len(core)
    known = lists.trade_heads if short else lists.trades
    while True:
        for size in range(min(lists.longest_trade, cut - 2), 1, -1):
            if core[cut - size : cut] in known:
                cut -= size
                known = lists.trades
                break
        else:
            return core[:cut], core[cut:]


def take_branch(text: str, lists: Words) -> tuple[str, str]:
    """The legal person's name and what makes it a branch (第二分厂), "" when it is none."""
    if text.endswith("公司") and not text.endswith("分公司"):
        return text, ""
    found = lists.branch.match(text) or _ANNEX.match(text)
    return (found.group(1), found.group(2)) if found else (text, "")


def _bracket_kind(part: str, lexicon: Lexicon, lists: Words) -> tuple[str, str]:
    """What a bracketed part is, and its value."""
    renamed, former = lists.renamed.match(part), lists.former.match(part)
    tests = (
        ("place", part in lexicon.place),
        ("note", part in lists.note_words),
        ("renamed", renamed is not None),
        ("former", former is not None),
        ("form", part in lists.legal_forms or part in lists.group_words),
        ("branch", lists.branch_part.fullmatch(part) is not None),
        ("person", _ANONYMOUS.match(part) is not None),
        ("place", take_places(part, lexicon, at_least=0)[1] == ""),
    )
    kind = next((name for name, holds in tests if holds), "note")
    named = {"renamed": renamed, "former": former}.get(kind)
    return kind, named.group(1) if named else part


def _plain_tail(text: str) -> str:
    """The text without contacts, 等…户 and points between words."""
    if text.isalpha() and "等" not in text and "联系" not in text:
        return text
    return _COUNT.sub("", _POINTS.sub("", _CONTACT.sub("", text)))


def parse_name(text: str, lexicon: Lexicon) -> ParsedName:
    """Take one name apart."""
    return ParsedName(*_fields(normalise_text(text), lexicon))


def _fields(norm: str, lexicon: Lexicon) -> tuple[str, ...]:
    """The fields of `ParsedName` in their order, of a normalised name."""
    lists = words()
    outside, parts = split_brackets(_bracketed(norm, lexicon, lists))
    if not outside and parts:  # 《绍兴华联纺织有限公司》
        outside = parts.pop(parts.index(max(parts, key=len)))
    typed = _typed(parts, lexicon, lists)
    base, branch = take_branch(_plain_tail(outside), lists)
    in_brackets = [p for part in typed.get("place", ()) for p in take_places(part, lexicon, 0)[0]]
    places, rest = take_places(base, lexicon, beside=tuple(in_brackets))
    rest = _ZONE.sub("", rest) if places else rest
    core, legal = take_legal(rest, lists)
    if not legal and "form" in typed:
        legal = lists.legal_forms.get(typed["form"][-1], "")
    places += in_brackets
    plain = "".join([*places, core, legal]) if core else norm
    first = {kind: typed[kind][0] for kind in ("branch", "former", "renamed") if kind in typed}
    return (
        norm,
        plain,
        "|".join(places),
        *take_trade(core, lists, short=not legal),
        legal,
        branch or first.get("branch", ""),
        first.get("former", ""),
        first.get("renamed", ""),
        "|".join([*typed.get("note", ()), *typed.get("person", ())]),
    )


def _typed(parts: list[str], lexicon: Lexicon, lists: Words) -> dict[str, list[str]]:
    """Values of bracketed parts by what they are."""
    typed: dict[str, list[str]] = {}
    for part in parts:
        kind, value = _bracket_kind(part, lexicon, lists)
        typed.setdefault(kind, []).append(value)
    return typed


def parse(texts: pd.Series, lexicon: Lexicon) -> pd.DataFrame:
    """Take a column apart: a frame on its index with the fields of `ParsedName`."""
    codes, distinct = pd.factorize(texts.astype("str"))
    norms = normalise(pd.Series(distinct, dtype="str"))
    rows = [_fields(norm, lexicon) for norm in norms.tolist()]
    fields = list(ParsedName.__dataclass_fields__)
    columns = zip(*rows, strict=True) if rows else ([] for _ in fields)
    table = pd.DataFrame(dict(zip(fields, columns, strict=True)), dtype="str")
    table = table if len(table) == len(texts) else table.take(codes)
    return table.set_axis(texts.index)


def is_short_form(text: str) -> bool:
    """Whether a text is 字号 and trade, of two characters each and nothing else: 华联五金."""
    return len(text) == 4 and text[2:] in words().trades


def holder_kind(text: str) -> str:
    """``firm`` · ``person`` · ``public`` · ``collective`` · ``none`` for a holder's name."""
    lists = words()
    norm = normalise_text(text)
    outside, parts = split_brackets(norm)
    base = outside or norm.strip("()")
    # 皎稷(云岫五金有限公司: half a bracket stands in a firm's name, a note on a person is whole.
    half = norm.count("(") != norm.count(")")
    half = half and any(take_legal(part, lists)[1] in _FIRM_FORMS for part in parts)
    form = take_legal(base, lists)[1]
    body = lists.public.search(base) or (base.endswith(lists.public_suffixes) and len(base) >= 4)
    hidden = unicodedata.normalize("NFKC", text).strip().upper()  # 王**: normalising drops stars
    person = _PERSON.match(_PEOPLE.sub("", base)) or _ANONYMOUS.match(hidden)
    tests = (
        ("none", not base),
        ("collective", lists.collective.search(base) is not None),
        ("firm", form in _FIRM_FORMS or half),
        ("public", bool(body)),
        ("firm", (form != "" and len(base) > 4) or is_short_form(base)),
        ("person", person is not None and not base.endswith(_TAIL)),
    )
    return next((kind for kind, holds in tests if holds), "firm")
