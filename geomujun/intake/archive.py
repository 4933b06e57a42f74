"""Zip archives (.xlsx, .gdb.zip): looked at before anything is unpacked.

Names that climb out of the folder, links, encrypted entries, absurd sizes and ratios are refused.
Declared sizes are not trusted: unpacking counts what really comes out.
"""

from __future__ import annotations

import errno
import lzma
import shutil
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO, Final

from geomujun.errors import MachineError
from geomujun.intake.limits import Limits
from geomujun.intake.raw import UnreadableError
from geomujun.lang import t

# What reading a damaged entry may raise; the decompressors' errors share no base class.
DAMAGED: Final = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
)
CHUNK: Final = 1 << 20
_UTF8: Final = 0x800  # flag: the name is in UTF-8
_FULL: Final = (errno.ENOSPC, errno.EDQUOT)


def _refuse(zh: str, en: str, **values: object) -> UnreadableError:
    hint = t("请向提供方索取正常导出的文件", "ask the sender for a plainly exported file")
    return UnreadableError(t(zh, en, **values), hint=hint)


def _name(info: zipfile.ZipInfo) -> str:
    """The name as it was written: Windows in China writes GBK and says nothing of it."""
    if info.flag_bits & _UTF8:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return info.filename


def _check_entry(info: zipfile.ZipInfo, limits: Limits) -> None:
    name = _name(info)
    posix, windows = PurePosixPath(name.replace("\\", "/")), PureWindowsPath(name)
    if posix.is_absolute() or windows.drive or ".." in posix.parts or "\x00" in name:
        raise _refuse(
            "压缩包内的名称 {n!r} 指向包外，拒绝解压",
            "entry {n!r} points out of the archive: refused",
            n=name[:120],
        )
    if stat.S_ISLNK(info.external_attr >> 16):
        raise _refuse(
            "压缩包内的 {n!r} 是链接，拒绝解压", "entry {n!r} is a link: refused", n=name[:120]
        )
    if info.flag_bits & 0x1:
        raise _refuse("压缩包内的 {n!r} 有密码", "entry {n!r} is encrypted", n=name[:120])
    big = info.file_size > limits.ratio_from
    if big and info.file_size > limits.ratio * max(1, info.compress_size):
        raise _refuse(
            "压缩包内的 {n!r} 解压后有 {m} MB，是压缩前的 {r} 倍，疑似压缩炸弹",
            "entry {n!r} unpacks to {m} MB, {r} times its packed size: looks like a zip bomb",
            n=name[:120],
            m=info.file_size >> 20,
            r=info.file_size // max(1, info.compress_size),
        )


def check_zip(path: Path, limits: Limits) -> list[zipfile.ZipInfo]:
    """Look at an archive's directory.

    Args:
        path: The archive.
        limits: Bounds on entries, sizes and ratio.

    Returns:
        Its entries.

    Raises:
        UnreadableError: not an archive, damaged, or refused.
    """
    try:
        with zipfile.ZipFile(path) as z:
            entries = z.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as e:
        raise _refuse("不是完整的压缩包：{e}", "not a whole archive: {e}", e=e) from e
    if len(entries) > limits.entries:
        raise _refuse(
            "压缩包内有 {n} 个文件，超过上限", "{n} entries, above the limit", n=len(entries)
        )
    for info in entries:
        _check_entry(info, limits)
    total = sum(info.file_size for info in entries)
    if total > limits.unpacked_bytes:
        raise _refuse(
            "压缩包解压后有 {n} MB，超过上限", "unpacks to {n} MB, above the limit", n=total >> 20
        )
    return entries


def _copy(source: IO[bytes], sink: IO[bytes], left: int) -> int:
    """Copy at most ``left`` bytes; how many came out."""
    done = 0
    while chunk := source.read(CHUNK):
        done += len(chunk)
        if done > left:
            raise _refuse("解压超过上限", "more comes out than is allowed")
        sink.write(chunk)
    return done


def unpack(path: Path, target: Path, limits: Limits) -> None:
    """Unpack a checked archive into an empty folder, counting the bytes that really come out.

    Raises:
        UnreadableError: refused, damaged, or more comes out than the directory declares.
        MachineError: the disk has no room for it.
    """
    left = limits.unpacked_bytes
    entries = check_zip(path, limits)
    wanted = sum(info.file_size for info in entries)
    if wanted > shutil.disk_usage(target).free:
        raise _no_room(wanted)
    try:
        with zipfile.ZipFile(path) as z:
            for info in entries:
                out = target / PurePosixPath(_name(info).replace("\\", "/"))
                if info.is_dir():
                    out.mkdir(parents=True, exist_ok=True)
                    continue
                out.parent.mkdir(parents=True, exist_ok=True)
                with z.open(info) as source, out.open("wb") as sink:
                    left -= _copy(source, sink, left)
    except DAMAGED as e:
        if isinstance(e, OSError) and e.errno in _FULL:
            raise _no_room(wanted) from e
        raise _refuse("压缩包损坏：{e}", "damaged archive: {e}", e=e) from e


def _no_room(wanted: int) -> MachineError:
    return MachineError(
        t("磁盘空间不足：解压需要 {m} MB", "no room on the disk: unpacking takes {m} MB",
          m=(wanted >> 20) + 1),
        hint=t("清理磁盘后重试", "make room, then try again"),
    )  # fmt: skip
