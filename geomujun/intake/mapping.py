"""`mapping.yaml`: what a person says about a case's files when the files do not say it themselves.

Every key is checked; a wrong one is an error with the file, the key and the allowed values, all of
them gathered before failing. The file may come from elsewhere: only plain YAML is read, and its
size, depth and aliases are bounded, so that it cannot blow up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final

import yaml

from geomujun.domain.catalogue import TABLES
from geomujun.domain.model import Table
from geomujun.errors import DataError
from geomujun.geo.zones import known_epsg
from geomujun.intake.folder import MAPPING_FILE, STEMS
from geomujun.intake.limits import Limits
from geomujun.intake.units import dimension_words
from geomujun.lang import t

MAX_DEPTH: Final = 8
MAX_NODES: Final = 20_000
AXES: Final = ("xy", "yx")
ENCODINGS: Final = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "utf-8-sig": "utf-8",
    "gb18030": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "cp936": "gb18030",
    "big5": "big5",
    "cp950": "cp950",
    "utf-16": "utf-16",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """What mapping.yaml says of one stem; empty values mean it says nothing."""

    columns: Mapping[str, str] = field(default_factory=dict)  # identifier → header found
    units: Mapping[str, str] = field(default_factory=dict)  # identifier → unit word
    crs: str = ""  # "EPSG:4528"
    axes: str = ""  # "yx": the first coordinate is the northing (or latitude)
    header_rows: tuple[int, ...] = ()  # 1-based, consecutive
    encoding: str = ""
    sheet: str = ""
    layer: str = ""


Rules = Mapping[str, Rule]
KEYS: Final = tuple(f.name for f in fields(Rule))


class _Faults:
    """Gathers the errors of one mapping file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: list[str] = []

    def add(self, key: str, value: object, allowed: str) -> None:
        self.lines.append(
            t(
                "{file}: 键 {key}：值 {value} 不可用，允许：{allowed}",
                "{file}: key {key}: {value} is not allowed; allowed: {allowed}",
                file=self.file,
                key=key,
                value=repr(value)[:80],
                allowed=allowed,
            )
        )


def _identifier(table: Table, name: object) -> str:
    """The field a standard name, label or identifier stands for; "" when none."""
    for f in table.fields:
        if name in (f.name, f.standard, f.label):
            return f.name
    return ""


def _names(table: Table) -> str:
    return "、".join(f.standard or f.name for f in table.fields)


def _read_columns(table: Table, value: object, key: str, faults: _Faults) -> dict[str, str]:
    if not isinstance(value, dict):
        faults.add(key, value, t("标准字段名: 文件中的表头", "standard name: header found"))
        return {}
    out = {}
    for name, header in value.items():
        identifier = _identifier(table, name)
        if not identifier:
            faults.add(f"{key}.{name}", header, _names(table))
        elif not isinstance(header, str | int | float) or isinstance(header, bool):
            faults.add(f"{key}.{name}", header, t("表头文字", "text of a header"))
        else:
            out[identifier] = str(header)
    return out


def _read_units(table: Table, value: object, key: str, faults: _Faults) -> dict[str, str]:
    if not isinstance(value, dict):
        faults.add(key, value, t("标准字段名: 单位", "standard name: unit"))
        return {}
    out = {}
    for name, unit in value.items():
        identifier = _identifier(table, name)
        words = dimension_words(table.by_name[identifier].unit) if identifier else ()
        if not identifier or not words:
            with_units = [f.standard or f.name for f in table.fields if dimension_words(f.unit)]
            faults.add(f"{key}.{name}", unit, "、".join(with_units))
        elif str(unit) not in words:
            faults.add(f"{key}.{name}", unit, "、".join(words))
        else:
            out[identifier] = str(unit)
    return out


def _read_crs(_table: Table, value: object, key: str, faults: _Faults) -> str:
    text = str(value).upper().replace(" ", "")
    text = f"EPSG:{text}" if text.isdigit() else text
    if not text.startswith("EPSG:") or not known_epsg(text):
        faults.add(key, value, t("EPSG:编号，例如 EPSG:4528", "EPSG:n, e.g. EPSG:4528"))
        return ""
    return text


def _read_axes(_table: Table, value: object, key: str, faults: _Faults) -> str:
    if value not in AXES:
        faults.add(key, value, "、".join(AXES))
        return ""
    return str(value)


