"""A card as a workbook of one sheet that prints on one A4 page."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from geomujun.domain.legend import legend
from geomujun.export.sheets_card import Card
from geomujun.export.sheets_rows import Listing, more_words
from geomujun.export.sheets_tables import FONT, OPTIONS, unwritable
from geomujun.lang import t

_COLUMNS = 6
_WIDTHS = (23, 26, 12, 14, 12, 42)


def write_card(card: Card, path: Path, made: datetime, about: str) -> None:
    """Write a card's workbook.

    Raises:
        MachineError: the file cannot be written.
    """
    try:
        with xlsxwriter.Workbook(str(path), OPTIONS) as book:
            book.set_properties({"title": card.name, "created": made, "comments": "geomujun"})
            _fill(book, card, about)
    except (OSError, xlsxwriter.exceptions.FileCreateError) as e:
        raise unwritable(path, e) from e


def _fill(book: Any, card: Card, about: str) -> None:
    sheet = book.add_worksheet(
        t("一企一档", "sheet") if card.kind == "enterprise" else t("一宗一档", "sheet")
    )
    plain = book.add_format({**FONT, "text_wrap": True, "valign": "top"})
    soft = book.add_format({**FONT, "font_color": "#5b6670"})
    box = {**FONT, "border": 1, "border_color": "#b8c2c8", "text_wrap": True, "valign": "top"}
    cell, head = book.add_format(box), book.add_format({**box, "bold": True, "bg_color": "#e9eef1"})
    for n, width in enumerate(_WIDTHS):
        sheet.set_column(n, n, width)
    sheet.write_string(0, 0, card.name, book.add_format({**FONT, "bold": True, "font_size": 16}))
    sheet.write_string(
        0,
        _COLUMNS - 1,
        t("内部资料", "INTERNAL"),
        book.add_format({**FONT, "font_color": "#b2182b"}),
    )
    row = 1
    for name, value in card.facts:
        sheet.write_string(row, 0, name, soft)
        sheet.write_string(row, 1, value, plain)
        row += 1
    swatch = legend().grades.get(card.grade, legend().grades[""])
    letter = book.add_format(
        {
            **FONT,
            "bold": True,
            "align": "center",
            "bg_color": swatch.colour,
            "font_color": swatch.text,
        }
    )
    sheet.write_string(row, 0, card.grade or "—", letter)
    interval = f"{t('等级区间', 'grade interval')} {card.interval}" if card.interval else ""
    sheet.write_string(
        row, 1, "　".join(x for x in (swatch.title, interval, card.grade_reason) if x), plain
    )
    row += 2
    for listing in card.listings:
        row = _listing(sheet, row, listing, (head, cell, soft)) + 1
    for n, who in enumerate(
        (
            t("确认：", "confirmed: "),
            t("镇街审核：", "town: "),
            t("经办人：", "officer: "),
            t("日期：", "date: "),
        )
    ):
        sheet.write_string(row + 1, n, who, plain)
    sheet.write_string(row + 3, 0, about, soft)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 1)
    sheet.set_landscape()


def _listing(sheet: Any, row: int, listing: Listing, styles: tuple[Any, Any, Any]) -> int:
    head, cell, soft = styles
    sheet.write_string(row, 0, listing.title, soft)
    row += 1
    last = len(listing.header) - 1
    for n, text in enumerate(listing.header):
        sheet.write_string(row, _place(n, last), text, head)
    for line in listing.rows:
        row += 1
        for n, text in enumerate(line):
            sheet.write_string(row, _place(n, last), text, cell)
    if listing.more:
        row += 1
        sheet.write_string(row, 0, more_words(listing.more), soft)
    return row + 1


def _place(n: int, last: int) -> int:
    """Columns of a short table: the last one stands in the widest column when it is text."""
    return _COLUMNS - 1 if n == last and last < _COLUMNS - 1 and last <= 2 else n
