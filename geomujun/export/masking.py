"""Personal data hidden before anything is written: names, ID numbers and phones of natural persons.

Which columns are looked at is the catalogue's word (`Sensitivity`); who is a natural person is
seen from the name: two to four Han characters, or a name with ``·`` or in Latin letters, without
any word of a firm or an organisation. When in doubt a holder is a person: hiding too much harms
less. Names of enterprises of the register are never touched, also where they contain a person's
name. Texts in which a name may stand inside a sentence (messages, evidence) are searched for the
names the case itself holds.

Source: 个人信息保护法 arts. 6, 51; domain.md §6 rule "never publish name or ID number".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Final

import pandas as pd

from geomujun.domain.case import Case
from geomujun.domain.catalogue import TABLES
from geomujun.domain.model import Field, Kind, Sensitivity
from geomujun.export.result import Result
from geomujun.text.names import holder_kind, is_short_form
from geomujun.text.normal import normalise_text

# 王* keeps one character, these keep two.
_DOUBLE: Final = frozenset(
    [
        "欧阳",
        "太史",
        "端木",
        "上官",
        "司马",
        "东方",
        "独孤",
        "南宫",
        "万俟",
        "闻人",
        "夏侯",
        "诸葛",
        "尉迟",
        "公羊",
        "赫连",
        "澹台",
        "皇甫",
        "宗政",
        "濮阳",
        "公冶",
        "太叔",
        "申屠",
        "公孙",
        "慕容",
        "仲孙",
        "钟离",
        "长孙",
        "宇文",
        "司徒",
        "鲜于",
        "司空",
        "令狐",
        "百里",
        "呼延",
        "东郭",
        "南门",
        "第五",
        "欧陽",
        "司馬",
        "諸葛",
    ]
)
_ORG: Final = re.compile(
    r"公司|集团|企业|工业|实业|合作|银行|商行|车行|政府|中心|医院|学校|大学|中学|小学|协会|商会|工会|学会|"
    r"委会|基金|街道|社区|村民|联社|经济|管理|开发|建设|服务|门市|超市|事务|人民|国家|集体|"
    r"(?:局|院|社|村|镇|乡|寺|庙|县|市|区)$"
)
_ORG_END: Final = re.compile(r"[厂店站馆组队坊铺办处园州省部所库场矿行校会]$")
# With one of these before it, an ending such as 厂 or 行 is as likely a given name: 李建行.
_SURNAMES: Final = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
    "章俞楼诸骆单祝傅柴寿娄金鲁施倪裘宣柳应褚葛凌翁喻詹季裴阮"
)
# Words of organisations that are given names as well: 李建设, 张人民, 欧阳建设, 王镇.
_GIVEN: Final = frozenset({
    "建设", "人民", "国家", "集体", "开发", "工业", "实业", "经济", "服务", "管理", "合作",
    "镇", "社", "村", "乡",
})  # fmt: skip
_LATIN_ORG: Final = re.compile(
    r"\b(CO|LTD|LIMITED|INC|LLC|LLP|CORP|CORPORATION|COMPANY|GMBH|AG|SA|PLC|BANK|GROUP|HOLDINGS?|"
    r"FACTORY|TRADING|INDUSTR\w+|PTE|PTY|KK|BV|NV|SPA|SRL)\b\.?"
)
_HAN_PERSON: Final = re.compile(r"[\u3400-\u9fff\U00020000-\U0002fa1f]{2,4}")
_DOTTED: Final = re.compile(r"[\u3400-\u9fff]{1,8}(?:[·•・.．][\u3400-\u9fff]{1,8})+")
_LATIN: Final = re.compile(r"[A-Z][A-Z'\u2019.-]*(?:[ ,]+[A-Z][A-Z'\u2019.-]*){1,4}")
_NOTE: Final = re.compile(
    r"[(（\[【][^)）\]】]*[)）\]】]?$|等\s*\d*\s*[人户].*$|等$|\d+(?:\.\d+)?%?$|先生$|女士$"
)
_JOINT: Final = re.compile(
    r"([、；;,，/|\n]+|\s+[&\uff06+]\s*|\s*[&\uff06+]\s+|[&\uff06+](?=[\u3400-\u9fff]{2,4}(?:$|[、；;,，/|&])))"
)
_PAIR: Final = re.compile(r"([\u3400-\u9fff]{2,4})([和及与])([\u3400-\u9fff]{2,4})")
_ID_CARD: Final = re.compile(
    r"(?<![0-9A-Za-z])[1-8]\d{5}(?:(?:19|20)\d{2})(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]"
    r"(?![0-9A-Za-z])"
)
_PHONE: Final = re.compile(r"(?<![0-9A-Za-z.])(?:1[3-9]\d{9}|0\d{2,3}-\d{7,8})(?![0-9A-Za-z.])")
# Found in every text that holds one of the two; for whole columns, where no look-around is had.
_NUMBER_LIKE: Final = (
    r"(?:^|[^0-9A-Za-z])(?:[1-8]\p{Nd}{16}[\p{Nd}Xx]|1[3-9]\p{Nd}{9}|0\p{Nd}{2,3}-\p{Nd}{7,8})"
    r"(?:$|[^0-9A-Za-z])"
)
_PLACE: Final = "省市区县镇乡村庄屯路街巷弄道里桥组社园城湾江河湖山岭塘坝大小东西南北中上下新老"
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_FIRM_CODE: Final = re.compile(r"[0-9A-HJ-NP-RTUWXY]{18}|[0-9A-Z]{8}-?[0-9X]")


@lru_cache(maxsize=200_000)
def is_person(name: str) -> bool:
    """Whether one holder's name is that of a natural person; remarks in brackets do not count."""
    bare = re.sub(r"\s+", " ", _NOTE.sub("", name.strip())).strip()
    han = bare.replace(" ", "")
    if not han or _names_organisation(han):
        return False
    if _HAN_PERSON.fullmatch(han) or _DOTTED.fullmatch(han):
        return not is_short_form(han) or _has_surnames(han)
    if _LATIN.fullmatch(bare.upper()):
        return _LATIN_ORG.search(bare.upper()) is None
    return holder_kind(name) == "person"


