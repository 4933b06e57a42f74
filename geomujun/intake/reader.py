"""Read a case folder: every file, every row accounted for, one verdict per file.

Reading changes nothing in the folder and reaches no network. All errors of all files are
gathered; only then a missing or unusable required file stops the job (`DataError`, exit 3). An
optional file that cannot be read is an empty table with a problem in its verdict.

Tables are read before layers, since their division codes and points help to tell a layer's zone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from python_calamine import CalamineWorkbook as Workbook

from geomujun.domain.case import Case
from geomujun.domain.catalogue import TABLES
from geomujun.errors import DataError
from geomujun.geo.crs import Place
from geomujun.intake import folder as case_folder
from geomujun.intake import layers, sheets, table
from geomujun.intake.delimited import read_delimited
from geomujun.intake.folder import CONTAINERS, LAYER_KINDS, STEMS, TABLE_KINDS, Source
from geomujun.intake.issues import empty_rejects
from geomujun.intake.limits import DEFAULT_LIMITS, Limits
from geomujun.intake.mapping import Rule, read_mapping
from geomujun.intake.outcome import Intake, as_dict, faults_of
from geomujun.intake.parquet import read_parquet
from geomujun.intake.raw import Facts, Raw, UnreadableError
from geomujun.intake.shapefile import read_shapefile
from geomujun.intake.verdict import FileVerdict
from geomujun.lang import t

__all__ = ["Intake", "as_dict", "examine", "read_case"]

Progress = Callable[[str, int], None]
Keep = Callable[[FileVerdict, Raw], None]  # told of each table as its file holds it


@dataclass(frozen=True, slots=True)
class _Part:
    """One table to read: a source, or a sheet or layer of it."""

    source: Source
    stem: str
    part: str = ""  # sheet or layer; "" when the file is the table

    @property
    def label(self) -> str:
        return f"{self.source.name}#{self.part}" if self.part else self.source.name


def _digest(source: Source, verdict: FileVerdict) -> None:
    """SHA-256 of the file, or of the list of its parts' digests."""
    digests = {}
    for name, path in case_folder.files_of(source):
        with path.open("rb") as f:
            digests[name] = hashlib.file_digest(f, "sha256").hexdigest()
    if len(digests) == 1 and not source.path.is_dir():
        verdict.sha256 = next(iter(digests.values()))
        return
    listing = "".join(f"{d}  {n}\n" for n, d in sorted(digests.items()))
    verdict.sha256 = hashlib.sha256(listing.encode()).hexdigest()
    verdict.parts = digests


def _default_hint() -> str:
    return t(
        "文件可能损坏或没有传完，请重新导出或拷贝",
        "the file may be damaged or cut off: export or copy it again",
    )


