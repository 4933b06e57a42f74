"""`geomujun explain CODE`: why an enterprise or parcel has its grade; what would change it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from geomujun.cli import console
from geomujun.domain.legend import legend
from geomujun.lang import t
from geomujun.pipeline.whygrade import why

LISTED: Final = 12  # links named before the rest is counted


def show(result: Path, uscc: str, as_json: bool) -> int:
    """Print the explanation.

    Args:
        result: Folder of a run.
        uscc: Code of an enterprise or of a parcel.
        as_json: For programs.

    Raises:
        UsageError: the run knows no such code.
        DataError: the run cannot be read.
    """
    found = why(result, uscc)
    if as_json:
        console.out(json.dumps(found, ensure_ascii=False, sort_keys=True))
    else:
        for line in lines(found):
            console.out(line)
    return 0


def lines(found: dict[str, Any]) -> Iterator[str]:
    """What a person reads."""
    yield from _head(found)
    if found["evaluated"]:
        yield from _score(found)
    else:
        yield t("未评价：{r}", "not evaluated: {r}", r=found["why_not"])
    yield from _land(found)
    if found["evaluated"]:
        for border in found["borders"]:
            yield ""
            yield from _border(border)
    yield from _interval(found)


def _head(found: dict[str, Any]) -> Iterator[str]:
    if found["kind"] == "enterprise":
        yield t("企业 {n}（{c}）", "enterprise {n} ({c})", n=found["name"], c=found["code"])
    else:
        yield t("宗地 {c}", "parcel {c}", c=found["code"])
    yield t("{y} 年，方案 {s}", "{y}, scheme {s}", y=found["year"], s=found["scheme"])


def _score(found: dict[str, Any]) -> Iterator[str]:
    place = ""
    if found["rank"] is not None:
        place = t("，第 {k} 名，共 {n} 个", ", rank {k} of {n}", k=found["rank"], n=found["ranked"])
    score = "—" if found["score"] is None else f"{found['score']:.4f}"
    yield t(
        "评价组 {c}：得分 {s}{p}，等级 {g}", "cohort {c}: score {s}{p}, grade {g}",
        c=found["cohort"], s=score, p=place, g=found["grade"] or t("无", "none"),
    )  # fmt: skip
    reason = found.get("grade_reason")
    if reason and reason not in place:
        yield "  " + str(reason)
    listed = {"enterprises": t("计入企业", "counted"), "left_out": t("未计入", "left out")}
    for name, label in listed.items():
        if found.get(name):
            yield f"  {label}: {found[name]}"
    yield ""
    for item in found["items"]:
        yield "  " + _item(item)
    for name, sign in (("bonus", "+"), ("malus", "-")):
        if found.get(name):
            label = t("加分", "bonus") if name == "bonus" else t("减分", "deduction")
            yield f"  {label}: {sign}{found[name]:g}"


def _item(item: dict[str, Any]) -> str:
    label, points = item["label"], item["points"]
    if item["value"] is None:
        return t("{l}：缺数据，{p:.4f} 分", "{l}: no data, {p:.4f} points", l=label, p=points)
    value, weight = item["value"], item["weight"]
    if item["benchmark"] is None and item["low"] is not None:
        how = t(
            "最低 {a:.4f} 最高 {b:.4f}", "lowest {a:.4f} highest {b:.4f}",
            a=item["low"], b=item["high"],
        )  # fmt: skip
    elif item["benchmark"] is None:
        how = t("无基准值", "no benchmark")
    else:
        how = t("基准值 {m:,.4f}", "benchmark {m:,.4f}", m=item["benchmark"])
    return t(
        "{l}：{v:,.4f}，{h}，权重 {w:g} → {p:.4f} 分", "{l}: {v:,.4f}, {h}, weight {w:g} → {p:.4f}",
        l=label, v=value, h=how, w=weight, p=points,
    )  # fmt: skip


def _land(found: dict[str, Any]) -> Iterator[str]:
    if not found["area_lines"]:
        return
    area = found.get("area_mu")
    yield ""
    yield t("用地", "land") + ("" if area is None else t(" {a:.4f} 亩", " {a:.4f} mu", a=area))
    other = "parcel_code" if found["kind"] == "enterprise" else "uscc"
    for line in found["area_lines"]:
        word = legend().word("component", line["component"])
        basis = line["basis"]
        let = t("按租约和他人使用", "by leases and others' use")
        how = let if basis == "leases" else legend().word("area_method", basis)
        yield f"  {line[other]}  {word} {line['area_m2']:,.2f} ㎡  {how}"


def _border(border: dict[str, Any]) -> Iterator[str]:
    if border["up"]:
        zh = "升到 {g} 类还差 {p:.4f} 分（第 {r} 名 {s:.4f} 分）"
        en = "{p:.4f} points to {g} (rank {r}: {s:.4f})"
    else:
        zh = "再少 {p:.4f} 分降到 {g} 类（第 {r} 名 {s:.4f} 分）"
        en = "{p:.4f} points less is {g} (rank {r}: {s:.4f})"
    yield t(zh, en, g=border["grade"], p=border["points"], r=border["rank"], s=border["score"])
    if not border["single"]:
        yield "  " + t("没有哪一项单独变化可以达到", "no single figure would do it")
        return
    yield "  " + t("只变一项、其他和基准值不变：", "one figure alone, benchmarks as they are:")
    for lever in border["single"]:
        part = f"{lever['change'] / lever['now']:+.1%}" if lever["now"] else "—"
        yield "    " + t(
            "{w} {a:,.4g} → {b:,.4g} {u}，{c:+,.4g}（{p}）",
            "{w} {a:,.4g} → {b:,.4g} {u}, {c:+,.4g} ({p})",
            w=lever["label"], a=lever["now"], b=lever["then"], u=lever["unit"],
            c=lever["change"], p=part,
        )  # fmt: skip


def _interval(found: dict[str, Any]) -> Iterator[str]:
    hangs = found["hangs_on"]
    if found["evaluated"]:
        yield ""
        yield t(
            "等级区间：逐条复核 {a}–{b}，全部待复核一起 {c}–{d}",
            "grade interval: one link at a time {a}–{b}, all together {c}–{d}",
            a=found["grade_best"] or "—", b=found["grade_worst"] or "—",
            c=found["joint_best"] or "—", d=found["joint_worst"] or "—",
        )  # fmt: skip
    if not hangs:
        yield t("没有待复核的对应会改变它的等级。", "No link under review would change its grade.")
        return
    yield t("待复核的对应（若确认）：", "links under review (if confirmed):")
    for link in hangs[:LISTED]:
        yield t(
            "  宗地 {p} · {n}（{u}）：{a}→{b}，用地 {m:+.4f} 亩，概率 {q:.3f}",
            "  parcel {p} · {n} ({u}): {a}→{b}, land {m:+.4f} mu, probability {q:.3f}",
            p=link["parcel_code"], n=link["name"], u=link["uscc"], a=link["before"] or "—",
            b=link["after"] or "—", m=link["change_mu"], q=link["probability"],
        )  # fmt: skip
    if len(hangs) > LISTED:
        yield t("  还有 {n} 条", "  and {n} more", n=len(hangs) - LISTED)
