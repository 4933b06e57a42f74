"""How big an input may be before it is refused unread.

A file that claims more than this is broken or hostile; the numbers are far above a province's real
files. All can be set by the caller of `read_case`; nothing here reads the environment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MIB: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds; bytes unless the name says otherwise."""

    file_bytes: int = 4096 * MIB  # any one file
    text_bytes: int = 2048 * MIB  # CSV and GeoJSON, which have to be decoded
    mapping_bytes: int = 1 * MIB
    unpacked_bytes: int = 4096 * MIB  # sum over the entries of a zip
    ratio: int = 250  # unpacked ÷ packed of one entry, looked at above `ratio_from`
    ratio_from: int = 32 * MIB
    entries: int = 20_000  # of a zip
    columns: int = 1_000
    rows: int = 5_000_000
    cells: int = 60_000_000  # rows × columns of a sheet
    field_chars: int = 1_000_000  # one cell
    header_scan_rows: int = 30


DEFAULT_LIMITS: Final = Limits()
