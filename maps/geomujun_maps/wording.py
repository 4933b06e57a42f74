"""Texts, legend and head lines of the map pages, in the language in force."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import shapely

from geomujun.domain.legend import Outline, Swatch, legend
from geomujun.lang import t
from geomujun_maps.payload import View, encode
from geomujun_maps.source import MapSource


def texts() -> dict[str, str]:
    """All texts of the pages' scripts."""
    return {
        "internal": t("内部资料", "INTERNAL"),
        "overview": t("总览", "overview"),
        "search": t("搜索企业、曾用名、代码、地址、宗地", "Search firm, code, address, parcel"),
        "nothing_found": t("没有找到", "nothing found"),
        "more_hits": t("另有 {n} 条，请输入更多字", "{n} more; type more"),
        "colour_by": t("着色", "colour by"),
        "plots": t("宗数", "plots"),
        "mu": t("亩", "mu"),
        "toggle": t("点击隐藏或显示", "click to hide or show"),
        "only_low": t("点击只看低效用地提示", "click to show these only"),
        "show_all": t("全部显示", "show all"),
        "score_rank": t("得分 {score}，第 {rank} 名", "score {score}, rank {rank}"),
        "probability": t("可信", "probability"),
        "bits": t("证据权重（比特）", "weight of evidence (bits)"),
        "more": t("另有 {n} 条", "{n} more"),
        "patch": t("图斑", "patch"),
        "parcel_grade": t("宗地", "parcel"),
        "enterprise_grade": t("主要用地企业", "main user"),
        "area": t("面积", "area"),
        "unallocated": t("未分配", "unallocated"),
        "land_use": t("用途", "land use"),
        "holder": t("权利人", "holder"),
        "bucket": t("清点", "bucket"),
        "users": t("谁在用，依据什么", "WHO USES IT, AND WHY"),
        "no_users": t("没有认定的用地企业", "no established user"),
        "to_review": t("待人工复核", "TO BE REVIEWED"),
        "findings": t("互校疑点", "FINDINGS"),
        "screening": t("仅为筛查提示，不作认定。", "A screening hint, never a verdict."),
        "former": t("曾用名", "formerly"),
        "address": t("地址", "address"),
        "no_plot": t("未对应到图上的宗地", "no plot on the map"),
        "n_plots": t("{n} 宗", "{n} plots"),
        "elsewhere": t("另有 {n} 宗在其他分区", "{n} more in other areas"),
        "north": t("北", "N"),
        "north_up": t("上北下南", "north is up"),
        "areas": t("分区", "AREAS"),
        "open": t("打开", "open"),
        "screening_note": t(
            "等级与提示由登记、租赁和年度数据自动算出，供核对使用；坐标系 CGCS2000（EPSG:4490）。",
            "Computed from registers, leases and yearly figures; CGCS2000 (EPSG:4490).",
        ),
    }


def _class(swatch: Swatch) -> dict[str, str]:
    keys = ("key", "colour", "text", "mark", "hatch")
    return {"label": swatch.title, **{k: getattr(swatch, k) for k in keys}}


def modes() -> list[dict[str, Any]]:
    """The three ways to colour plots; classes stand in the order of the legend file."""
    grades = [_class(s) for s in legend().grades.values()]
    buckets = [_class(s) for s in legend().parcel_buckets.values()]
    return [
        {"key": "parcel", "label": t("宗地等级", "Parcel grade"), "field": "pg", "classes": grades},
        {
            "key": "enterprise",
            "label": t("企业等级", "Firm grade"),
            "field": "eg",
            "classes": grades,
        },
        {"key": "bucket", "label": t("清点归类", "Bucket"), "field": "bucket", "classes": buckets},
    ]


def hatches() -> dict[str, dict[str, Any]]:
    """Hatches with their label in the language in force."""
    return {key: {**asdict(h), "label": h.title} for key, h in legend().hatches.items()}


def outlines() -> dict[str, dict[str, Any]]:
    """Lines with their label in the language in force."""
    return {key: _outline(line) for key, line in legend().outlines.items()}


def _outline(line: Outline) -> dict[str, Any]:
    return {"label": line.title, "colour": line.colour, "width": line.width, "dash": line.dash}


def facts(source: MapSource) -> str:
    """The line under the title: year, day, scheme, version."""
    scheme = source.scheme_title or source.scheme_id
    return " · ".join(
        part
        for part in (
            t("{year} 年度", "year {year}", year=source.year),
            t("截至 {day}", "as of {day}", day=source.as_of.isoformat()),
            f"{scheme}（{source.scheme_id}）" if scheme != source.scheme_id else scheme,
            f"geomujun {source.version}" if source.version else "",
        )
        if part
    )


def totals(found: View, rows: list[int]) -> list[str]:
    """Sums of a page: plots, patches among them, matched share, low-efficiency hints.

    The tables count parcels only: without the second line the map would seem to say otherwise.
    """
    mu = found.mu[rows]
    plots = found.plots.iloc[rows]
    matched = (plots["bucket"] == "matched").to_numpy()
    low = (plots["low_efficiency"] > 0).to_numpy()
    patch = (plots["kind"] == "patch").to_numpy()
    whole = float(mu.sum())
    share = 100 * float(mu[matched].sum()) / whole if whole else 0.0
    lines = [
        (True, t("共 {n:,} 宗，{mu:,.0f} 亩", "{n:,} plots, {mu:,.0f} mu", n=len(rows), mu=whole)),
        (patch.any(), t(
            "其中无证图斑 {n:,} 块，{mu:,.0f} 亩",
            "{n:,} of them patches without parcel, {mu:,.0f} mu",
            n=int(patch.sum()), mu=float(mu[patch].sum()),
        )),
        (True, t(
            "已对应 {n:,} 宗，占面积 {p:.1f}%", "{n:,} matched, {p:.1f}% of the area",
            n=int(matched.sum()), p=share,
        )),
        (True, t(
            "低效用地提示 {n:,} 宗，{mu:,.0f} 亩", "{n:,} low-efficiency hints, {mu:,.0f} mu",
            n=int(low.sum()), mu=float(mu[low].sum()),
        )),
    ]  # fmt: skip
    return [text for told, text in lines if told]


def parks(source: MapSource) -> list[dict[str, Any]]:
    """Approved park boundaries with a place for the name."""
    frame = source.case.parks
    frame = frame[~(frame.geometry.is_empty | frame.geometry.isna())]
    shapes = encode(frame.geometry.to_numpy())
    at = [_top(shape) for shape in frame.geometry]
    return [
        {"name": str(name), "at": point, "geom": shape}
        for name, point, shape in zip(frame["name"], at, shapes, strict=True)
    ]


def _top(shape: shapely.Geometry) -> list[int]:
    """The northernmost corner in 1e-6 degree: a name above it covers no plot of the park."""
    points = shapely.get_coordinates(shape)
    best = points[np.lexsort((points[:, 0], points[:, 1]))[-1]]
    return [int(v) for v in np.rint(best * 1e6)]


def context(found: View) -> list[dict[str, Any]]:
    """Line keys of the legend for what the run has."""
    lines = outlines()
    kinds = found.plots["kind"].unique()
    shown = [
        ("parcel", True),
        ("patch", "patch" in kinds),
        ("park", len(found.source.case.parks) > 0),
        ("building", len(found.buildings) > 0),
    ]
    return [lines[key] for key, there in shown if there]