def _read_rows(_table: Table, value: object, key: str, faults: _Faults) -> tuple[int, ...]:
    rows = value if isinstance(value, list) else [value]
    whole = [r for r in rows if isinstance(r, int) and not isinstance(r, bool) and r > 0]
    steps = list(range(whole[0], whole[0] + len(rows))) if whole else []
    if not whole or rows != steps or len(rows) > 5:
        faults.add(
            key, value, t("连续的行号，从 1 起，至多 5 行", "consecutive 1-based rows, at most 5")
        )
        return ()
    return tuple(whole)


def _read_encoding(_table: Table, value: object, key: str, faults: _Faults) -> str:
    found = ENCODINGS.get(str(value).strip().lower(), "")
    if not found:
        faults.add(key, value, "、".join(ENCODINGS))
    return found


def _read_text(_table: Table, value: object, key: str, faults: _Faults) -> str:
    if not isinstance(value, str | int) or isinstance(value, bool) or not str(value):
        faults.add(key, value, t("名称", "a name"))
        return ""
    return str(value)


_READERS: Final[Mapping[str, Callable[[Table, object, str, _Faults], Any]]] = {
    "columns": _read_columns,
    "units": _read_units,
    "crs": _read_crs,
    "axes": _read_axes,
    "header_rows": _read_rows,
    "encoding": _read_encoding,
    "sheet": _read_text,
    "layer": _read_text,
}


class _BoundedLoader(yaml.SafeLoader):
    """Plain YAML without aliases, with bounded depth and number of nodes, keys not repeated."""

    nodes = 0
    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.YAMLError(f"aliases (*name) are not allowed, line {mark.line + 1}")
        self.nodes += 1
        self.depth += 1
        if self.nodes > MAX_NODES or self.depth > MAX_DEPTH:
            raise yaml.YAMLError(f"more than {MAX_NODES} values or {MAX_DEPTH} levels")
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen: list[Any] = []
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=deep)
            if not isinstance(key, str | int | float):
                raise yaml.YAMLError(
                    f"a key must be plain text, line {key_node.start_mark.line + 1}"
                )
            if key in seen:
                raise yaml.YAMLError(f"key {key!r} twice, line {key_node.start_mark.line + 1}")
            seen.append(key)
        return super().construct_mapping(node, deep=deep)


def _load(path: Path, limits: Limits) -> object:
    hint = t(
        "写法见 docs：表名下写 columns、units、crs 等",
        "see the docs: columns, units, crs … under a stem",
    )
    try:
        if path.stat().st_size > limits.mapping_bytes:
            raise DataError(t("文件过大", "file too big"), where=path.name, hint=hint)
        text = path.read_bytes().decode("utf-8-sig")
        return yaml.load(text, Loader=_BoundedLoader)  # noqa: S506  # a SafeLoader, bounded
    except UnicodeDecodeError as e:
        raise DataError(t("须为 UTF-8 编码", "must be UTF-8"), where=path.name, hint=hint) from e
    except (yaml.YAMLError, RecursionError, ValueError) as e:
        text = " ".join(str(e).split())[:300]
        raise DataError(
            t("不是可用的 YAML：{e}", "not usable YAML: {e}", e=text), where=path.name, hint=hint
        ) from e
    except OSError as e:
        raise DataError(str(e.strerror or e), where=path.name) from e


def _read_rule(stem: str, body: object, faults: _Faults) -> Rule:
    if not isinstance(body, dict):
        faults.add(stem, body, "、".join(KEYS))
        return Rule()
    values = {}
    for key, value in body.items():
        if key not in _READERS:
            faults.add(f"{stem}.{key}", value, "、".join(KEYS))
            continue
        values[key] = _READERS[key](TABLES[stem], value, f"{stem}.{key}", faults)
    return Rule(**values)


def read_mapping(path: Path | None, limits: Limits) -> dict[str, Rule]:
    """Read and check mapping.yaml.

    Args:
        path: The file, or None when the folder has none.
        limits: Bound on its size.

    Returns:
        A rule for each stem the file names.

    Raises:
        DataError: not YAML, or wrong keys or values; all of them in one message, a line each.
    """
    if path is None:
        return {}
    body = _load(path, limits)
    faults = _Faults(MAPPING_FILE)
    if body is None:
        return {}
    if not isinstance(body, dict):
        faults.add("—", body, "、".join(STEMS))
        body = {}
    rules = {}
    for stem, rule in body.items():
        if stem not in STEMS:
            faults.add(str(stem), rule, "、".join(STEMS))
            continue
        rules[stem] = _read_rule(stem, rule, faults)
    if faults.lines:
        raise DataError(
            "\n".join(faults.lines),
            hint=t("改正 {f} 中这些键", "correct these keys of {f}", f=MAPPING_FILE),
        )
    return rules