def _names_organisation(name: str) -> bool:
    """Whether a word or ending of organisations is in a name, and cannot be a given name there."""
    given = name[2 if name[:2] in _DOUBLE else 1 :]
    if _ORG.search(name):
        return not (_has_surname(name) and given in _GIVEN)
    return bool(_ORG_END.search(name)) and not (len(name) <= 3 and name[0] in _SURNAMES)


def _has_surname(name: str) -> bool:
    return name[0] in _SURNAMES or name[:2] in _DOUBLE


def _has_surnames(name: str) -> bool:
    """Whether a name begins with a surname of two characters or with both parents' (张陈健康)."""
    return name[:2] in _DOUBLE or set(name[:2]) <= _SURNAMES


def mask_person(name: str) -> str:
    """A person's name with only the family name left: 王小明 → 王**, 欧阳明 → 欧阳*."""
    text = name.strip()
    head = _NOTE.sub("", text)
    if not head:
        return text
    keep = 2 if head[:2] in _DOUBLE and len(head) > 2 else 1
    hidden = re.sub(r"[^\s·•・.．]", "*", head[keep:])
    return head[:keep] + (hidden or "*")


def mask_id(number: str) -> str:
    """A document number of which only the last two characters stay."""
    text = number.strip()
    return "*" * max(len(text) - 2, min(len(text), 2)) + (text[-2:] if len(text) > 2 else "")


def mask_names(cell: str, firms: frozenset[str] = frozenset()) -> str:
    """A cell of one or more joined names with the persons among them masked, ``firms`` spared."""
    return "".join(
        mask_person(part) if is_person(part) and part.strip() not in firms else part
        for part in split_names(cell)
    )


def split_names(cell: str) -> list[str]:
    """A cell of joined names in pieces that make it up again, what joins them among them."""
    pieces: list[str] = []
    for part in _JOINT.split(cell):
        two = _PAIR.fullmatch(part)
        both = two is not None and is_person(two[1]) and is_person(two[3])
        pieces += two.groups() if two and both else [part]
    return pieces


