"""The closing summary of a run: how many of each bucket, how many mu, what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from geomujun.domain.legend import legend
from geomujun.domain.words import M2_PER_MU
from geomujun.export.result import Result
from geomujun.lang import t
from geomujun.pipeline.rerun import DIFF


def summary_lines(result: Result, out: Path) -> list[str]:
    """What a person reads when a run is done."""
    tables = result.tables
    parcels, firms = tables["parcel_reconciliation"], tables["enterprise_reconciliation"]
    mu = parcels["area_m2"] / M2_PER_MU
    lines = [
        f"{result.title} · {result.scheme_title} · {result.year}",
        _total(t("宗地", "parcels"), len(parcels), mu),
        *_bucket_lines({k: b.title for k, b in legend().parcel_buckets.items()},
                       parcels["bucket"], mu),
        _total(t("企业", "enterprises"), len(firms)),
        *_bucket_lines({k: legend().bucket(k) for k in legend().enterprise_buckets},
                       firms["bucket"]),
        _grades(tables["enterprise_evaluation"]["grade"]),
        t(
            "互校疑点 {f:,} 条，低效用地提示 {l:,} 条，剔除记录 {r:,} 条",
            "{f:,} findings, {l:,} low-efficiency prompts, {r:,} rejects",
            f=len(tables["cross_check"]),
            l=len(tables["low_efficiency"]),
            r=len(tables["rejects"]),
        ),
        *_attention(result),
        "",
        t("接下来：", "Next:"),
    ]  # fmt: skip
    return lines + [f"  {n}. {text}" for n, text in enumerate(_next(result, out), 1)]


def _attention(result: Result) -> list[str]:
    """Files that could not be used, and what looks wrong in those that were."""
    found = result.run.get("attention", ())
    if not found:
        return []
    title = t("请注意（详见 geomujun check）：", "Take note (more: geomujun check):")
    return ["", title, *(f"  ! {line}" for line in found)]


def _total(title: str, count: int, mu: pd.Series | None = None) -> str:
    return t("{title} {n:,}", "{n:,} {title}", title=title, n=count) + _area(mu)


def _area(mu: pd.Series | None) -> str:
    return "" if mu is None else t("，{a:,.0f} 亩", ", {a:,.0f} mu", a=mu.sum())


def _bucket_lines(
    words: Mapping[str, str], buckets: pd.Series, mu: pd.Series | None = None
) -> list[str]:
    """A line for each bucket that holds something, in the legend's words and order."""
    counts = buckets.value_counts()
    return [
        f"  {word} {int(counts[key]):,}{_area(None if mu is None else mu[buckets == key])}"
        for key, word in words.items()
        if key in counts
    ]


def _grades(grades: pd.Series) -> str:
    counts = grades.value_counts()
    text = "  ".join(f"{g} {int(counts.get(g, 0)):,}" for g in "ABCD")
    return t(
        "企业等级：{x}  不定级 {n:,}", "grades: {x}  none {n:,}", x=text, n=int(counts.get("", 0))
    )


def _next(result: Result, out: Path) -> list[str]:
    """What to do now, most useful first."""
    steps = [t("用浏览器打开 {p}", "open {p} in a browser", p=out / "map.html")]
    if (out / DIFF).exists():  # a run without --since leaves none
        steps.append(_changes(out / DIFF))
    queue = result.tables["review_queue"]
    if len(queue):
        steps.append(
            t(
                "复核 {n:,} 条对应，涉及 {a:,.0f} 亩：{p}",
                "review {n:,} links, {a:,.0f} mu at stake: {p}",
                n=len(queue),
                a=queue["area_m2"].sum() / M2_PER_MU,
                p=out / "review_queue.csv",
            )
        )
    if len(result.tables["rejects"]):
        steps.append(
            t(
                "请来源部门改正剔除记录：{p}",
                "have the rejects mended: {p}",
                p=out / "tables" / "rejects.csv",
            )
        )
    steps.append(t("送审稿：{p}", "hand on: {p}", p=out / "report.xlsx"))
    return steps


def _changes(path: Path) -> str:
    """What `run --since` found changed."""
    changed = len(pd.read_csv(path, usecols=["change"], encoding="utf-8-sig"))
    if not changed:
        return t("对应关系与上次相同：{p}", "the same links as before: {p}", p=path)
    return t(
        "与上次相比 {n:,} 条对应有变化，逐条写明原因：{p}",
        "{n:,} links changed since, each with its cause: {p}",
        n=changed,
        p=path,
    )
