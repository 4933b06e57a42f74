"""One writing for the same text: NFKC, simplified script, plain brackets, no blanks.

The only place where names and addresses are normalised, so that no comparison has a hidden
default of its own. Works on the distinct texts of a column.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import Final

import opencc
import pandas as pd

_OPENING, _CLOSING = "[{〔【〈《「『<", "]}〕】〉》」』>"
_BRACKETS: Final = str.maketrans(_OPENING + _CLOSING, "(" * 9 + ")" * 9)
_DROP: Final = re.compile(r"[\s\u200b-\u200f\u2028-\u202f\ufeff\u00ad'\"`*_~^|\\“”\u2018\u2019]+")
_EDGE: Final = re.compile(r"^[.。,，、;；:：\-—·]+|[.。,，、;；:：\-—·]+$")


@lru_cache(maxsize=1)
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@cache
def _simplified(char: str) -> str:
    """One character in simplified script; characters convert alone, so lengths never change."""
    done = str(_converter().convert(char))
    return done if len(done) == 1 else char


def normalise_text(text: str) -> str:
    """One text normalised; "" stays ""."""
    folded = unicodedata.normalize("NFKC", text)
    folded = _DROP.sub("", folded).translate(_BRACKETS).upper()
    if not folded.isascii():
        folded = "".join(_simplified(c) if c > "\u33ff" else c for c in folded)
    return _EDGE.sub("", folded)


def normalise(texts: pd.Series) -> pd.Series:
    """A column normalised; the index is kept."""
    values = texts.astype("str")
    distinct = pd.unique(values)
    table = {text: normalise_text(text) for text in distinct}
    return values.map(table).astype("str")
