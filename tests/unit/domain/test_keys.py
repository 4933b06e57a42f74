"""Whether texts of a column are among others, by either of the two ways."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pandas as pd
import pytest

from geomujun.domain.keys import among, rows_among


@pytest.mark.parametrize("kind", ["str", "object"])
@pytest.mark.parametrize("known", [0, 1, 5, 400])  # few are looked up by Arrow, many in a set
@pytest.mark.parametrize("make", [list, set, frozenset, pd.Index, pd.Series])
def test_texts_among_others(
    kind: str, known: int, make: Callable[[list[str]], Iterable[str]]
) -> None:
    column = pd.Series([f"甲{i % 350}" for i in range(500)], dtype=kind, index=range(9, 509))
    texts = [f"甲{2 * i}" for i in range(known)]
    wanted = [text in texts for text in column]
    found = among(column, make(texts))
    assert found.tolist() == wanted
    assert among(pd.Index(column), make(texts)).tolist() == wanted
    found |= True  # it may be written to
    assert found.all()


def test_a_column_without_rows_has_none() -> None:
    assert among(pd.Series(dtype="str"), ["甲"]).tolist() == []


def test_rows_are_among_others_column_by_column() -> None:
    asked = pd.DataFrame({"parcel_code": ["甲", "甲", "乙", ""], "key": ["1", "2", "1", ""]})
    held = pd.DataFrame({"code": ["乙", "甲", "甲"], "uscc": ["1", "2", "2"]})
    assert rows_among(asked, held).tolist() == [False, True, True, False]
    assert rows_among(asked, held.iloc[:0]).tolist() == [False] * 4
    assert rows_among(asked.iloc[:0], held).tolist() == []
