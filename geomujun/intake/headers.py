"""Find the header of a sheet or CSV, and which column holds which field of the catalogue.

Departments put title lines above the header, split it over two or three rows with merged cells, add
code rows (G1 … G16) or number rows below it, and write units into it. The header is the group of at
most three rows near the top whose cells name most fields of the table.

Matching is by exact name once blanks, brackets with units and width of characters are levelled,
never by similarity: a column guessed wrong is worse than one reported missing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Any, Final

from geomujun.domain.catalogue import TABLES
from geomujun.domain.model import Field, Table
from geomujun.intake import units
from geomujun.intake.mapping import Rule
from geomujun.intake.raw import Header, UnreadableError
from geomujun.lang import t

MAX_DEPTH: Final = 3
_BRACKETS: Final = re.compile(r"[(\[{【〔<《]([^()\[\]{}【】〔〕<>《》]*)[)\]}】〕>》]")
_CODE_CELL: Final = re.compile(r"^([A-Za-z]{0,3})[(（]?(\d{1,3})[)）]?$")
_STEMS_ORDER: Final = "甲乙丙丁戊己庚辛壬癸"
_DROP: Final = re.compile(r"[\s*:_\ufeff\u200b]+")
Merges = Sequence[tuple[tuple[int, int], tuple[int, int]]]  # (first row, col), (last row, col)


def level(text: object) -> str:
    """A header text with blanks, stars, colons and character width levelled, upper case."""
    if isinstance(text, float) and text.is_integer():
        text = int(text)
    plain = unicodedata.normalize("NFKC", str(text)).replace("²", "2")
    return _DROP.sub("", plain).upper()


@cache
def names_of(stem: str) -> Mapping[str, tuple[str, int]]:
    """Levelled header → (identifier, rank) for a table; the lower the rank the better the name."""
    out: dict[str, tuple[str, int]] = {}
    for f in TABLES[stem].fields:
        for rank, name in enumerate((f.standard, f.label, f.name, *f.aliases)):
            key = level(name)
            if key and (key not in out or rank < out[key][1]):
                out[key] = (f.name, rank)
    return out


def describe(levels: Sequence[str], truncated: bool = False) -> Header:
    """A header out of the texts above one column, top to bottom.

    Args:
        levels: Texts of the header rows, repeated ones of merged cells already left out.
        truncated: Whether the name may have been cut to a DBF name's 10 bytes.
    """
    names: list[str] = []
    claimed: list[tuple[str, str]] = []
    plain: list[str] = []
    for text in reversed(levels):
        key = level(text)
        base = _BRACKETS.sub("", key) or key
        for inside in _BRACKETS.findall(key):
            tokens = units.unit_tokens(re.sub(r"^(?:计量)?单位", "", inside))
            claimed += [(word, "header") for word in tokens]
        head, slash, tail = base.rpartition("/")
        if slash and head and units.is_unit(tail):
            claimed.append((tail, "header"))
            names += [key, base, head]
        else:
            names += [key, base]
        plain.insert(0, base)
    if len(plain) > 1:
        names += ["".join(plain), "".join(reversed(plain))]
    return Header(
        " / ".join(levels), list(dict.fromkeys(n for n in names if n)), claimed, truncated
    )


@dataclass(slots=True)
class Match:
    """Which column stands for which field, and what did not fit."""

    columns: dict[str, int] = field(default_factory=dict)  # identifier → column
    extra: list[int] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    ambiguous: dict[str, list[int]] = field(default_factory=dict)  # same header twice


def _lookup(header: Header, names: Mapping[str, tuple[str, int]]) -> tuple[str, int] | None:
    for rank, name in enumerate(header.names):
        if name in names:
            identifier, own = names[name]
            return identifier, own * 10 + rank
    if header.truncated:
        starts = (
            {names[n][0] for n in names if n.startswith(header.names[0])} if header.names else set()
        )
        if len(starts) == 1:
            return starts.pop(), 500
    return None


def _by_mapping(stem: str, headers: list[Header], rule: Rule, out: Match) -> set[int]:
    """Columns that mapping.yaml names; a header it names that is not there is a fault."""
    used = set()
    for identifier, wanted in rule.columns.items():
        key = level(wanted)
        hits = [i for i, h in enumerate(headers) if key in (level(h.text), *h.names)]
        exact = [i for i in hits if headers[i].text.strip() == wanted.strip()]
        hits = exact or hits
        f = TABLES[stem].by_name[identifier]
        if len(hits) == 1:
            out.columns[identifier] = hits[0]
            used.add(hits[0])
        else:
            out.faults.append(
                t(
                    "mapping.yaml 把 {f} 对应到表头“{w}”，文件中有 {n} 个；文件的表头：{seen}",
                    "mapping.yaml maps {f} to header {w!r}, found {n} times; headers: {seen}",
                    f=f.standard or f.name,
                    w=wanted,
                    n=len(hits),
                    seen=seen_headers(headers),
                )
            )
    return used


def seen_headers(headers: Sequence[Header], most: int = 30) -> str:
    """Headers for a message, shortened."""
    texts = [h.text[:30] for h in headers if h.text]
    more = t(" 等 {n} 列", " … {n} columns", n=len(texts)) if len(texts) > most else ""
    return "、".join(texts[:most]) + more


def match(stem: str, headers: list[Header], rule: Rule) -> Match:
    """Assign columns to fields.

    Args:
        stem: Table of the catalogue.
        headers: As found.
        rule: What mapping.yaml says; wins over the header texts.

    Returns:
        The assignment. Of several headers for one field the best name wins and the others are
        extra; the same header twice is left in ``ambiguous`` for the caller to compare contents.
    """
    out = Match()
    used = _by_mapping(stem, headers, rule, out)
    best: dict[str, tuple[int, list[int]]] = {}
    for i, header in enumerate(headers):
        hit = None if i in used else _lookup(header, names_of(stem))
        if hit is None or hit[0] in rule.columns:
            continue
        identifier, rank = hit
        if identifier not in best or rank < best[identifier][0]:
            best[identifier] = (rank, [i])
        elif rank == best[identifier][0]:
            best[identifier][1].append(i)
    for identifier, (_, hits) in best.items():
        out.columns[identifier] = hits[0]
        if len(hits) > 1:
            out.ambiguous[identifier] = hits
    taken = set(out.columns.values())
    out.extra = [i for i in range(len(headers)) if i not in taken]
    return out


# ---- where the header is -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Found:
    """The header of a grid. Rows are 0-based; data begin at ``data_from``."""

    headers: list[Header]
    first: int
    data_from: int
    table_units: list[str]


def cell_text(value: Any) -> str:
    """A cell as header text."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _spread(rows: list[list[str]], merges: Merges, first: int) -> list[list[str]]:
    """Header rows with merged cells filled, and parents without merge information carried right."""
    out = [list(r) for r in rows]
    for (r0, c0), (r1, c1) in merges:
        if r0 < first or r0 >= first + len(rows):
            continue
        text = out[r0 - first][c0] if c0 < len(out[r0 - first]) else ""
        for r in range(r0, min(r1, first + len(rows) - 1) + 1):
            for c in range(c0, min(c1 + 1, len(out[r - first]))):
                out[r - first][c] = text
    if merges:
        return out
    for upper, lower in pairwise(out):
        for c in range(1, len(upper)):
            if not upper[c] and lower[c] and upper[c - 1] and lower[c - 1]:
                upper[c] = upper[c - 1]
    return out


