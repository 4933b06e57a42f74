"""What reading a case folder gave, and what of it stops a job."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import pandas as pd

from geomujun.domain.case import Case
from geomujun.domain.catalogue import TABLES
from geomujun.errors import DataError
from geomujun.intake.folder import KINDS, LAYER_KINDS, STEMS, TABLE_KINDS, Listing
from geomujun.intake.verdict import FileVerdict
from geomujun.lang import t

REQUIRED: Final = tuple(s for s in STEMS if TABLES[s].required)


@dataclass(frozen=True, slots=True)
class Intake:
    """What a case folder gave."""

    case: Case
    files: list[FileVerdict]
    rejects: pd.DataFrame  # columns of TABLES["rejects"]
    faults: list[tuple[str, str, str]] = field(
        default_factory=list
    )  # file, what, hint: stop the job

    def raise_if_unusable(self) -> None:
        """Raise one `DataError` with all that stops the job, a line each; nothing when usable."""
        if self.faults:
            lines = [f"{file}: {what}" for file, what, _ in self.faults]
            hints = list(dict.fromkeys(h for _, _, h in self.faults if h))
            raise DataError("\n".join(lines), hint="；".join(hints))


def faults_of(listing: Listing, files: list[FileVerdict]) -> list[tuple[str, str, str]]:
    """What stops the job: each required table that is missing, unreadable or keeps no row."""
    out = []
    for stem in REQUIRED:
        found = [v for v in files if v.stem == stem]
        title = TABLES[stem].title
        for v in found:
            if v.problems:
                out += [(v.file, p, v.hint) for p in v.problems]
            elif not v.rows_kept:
                reasons = "；".join(f"{r} × {n}" for r, n in v.reasons.items())
                what = t(
                    "没有可用的行（读入 {n} 行）{r}",
                    "no usable row ({n} read) {r}",
                    n=v.rows_in,
                    r=f"：{reasons}" if reasons else "",
                )
                out.append(
                    (v.file, what, t("先用 geomujun check 查看", "look at it with geomujun check"))
                )
        if not found:
            seen = "、".join(s.name for s in listing.sources) or t(
                "没有可读的文件", "no readable file"
            )
            ext = " ".join(
                sorted(
                    e
                    for e, k in KINDS.items()
                    if k in (LAYER_KINDS if TABLES[stem].shape == "polygon" else TABLE_KINDS)
                )
            )
            what = t(
                "缺少必需的{title}文件；文件夹中有：{seen}",
                "the required {title} file is missing; the folder has: {seen}",
                title=title,
                seen=seen,
            )
            out.append(
                (
                    stem,
                    what,
                    t("放入 {s} 文件，扩展名 {e}", "add {s} with one of {e}", s=stem, e=ext),
                )
            )
    return out


def as_dict(intake: Intake) -> dict[str, Any]:
    """The verdicts and what stops the job, as plain types for `geomujun check --json`."""
    return {
        "files": [v.as_dict() for v in intake.files],
        "faults": [{"file": f, "message": m, "hint": h} for f, m, h in intake.faults],
        "rejects": intake.rejects.astype("object")
        .where(intake.rejects.notna(), None)
        .to_dict("records"),
    }