class _Reading:
    """The state of one reading: what was found, and what still has to be told apart."""

    def __init__(self, limits: Limits, rules: dict[str, Rule], keep: Keep | None = None) -> None:
        self.limits, self.rules, self.keep = limits, rules, keep
        self.frames: dict[str, pd.DataFrame] = {}
        self.rejects: list[pd.DataFrame] = []
        self.files: list[FileVerdict] = []
        self.codes: list[pd.Series] = []
        self.points: list[npt.NDArray[np.float64]] = []
        self.books: dict[Path, Workbook] = {}

    def rule(self, stem: str) -> Rule:
        return self.rules.get(stem, Rule())

    # -- which tables a file holds

    def parts(self, source: Source) -> list[_Part]:
        """Tables of a source: itself, and the sheets or layers named by stems."""
        if source.kind not in CONTAINERS:
            return [_Part(source, source.stem)]
        out = [_Part(source, source.stem)] if source.stem else []
        try:
            names = self._inner_names(source)
        except UnreadableError as e:
            if not source.stem:
                self.unread(source.name, "", e)
            return out
        for name in names:
            stem = sheets.sheet_stem(name)
            if stem and stem != source.stem:
                out.append(_Part(source, stem, name))
        if not out:
            why = t("没有以表名命名的工作表或图层", "no sheet or layer is named by a stem")
            self.files.append(FileVerdict(source.name, "", notes=[why]))
        return out

    def _inner_names(self, source: Source) -> list[str]:
        self._guard_size(source)
        if source.kind in ("xlsx", "xls"):
            return sheets.sheet_names(self.book(source))
        return list(layers.list_layers(source, self.limits))

    def book(self, source: Source) -> Workbook:
        """The workbook of a source, checked and opened once."""
        if source.path not in self.books:
            opened = sheets.open_workbook(source.path, source.kind, self.limits)
            self.books[source.path] = opened
        return self.books[source.path]

    def _guard_size(self, source: Source) -> None:
        size = sum(p.stat().st_size for _, p in case_folder.files_of(source))
        if size > self.limits.file_bytes:
            raise UnreadableError(
                t("文件有 {n} MB，超过上限", "{n} MB, above the limit", n=size >> 20)
            )

    # -- reading one table

    def _raw(self, part: _Part) -> tuple[Raw, Facts]:
        source, rule = part.source, self.rule(part.stem)
        self._guard_size(source)
        if source.kind == "csv":
            return read_delimited(source.path, part.stem, rule, self.limits)
        if source.kind == "shp":
            return read_shapefile(source, rule, self.limits)
        if source.kind == "parquet":
            return read_parquet(source.path, self.limits)
        if source.kind in ("xlsx", "xls"):
            return self._sheet(part, rule)
        if source.kind == "geojson":
            return layers.read_ogr(source, None, self.limits)
        layer = part.part or layers.choose_layer(
            layers.list_layers(source, self.limits), part.stem, rule
        )
        return layers.read_ogr(source, layer, self.limits)

    def _sheet(self, part: _Part, rule: Rule) -> tuple[Raw, Facts]:
        book = self.book(part.source)
        sheet, notes = (part.part, []) if part.part else sheets.choose_sheet(book, part.stem, rule)
        raw, facts = sheets.read_sheet(book, sheet, part.stem, rule, self.limits)
        facts.format = part.source.kind.upper()
        facts.notes = notes + facts.notes
        return raw, facts

    def _check_kind(self, part: _Part) -> None:
        shape = TABLES[part.stem].shape
        allowed = LAYER_KINDS if shape == "polygon" else TABLE_KINDS
        if part.source.kind not in allowed:
            raise UnreadableError(
                t(
                    "{title}不能是 .{kind} 文件",
                    "{title} cannot be a .{kind} file",
                    title=TABLES[part.stem].title,
                    kind=part.source.kind,
                ),
                hint=t(
                    "图层用 .gpkg .shp .gdb .geojson .parquet，表格用 .csv .xlsx .parquet",
                    "layers: .gpkg .shp .gdb .geojson .parquet; tables: .csv .xlsx .parquet",
                ),
            )

    def read(self, part: _Part) -> None:
        """Read one table into the case; what goes wrong becomes its verdict's problem."""
        verdict = FileVerdict(part.label, part.stem)
        self.files.append(verdict)
        try:
            self._check_kind(part)
            _digest(part.source, verdict)
            raw, facts = self._raw(part)
            verdict.format, verdict.encoding, verdict.encoding_how = (
                facts.format,
                facts.encoding,
                facts.encoding_how,
            )
            verdict.notes += facts.notes
            built = table.build(raw, part.stem, self.rule(part.stem), self.place(), verdict)
        except DataError as e:
            self._fail(verdict, str(e), e.hint)
            return
        except (OSError, MemoryError) as e:
            what = str(e) or type(e).__name__
            self._fail(verdict, t("读不出：{e}", "cannot be read: {e}", e=what), "")
            return
        except Exception as e:  # noqa: BLE001  # a file nobody foresaw must not stop the others
            what = f"{type(e).__name__}: {e}"[:200]
            self._fail(verdict, t("读取时出错：{e}", "failed while reading: {e}", e=what), "")
            return
        if self.keep is not None:
            self.keep(verdict, raw)
        self.frames[part.stem] = built.frame
        self.rejects.append(built.rejects)
        self._learn(built.frame, part.stem)

    def _fail(self, verdict: FileVerdict, what: str, hint: str) -> None:
        verdict.problems.append(what)
        verdict.hint = hint or _default_hint()
        verdict.rows_kept, verdict.rows_rejected = 0, verdict.rows_in

    def unread(self, name: str, stem: str, e: DataError) -> None:
        self.files.append(
            FileVerdict(name, stem, problems=[str(e)], hint=e.hint or _default_hint())
        )

    # -- where the case lies

    def _learn(self, frame: pd.DataFrame, stem: str) -> None:
        self.codes.append(table.codes_of(frame, stem))
        if {"longitude", "latitude"} <= set(frame.columns):
            self.points.append(frame[["longitude", "latitude"]].dropna().to_numpy(dtype="float64"))
        elif "geometry" in frame.columns:
            box = shapely.bounds(frame["geometry"].to_numpy())
            middle = np.column_stack([box[:, [0, 2]].mean(axis=1), box[:, [1, 3]].mean(axis=1)])
            self.points.append(middle[np.isfinite(middle).all(axis=1)])

    def place(self) -> Place:
        """Division codes and the median point of what was read so far."""
        codes = pd.concat(self.codes) if self.codes else pd.Series([], dtype="str")
        counts = codes.value_counts()
        ranked = tuple(sorted(counts.index, key=lambda c: (-int(counts[c]), c))[:3])
        known = [p for p in self.points if len(p)]
        if not known:
            return Place(ranked)
        lon, lat = np.median(np.vstack(known), axis=0)
        return Place(ranked, (float(lon), float(lat)))


