"""Which encoding a text is in: strict UTF-8 first, GB18030 next, and how sure that is.

A GBK text is almost never valid UTF-8, so the strict order decides well; the reverse is not true
(UTF-8 bytes often pass as GB18030 and give 「缁熶竴」), therefore a UTF-8 text with a little
damage is told from GBK by counting. A declaration is honoured only when the bytes agree with it.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

from geomujun.intake.raw import UnreadableError
from geomujun.lang import t

CHUNK: Final = 1 << 20
UTF8, GB18030 = "UTF-8", "GB18030"
DAMAGE: Final = 0.02  # share of undecodable sequences among the non-ASCII ones that is still damage
_REPLACED: Final = "�"
# Characters that Chinese text does not hold, but that Latin-1 makes out of GBK or UTF-8 bytes.
_MOJIBAKE: Final = re.compile(r"[\x80-\x9f¡-ÿ]")
_CJK: Final = re.compile(r"[㐀-鿿]")
HINT_SAVE: Final = (
    "另存为 UTF-8，或在 mapping.yaml 中写 encoding",
    "save as UTF-8, or say encoding in mapping.yaml",
)
BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8 BOM"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16 BOM"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16 BOM"),
)


@dataclass(frozen=True, slots=True)
class Encoding:
    """A decision: Python codec, name for people, how it was found, undecodable sequences."""

    codec: str
    name: str
    how: str
    bad: int = 0
    declared_wrong: bool = False


Pieces = Callable[[], Iterable[bytes]]  # a text in pieces, from its start at every call


def _count(chunks: Pieces, codec: str) -> tuple[int, int]:
    """Undecodable sequences and non-ASCII characters of a text read as ``codec``."""
    decoder = codecs.getincrementaldecoder(codec)(errors="replace")
    bad = wide = 0
    for chunk in chain(chunks(), [b""]):
        text = decoder.decode(chunk, final=not chunk)
        if not text.isascii():
            bad += text.count(_REPLACED)
            wide += len(text) - len(text.encode("ascii", "ignore"))
    return bad, wide


def judge(chunks: Pieces) -> Encoding:
    """Tell UTF-8 from GB18030.

    Args:
        chunks: Gives the text in pieces, as often as asked.

    Raises:
        UnreadableError: it is neither.
    """
    bad_utf8, wide = _count(chunks, "utf-8")
    if not wide:
        return Encoding("utf-8", "ASCII", t("没有非 ASCII 字符", "no character beyond ASCII"))
    if not bad_utf8:
        return Encoding("utf-8", UTF8, t("整体符合 UTF-8", "valid UTF-8 throughout"))
    if bad_utf8 <= max(1, DAMAGE * wide) and wide - bad_utf8 >= 20:
        how = t("UTF-8，有 {n} 处损坏", "UTF-8 with {n} damaged places", n=bad_utf8)
        return Encoding("utf-8", UTF8, how, bad_utf8)
    bad, wide = _count(chunks, "gb18030")
    if bad <= DAMAGE * wide:
        how = t("不是 UTF-8，符合 GB18030", "not UTF-8, valid GB18030")
        if bad:
            how += t("，有 {n} 处损坏", ", {n} damaged places", n=bad)
        return Encoding("gb18030", GB18030, how, bad)
    raise UnreadableError(
        t("文字编码既不是 UTF-8 也不是 GB18030", "the text is neither UTF-8 nor GB18030"),
        hint=t(*HINT_SAVE),
    )


def _forced(chunks: Pieces, codec: str) -> Encoding:
    bad, wide = _count(chunks, codec)
    if bad > max(1, DAMAGE * wide):
        raise UnreadableError(
            t(
                "按 mapping.yaml 的编码 {c} 有 {n} 处不能解码",
                "{n} places cannot be decoded as {c}, which mapping.yaml says",
                c=codec,
                n=bad,
            ),
            hint=t(
                "改正或删去 mapping.yaml 中的 encoding",
                "correct or remove encoding in mapping.yaml",
            ),
        )
    return Encoding(codec, codec.upper(), "mapping.yaml", bad)


def of_file(path: Path, forced: str = "") -> Encoding:
    """Encoding of a text file.

    Args:
        path: The file; read in pieces, never held whole.
        forced: Codec that mapping.yaml names, "" for none.

    Raises:
        UnreadableError: empty, binary, or in no encoding that is known.
    """

    def chunks() -> Iterator[bytes]:
        with path.open("rb") as f:
            while chunk := f.read(CHUNK):
                yield chunk

    head = next(chunks(), b"")
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise UnreadableError(t("文件是空的", "the file is empty"))
    for bom, codec, how in BOMS:
        if head.startswith(bom):
            bad, wide = _count(chunks, codec)
            if bad <= DAMAGE * wide:
                return Encoding(codec, how.removesuffix(" BOM"), how, bad)
    if b"\x00" in head:
        raise UnreadableError(
            t("不是文本文件（含有空字节）", "not a text file (it holds NUL bytes)"),
            hint=t("确认扩展名与内容一致", "check that the extension fits the content"),
        )
    return _forced(chunks, forced) if forced else judge(chunks)


def _count_cells(cells: list[bytes], codec: str) -> tuple[int, int]:
    """Cells that are not ``codec``, and cells beyond ASCII.

    A character cut off at a cell's end is no fault: fixed-width fields cut there.
    """
    bad = wide = 0
    for cell in cells:
        if cell.isascii():
            continue
        wide += 1
        try:
            codecs.getincrementaldecoder(codec)().decode(cell)
        except UnicodeDecodeError:
            bad += 1
    return bad, wide


def judge_cells(cells: list[bytes], what: str) -> Encoding:
    """Tell UTF-8 from GB18030 for text in fixed-width cells; see `judge`."""
    bad_utf8, wide = _count_cells(cells, "utf-8")
    if not wide:
        return Encoding("utf-8", "ASCII", t("没有非 ASCII 字符", "no character beyond ASCII"))
    if bad_utf8 <= DAMAGE * wide:
        return Encoding("utf-8", UTF8, t("内容符合 UTF-8", "valid UTF-8"), bad_utf8)
    bad, _ = _count_cells(cells, "gb18030")
    if bad <= DAMAGE * wide:
        how = t("不是 UTF-8，符合 GB18030", "not UTF-8, valid GB18030")
        return Encoding("gb18030", GB18030, how, bad)
    raise UnreadableError(
        t("文字编码既不是 UTF-8 也不是 GB18030", "the text is neither UTF-8 nor GB18030"),
        where=what,
        hint=t(*HINT_SAVE),
    )


def of_declared(cells: list[bytes], declared: str, source: str, what: str) -> Encoding:
    """Encoding of cells whose declaration may be wrong (.cpg, LDID).

    Args:
        cells: Text cells of fixed width, without padding.
        declared: Python codec of the declaration, "" for none.
        source: Where the declaration stands: ".cpg" or "LDID".
        what: File, for messages.

    Raises:
        UnreadableError: the declaration is wrong, and the text is in no known encoding either.
    """
    if not declared:
        return judge_cells(cells, what)
    name = codecs.lookup(declared).name
    bad, wide = _count_cells(cells, declared)
    if not wide or (bad <= DAMAGE * wide and _plausible(cells, name)):
        return Encoding(
            declared,
            name.upper(),
            t("{s} 声明，与内容相符", "declared by {s}, and fits", s=source),
            bad,
        )
    found = judge_cells(cells, what)
    how = t(
        "{s} 声明 {d} 与内容不符；{how}",
        "{s} declares {d}, which does not fit; {how}",
        s=source,
        d=name.upper(),
        how=found.how,
    )
    return Encoding(found.codec, found.name, how, found.bad, declared_wrong=True)


def _plausible(cells: list[bytes], codec: str) -> bool:
    """Whether text that decodes without error also reads as Chinese, not as mojibake."""
    if codec == "utf-8":
        return True
    if codec.startswith("gb"):
        # UTF-8 often passes as GBK, never the reverse: what is valid UTF-8 is UTF-8.
        return _count_cells(cells, "utf-8")[0] > 0
    text = b" ".join(cells).decode(codec, errors="replace")
    return not (_MOJIBAKE.search(text) and not _CJK.search(text))
