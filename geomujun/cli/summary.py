"""The closing summary of a run: how many of each bucket, how many mu, what to do next."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pandas as pd

from geomujun.domain.words import M2_PER_MU
from geomujun.export.result import Result
from geomujun.lang import t
from geomujun.pipeline.rerun import DIFF

BUCKETS: Final = {
    "matched": ("已对应", "matched"),
    "ambiguous": ("待复核", "ambiguous"),
    "individual_holder": ("个人权利人", "individual holder"),
    "public_holder": ("公共机构", "public holder"),
    "holder_cancelled": ("权利人已注销", "holder cancelled"),
    "collective_no_certificate": ("集体无证", "collective, no certificate"),
    "vacant": ("空置", "vacant"),
    "not_industrial": ("非工业", "not industrial"),
    "unmatched": ("未对应", "unmatched"),
    "no_land": ("无用地", "no land"),
    "registered_only": ("仅注册地址", "registered address only"),
    "cancelled": ("已注销", "cancelled"),
    "out_of_region": ("域外", "out of region"),
    "invalid": ("代码无效", "invalid code"),
}


def summary_lines(result: Result, out: Path) -> list[str]:
    """What a person reads when a run is done."""
    tables = result.tables
    parcels, firms = tables["parcel_reconciliation"], tables["enterprise_reconciliation"]
    lines = [
        f"{result.title} · {result.scheme_title} · {result.year}",
        *_bucket_lines(t("宗地", "parcels"), parcels["bucket"], parcels["area_m2"] / M2_PER_MU),
        *_bucket_lines(t("企业", "enterprises"), firms["bucket"], None),
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
    ]
    return lines + [f"  {n}. {text}" for n, text in enumerate(_next(result, out), 1)]


def _attention(result: Result) -> list[str]:
    """Files that could not be used, and what looks wrong in those that were."""
    found = result.run.get("attention", ())
    if not found:
        return []
    title = t("请注意（详见 geomujun check）：", "Take note (more: geomujun check):")
    return ["", title, *(f"  ! {line}" for line in found)]


def _bucket_lines(title: str, buckets: pd.Series, mu: pd.Series | None) -> list[str]:
    counts = buckets.value_counts()
    total = t("{title} {n:,}", "{n:,} {title}", title=title, n=len(buckets))
    if mu is not None:
        total += t("，{a:,.0f} 亩", ", {a:,.0f} mu", a=mu.sum())
    lines = [total]
    for key, (zh, en) in BUCKETS.items():
        if key in counts:
            area = (
                ""
                if mu is None
                else t("，{a:,.0f} 亩", ", {a:,.0f} mu", a=mu[buckets == key].sum())
            )
            lines.append(f"  {t(zh, en)} {int(counts[key]):,}{area}")
    return lines


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
