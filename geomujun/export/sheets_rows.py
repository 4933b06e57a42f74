"""The lines of a sheet: little tables cut to one page, numbers and words as printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
from geomujun_maps.joined import evidence_lines

from geomujun.domain.legend import legend
from geomujun.domain.words import M2_PER_MU
from geomujun.lang import t

LINES: Final = {"areas": 6, "indicators": 8, "findings": 5}  # what one A4 page holds
CLIP: Final = {"evidence": 70, "message": 88, "place": 44}  # half-widths


@dataclass(frozen=True, slots=True)
class Listing:
    """A little table of a card; ``more`` lines did not fit."""

    title: str
    header: tuple[str, ...]
    rows: list[tuple[str, ...]]
    more: int = 0
    widths: tuple[int, ...] = ()  # percent


def clip(text: str, most: int) -> str:
    """A text of at most so many half-widths (a Han character is two), its end marked."""
    wide = 0
    for n, c in enumerate(text):
        wide += 2 if ord(c) > 0x2E7F else 1
        if wide > most:
            return text[: max(n - 1, 0)] + "…"
    return text


def figure(value: object, places: int = 2) -> str:
    """A number as printed, "—" when there is none."""
    number = pd.to_numeric(pd.Series([value]), errors="coerce").iloc[0]
    return "—" if pd.isna(number) else f"{number:,.{places}f}"


def cut(
    title: str,
    header: tuple[str, ...],
    rows: Sequence[tuple[str, ...]],
    family: str,
    widths: tuple[int, ...],
) -> Listing:
    most = LINES[family]
    return Listing(title, header, list(rows[:most]), max(len(rows) - most, 0), widths)


def fitting(rows: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Findings, the last cell of each as long as there is room: few of them get more lines each."""
    lines = max(1, LINES["findings"] // max(1, len(rows)))
    # a word that goes over to the next line leaves some of this one empty
    most = CLIP["message"] * lines - 8 * (lines - 1)
    return [(*row[:-1], clip(row[-1], most)) for row in rows]


def why(link: Mapping[Any, Any] | pd.Series | None) -> str:
    """What a link rests on, in a few words."""
    if link is None:
        return "—"
    lines = [line for line, _ in evidence_lines(str(link["evidence"]))]
    mark = t("待复核：", "to review: ") if link["use"] == "review" else ""
    method = legend().word("area_method", str(link["area_method"]))
    return clip("；".join(x for x in [mark + method, *lines[:2]] if x), CLIP["evidence"])


def in_mu(m2: object) -> str:
    value = pd.to_numeric(pd.Series([m2]), errors="coerce").iloc[0]
    if pd.isna(value):
        return "—"
    return f"{value:,.2f} ㎡（{value / M2_PER_MU:,.4f} {t('亩', 'mu')}）"


def interval(best: str, worst: str) -> str:
    """The grades a firm may end in once the links in review are settled."""
    if best == worst:
        return t(
            "{g}（待复核对应不改变等级）", "{g} (links in review do not change it)", g=best or "—"
        )
    return t(
        "{b} – {w}（待复核对应落定后可能变化）",
        "{b} – {w} (links still in review)",
        b=best or "—",
        w=worst or "—",
    )


def rank_text(told: Mapping[str, Any]) -> str:
    rank = told.get("rank")
    if rank is None or pd.isna(rank):
        return t("未参加评价", "not evaluated")
    return t("第 {r} 名，得分 {s}", "rank {r}, score {s}", r=int(rank), s=figure(told.get("score")))


def more_words(more: int) -> str:
    """What is said under a table that was cut."""
    return t("另有 {n} 条，见运行的表格", "{n} more in the tables", n=more)
