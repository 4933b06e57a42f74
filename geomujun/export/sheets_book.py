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
_SIGNED = (
    ("确认：", "confirmed: "), ("镇街审核：", "town: "),
    ("经办人：", "officer: "), ("日期：", "date: "),
)  # fmt: skip


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
    row = _top(book, sheet, card)
    for name, value in card.facts:
        sheet.write_string(row, 0, name, soft)
        sheet.write_string(row, 1, value, plain)
        row += 1
    _grade(book, sheet, row, card)
    row += 2
    for listing in card.listings:
        row = _listing(sheet, row, listing, (head, cell, soft)) + 1
    for n, (zh, en) in enumerate(_SIGNED):
        sheet.write_string(row + 1, n, t(zh, en), plain)
    sheet.write_string(row + 3, 0, about, soft)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 1)
    sheet.set_landscape()


def _top(book: Any, sheet: Any, card: Card) -> int:
    """Column widths, the name and whom the card is for; the row that comes next."""
    for n, width in enumerate(_WIDTHS):
        sheet.set_column(n, n, width)
    title = book.add_format({**FONT, "bold": True, "font_size": 16})
    mark = book.add_format({**FONT, "font_color": "#b2182b"})
    sheet.write_string(0, 0, card.name, title)
    sheet.write_string(0, _COLUMNS - 1, t("内部资料", "INTERNAL"), mark)
    return 1


def _grade(book: Any, sheet: Any, row: int, card: Card) -> None:
    """The grade in its colour, what it means and why."""
    swatch = legend().grades.get(card.grade, legend().grades[""])
    coloured = {"bg_color": swatch.colour, "font_color": swatch.text}
    letter = book.add_format({**FONT, "bold": True, "align": "center", **coloured})
    plain = book.add_format({**FONT, "text_wrap": True, "valign": "top"})
    interval = f"{t('等级区间', 'grade interval')} {card.interval}" if card.interval else ""
    said = "　".join(x for x in (swatch.title, interval, card.grade_reason) if x)
    sheet.write_string(row, 0, card.grade or "—", letter)
    sheet.write_string(row, 1, said, plain)


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
