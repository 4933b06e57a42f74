"""`geomujun learn`: weights for one county, from its own case and its reviewers."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from geomujun.cli import console
from geomujun.cli.options import CaseFolder, Json
from geomujun.lang import t
from geomujun.matching.selftaught import ENOUGH
from geomujun.pipeline.learning import learn_case


def learn(
    case: CaseFolder,
    out: Annotated[Path, typer.Option("--out", help="权重文件 · file of weights", metavar="FILE")],
    decisions: Annotated[
        Path | None,
        typer.Option("--decisions", help="人工决定 JSONL · human decisions", metavar="FILE"),
    ] = None,
    year: Annotated[int, typer.Option("--year", min=1990, max=2100, help="年度 · year")] = 2024,
    as_json: Json = False,
) -> None:
    """从案卷自身和人工决定中学习权重 · learn weights from a case and from decisions."""
    learned = learn_case(case, decisions, date(year, 12, 31), out)
    lesson = learned.lesson
    if as_json:
        said = {"file": learned.file, "holders": lesson.holders, "reviewed": lesson.reviewed,
                "before": lesson.before, "after": lesson.after}  # fmt: skip
        console.out(json.dumps(said, ensure_ascii=False, sort_keys=True))
        return
    if not lesson.before:
        text = t(
            "可学的权利人只有 {n} 个（至少 {m} 个），没有写文件，仍用随附权重",
            "only {n} holders to learn from (at least {m}); nothing written",
            n=lesson.holders, m=ENOUGH,
        )  # fmt: skip
    else:
        text = t(
            "{n} 个权利人（其中人工认定 {r} 个）；未参与学习的一半上，每个权利人未解释的信息量 "
            "{a:.4f} → {b:.4f} 比特",
            "{n} holders ({r} reviewed); unexplained bits a holder on the halves not learned from: "
            "{a:.4f} → {b:.4f}",
            n=lesson.holders, r=lesson.reviewed, a=lesson.before, b=lesson.after,
        )  # fmt: skip
    console.out(text)
    if learned.file:
        hint = t("用法：geomujun run … --weights {f}", "use: geomujun run … --weights {f}", f=out)
        console.out(hint)
    elif lesson.before:
        console.out(t("没有更好，没有写文件", "no better; nothing written"))
