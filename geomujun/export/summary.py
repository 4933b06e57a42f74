"""The figures of the summary sheet (汇总): counts, areas and the balances that must hold.

Pure: frames in, blocks of rows out; the workbook only lays them out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from geomujun_maps import joined

from geomujun.domain.legend import GRADES, legend
from geomujun.domain.words import M2_PER_MU
from geomujun.export.result import Result
from geomujun.lang import t

TOLERANCE_M2: Final = 1.0  # CONTRACT §4: balances hold to one square metre


@dataclass(frozen=True, slots=True)
class Block:
    """A titled little table; ``grade_column`` holds grade letters to be coloured, -1 for none."""

    title: str
    header: list[str]
    rows: list[list[Any]]
    grade_column: int = -1


def blocks(result: Result) -> list[Block]:
    """All blocks of the summary, empty ones left out."""
    every = [
        _parcel_buckets(result),
        _enterprise_buckets(result),
        _grades(result, "enterprise_evaluation", t("企业等级分布", "Enterprise grades")),
        _grades(result, "parcel_evaluation", t("宗地等级分布", "Parcel grades")),
        _links(result),
        _balances(result),
        _findings(result),
        _low(result),
        _inputs(result),
        _counts(result),
    ]
    return [block for block in every if block.rows]


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _parcel_buckets(result: Result) -> Block:
    frame = joined.table(result, "parcel_reconciliation")
    mu = pd.Series(np.nan_to_num(joined.number(frame["area_m2"])) / M2_PER_MU)
    bucket = joined.text(frame["bucket"]).reset_index(drop=True)
    rows: list[list[Any]] = []
    for key, swatch in legend().parcel_buckets.items():
        here = (bucket == key).to_numpy()
        if here.any():
            area = float(np.sort(mu[here].to_numpy()).sum())
            share = _share(area, float(np.sort(mu.to_numpy()).sum()))
            rows.append([swatch.title, key, int(here.sum()), area, share])
    rows.append([t("合计", "total"), "", len(frame), sum(r[3] for r in rows), 1.0])
    header = [
        t("宗地归类", "Parcels"),
        t("表中用词", "word"),
        t("宗数", "count"),
        t("亩", "mu"),
        t("占比", "share"),
    ]
    return Block(t("宗地清点", "Parcels by bucket"), header, rows)


def _enterprise_buckets(result: Result) -> Block:
    bucket = joined.text(joined.table(result, "enterprise_reconciliation")["bucket"])
    rows: list[list[Any]] = []
    for key in legend().enterprise_buckets:
        count = int((bucket == key).sum())
        if count:
            rows.append([legend().bucket(key), key, count, None, _share(count, len(bucket))])
    rows.append([t("合计", "total"), "", len(bucket), None, 1.0])
    header = [
        t("企业归类", "Enterprises"),
        t("表中用词", "word"),
        t("户数", "count"),
        "",
        t("占比", "share"),
    ]
    return Block(t("企业清点", "Enterprises by bucket"), header, rows)


def _grades(result: Result, name: str, title: str) -> Block:
    frame = joined.table(result, name)
    grade = joined.text(frame["grade"])
    cohort = joined.text(frame["cohort"])
    mu = pd.Series(np.nan_to_num(joined.number(frame["area_mu"])), index=frame.index)
    rows: list[list[Any]] = []
    for group in sorted(set(cohort)):
        for key in GRADES:
            here = ((grade == key) & (cohort == group)).to_numpy()
            if here.any():
                area = float(np.sort(mu[here].to_numpy()).sum())
                share = _share(int(here.sum()), int((cohort == group).sum()))
                label = key or legend().grades[""].title
                rows.append([group, label, int(here.sum()), area, share])
    header = [
        t("评价组", "cohort"),
        t("等级", "grade"),
        t("户数", "count"),
        t("亩", "mu"),
        t("占比", "share"),
    ]
    if name == "parcel_evaluation":
        header[2] = t("宗数", "count")
    return Block(title, header, rows, grade_column=1)


def _links(result: Result) -> Block:
    frame = joined.links(result)
    frame["mu"] = frame["area"].fillna(0) / M2_PER_MU
    rows: list[list[Any]] = []
    word = legend().word
    for _, part in frame.groupby(["relation", "band"], sort=True):
        relation, band = str(part["relation"].iloc[0]), str(part["band"].iloc[0])
        area = float(np.sort(part["mu"].to_numpy()).sum())
        rows.append([word("relation", relation), word("band", band), len(part), area, None])
    header = [t("关系", "relation"), t("档", "band"), t("条数", "count"), t("亩", "mu"), ""]
    return Block(t("地企对应", "Links"), header, rows)


def _check(title: str, left: float, right: float, unit: str, tolerance: float) -> list[Any]:
    ok = abs(left - right) <= tolerance
    return [title, t("平", "holds") if ok else t("不平", "BROKEN"), left, right, unit]


def _balances(result: Result) -> Block:
    """The balances of CONTRACT §4, each as left side, right side, verdict."""
    parcels = joined.table(result, "parcel_reconciliation")
    ledger = joined.table(result, "ledger")
    lines = joined.table(result, "ledger_lines")

    def total(frame: pd.DataFrame, column: str) -> float:
        return float(np.sort(np.nan_to_num(joined.number(frame[column]))).sum())

    used = total(parcels, "allocated_m2") + total(parcels, "unallocated_m2")
    slack = max(TOLERANCE_M2, 0.005 * len(parcels))
    plus = sum(total(ledger, c) for c in ("registered_m2", "leased_in_m2", "other_m2"))
    net = plus - total(ledger, "leased_out_m2") - total(ledger, "exempt_m2")
    component = joined.text(lines["component"])
    rows = [
        _check(
            t("宗地：已分配 + 未分配 = 登记", "parcels: allocated + unallocated = registered"),
            used, total(parcels, "area_m2"), "㎡", slack,
        ),
        _check(
            t("台账：登记 + 租入 + 其他 - 租出 - 暂不计入 = 占用", "ledger: components = occupied"),
            net, total(ledger, "occupied_m2"), "㎡", slack,
        ),
    ]  # fmt: skip
    for key in ("registered", "leased_in", "other", "leased_out", "exempt"):
        name = legend().word("component", key)
        here = lines[(component == key).to_numpy()]
        rows.append(
            _check(
                t("台账与明细：{name}", "ledger and its lines: {name}", name=name),
                total(ledger, f"{key}_m2"), total(here, "area_m2"), "㎡", slack,
            )
        )  # fmt: skip
    header = [t("平衡", "Balance"), t("结果", "result"), t("左", "left"), t("右", "right"), ""]
    return Block(t("平衡关系", "Balances"), header, rows)


def _findings(result: Result) -> Block:
    frame = joined.table(result, "cross_check")
    pairs = pd.DataFrame({k: joined.text(frame[k]) for k in ("rule", "severity")})
    counts = pairs.value_counts(sort=False).sort_index().reset_index(name="count")
    word = legend().word
    rows: list[list[Any]] = [
        [word("rule", rule), rule, int(count), word("severity", severity), None]
        for rule, severity, count in zip(
            counts["rule"], counts["severity"], counts["count"], strict=True
        )
    ]
    header = [
        t("疑点", "Finding"),
        t("规则代号", "rule"),
        t("条数", "count"),
        t("程度", "severity"),
        "",
    ]
    return Block(t("互校疑点", "Findings"), header, rows)


def _low(result: Result) -> Block:
    frame = joined.table(result, "low_efficiency")
    pairs = pd.DataFrame(
        {"rule": joined.text(frame["rule"]), "mu": np.nan_to_num(joined.number(frame["area_mu"]))}
    )
    rows: list[list[Any]] = [
        [legend().word("rule", str(rule)), rule, len(part), float(np.sort(part["mu"]).sum()), None]
        for rule, part in pairs.groupby("rule", sort=True)
    ]
    header = [
        t("提示（仅筛查）", "Hint (screening only)"),
        t("规则代号", "rule"),
        t("宗数", "count"),
        t("亩", "mu"),
        "",
    ]
    return Block(t("低效用地提示", "Low-efficiency hints"), header, rows)


def _inputs(result: Result) -> Block:
    rows: list[list[Any]] = []
    for item in result.run.get("inputs", ()):
        into, kept, out = (int(item.get(k) or 0) for k in ("rows_in", "rows_kept", "rows_rejected"))
        holds = t("平", "holds") if into == kept + out else t("不平", "BROKEN")
        rows.append([str(item.get("file", "")), holds, into, kept, out])
    header = [
        t("文件", "File"),
        t("结果", "result"),
        t("读入行", "rows in"),
        t("保留", "kept"),
        t("剔除", "rejected"),
    ]
    return Block(t("输入文件：读入 = 保留 + 剔除", "Inputs: in = kept + rejected"), header, rows)


def _counts(result: Result) -> Block:
    rows: list[list[Any]] = [
        [str(key), "", value if isinstance(value, int | float) else str(value), None, None]
        for key, value in sorted(result.counts.items())
    ]
    return Block(t("其他", "Further"), [t("项", "item"), "", t("值", "value"), "", ""], rows)