def _columns(rows: list[list[str]], merges: Merges, first: int) -> list[Header]:
    filled = _spread(rows, merges, first)
    out = []
    for texts in zip(*filled, strict=True):
        levels = [x for i, x in enumerate(texts) if x and (i == 0 or x != texts[i - 1])]
        out.append(describe(levels))
    return out


def _score(stem: str, headers: list[Header]) -> int:
    names = names_of(stem)
    return len({hit[0] for h in headers if (hit := _lookup(h, names)) is not None})


def _search(stem: str, rows: list[list[str]], merges: Merges) -> tuple[int, int, int]:
    """Best (score, first row, depth) of a header among the given rows."""
    best = (0, 0, 1)
    for depth in range(1, MAX_DEPTH + 1):
        for first in range(len(rows) - depth + 1):
            if not any(rows[first]):
                continue
            score = _score(stem, _columns(rows[first : first + depth], merges, first))
            if score > best[0]:
                best = (score, first, depth)
    return best


def _is_unit_row(row: list[str]) -> bool:
    cells = [c for c in row if c]
    return bool(cells) and all(units.is_unit(c) or not units.unit_word(c) for c in cells)


def _is_code_row(row: list[str]) -> bool:
    """A row that numbers the columns: 甲 乙 1 2 3, G1 G2 G3, (1) (2) (3); never one with a gap."""
    cells = [c for c in row if c]
    stems = [c for c in cells if c in _STEMS_ORDER]
    if stems != list(_STEMS_ORDER[: len(stems)]) or stems != cells[: len(stems)]:
        return False
    codes = [_CODE_CELL.match(c) for c in cells[len(stems) :]]
    found = [(m.group(1), int(m.group(2))) for m in codes if m is not None]
    if len(found) != len(codes) or len(cells) < 3 or not found:
        return False
    prefix, first = found[0]
    return first <= 1 and found == [(prefix, first + i) for i in range(len(found))]


