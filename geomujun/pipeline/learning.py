"""`geomujun learn`: weights for one county, from its own case and from review decisions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from geomujun.errors import DataError
from geomujun.intake.reader import read_case
from geomujun.lang import t
from geomujun.matching.engine import prepare
from geomujun.matching.identity import settle
from geomujun.matching.selftaught import Lesson, examples, teach
from geomujun.matching.tenure import lets_of
from geomujun.matching.weights import Weights, read, shipped, written
from geomujun.pipeline.decisions import no_decisions, read_decisions
from geomujun.pipeline.reconcile import settled_decisions


@dataclass(frozen=True, slots=True)
class Learned:
    """What a case taught, and the file that holds it ("" when it was not better)."""

    lesson: Lesson
    file: str


def learn_case(folder: Path, decisions: Path | None, as_of: date, out: Path) -> Learned:
    """Learn the weights of a case and write them where they predict better than the shipped ones.

    Raises:
        DataError: an input cannot be used.
    """
    weights = shipped()
    identity = settle(read_case(folder).case)
    decided = read_decisions(decisions) if decisions else no_decisions()
    decided = settled_decisions(decided, identity)
    case = identity.case
    ground = prepare(case, as_of, weights)
    lets = lets_of(case, ground.register)
    lesson = teach(examples(ground, case.parcels, lets, decided.live, weights), weights)
    if not lesson.better:
        return Learned(lesson, "")
    made = (
        f"learned by geomujun learn: {lesson.holders} holders, {lesson.reviewed} of them reviewed; "
        f"unexplained bits a holder {lesson.before:.4f} before, {lesson.after:.4f} after, on "
        "halves not learned from"
    )
    out.write_text(written(lesson.weights, made), "utf-8")
    return Learned(lesson, str(out))


def read_weights(path: Path) -> Weights:
    """Weights of a file written by `learn_case`.

    Raises:
        DataError: it cannot be read or is no file of weights.
    """
    try:
        weights = read(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError) as e:
        raise DataError(
            t("权重文件读不了：{p}", "cannot read the weights {p}", p=str(path)),
            hint=t("用 geomujun learn 生成", "made by geomujun learn"),
        ) from e
    lacking = [
        f"{part}.{level}"
        for part, levels in shipped().bits.items()
        for level in levels
        if level not in weights.bits.get(part, {})
    ]
    if lacking or set(shipped().limits) - set(weights.limits):
        raise DataError(
            t("权重文件不完整：{p} 缺 {k}", "{p} lacks {k}", p=str(path), k="、".join(lacking[:5])),
            hint=t("用本版本的 geomujun learn 重新生成", "make it again with this version"),
        )
    return weights
