"""Identifiers as departments write them: 统一社会信用代码, 组织机构代码, 宗地代码, 不动产单元号.

Everything works on whole columns. Nothing here repairs a code on its own authority: writing
variants (blanks, full width, O for 0) are undone only where the result is a code that exists.

Sources: GB 32100-2015 (信用代码, check character mod 31), GB 11714-1997 (组织机构代码, mod 11),
GB/T 37346-2019 (宗地代码 19 = 6 + 3 + 3 + 2 + 5; 不动产单元号 28 = 宗地代码 + 9; text not seen,
from public code, unconfirmed).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # no I O S V Z
USCC_LENGTH: Final = 18
ORG_LENGTH: Final = 9
Codes = pd.Series | npt.NDArray[np.object_]
_USCC_WEIGHTS: Final = np.array([pow(3, i, 31) for i in range(17)])
_ORG_WEIGHTS: Final = np.array([3, 7, 9, 10, 5, 8, 4, 2])
_ID_CARD_WEIGHTS: Final = np.array([pow(2, 17 - i, 11) for i in range(17)])
_NO_CODE: Final = re.compile(r"[^0-9A-Z*]")
_PARCEL: Final = r"\d{12}[GJZ][A-Z]\d{5}"
# Letters that hands and scanners put for digits, and the reverse, by position in a 宗地代码.
_TO_DIGIT: Final = str.maketrans("OQDILZSB", "00011258")
_TO_LETTER: Final = str.maketrans("068", "OGB")


def _value_table(alphabet: str) -> npt.NDArray[np.int64]:
    table = np.full(128, -1, dtype=np.int64)
    for value, char in enumerate(alphabet):
        table[ord(char)] = value
    return table


_USCC_VALUES: Final = _value_table(ALPHABET)
_ORG_VALUES: Final = _value_table("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def clean_code(text: str) -> str:
    """A code in NFKC capitals without blanks, dashes, quotes or invisible characters."""
    if text.isascii() and text.isalnum():
        return text.upper()
    return _NO_CODE.sub("", unicodedata.normalize("NFKC", text).upper())


def normalise_code(codes: pd.Series) -> pd.Series:
    """`clean_code` of a column; the index is kept."""
    return codes.astype("str").map(clean_code, na_action="ignore").astype("str")


def _char_values(
    codes: Codes, length: int, table: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64]]:
    """Which codes have the length and alphabet, and an (n, length) matrix of character values."""
    text = np.asarray(codes, dtype=object).astype(f"U{length + 1}")  # one more shows longer ones
    points = text.view(np.uint32).reshape(len(text), length + 1)
    values = table[np.minimum(points, 127)]
    fits = (points[:, length] == 0) & (values[:, :length] >= 0).all(axis=1)
    return fits, values[:, :length]


def uscc_valid(codes: Codes) -> npt.NDArray[np.bool_]:
    """Whether each code is a well-formed 信用代码 whose check character is right.

    A valid check character does not prove that the body exists. One repeated character
    (``1`` × 18 passes many a regular expression) is refused.
    """
    ok, values = _char_values(codes, USCC_LENGTH, _USCC_VALUES)
    if not len(values):
        return ok
    check = (31 - (values[:, :17] @ _USCC_WEIGHTS) % 31) % 31
    varied = (values[:, :17] != values[:, :1]).any(axis=1)
    return np.asarray(ok & varied & (check == values[:, 17]))


def uscc_check_char(first17: str) -> str:
    """The 18th character for the first 17; ValueError outside the alphabet."""
    values = np.array([ALPHABET.index(c) for c in first17])
    if len(values) != USCC_LENGTH - 1:
        message = f"17 characters wanted, got {len(first17)}"
        raise ValueError(message)
    return ALPHABET[(31 - int(values @ _USCC_WEIGHTS) % 31) % 31]


def org_inside(text: str) -> str:
    """The 9-character 组织机构代码 inside a code: itself, or characters 9–17 of 18; else ""."""
    clean = clean_code(text)
    if len(clean) == ORG_LENGTH:
        return clean
    return clean[8:17] if len(clean) == USCC_LENGTH else ""


def org_code(codes: pd.Series) -> pd.Series:
    """`org_inside` of a column; the index is kept."""
    found = codes.astype("str").map(org_inside, na_action="ignore")
    return found.astype("str").fillna("")


def org_code_valid(codes: Codes) -> npt.NDArray[np.bool_]:
    """Whether each 9-character code passes the mod-11 check of GB 11714."""
    ok, values = _char_values(codes, ORG_LENGTH, _ORG_VALUES)
    if not len(values):
        return ok
    check = (11 - (values[:, :8] @ _ORG_WEIGHTS) % 11) % 11
    # 10 is written X, whose value in the alphabet is 33.
    return np.asarray(ok & (np.where(check == 10, 33, check) == values[:, 8]))


def looks_like_person_id(codes: pd.Series) -> npt.NDArray[np.bool_]:
    """Whether each code is an 居民身份证号: masked with ``*``, or all 18 characters of one.

    An 身份证号 may pass a loose check for 信用代码; here the birth date inside decides.
    """
    clean = normalise_code(codes)
    masked = clean.str.fullmatch(r"[1-8]\d{2,13}\*{2,}[0-9X]{0,4}").to_numpy(dtype=bool)
    date = r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
    full = clean.str.fullmatch(rf"[1-8]\d{{5}}{date}\d{{3}}[0-9X]").to_numpy(dtype=bool)
    _, values = _char_values(clean.str.replace("X", "0"), USCC_LENGTH, _ORG_VALUES)
    if len(values):
        check = (12 - (values[:, :17] @ _ID_CARD_WEIGHTS) % 11) % 11
        last = clean.str.slice(-1).to_numpy(dtype=object)
        full = full & (np.where(check == 10, "X", check.astype(str)) == last)
    return np.asarray(masked | full)


def normalise_parcel_code(codes: pd.Series) -> pd.Series:
    """Parcel codes as the parcel table keys them.

    A 19-character 宗地代码 anywhere in the text (also inside a 28-digit 不动产单元号) is taken; any
    other writing (old 地籍号, local numbers) keeps its letters and digits, NFKC, in capitals.
    """
    text = codes.astype("str").str.normalize("NFKC").str.upper()
    text = text.str.replace(r"\s", "", regex=True)
    compact = text.str.replace(r"[^0-9A-Z]", "", regex=True)
    found = compact.str.extract(f"({_PARCEL})", expand=False)
    return found.fillna(text).astype("str")


def resolve_parcel_codes(written: pd.Series, known: pd.Index) -> pd.DataFrame:
    """Find the parcels that texts in other tables mean.

    Args:
        written: Parcel codes as a lease, supply or building row has them; "" when missing.
        known: Codes of the parcel table, as that table writes them.

    Returns:
        Frame on the index of ``written``: ``code``, one of ``known`` ("" for none), and ``how``:
        ``exact`` · ``variant`` (other writing of the same code) · ``unit`` (28-digit unit) ·
        ``typo`` (letters for digits) · ``short`` (without its county, and only one fits) · "".
        Numbers of other shapes (``津南长(挂)G2024-01号``) are variants of one another when only
        brackets, dashes and 号 differ.
    """
    if written.empty:
        return pd.DataFrame({"code": written, "how": written}, dtype="str")
    distinct = pd.Series(pd.unique(written.astype("str")), dtype="str")
    codes = pd.Index(known.unique(), dtype="str")
    exact = (codes.get_indexer(pd.Index(distinct)) >= 0) & (distinct != "").to_numpy(dtype=bool)
    how = np.where(exact, "exact", "").astype(object)
    code = np.where(exact, distinct.to_numpy(object), "")
    rest = np.flatnonzero(~exact & (distinct != "").to_numpy(dtype=bool))
    code[rest], how[rest] = _other_writings(distinct.iloc[rest], codes)
    table = pd.DataFrame({"code": code, "how": how}, index=pd.Index(distinct), dtype="str")
    return table.loc[pd.Index(written.astype("str"))].set_axis(written.index)


def _other_writings(raw: pd.Series, known: pd.Index) -> tuple[np.ndarray, np.ndarray]:
    """Codes and how they were found, of distinct texts that are no known code as they stand."""
    as_written, known = known.to_numpy(object), _plain(known)
    clean = normalise_parcel_code(raw)
    compact = raw.str.normalize("NFKC").str.upper().str.replace(r"[^0-9A-Z]", "", regex=True)
    guesses = [
        ("unit", clean.where(compact.str.len() == 28, "")),
        ("variant", clean),
        ("variant", _unique_loose(raw, known)),
        ("typo", _undo_typos(compact)),
        ("short", _unique_suffix(compact, known)),
    ]
    code, how = np.full(len(raw), "", dtype=object), np.full(len(raw), "", dtype=object)
    for name, guess in guesses:
        at = known.get_indexer(pd.Index(guess))
        hit = (code == "") & (at >= 0) & (guess != "").to_numpy(dtype=bool)
        code[hit] = as_written[at[hit]]
        how[hit] = name
    return code, how


def _plain(known: pd.Index) -> pd.Index:
    """Known codes as `normalise_parcel_code` leaves them, in order; a second of one is nobody's."""
    plain = pd.Series(known, dtype="str")
    odd = ~plain.str.fullmatch(r"[0-9]{12}[A-Z]{2}[0-9]{5}")
    if odd.any():
        plain = plain.mask(odd, normalise_parcel_code(plain.where(odd, "")))
        plain = plain.mask(plain.duplicated(), [f"\x00{i}" for i in range(len(plain))])
    names: pd.Index = pd.Index(plain, dtype="str")
    return names


