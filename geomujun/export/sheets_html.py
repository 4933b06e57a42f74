"""A card as one printable A4 page of HTML: styles inline, no script, no network, all escaped."""

from __future__ import annotations

from functools import cache
from html import escape
from importlib import resources
from typing import Final

from geomujun.domain.legend import legend
from geomujun.export.sheets_card import Card
from geomujun.export.sheets_rows import Listing, more_words
from geomujun.lang import get_lang, t

_TITLES: Final = {
    "enterprise": ("一企一档", "Enterprise sheet"),
    "parcel": ("一宗一档", "Parcel sheet"),
}


@cache
def _css() -> str:
    return (resources.files("geomujun.export") / "sheets_page.css").read_text("utf-8")


def page(card: Card, about: str) -> str:
    """The page of a card.

    Args:
        card: From `sheets_card`.
        about: What run it is of, for the footer.
    """
    title = t(*_TITLES[card.kind])
    facts = "".join(
        f"<tr><td>{escape(name)}</td><td>{escape(value)}</td></tr>" for name, value in card.facts
    )
    small = f"<small>{escape(card.map_note)}</small>" if card.map_note else ""
    lists = "".join(_listing(one) for one in card.listings)
    lang = "zh-CN" if get_lang() == "zh" else "en"
    hint = t("低效用地为筛查提示，不作认定。", "Low efficiency is a hint, no verdict.")
    return (
        f'<!doctype html>\n<html lang="{lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)} {escape(card.name)}</title><style>{_css()}</style></head><body>"
        f'<div class="page"><header><div><div class="kind">{escape(title)}'
        f"{'　' + escape(card.town) if card.town else ''}</div><h1>{escape(card.name)}</h1></div>"
        f'<div class="mark">{escape(t("内部资料", "INTERNAL"))}</div></header>'
        f'<div class="top"><table class="facts">{facts}</table>'
        f'<div class="map">{card.svg}{small}</div></div>'
        f"{_grade(card)}{lists}{_signatures(card)}"
        f"<footer>{escape(about)}　{escape(hint)}"
        "</footer></div></body></html>\n"
    )


def _grade(card: Card) -> str:
    swatch = legend().grades.get(card.grade, legend().grades[""])
    interval = ""
    if card.interval:
        interval = f"<b>{escape(t('等级区间', 'grade interval'))} {escape(card.interval)}</b>"
    return (
        '<div class="grade"><span class="letter" '
        f'style="background:{swatch.colour};color:{swatch.text}">'
        f"{escape(card.grade or '—')}</span><div>{escape(swatch.title)}　{interval}<br>"
        f"{escape(card.grade_reason)}</div></div>"
    )


def _listing(one: Listing) -> str:
    columns = "".join(f'<col style="width:{w}%">' for w in one.widths)
    head = "".join(f"<th>{escape(h)}</th>" for h in one.header)
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in one.rows
    )
    if not one.rows:
        rows = (
            f'<tr><td colspan="{len(one.header)}" class="more">{escape(t("无", "none"))}</td></tr>'
        )
    more = f'<div class="more">{escape(more_words(one.more))}</div>' if one.more else ""
    return (
        f"<h2>{escape(one.title)}</h2><table class='l'><colgroup>{columns}</colgroup>"
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{more}"
    )


def _signatures(card: Card) -> str:
    who = (
        (t("企业确认：", "enterprise: "), t("镇街审核：", "town: "), t("经办人：", "officer: "))
        if card.kind == "enterprise"
        else (t("权利人确认：", "holder: "), t("镇街审核：", "town: "), t("经办人：", "officer: "))
    )
    lines = [*who, t("日期：", "date: ")]
    return (
        '<div class="sign">'
        + "".join(f"<span>{escape(w)}____________</span>" for w in lines)
        + "</div>"
    )


def index(cards: list[tuple[str, str, str, str]], about: str) -> str:
    """A list of all sheets: kind, id, name, town, each a link."""
    rows = "".join(
        f"<tr><td>{escape(t(*_TITLES[kind]))}</td>"
        f'<td><a href="{escape(kind)}/{escape(name)}.html">{escape(one)}</a></td>'
        f"<td>{escape(title)}</td><td>{escape(town)}</td></tr>"
        for kind, one, title, town, name in ((*c, file_name(c[1])) for c in cards)
    )
    return (
        '<!doctype html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
        f"<title>{escape(t('档案目录', 'Sheets'))}</title>"
        "<style>body{font:14px sans-serif;margin:20px}"
        "td{padding:2px 10px;border-bottom:1px solid #ddd}</style>"
        f"</head><body><h1>{escape(t('档案目录', 'Sheets'))}</h1><p>{escape(about)}</p>"
        f"<table>{rows}</table></body></html>\n"
    )


def file_name(key: str) -> str:
    """A name that is safe on every disk: letters and digits of the id, the rest replaced."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "_" for c in key)
