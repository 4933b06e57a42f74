"""Cases that were sent and wait for a person's word: folders of ours only, short-lived.

    ROOT/<SHA-256 of the token>/
        about.json     who sent it, for which divisions, until when
        sent/          the files as they came
        case/NAME/     the case folder made of them
        verdict.json   what reading it gave; errors.jsonl, a line per fault

A token is known to its sender only: a look into ROOT does not tell it. What has run out is swept
whenever something new is put down. Several processes may share one ROOT.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import tempfile
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, Final

from geomujun.errors import ConflictError, DataError, MachineError, UsageError
from geomujun.intake.folder import STEMS, split_name
from geomujun.lang import t

_OPEN, _TAKEN, _ASIDE = "", "taken-", "aside-"
_DIGEST = 64  # hexadecimal figures of a SHA-256
_TAKEN_LASTS_S: Final = 24 * 3600  # what a killed load left behind
_RECEIVING_S: Final = 2 * 3600  # a slow line, before the time of a case begins
_NAME_BYTES: Final = 200
_UNSAFE: Final = re.compile(r"[^\w.-]+")


@dataclass(frozen=True, slots=True)
class Held:
    """A case that waits. ``until``: seconds since 1970."""

    folder: Path
    subject: str
    scope: str
    name: str
    until: float

    @property
    def case(self) -> Path:
        """The case folder."""
        return self.folder / "case" / self.name

    @property
    def sent(self) -> Path:
        """The files as they came."""
        return self.folder / "sent"

    def read(self, name: str) -> Any:
        """A JSON file of the folder."""
        return json.loads((self.folder / name).read_text("utf-8"))


class Shelf:
    """All cases that wait, below one folder."""

    def __init__(self, root: Path, lasts_s: int = 3600, each: int = 5, most: int = 40) -> None:
        """Name the folder; ``each`` cases a sender, ``most`` in all, ``lasts_s`` seconds each."""
        self.root, self.lasts_s, self.each, self.most = root, lasts_s, each, most

    def put(self, subject: str, scope: str, name: str) -> tuple[str, Held]:
        """A new folder to receive a case: its token, and where it lies.

        Raises:
            ConflictError: too many wait.
            MachineError: the folder cannot be made, or is somebody else's.
        """
        self._own()
        self.sweep()
        waiting = [h for h in (self._about(p) for p in self._folders(_OPEN)) if h]
        mine = sum(h.subject == subject for h in waiting)
        if mine >= self.each or len(waiting) >= self.most:
            raise ConflictError(
                t("待导入的案卷过多", "too many cases wait to be loaded"),
                hint=t("先导入或删除已上传的案卷", "load or delete those that were sent"),
            )
        token = secrets.token_urlsafe(32)
        folder = self._place(token)
        clean = _UNSAFE.sub("_", name).strip("._")[:60] or "case"
        held = Held(folder, subject, scope, clean, time.time() + self.lasts_s + _RECEIVING_S)
        try:
            folder.mkdir(mode=0o700)
            for part in (held.sent, held.case, folder / "tmp"):
                part.mkdir(mode=0o700, parents=True)
            self._note(held)
        except OSError as e:
            shutil.rmtree(folder, ignore_errors=True)
            raise unwritable(self.root, e) from e
        return token, held

    def ready(self, held: Held) -> Held:
        """A case that has arrived and was read: its time begins."""
        ready = replace(held, until=time.time() + self.lasts_s)
        self._note(ready)
        return ready

    def find(self, token: str, subject: str) -> Held | None:
        """The case of a token, for its sender only; None when there is none in time."""
        held = self._about(self._place(token))
        if held is None or held.subject != subject or held.until < time.time():
            return None
        return held

    def take(self, held: Held) -> Held:
        """Set a case aside for loading, so that no second load and no sweep finds it.

        Raises:
            ConflictError: somebody else did, or it is gone.
        """
        # A name of its own: whoever gives an earlier taking back, late, must not move this one.
        aside = held.folder.with_name(f"{_TAKEN}{secrets.token_hex(4)}-{held.folder.name}")
        try:
            held.folder.rename(aside)
            os.utime(aside)
        except OSError as e:
            raise ConflictError(t("这个案卷正在导入", "this case is being loaded already")) from e
        return replace(held, folder=aside)

    def give_back(self, taken: Held) -> None:
        """Put a case back that could not be loaded."""
        back = taken.folder.with_name(taken.folder.name[-_DIGEST:])
        with suppress(OSError):  # it is gone, or was given back already
            taken.folder.rename(back)

    def drop(self, held: Held) -> None:
        """Delete a case."""
        shutil.rmtree(held.folder, ignore_errors=True)

    def sweep(self) -> None:
        """Delete what has run out."""
        now = time.time()
        for folder in self._folders(_OPEN):
            held = self._about(folder)
            if (held.until if held else _changed(folder) + self.lasts_s) < now:
                shutil.rmtree(folder, ignore_errors=True)
        left = [*self._folders(_TAKEN + r"[0-9a-f]{8}-"), *self.root.glob(f"{_ASIDE}*")]
        for folder in left:
            if _changed(folder) + _TAKEN_LASTS_S < now:
                shutil.rmtree(folder, ignore_errors=True)

    def aside(self) -> Path:
        """An empty folder for a file that is read at once and deleted by the caller.

        Raises:
            MachineError: it cannot be made.
        """
        self._own()
        self.sweep()
        try:
            return Path(tempfile.mkdtemp(prefix=_ASIDE, dir=self.root))
        except OSError as e:
            raise unwritable(self.root, e) from e

    def _note(self, held: Held) -> None:
        about = {k: v for k, v in asdict(held).items() if k != "folder"}
        fresh = held.folder / "about.new"
        fresh.write_text(json.dumps(about, ensure_ascii=False), "utf-8")
        fresh.replace(held.folder / "about.json")

    def _place(self, token: str) -> Path:
        return self.root / hashlib.sha256(token.encode()).hexdigest()

    def _folders(self, prefix: str) -> list[Path]:
        name = re.compile(f"{prefix}[0-9a-f]{{{_DIGEST}}}")
        if not self.root.is_dir():
            return []
        return [p for p in self.root.iterdir() if name.fullmatch(p.name)]

    def _about(self, folder: Path) -> Held | None:
        try:
            return Held(folder, **json.loads((folder / "about.json").read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def _own(self) -> None:
        """Make the root for us alone; one that is somebody else's is refused."""
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            seen = self.root.lstat()
        except OSError as e:
            raise unwritable(self.root, e) from e
        ours = self.root.is_dir() and not self.root.is_symlink() and seen.st_uid == os.geteuid()
        if not ours:
            raise MachineError(
                t("上传文件夹不是本程序的", "the folder for uploads is somebody else's"),
                where=str(self.root), hint="GEOMUJUN_API_INCOMING",
            )  # fmt: skip
        self.root.chmod(0o700)


