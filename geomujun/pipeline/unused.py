"""Kept rows that came to nothing: they name a parcel or enterprise the case lacks, or another year.

Such rows are no rejects, since they are well formed; but a veto for a firm that is in no list, or a
year nobody sent figures for, must not pass in silence. Looked for after codes are settled, so that
a mended code is no stranger.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import pandas as pd

from geomujun.domain.case import Case
from geomujun.domain.catalogue import TABLES
from geomujun.domain.keys import among
from geomujun.intake.verdict import FileVerdict
from geomujun.lang import t
from geomujun.text.identifiers import looks_like_person_id, resolve_parcel_codes

BY_FIRM: Final = ("indicators", "flags", "groups", "previous_grades")
BY_PARCEL: Final = ("right_holders", "supply")
SHOWN: Final = 3  # codes named in a line


def unused_lines(case: Case, files: Iterable[FileVerdict], year: int) -> list[str]:
    """What of the kept rows could not be used, a line a file; [] when all were.

    Args:
        case: With settled codes.
        files: Verdicts of the files the case was read from.
        year: Year of the figures asked for.
    """
    names = {f.stem: f.file for f in files if f.stem}
    lines = [*_strangers(case), *_other_years(case, year)]
    return [
        t("{file}：{what}", "{file}: {what}", file=names.get(stem, stem), what=what)
        for stem, what in lines
    ]


def _strangers(case: Case) -> Iterator[tuple[str, str]]:
    known = case.enterprises["uscc"]
    for stem in BY_FIRM:
        code = getattr(case, stem)["uscc"]
        yield from _left_over(stem, code[~among(code, known)], "enterprises")
    parcels = pd.Index(case.parcels["parcel_code"])
    for stem in BY_PARCEL:
        code = getattr(case, stem)["parcel_code"]
        found = resolve_parcel_codes(code, parcels)["code"]
        yield from _left_over(stem, code[(found == "").to_numpy()], "parcels")


def _left_over(stem: str, codes: pd.Series, parent: str) -> Iterator[tuple[str, str]]:
    strange = pd.Series(sorted(code for code in codes.unique() if code), dtype="str")
    if strange.empty:
        return
    masked = strange.where(~looks_like_person_id(strange), strange.str.slice(0, 6) + "****")
    named = masked.tolist()  # 个体户 may be keyed by an identity card
    shown = t("、", ", ").join(named[:SHOWN]) + ("…" if len(named) > SHOWN else "")
    yield (
        stem,
        t(
            "{n:,} 行的代码不在{table}表中，未用：{codes}",
            "the codes of {n:,} rows are in no row of {parent}, not used: {codes}",
            n=int((codes != "").sum()),
            table=TABLES[parent].title,
            parent=parent,
            codes=shown,
        ),
    )


def _other_years(case: Case, year: int) -> Iterator[tuple[str, str]]:
    """Figures, but none of the year: nobody can be evaluated."""
    years = case.indicators["year"]
    if (years == year).any():
        return
    have = t("、", ", ").join(str(int(y)) for y in sorted(years.dropna().unique()))
    yield (
        "indicators",
        t(
            "没有 {year} 年的指标，企业和宗地都无法评价；现有年度：{have}",
            "no figures of {year}: neither enterprises nor parcels can be evaluated; years: {have}",
            year=year,
            have=have or t("无", "none"),
        ),
    )
