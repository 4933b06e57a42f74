"""Two editions side by side: links, areas and grades that differ, each with its cause."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from geomujun.domain.catalogue import TABLES
from geomujun.domain.model import Field, Kind
from geomujun.errors import DataError
from geomujun.export.frames import INDICATOR_DECIMALS, OUTPUTS, write_csv
from geomujun.lang import t
from geomujun.matching.diff import Circumstances, difference
from geomujun.matching.identity import settle
from geomujun.pipeline.rerun import changed_rows
from geomujun.pipeline.state import digests
from geomujun.storage import editions, inputs
from geomujun.storage.target import Conn, Target, connect

_SHOWN: Final = 20  # lines of each kind for people; --json has all


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs; every row of the three tables has a ``cause``."""

    links: pd.DataFrame  # matching.diff.COLUMNS
    areas: pd.DataFrame  # uscc before_m2 after_m2 change_m2 cause
    grades: pd.DataFrame  # uscc name before after score_before score_after cause

    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name."""
        return {"links": self.links, "areas": self.areas, "grades": self.grades}


def compare(target: Target, before: int, after: int, milliseconds: int = 0) -> Comparison:
    """Compare two editions; no statement may take longer than ``milliseconds`` (0: any time).

    Raises:
        DataError: there is no such edition.
    """
    with connect(target) as connection:  # digests of input rows read personal columns too
        connection.execute(f"SET statement_timeout = {int(milliseconds)}")
        rows = [editions.get(connection, n) for n in (before, after)]
        around = _around(connection, rows[0], rows[1])
        pair = {
            name: [editions.read_result(connection, n, name) for n in (before, after)]
            for name in ("links", "ledger", "enterprise_evaluation")
        }
        figures = _figures_touched(connection, rows[0]["load_id"], rows[1]["load_id"])
    links = difference(pair["links"][0], pair["links"][1], around)
    areas = _areas(pair, links, around)
    grades = _grades(pair["enterprise_evaluation"], areas, figures, around)
    return Comparison(links, areas, grades)


def _around(connection: Conn, old: Mapping[str, Any], new: Mapping[str, Any]) -> Circumstances:
    if old["load_id"] == new["load_id"]:
        blank = digests(settle(inputs.read_case(connection, old["load_id"])).case)
        rows = changed_rows(blank, blank)
    else:
        cases = [settle(inputs.read_case(connection, r["load_id"])).case for r in (old, new)]
        rows = changed_rows(digests(cases[0]), digests(cases[1]))
    return Circumstances(rows, old["as_of"], new["as_of"], _bases(old, new))


def _bases(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """What differs besides the rows: version, scheme, settings, year."""
    told = {
        "version": t("程序版本", "version"),
        "scheme": t("评价方案", "scheme"),
        "settings": t("设置", "settings"),
        "year": t("数据年度", "year"),
    }
    out = []
    for column, name in told.items():
        if old[column] != new[column]:
            plain = isinstance(new[column], str | int)
            values = f" {old[column]} → {new[column]}" if plain else ""
            out.append(name + t("不同", " differs") + values)
    return out


def _figures_touched(connection: Conn, before: int, after: int) -> set[str]:
    """Firms whose figures or flags were loaded, changed or ended between two loads."""
    low, high = sorted((before, after))
    return inputs.touched(connection, "indicators", low, high) | inputs.touched(
        connection, "flags", low, high
    )


def _areas(
    pair: dict[str, list[pd.DataFrame]], links: pd.DataFrame, around: Circumstances
) -> pd.DataFrame:
    before, after = (f[["uscc", "occupied_m2"]] for f in pair["ledger"])
    both = before.merge(after, on="uscc", how="outer", suffixes=("", "_now"))
    made = pd.DataFrame(
        {
            "uscc": both["uscc"],
            "before_m2": both["occupied_m2"],
            "after_m2": both["occupied_m2_now"],
        }
    )
    change = (made["after_m2"].fillna(0) - made["before_m2"].fillna(0)).round(2)
    made = made.assign(change_m2=change)[change != 0].sort_values("uscc", ignore_index=True)
    causes = links.groupby("uscc")["cause"].agg(_each_once)
    near = _of_neighbours(pair["links"], links)
    rest = "；".join(around.bases) or t(
        "同一宗地上其他企业的变化", "others on the same land changed"
    )
    made["cause"] = made["uscc"].map(causes).fillna(made["uscc"].map(near)).fillna(rest)
    return made


def _each_once(causes: Iterable[str]) -> str:
    """Causes of several links, those they share said once."""
    return "；".join(dict.fromkeys(one for cause in causes for one in cause.split("；")))


def _of_neighbours(pair: list[pd.DataFrame], links: pd.DataFrame) -> dict[str, str]:
    """For firms on the land of a changed link, that land.

    Args:
        pair: ``links`` of both editions.
        links: Those that differ.
    """
    known = pd.concat([frame[["parcel_code", "uscc"]] for frame in pair]).drop_duplicates()
    near = known[known["parcel_code"].isin(links["parcel_code"])]
    return {
        str(uscc): t("相关宗地 {p} 的对应变化", "links of {p} changed", p="、".join(sorted(p)[:3]))
        for uscc, p in near.groupby("uscc")["parcel_code"]
    }


def _grades(
    pair: list[pd.DataFrame], areas: pd.DataFrame, figures: set[str], around: Circumstances
) -> pd.DataFrame:
    columns = ["uscc", "name", "grade", "score"]
    both = pair[0][columns].merge(
        pair[1][columns], on="uscc", how="outer", suffixes=("", "_now"), indicator="_side"
    )
    was, now = both["grade"].fillna(""), both["grade_now"].fillna("")
    moved = both[(was != now) | (both["_side"] != "both")].sort_values("uscc", ignore_index=True)
    sized = areas.set_index("uscc")
    rest = "；".join(around.bases) or t(
        "评价组的基准或名次变动", "the cohort's benchmark or ranks moved"
    )
    causes = []
    for uscc in moved["uscc"]:
        found = []
        if uscc in sized.index:
            found.append(t("用地面积变化：", "area changed: ") + str(sized.at[uscc, "cause"]))
        if uscc in figures:
            found.append(t("指标或调整项有新数据", "figures or flags were loaded"))
        causes.append("；".join(found) or rest)
    return pd.DataFrame(
        {
            "uscc": moved["uscc"],
            "name": moved["name_now"].fillna(moved["name"]),
            "before": moved["grade"].fillna(""),
            "after": moved["grade_now"].fillna(""),
            "score_before": moved["score"],
            "score_after": moved["score_now"],
            "cause": causes,
        }
    )


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows for JSON."""
    made: list[dict[str, Any]] = json.loads(frame.to_json(orient="records", force_ascii=False))
    return made