def _loose(codes: pd.Series) -> pd.Series:
    """Letters, digits and Chinese characters but 号, of texts that hold no 宗地代码.

    Signs between two digits stay, as one dash: 12-3-45 is not 1-23-45.
    """
    text = normalise_parcel_code(codes)
    bare = text.str.replace(r"[^0-9A-Z\u4e00-\u9fff]+|号", "-", regex=True)
    bare = bare.str.replace(r"(?<!\d)-|-(?!\d)", "", regex=True)
    return bare.where(~text.str.fullmatch(_PARCEL), "").astype("str")


def _unique_loose(raw: pd.Series, known: pd.Index) -> pd.Series:
    """The one known number that differs in brackets, dashes and 号 only, else ""."""
    wanted = _loose(raw)
    if (wanted == "").all():
        return wanted
    codes = pd.Series(known.sort_values(), dtype="str")
    keys = _loose(codes)
    alone = (keys != "") & ~keys.duplicated(keep=False)
    table = pd.Series(codes[alone].to_numpy(), index=keys[alone].to_numpy(), dtype="str")
    return wanted.map(table).astype("str").fillna("")


def _undo_typos(compact: pd.Series) -> pd.Series:
    """19-character texts with digits and letters forced where a 宗地代码 has them."""
    fits = compact.str.len() == 19
    head = compact.str.slice(0, 12).str.translate(_TO_DIGIT)
    kind = compact.str.slice(12, 14).str.translate(_TO_LETTER)
    tail = compact.str.slice(14).str.translate(_TO_DIGIT)
    return (head + kind + tail).where(fits, "").astype("str")


def _unique_suffix(compact: pd.Series, known: pd.Index) -> pd.Series:
    """The one known code that ends with the text (13 characters or more), else ""."""
    fits = compact.str.fullmatch(r"\d{3,11}[GJZ][A-Z]\d{5}").to_numpy(dtype=bool)
    found = pd.Series("", index=compact.index, dtype="str")
    if not fits.any():
        return found
    codes = pd.Series(known.sort_values())
    wanted = compact[fits]
    for length in sorted(wanted.str.len().unique()):
        tail = codes.str.slice(-int(length))
        unique = codes[~tail.duplicated(keep=False)]
        table = pd.Series(unique.to_numpy(), index=tail[unique.index].to_numpy())
        here = wanted[wanted.str.len() == length]
        found.loc[here.index] = here.map(table).fillna("").astype("str")
    return found