def _refuse_doubles(parts: list[_Part], reading: _Reading) -> list[_Part]:
    """A stem in two files is not read at all: which one is meant is for people to say."""
    by_stem: dict[str, list[_Part]] = {}
    for part in parts:
        by_stem.setdefault(part.stem, []).append(part)
    out = []
    for stem in STEMS:
        found = by_stem.get(stem, [])
        if len(found) > 1:
            names = "、".join(p.label for p in found)
            fault = UnreadableError(
                t(
                    "同一张表有 {n} 份：{names}",
                    "{n} files for one table: {names}",
                    n=len(found),
                    names=names,
                ),
                hint=t("只留一份，其余移出文件夹", "leave one, move the others out"),
            )
            for part in found:
                reading.unread(part.label, stem, fault)
        else:
            out += found
    return out


def examine(
    folder: Path,
    *,
    progress: Progress | None = None,
    limits: Limits = DEFAULT_LIMITS,
    keep: Keep | None = None,
) -> Intake:
    """Read a case folder without failing on what it lacks; for `geomujun check`.

    Args:
        folder: The case folder (CONTRACT §2).
        progress: Called with a file's name and its rows, after each file.
        limits: Bounds on sizes.
        keep: Called with each table's verdict and its values as the file holds them.

    Returns:
        The tables that could be read, a verdict per file and all rejects; ``faults`` says what
        stops the job.

    Raises:
        DataError: no such folder, or a wrong mapping.yaml.
    """
    if not folder.is_dir():
        raise DataError(
            t("不是文件夹", "not a folder"),
            where=str(folder),
            hint=t("给出案卷文件夹的路径", "give the path of a case folder"),
        )
    listing = case_folder.find(folder)
    reading = _Reading(limits, read_mapping(listing.mapping, limits), keep)
    for name, stem, why, hint in listing.refused:
        reading.unread(name, stem, UnreadableError(why, hint=hint))
    parts = [p for s in listing.sources for p in reading.parts(s)]
    parts = _refuse_doubles(parts, reading)
    for part in sorted(
        parts, key=lambda p: (TABLES[p.stem].shape == "polygon", STEMS.index(p.stem))
    ):
        reading.read(part)
        if progress is not None:
            progress(part.label, reading.files[-1].rows_in)
    reading.files += [FileVerdict(name, "", notes=[why]) for name, why in listing.ignored]
    reading.files += [FileVerdict(n, "", notes=[w], warnings=[w]) for n, w in listing.strange]
    files = sorted(reading.files, key=lambda v: (not v.stem, v.file, v.stem))
    rejects = pd.concat(reading.rejects, ignore_index=True) if reading.rejects else empty_rejects()
    rejects = rejects.sort_values(
        ["file", "row", "field", "value", "reason"], kind="stable", ignore_index=True
    )
    case = Case().with_tables(**reading.frames)
    return Intake(case, files, rejects, faults_of(listing, files))


def read_case(
    folder: Path, *, progress: Progress | None = None, limits: Limits = DEFAULT_LIMITS
) -> Intake:
    """Read a case folder for a job; see `examine`.

    Raises:
        DataError: a required file is missing, unreadable or keeps no row; all such errors in one
            message, a line each.
    """
    intake = examine(folder, progress=progress, limits=limits)
    intake.raise_if_unusable()
    return intake