def lines(found: Comparison) -> list[str]:
    """The comparison as people read it."""
    titles = {
        "links": t("对应", "links"), "areas": t("面积", "areas"), "grades": t("等级", "grades"),
    }  # fmt: skip
    out = []
    for name, frame in found.tables().items():
        out.append(t("{n}：{k} 处不同", "{n}: {k} differ", n=titles[name], k=len(frame)))
        out += ["  " + _line(row) for row in frame.head(_SHOWN).to_dict("records")]
        if len(frame) > _SHOWN:
            out.append(t("  ……其余见 --json", "  … the rest with --json"))
    return out


def _line(row: Mapping[Any, Any]) -> str:
    return "  ".join(
        f"{v:.2f}" if isinstance(v, float) else str(v) for v in row.values() if v != ""
    )


def fields_of(row: Mapping[str, Any], name: str) -> list[Field]:
    """Columns of an output table of an edition, in their order."""
    spec = TABLES[name]
    return [spec.by_name.get(c) or _indicator(c) for c in row["hashes"][name]["columns"]]


def _indicator(name: str) -> Field:
    return Field(name, name, Kind.NUMBER, decimals=INDICATOR_DECIMALS)


def write_tables(target: Target, number: int, out: Path) -> dict[str, str]:
    """Write an edition's tables as `geomujun run` writes them; SHA-256 by file.

    Raises:
        DataError: a table is not what was recorded when the edition was built.
    """
    out.mkdir(parents=True, exist_ok=True)
    made = {}
    with connect(target, "app") as connection:
        row = editions.get(connection, number)
        for name in OUTPUTS:
            frame = editions.read_result(connection, number, name)
            path = out / f"{name}.csv"
            with path.open("w", encoding="utf-8", newline="") as file:
                write_csv(frame, fields_of(row, name), file)
            found = hashlib.sha256(path.read_bytes()).hexdigest()
            if found != row["hashes"][name]["sha256"]:
                raise DataError(
                    t("{n} 与发布时的摘要不符", "{n} is not what was published", n=name),
                    where=str(path),
                )
            made[path.name] = found
    return made