def _changed(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except OSError:
        return time.time()


def unwritable(place: Path, error: OSError) -> MachineError:
    """That a folder cannot be written, with what to do."""
    return MachineError(
        t("不能写入：{e}", "cannot be written: {e}", e=error.strerror or error), where=str(place),
        hint=t("看磁盘空间和权限；GEOMUJUN_API_INCOMING 可换一个文件夹",
               "look at disk space and rights; GEOMUJUN_API_INCOMING names another folder"),
    )  # fmt: skip


def file_name(told: str) -> str:
    """The name under which a sent file is kept: its last part, without anything that leads away.

    Raises:
        UsageError: no usable name is left.
    """
    name = PurePosixPath(told.replace("\\", "/")).name.strip()
    bad = name in ("", ".", "..") or name.startswith(".") or any(ord(c) < 32 for c in name)
    if bad or len(name.encode("utf-8", "replace")) > _NAME_BYTES:
        raise UsageError(
            t("文件名不可用：{n!r}", "not a usable file name: {n!r}", n=told[:80]),
            hint="parcels.gpkg, enterprises.xlsx …",
        )
    return name


def root_of(folder: Path) -> Path:
    """Where the tables lie: the folder itself, or the only folder in it (a zipped folder).

    Raises:
        DataError: the folder is empty.
    """
    while True:
        inside = [p for p in folder.iterdir() if not p.name.startswith((".", "__MACOSX"))]
        if not inside:
            raise DataError(t("压缩包是空的", "the archive is empty"))
        known = any(split_name(p.name)[0] in STEMS for p in inside)
        if known or len(inside) > 1 or not inside[0].is_dir():
            return folder
        folder = inside[0]
