"""`geomujun match`: which enterprise one record means, asked of a case folder."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Annotated, Any, Final

import typer

from geomujun.cli import console
from geomujun.cli.explain import step_lines
from geomujun.cli.options import CaseFolder, Json
from geomujun.domain.legend import legend
from geomujun.errors import UsageError
from geomujun.geo.datum import DATUMS
from geomujun.lang import t
from geomujun.matching.whereabouts import Record
from geomujun.pipeline.asking import ask

_HOW: Final = {
    "match": ("按名称、代码和位置", "by name, code and place"),
    "short": ("按简称（只供人工判断）", "by short form (for people to judge)"),
    "mention": ("按文字中提及（只供人工判断）", "by mention in the text (for people to judge)"),
    "address": ("按相近地址（只供人工判断）", "by a like address (for people to judge)"),
}


def match(  # noqa: PLR0913 - one option for each thing a record may say
    case: CaseFolder,
    *,
    name: Annotated[str, typer.Option("--name", help="名称 · name")] = "",
    code: Annotated[
        str, typer.Option("--code", help="信用代码或机构代码 · 18- or 9-character code")
    ] = "",
    parcel: Annotated[
        str,
        typer.Option("--parcel", help="宗地代码，或含多个地号的文字 · parcel codes, or lots"),
    ] = "",
    address: Annotated[str, typer.Option("--address", help="地址 · address")] = "",
    lon: Annotated[
        float | None, typer.Option("--lon", min=-180, max=180, help="经度 · longitude")
    ] = None,
    lat: Annotated[
        float | None, typer.Option("--lat", min=-90, max=90, help="纬度 · latitude")
    ] = None,
    datum: Annotated[
        str, typer.Option("--datum", help="坐标系 · datum", metavar="|".join(DATUMS))
    ] = "",
    text: Annotated[
        str, typer.Option("--text", help="项目名称等文字 · running text, e.g. a project's name")
    ] = "",
    top: Annotated[int, typer.Option("--top", min=1, max=50, help="候选数 · candidates")] = 5,
    as_json: Json = False,
) -> None:
    """一条记录对应哪家企业：候选、概率、证据 · which enterprise one record means, and why."""
    x, y = (math.nan if degrees is None else degrees for degrees in (lon, lat))
    record = Record(name.strip(), code.strip(), parcel, address.strip(), x, y, datum.lower())
    _checked(record, text)
    found = ask(case, record, text.strip(), top)
    if as_json:
        console.out(json.dumps(found, ensure_ascii=False, sort_keys=True))
        return
    for line in answer_lines(found):
        console.out(line)


def _checked(record: Record, text: str) -> None:
    """Refuse a question that says too little, or half a point."""
    if not any(s.strip() for s in (record.name, record.code, record.address, text)):
        raise UsageError(
            t("没有可匹配的内容", "there is nothing to match"),
            hint="--name | --code | --address | --text",
        )
    if math.isnan(record.longitude) != math.isnan(record.latitude):
        raise UsageError(
            t("坐标要有经度和纬度", "a point has a longitude and a latitude"), hint="--lon --lat"
        )
    if record.datum and record.datum not in DATUMS:
        raise UsageError(f"--datum {record.datum!r}", hint=" | ".join(DATUMS))


def answer_lines(found: dict[str, Any]) -> Iterator[str]:
    """What a person reads of `asking.ask`."""
    yield from found["notes"]
    for answer in found["answers"]:
        place = ""
        if answer["parcel_code"]:
            code, written = answer["parcel_code"], answer["written"]
            place = f" · {code}" if code == written else f" · {written} → {code}"
        yield ""
        yield t(*_HOW[answer["how"]]) + place
        for n, candidate in enumerate(answer["candidates"], 1):
            yield from _candidate_lines(n, candidate)
        if not answer["candidates"]:
            yield "  " + t("名录中没有相近的企业。", "No enterprise of the register is like it.")


def _candidate_lines(n: int, candidate: dict[str, Any]) -> Iterator[str]:
    band = legend().word("band", candidate["band"]) if candidate["band"] else ""
    said = band or t("低于复核线", "below review")
    yield t(
        "{n}. {name}（{u}）概率 {p:.4f}，{b}，{w:+.2f} 比特",
        "{n}. {name} ({u}) probability {p:.4f}, {b}, {w:+.2f} bits",
        n=n, name=candidate["name"], u=candidate["uscc"], p=candidate["probability"],
        b=said, w=candidate["weight_bits"],
    )  # fmt: skip
    yield from step_lines(candidate["evidence"])