def _is_name_row(stem: str, row: list[str]) -> bool:
    cells = [level(c) for c in row if c]
    hits = sum(c in names_of(stem) for c in cells)
    return hits >= 2 and hits * 2 >= len(cells)


def _skip_below(stem: str, rows: list[list[str]], at: int, headers: list[Header]) -> int:
    """First data row: unit rows are taken into the headers, code and name rows passed over."""
    while at < len(rows):
        row = rows[at]
        if _is_unit_row(row):
            for header, text in zip(headers, row, strict=False):
                header.units += [(word, "unit row") for word in units.unit_tokens(text)]
        elif not (_is_code_row(row) or _is_name_row(stem, row)):
            break
        at += 1
    return at


def locate(stem: str, head: list[list[Any]], merges: Merges, rule: Rule) -> Found:
    """Find the header in the first rows of a grid.

    Args:
        stem: Table that the grid should hold.
        head: The first rows, cells of any type, all of one length.
        merges: Merged ranges, 0-based.
        rule: ``header_rows`` of mapping.yaml wins.

    Raises:
        UnreadableError: no row names a field of the table.
    """
    rows = [[cell_text(c) for c in row] for row in head]
    if rule.header_rows:
        first, depth = rule.header_rows[0] - 1, len(rule.header_rows)
        if first + depth > len(rows):
            raise UnreadableError(
                t(
                    "header_rows {r} 超出文件的行数",
                    "header_rows {r} is beyond the file",
                    r=list(rule.header_rows),
                )
            )
    else:
        score, first, depth = _search(stem, rows, merges)
        if not score:
            raise UnreadableError(_no_header(TABLES[stem], rows), hint=_hint_header(TABLES[stem]))
    headers = _columns(rows[first : first + depth], merges, first)
    above = [word for row in rows[:first] for cell in row for word in units.units_of_line(cell)]
    data_from = _skip_below(stem, rows, first + depth, headers)
    return Found(headers, first, data_from, list(dict.fromkeys(above)))


def _no_header(table: Table, rows: list[list[str]]) -> str:
    first = next((r for r in rows if any(r)), [])
    seen = "、".join(c[:20] for c in first if c)[:200]
    return t(
        "没有找到{title}的表头；首行为：{seen}",
        "no header of {title} found; the first row reads: {seen}",
        title=table.title,
        seen=seen or t("（空）", "(empty)"),
    )


def _hint_header(table: Table) -> str:
    wanted: list[Field] = [f for f in table.fields if f.required]
    return t(
        "至少需要这些列：{w}；表头另有写法时在 mapping.yaml 中写 columns 或 header_rows",
        "needed at least: {w}; else say columns or header_rows in mapping.yaml",
        w="、".join(f.standard or f.name for f in wanted),
    )
