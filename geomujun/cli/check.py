"""`geomujun check`: what a case folder holds, file by file; changes nothing."""

from __future__ import annotations

import json

from geomujun.cli import console
from geomujun.cli.options import CaseFolder, Json
from geomujun.intake.reader import examine
from geomujun.intake.verdict import verdict_lines


def check(
    case: CaseFolder,
    as_json: Json = False,
) -> None:
    """逐个文件说明读法与剔除 · a verdict per file: format, encoding, CRS, columns, units, rows."""
    with console.progress(as_json) as say:
        intake = examine(case, progress=say)
    if as_json:
        found = {
            "files": [f.as_dict() for f in intake.files],
            "rejects": json.loads(intake.rejects.to_json(orient="records", force_ascii=False)),
            "faults": [dict(zip(("file", "what", "hint"), f, strict=True)) for f in intake.faults],
        }
        console.out(json.dumps(found, ensure_ascii=False, sort_keys=True))
    else:
        for verdict in intake.files:
            for line in verdict_lines(verdict):
                console.out(line)
    intake.raise_if_unusable()
