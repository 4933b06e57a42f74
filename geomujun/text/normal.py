"""One writing for the same text: NFKC, simplified script, plain brackets, no blanks.

The only place where names and addresses are normalised, so that no comparison has a hidden
default of its own. The distinct texts of a column are worked on as one long string, since a call
per text costs more than the work.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Final

import opencc
import pandas as pd

_OPENING, _CLOSING = "[{〔【〈《「『<", "]}〕】〉》」』>"
_BRACKETS: Final = str.maketrans(_OPENING + _CLOSING, "(" * 9 + ")" * 9)
_DROP: Final = re.compile(r"[\s\u200b-\u200f\u2028-\u202f\ufeff\u00ad'\"`*_~^|\\“”\u2018\u2019]+")
_BETWEEN: Final = "\0"  # no text holds it, and nothing composes with it
_EDGE: Final = re.compile(r"(?<![^\0])[.。,，、;；:：\-—·]+|[.。,，、;；:：\-—·]+(?![^\0])")


@lru_cache(maxsize=1)
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@cache
def _simplified(char: str) -> str:
    """One character in simplified script; characters convert alone, so lengths never change."""
    done = str(_converter().convert(char))
    return done if len(done) == 1 else char


def _normalised(texts: Sequence[str]) -> list[str]:
    whole = _BETWEEN.join(text.replace(_BETWEEN, "") for text in texts)
    whole = unicodedata.normalize("NFKC", whole)
    whole = _DROP.sub("", whole).translate(_BRACKETS).upper()
    han = {c for c in set(whole) if c > "\u33ff"}
    changed = {ord(c): s for c in han if (s := _simplified(c)) != c}
    if changed:
        whole = whole.translate(changed)
    return _EDGE.sub("", whole).split(_BETWEEN)


def normalise_text(text: str) -> str:
    """One text normalised; "" stays ""."""
    return _normalised([text])[0]


def normalise(texts: pd.Series) -> pd.Series:
    """A column normalised; the index is kept."""
    values = texts.astype("str")
    codes, distinct = pd.factorize(values)
    if not len(distinct):
        return values
    made = pd.Series(_normalised(distinct.to_numpy(object).tolist()), dtype="str").take(codes)
    return pd.Series(made.array, index=texts.index, name=texts.name)