def _is_id_card(number: str) -> bool:
    total = sum(int(d) * w for d, w in zip(number[:17], _WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == number[17].upper()


def _is_firm_code(number: str) -> bool:
    """A code of an organisation (public): 18 or 9 characters that are no 身份证号."""
    text = number.strip().upper()
    return bool(_FIRM_CODE.fullmatch(text)) and not _ID_CARD.fullmatch(text)


def mask_ids(cell: str) -> str:
    """A cell of one or more joined document numbers; codes of organisations stay."""
    parts = _JOINT.split(cell)
    return "".join(
        part if not part.strip() or _JOINT.fullmatch(part) or _is_firm_code(part) else mask_id(part)
        for part in parts
    )


def mask_numbers(text: str) -> str:
    """A sentence with valid 身份证号 and phone numbers masked; codes and areas stay."""
    if len(text) < 11:
        return text
    text = _ID_CARD.sub(lambda m: mask_id(m[0]) if _is_id_card(m[0]) else m[0], text)
    return _PHONE.sub(lambda m: mask_id(m[0]), text)


class Masker:
    """Masks free texts of one case: knows the persons it names and the firms it must not touch."""

    def __init__(self, persons: Iterable[str], firms: Iterable[str]) -> None:
        """Build from holders' and lessees' names as written, and enterprises' names."""
        names = {_NOTE.sub("", p.strip()) for p in persons}
        names |= {normalise_text(n) for n in names} | {re.sub(r"\s", "", n) for n in names}
        known = set(firms)
        self._persons = sorted((n for n in names if len(n) >= 2 and n not in known), key=_longest)
        self._pattern = _prefix_pattern(self._persons)
        self._shields = self._find_shields(known)

    def _find_shields(self, firms: set[str]) -> dict[str, list[str]]:
        """Per person the firms whose name contains that person's."""
        shields: dict[str, list[str]] = {}
        if self._pattern is None:
            return shields
        for firm in sorted(firms):
            for hit in self._pattern.finditer(firm):
                shields.setdefault(hit[0], []).append(firm)
        return shields

    def text(self, text: str) -> str:
        """The text with known persons, ID numbers and phones masked."""
        return mask_numbers(self._persons_hidden(text))

    def addresses(self, values: pd.Series) -> pd.Series:
        """A column of addresses, masked; names of places that are persons' too stay (金山路)."""
        return _numbers_hidden(_mapped(values, self._persons_of_address_hidden))

    def _persons_of_address_hidden(self, text: str) -> str:
        return text if self._pattern is None else self._pattern.sub(self._unless_a_place, text)

    def _unless_a_place(self, hit: re.Match[str]) -> str:
        following = hit.string[hit.end() : hit.end() + 1]
        return hit[0] if following and following in _PLACE else self._replace(hit)

    def _persons_hidden(self, text: str) -> str:
        return text if self._pattern is None else self._pattern.sub(self._replace, text)

    def _replace(self, hit: re.Match[str]) -> str:
        for firm in self._shields.get(hit[0], ()):
            offset = firm.find(hit[0])
            start = hit.start() - offset
            if start >= 0 and hit.string.startswith(firm, start):
                return hit[0]
        return mask_person(hit[0])

    def column(self, values: pd.Series) -> pd.Series:
        """A column of free text, masked; works on its distinct texts."""
        return _numbers_hidden(_mapped(values, self._persons_hidden))


def _longest(name: str) -> tuple[int, str]:
    return -len(name), name


def _prefix_pattern(names: list[str]) -> re.Pattern[str] | None:
    """One pattern for all names, grouped by first character so that a miss costs one look."""
    if not names:
        return None
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(name[0], []).append(re.escape(name[1:]))
    branches = (f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in sorted(groups.items()))
    return re.compile("|".join(branches))


def _mapped(values: pd.Series, function: Callable[[str], str]) -> pd.Series:
    text = values.astype("str").fillna("")
    codes, distinct = pd.factorize(text)
    made = pd.Series([function(value) for value in distinct], dtype="str")
    return made.take(codes).set_axis(values.index)


def _numbers_hidden(values: pd.Series) -> pd.Series:
    """A column with ID and phone numbers masked; only cells that may hold one are looked at."""
    long = values.str.contains(_NUMBER_LIKE, regex=True).fillna(False).to_numpy(dtype=bool)
    if not long.any():
        return values
    hidden = values.copy()
    hidden[long] = _mapped(hidden[long], mask_numbers)
    return hidden


_NAME_COLUMNS: Final = {
    "parcels": ("holder_names",),
    "right_holders": ("holder_name",),
    "leases": ("lessor", "lessee"),
}
_TEXT_COLUMNS: Final = {  # an address may hold name and phone of the person at the door
    "enterprises": ("registered_address", "site_address"),
    "parcels": ("location",),
    "leases": ("location",),
}
_ID_COLUMNS: Final = {
    "parcels": ("holder_ids",),
    "right_holders": ("holder_id",),
    "leases": ("lessor_uscc", "lessee_uscc"),
}


def masker_of(result: Result) -> Masker:
    """The masker of a result's case."""
    return _masker(result.case)


def masked_rejects(case: Case, rejects: pd.DataFrame) -> pd.DataFrame:
    """The rejects of a case that was read and not yet worked on, with persons hidden."""
    return _mask_rejects(rejects.copy(), _masker(case))


def _masker(case: Case) -> Masker:
    persons: set[str] = set()
    for table, columns in _NAME_COLUMNS.items():
        frame = getattr(case, table)
        for column in columns:
            cells = pd.unique(frame[column].astype("str").fillna(""))
            persons |= {p for cell in cells for p in split_names(cell) if is_person(p)}
    return Masker(sorted(persons), case.enterprises["name"].astype("str"))


def masked(result: Result) -> Result:
    """The same result with persons hidden in its tables and in the case's own tables."""
    if result.masked:
        return result
    masker = masker_of(result)
    tables = {
        name: _mask_output(name, frame, masker) for name, frame in sorted(result.tables.items())
    }
    case = result.case
    firms = frozenset(case.enterprises["name"].astype("str"))
    for table, columns in _NAME_COLUMNS.items():
        frame = getattr(case, table).copy()
        for column in columns:
            frame[column] = _mapped(frame[column], lambda cell: mask_names(cell, firms))
        for column in _ID_COLUMNS[table]:
            frame[column] = _mapped(frame[column], mask_ids)
        case = case.with_tables(**{table: frame})
    for table, columns in _TEXT_COLUMNS.items():
        frame = getattr(case, table).copy()
        for column in columns:
            frame[column] = masker.addresses(frame[column])
        case = case.with_tables(**{table: frame})
    return replace(result, tables=tables, case=case, masked=True)


def _mask_output(name: str, frame: pd.DataFrame, masker: Masker) -> pd.DataFrame:
    out = frame.copy()
    if name == "rejects":
        return _mask_rejects(out, masker)
    for spec in TABLES[name].fields:
        if spec.name in out.columns and _is_free_text(spec, TABLES[name].key):
            out[spec.name] = masker.column(out[spec.name])
    return out


def _is_free_text(spec: Field, key: tuple[str, ...]) -> bool:
    if spec.kind is not Kind.TEXT or spec.choices or spec.sensitivity is Sensitivity.PUBLIC:
        return False
    return spec.name not in key and not spec.name.endswith("_uscc")


def _personal_headers() -> tuple[frozenset[str], frozenset[str]]:
    """Headers under which a rejected value is a person's name, or a document number."""
    found: list[frozenset[str]] = []
    for columns in (_NAME_COLUMNS, _ID_COLUMNS):
        specs = [TABLES[t].by_name[c] for t, names in columns.items() for c in names]
        found.append(frozenset(h for s in specs for h in (s.name, s.label, s.standard, *s.aliases)))
    return found[0], found[1]


def _mask_rejects(out: pd.DataFrame, masker: Masker) -> pd.DataFrame:
    """Rejected values are no part of the case: their column says what they are."""
    names, numbers = _personal_headers()
    value = masker.column(out["value"])
    header = out["field"].astype("str").fillna("")
    value = value.where(~header.isin(names), _mapped(out["value"], mask_names))
    out["value"] = value.where(~header.isin(numbers), _mapped(out["value"], mask_ids))
    out["reason"] = masker.column(out["reason"])
    return out
