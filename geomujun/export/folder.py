"""The output folder: written beside its place and swapped in when all is there.

Nothing half-written is ever seen under the name the user gave. An earlier run of ours is replaced;
files of other people found in it (a QGIS project, notes) are carried over. Any other folder is
refused. Where the folder itself cannot be renamed (a mount point), its files are replaced one by
one instead.
"""

from __future__ import annotations

import errno
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from geomujun.errors import MachineError, UsageError
from geomujun.lang import t

MADE_BY: Final = "geomujun"
OURS: Final = (
    "diff.csv", "map", "map.html", "report.xlsx", "result.gpkg", "review_queue.csv", "run.json",
    "state", "tables",
)  # fmt: skip
_HELD: Final = {errno.EBUSY, errno.EXDEV, errno.EACCES, errno.EPERM}


def check(out: Path) -> None:
    """Refuse an output folder that is no earlier run of ours and not empty.

    Raises:
        UsageError: ``out`` is a file, or holds something that is not ours.
    """
    if not out.exists():
        return
    if not out.is_dir():
        raise UsageError(t("不是文件夹", "not a folder"), where=str(out))
    if not any(out.iterdir()) or _is_ours(out):
        return
    raise UsageError(
        t("文件夹里有别的内容，不覆盖", "the folder holds something else; it is not replaced"),
        where=str(out),
        hint=t("换一个新的或空的文件夹", "name a new or an empty folder"),
    )


def _is_ours(out: Path) -> bool:
    try:
        run = json.loads((out / "run.json").read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(run, dict) and run.get("made_by") == MADE_BY


@contextmanager
def staged(out: Path) -> Iterator[Path]:
    """A folder to write into; it takes the place of ``out`` when the block ends without error.

    Raises:
        UsageError: as `check`.
        MachineError: the place cannot be written, or a file in it is held open.
    """
    out = out.resolve()
    check(out)
    try:
        stage = _stage(out)
    except OSError as error:
        raise _unwritable(out, error) from error
    try:
        yield stage
        try:
            _swap(stage, out)
        except OSError as error:
            raise _unwritable(out, error) from error
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _unwritable(out: Path, error: OSError) -> MachineError:
    return MachineError(
        t("写不进去：{why}", "cannot be written: {why}", why=error.strerror or str(error)),
        where=str(error.filename or out),
        hint=t(
            "检查权限和磁盘空间，关闭正在打开这些文件的程序",
            "check rights and free space, and close programs that hold these files open",
        ),
    )


def _stage(out: Path) -> Path:
    out.parent.mkdir(parents=True, exist_ok=True)
    try:
        stage = Path(tempfile.mkdtemp(prefix=f".{out.name}.part-", dir=out.parent))
    except PermissionError:
        if not out.is_dir():
            raise
        stage = Path(tempfile.mkdtemp(prefix=".part-", dir=out))  # a mounted folder: stage inside
    stage.chmod(0o755)
    return stage


def _swap(stage: Path, out: Path) -> None:
    if not out.exists():
        stage.rename(out)
        return
    if stage.parent == out:
        _replace_files(stage, out)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{out.name}.old-", dir=out.parent)) / "run"
    try:
        out.rename(old)
    except OSError as error:
        old.parent.rmdir()
        if error.errno not in _HELD:
            raise
        _replace_files(stage, out)
        return
    try:
        stage.rename(out)
    except OSError:
        old.rename(out)
        old.parent.rmdir()
        raise
    _carry_over(old, out)
    shutil.rmtree(old.parent, ignore_errors=True)


def _carry_over(old: Path, out: Path) -> None:
    """What other people put into the earlier run's folder."""
    for entry in sorted(old.iterdir()):
        if entry.name not in OURS and not (out / entry.name).exists():
            entry.rename(out / entry.name)


def _replace_files(stage: Path, out: Path) -> None:
    """Entry by entry, ``run.json`` last, so that a broken folder does not look like a run."""
    (out / "run.json").unlink(missing_ok=True)
    for name in OURS:
        target = out / name
        if target.is_dir():
            shutil.rmtree(target)
        else:
            target.unlink(missing_ok=True)
    for entry in sorted(stage.iterdir(), key=lambda p: (p.name == "run.json", p.name)):
        entry.rename(out / entry.name)
