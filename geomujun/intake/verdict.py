"""What was found in one file, and how it was decided: the record behind `geomujun check`.

Nothing is decided here. A verdict is filled while a file is read and never changed afterwards.
``rows_in = rows_kept + rows_rejected`` always; a kept row that lost an optional value is listed in
``rejects`` too (reason begins 「值已置空」) and counted in ``values_dropped``, not as a rejected
row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from geomujun.domain.catalogue import TABLES
from geomujun.lang import t


@dataclass(slots=True)
class FileVerdict:
    """One table of one file; a workbook or GeoPackage with several stems gives several."""

    file: str  # name in the case folder; "book.xlsx#leases" when the file holds several stems
    stem: str  # "" for a file that no table is read from
    sha256: str = ""  # of a file of several parts: of the lines "<sha256>  <part>\n", sorted
    parts: dict[str, str] = field(default_factory=dict)  # name → sha256, for shapefiles and .gdb
    format: str = ""
    encoding: str = ""
    encoding_how: str = ""
    crs: str = ""
    crs_how: str = ""
    columns: dict[str, str] = field(default_factory=dict)  # header found → identifier
    extra: list[str] = field(default_factory=list)  # headers kept out of the way
    missing: list[str] = field(default_factory=list)  # fields of the catalogue not found
    units: dict[str, tuple[str, str]] = field(default_factory=dict)  # identifier → (unit, how)
    rows_in: int = 0
    rows_kept: int = 0
    rows_rejected: int = 0
    values_dropped: int = 0
    reasons: dict[str, int] = field(default_factory=dict)  # reason → lines in rejects
    geometry: dict[str, int] = field(default_factory=dict)  # what was mended or missing → rows
    sample: str = ""  # some decoded text, so that a person sees a wrong encoding
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)  # those of the notes that spoil results
    problems: list[str] = field(default_factory=list)  # why nothing was read
    hint: str = ""

    @property
    def usable(self) -> bool:
        """Whether the table was read and keeps a row."""
        return bool(self.stem) and not self.problems and self.rows_kept > 0

    def warn(self, text: str) -> None:
        """Add a note that people must see even when they only run the job."""
        self.notes.append(text)
        self.warnings.append(text)

    @property
    def attention(self) -> list[str]:
        """What of this file people must know: why it was left out, and what spoils results."""
        empty = self.stem and not self.problems and not self.rows_kept
        nothing = [t("没有可用的行", "no usable row")] if empty else []
        what_to_do = t("（{h}）", " ({h})", h=self.hint) if self.hint else ""
        return [*(p + what_to_do for p in self.problems), *nothing, *self.warnings]

    def as_dict(self) -> dict[str, Any]:
        """Plain types only, for JSON; keys as the attributes."""
        out = asdict(self)
        out["units"] = {k: {"unit": u, "how": how} for k, (u, how) in self.units.items()}
        out["usable"] = self.usable
        del out["warnings"]  # they stand among the notes
        return out


def _listed(items: Iterable[str]) -> str:
    return t("，", ", ").join(items)


def _pairs(items: Mapping[str, object], joint: str) -> str:
    return _listed(f"{k}{joint}{v}" for k, v in items.items())


def _rows_line(v: FileVerdict) -> str:
    line = t(
        "行：读入 {n}，保留 {k}，剔除 {r}",
        "rows: {n} in, {k} kept, {r} rejected",
        n=v.rows_in,
        k=v.rows_kept,
        r=v.rows_rejected,
    )
    if v.values_dropped:
        line += t("；另有 {d} 个值置空", "; {d} values dropped", d=v.values_dropped)
    return line


def _detail_lines(v: FileVerdict) -> list[str]:
    rows = [
        (t("编码", "encoding"), " — ".join(x for x in (v.encoding, v.encoding_how) if x)),
        (t("文字样例", "sample"), v.sample),
        (t("坐标系", "CRS"), " — ".join(x for x in (v.crs, v.crs_how) if x)),
        (t("字段", "columns"), _columns(v)),
        (t("未用的列", "unused columns"), _listed(v.extra)),
        (t("缺少的字段", "fields not found"), _listed(v.missing)),
        (t("单位", "units"), _units(v)),
        (t("图形", "geometry"), _pairs(v.geometry, " ")),
    ]
    return [t("{n}：{x}", "{n}: {x}", n=name, x=text) for name, text in rows if text]


def _columns(v: FileVerdict) -> str:
    """Headers with the field each one is, a header that already says so alone."""
    named = {header: _field(v.stem, name) for header, name in v.columns.items()}
    return _listed(h if h == name else f"{h}→{name}" for h, name in named.items())


def _units(v: FileVerdict) -> str:
    said = {
        _field(v.stem, k): t("{u}（{h}）", "{u} ({h})", u=u, h=h) for k, (u, h) in v.units.items()
    }
    return _pairs(said, "=")


def _field(stem: str, name: str) -> str:
    """A field as people read it: its Chinese label, or the identifier in English."""
    spec = TABLES[stem].by_name.get(name) if stem in TABLES else None
    return t(spec.label, name) if spec else name


def attention_lines(verdicts: Iterable[FileVerdict]) -> list[str]:
    """What people must know before they trust a result, a line each; [] when all is well."""
    return [
        t("{file}：{what}", "{file}: {what}", file=v.file, what=what)
        for v in verdicts
        for what in v.attention
    ]


def verdict_lines(verdict: FileVerdict) -> list[str]:
    """The verdict for people: a first line with the outcome, then one line per subject, indented.

    Args:
        verdict: A filled verdict.

    Returns:
        Lines without a line end, in the language in force.
    """
    v = verdict
    if not v.stem:
        state = t("未使用", "ignored")
    elif v.problems:
        state = t("不能使用", "unusable")
    else:
        state = t("可用", "usable") if v.usable else t("没有可用的行", "no usable row")
    head = f"{v.file}" + (f" [{v.stem}]" if v.stem else "")
    lines = [f"{head}: {state}" + (f" · {v.format}" if v.format else "")]
    body = [f"✗ {p}" for p in v.problems]
    if v.hint:
        body.append(t("提示：", "hint: ") + v.hint)
    if v.stem and (v.rows_in or not v.problems):
        body.append(_rows_line(v))
    body += _detail_lines(v)
    body += [
        f"{n} × {reason}" for reason, n in sorted(v.reasons.items(), key=lambda x: (-x[1], x[0]))
    ]
    body += [f"· {n}" for n in v.notes]
    return lines + [f"  {line}" for line in body]
