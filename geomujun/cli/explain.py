"""`geomujun explain`: why a parcel and an enterprise are linked, from a finished run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from geomujun.cli import console
from geomujun.cli.options import Json
from geomujun.domain.legend import legend
from geomujun.domain.words import M2_PER_MU
from geomujun.lang import t
from geomujun.pipeline.finished import reader_of
from geomujun.pipeline.why import read_pair

BAR: Final = 24  # characters of the longest bar
_ITEMS: Final = {
    "prior": "先验", "name": "名称", "former_name": "曾用名", "trade": "行业", "place": "区划",
    "legal": "形式", "whole": "全名",
    "code": "代码", "date": "日期", "point": "坐标", "door": "生产门牌",
    "home": "注册门牌", "village": "村路", "area": "面积", "lessor": "出租", "held": "另有宗地",
    "lease": "合同", "lease_parcel": "合同宗地", "lease_party": "合同承租",
    "dead_lease": "失效租约", "family": "关联企业", "rest": "余量", "taken": "权利人",
    "seat": "无生产地址", "decision": "人工", "short": "简称", "mention": "提及", "address": "地址",
}  # fmt: skip


def explain(
    first: Annotated[str, typer.Argument(help="宗地代码 · parcel code", metavar="PARCEL")],
    second: Annotated[
        str, typer.Argument(help="统一社会信用代码 · code of the enterprise", metavar="[USCC]")
    ] = "",
    result: Annotated[
        Path,
        typer.Option("--result", help="运行结果文件夹 · folder of a run", metavar="DIR"),
    ] = Path(),
    as_json: Json = False,
) -> None:
    """说明一对宗地与企业为何对应，只给企业代码则说明其评价 · why a pair is linked; a firm alone."""
    if not second:
        from geomujun.cli.explain_firm import show

        show(result, first, as_json)
        return
    pair = read_pair(reader_of(result), first, second)
    if as_json:
        console.out(json.dumps(pair, ensure_ascii=False, sort_keys=True))
        return
    for line in pair_lines(pair):
        console.out(line)


def pair_lines(pair: dict[str, Any]) -> Iterator[str]:
    """What a person reads of `read_pair`."""
    yield t("宗地 {p}", "parcel {p}", p=pair["parcel_code"])
    yield t("企业 {n}（{u}）", "enterprise {n} ({u})", n=pair["name"], u=pair["uscc"])
    for link in pair["links"]:
        yield ""
        yield from _link_lines(link)
    if not pair["links"]:
        yield ""
        yield t("这一宗地与这家企业之间没有对应。", "There is no link between the two.")
        yield from _buckets(pair)
    yield from _others(t("该宗地的其他对应", "other links of the parcel"), pair["links_of_parcel"])
    yield from _others(
        t("该企业的其他对应", "other links of the enterprise"), pair["links_of_enterprise"]
    )


def _buckets(pair: dict[str, Any]) -> Iterator[str]:
    """Where each of the two ended."""
    swatch = legend().parcel_buckets.get(pair["parcel_bucket"])
    if swatch:
        yield t("宗地：", "parcel: ") + f"{swatch.title} · {pair['parcel_reason']}"
    bucket = legend().bucket(pair["enterprise_bucket"])
    yield t("企业：", "enterprise: ") + f"{bucket} · {pair['enterprise_reason']}"


def _others(title: str, links: list[dict[str, Any]]) -> Iterator[str]:
    if links:
        yield ""
        yield f"{title}:"
    for link in links:
        code = f"{link['parcel_code']} {link['name'] or link['uscc']}"
        yield f"  {code} · {_word('relation', link['relation'])} · {_verdict(link)}"


def _link_lines(link: dict[str, Any]) -> Iterator[str]:
    head = _word("relation", link["relation"])
    if link["lease_id"]:
        head += t("，合同 {c}", ", contract {c}", c=link["lease_id"])
    yield head
    yield from step_lines(link["evidence"])
    yield t("  总权重 {w} 比特", "  weight {w} bits", w=_number(link["weight_bits"], "+.2f"))
    yield "  " + _verdict(link)
    if link["rival_uscc"]:
        yield t(
            "  竞争者 {n}（{u}），概率 {p}", "  rival {n} ({u}), probability {p}",
            n=link["rival_name"], u=link["rival_uscc"],
            p=_number(link["rival_probability"], ".4f"),
        )  # fmt: skip
    area = link["area_m2"]
    yield t(
        "  面积 {a} 平方米（{mu} 亩），{m}", "  area {a} m² ({mu} mu), {m}",
        a=_number(area, ",.2f"), mu=_number(None if area is None else area / M2_PER_MU, ",.4f"),
        m=_word("area_method", link["area_method"]) if link["area_method"] else "—",
    )  # fmt: skip


def step_lines(steps: list[dict[str, Any]]) -> Iterator[str]:
    """Each item: bits as a bar, the sum so far, the sentence, and both values below it."""
    longest = max((abs(s["bits"]) for s in steps), default=0.0)
    for step in steps:
        size = round(BAR * abs(step["bits"]) / longest) if longest else 0
        bar = ("█" if step["bits"] >= 0 else "░") * size
        label = t(_ITEMS.get(step["name"], step["name"]), step["name"])
        numbers = f"{step['bits']:+8.2f} {step['total']:+8.2f}"
        yield f"  {numbers}  {bar:<{BAR}}  {label} · {step['line']}"
        if step["left"] or step["right"]:
            yield f"{'':22}{step['left'] or '—'}  ↔  {step['right'] or '—'}"


def _verdict(link: dict[str, Any]) -> str:
    text = t(
        "概率 {p}，{b}", "probability {p}, {b}",
        p=_number(link["probability"], ".4f"), b=_word("band", link["band"]),
    )  # fmt: skip
    if link["decision"]:
        text += t("，人工：{d}", ", decision: {d}", d=_word("decision", link["decision"]))
    return text


def _number(value: float | None, shape: str) -> str:
    return "—" if value is None else format(value, shape)


def _word(kind: str, key: str) -> str:
    return legend().word(kind, key)
