"""What the comparisons of two names say, in plain sentences: one per level."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from geomujun.lang import t
from geomujun.matching.compare import CUTS
from geomujun.matching.evidence import Item

NAME: Final[Mapping[str, tuple[str, str]]] = {
    "exact": ("全名一致", "full name equal"),
    "same": ("字号一致", "trade name equal"),
    "sound": ("字号音近一字之差", "trade name differs in one like-sounding character"),
    "look": ("字号形近一字之差", "trade name differs in one look-alike character"),
    "faint": ("字号一字之差，字形略近", "trade name differs in one character, faintly alike"),
    "swap": ("字号两字颠倒", "two characters swapped"),
    "drop": ("漏一字或多一字", "one character missing or added"),
    "double": ("重写或漏写一个叠字", "one character written twice or once too few"),
    "trade_typo": ("长字号靠后一字之差", "one character late in a long trade name differs"),
    "whole1": ("全名仅一字之差", "the whole name differs in one character"),
    "whole2": ("全名仅两字之差", "the whole name differs in two characters"),
    "order": ("用字相同、次序不同", "the same characters in another order"),
    "short": ("简称", "short form"),
    "begin": ("一方字号是另一方的开头", "one trade name begins with the other"),
    "inside": ("文字中含有该企业的字号和行业", "the text holds the enterprise's trade name"),
    "sibling": ("字号一字之差且音形不近", "one unlike character: probably a sibling firm"),
    "different": ("字号不同", "trade name differs"),
}
_NONE: Final = ("双方均未写", "neither name has it")
_PARTS: Final[Mapping[str, tuple[str, str, Mapping[str, tuple[str, str]]]]] = {
    "trade": ("行业用词", "trade words", {
        "same": ("相符", "agree"), "typo": ("一字之差，音形相近", "differ in one character alike"),
        "slip": ("一字之差", "differ in one character"), "absent": ("未写", "are left out"),
        "more": ("仅来文写有", "only the text has them"), "shorter": ("为缩写", "are shortened"),
        "longer": ("比名录多写", "are longer than the register's"),
        "near": ("部分相同", "agree in part"), "other": ("不符", "differ"), "none": _NONE,
    }),
    "place": ("区划", "place in the name", {
        "same": ("相符", "agrees"), "absent": ("未写", "is left out"),
        "more": ("仅来文写有", "only the text has one"), "part": ("详略不同", "agrees in part"),
        "parent": ("为上下级", "one lies in the other"), "other": ("不符", "differs"),
        "none": _NONE,
    }),
    "legal": ("组织形式", "legal form", {
        "same": ("相符", "agrees"), "absent": ("未写", "is left out"),
        "more": ("仅来文写有", "only the text has one"), "near": ("相近", "is near"),
        "other": ("不符", "differs"), "none": _NONE,
    }),
}  # fmt: skip


def items_of_names(row: Mapping[Any, Any]) -> list[Item]:
    """Sentences for the names of one pair.

    ``row``: levels ``l_*`` and bits ``b_*`` of the name, ``name`` (the text), ``written`` (the
    register's name that was compared) and ``former``.
    """
    mine, theirs = row["name"], row["written"]
    zh, en = NAME[row["l_name"]]
    kind = "former_name" if row["former"] else "name"
    if row["former"]:
        zh, en = f"曾用名{zh}", f"former name: {en}"
    items = [Item(kind, row["b_name"], mine, theirs, t(zh, en))]
    for key, (zh_what, en_what, lines) in _PARTS.items():
        if row[f"b_{key}"]:
            zh, en = lines[row[f"l_{key}"]]
            line = t(zh_what + zh, f"{en_what} {en}")
            items.append(Item(key, row[f"b_{key}"], mine, theirs, line))
    if row["b_whole"]:
        items.append(Item("whole", row["b_whole"], mine, theirs, _whole_line(row["l_whole"])))
    return items


def _whole_line(level: str) -> str:
    """不计括注, 全名 88–94% 相同."""
    step = int(level.rsplit("_", 1)[1])
    edges = (0.0, *CUTS, 1.0)
    low, high = (round(100 * edge) for edge in edges[step : step + 2])
    share = "100%" if low == high else f"{low}–{high}%"
    return t(f"不计括注，全名{share}相同", f"{share} of the names agree, brackets aside")
