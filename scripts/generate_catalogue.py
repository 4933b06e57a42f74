"""Turn `geomujun/domain/fields/*.yaml` into `catalogue.py` and the data dictionary.

python scripts/generate_catalogue.py          write both
python scripts/generate_catalogue.py --check  exit 1 when either is out of date
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
FIELDS = ROOT / "geomujun" / "domain" / "fields"
MODULE = ROOT / "geomujun" / "domain" / "catalogue.py"
DICTIONARY = ROOT / "docs" / "reference" / "data-dictionary.md"
KINDS = {"text": "TEXT", "number": "NUMBER", "integer": "INTEGER", "date": "DATE"}
ALLOWED = {
    "label", "type", "standard", "aliases", "unit", "unit_field", "bounds", "choices",
    "required", "source", "sensitivity", "decimals",
}  # fmt: skip
HEADER = '''"""The field catalogue, generated from `fields/*.yaml`; edit those and run `make catalogue`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from geomujun.domain.model import Field, Kind, Sensitivity, Table

TABLES: Final[Mapping[str, Table]] = {
'''


def load() -> list[dict[str, Any]]:
    """All tables, inputs first, in file order; refuses unknown keys and repeated headers."""
    tables = [yaml.safe_load(p.read_text("utf-8")) for p in sorted(FIELDS.glob("*.yaml"))]
    for table in tables:
        for name, spec in table["fields"].items():
            unknown = set(spec) - ALLOWED
            if unknown:
                sys.exit(f"{table['table']}.{name}: unknown keys {sorted(unknown)}")
        if table["role"] == "input":
            check_headers(table)
    return sorted(tables, key=lambda t: (t["role"] != "input", t["table"]))


def check_headers(table: dict[str, Any]) -> None:
    """No header may mean two fields of one table."""
    seen: dict[str, str] = {}
    for name, spec in table["fields"].items():
        for header in {spec["standard"], spec["label"], *spec.get("aliases", [])}:
            if seen.setdefault(header, name) != name:
                sys.exit(f"{table['table']}: header {header!r} means {seen[header]} and {name}")


def field_source(name: str, spec: dict[str, Any]) -> str:
    """The `Field(...)` expression of one column."""
    parts = [repr(name), repr(spec["label"]), f"Kind.{KINDS[spec['type']]}"]
    plain = ("standard", "unit", "unit_field", "source")
    parts += [f"{key}={spec[key]!r}" for key in plain if spec.get(key)]
    several = [key for key in ("aliases", "choices") if spec.get(key)]
    parts += [f"{key}={tuple(map(str, spec[key]))!r}" for key in several]
    if "bounds" in spec:
        parts.append(f"bounds={tuple(map(float, spec['bounds']))!r}")
    if spec.get("required"):
        parts.append("required=True")
    if "decimals" in spec:
        parts.append(f"decimals={spec['decimals']}")
    parts.append(f"sensitivity=Sensitivity.{spec['sensitivity'].upper()}")
    return f"Field({', '.join(parts)})"


def module_source(tables: list[dict[str, Any]]) -> str:
    """The text of `catalogue.py`."""
    out = [HEADER]
    for t in tables:
        out.append(
            f"    {t['table']!r}: Table(\n        {t['table']!r}, {t['title']!r}, {t['role']!r}, {tuple(t['key'])!r},\n        (\n"
        )
        out += [f"            {field_source(n, s)},\n" for n, s in t["fields"].items()]
        out.append("        ),\n")
        for key in ("shape", "dynamic_after"):
            if key in t:
                out.append(f"        {key}={t[key]!r},\n")
        if t.get("required"):
            out.append("        required=True,\n")
        out.append("    ),\n")
    out.append("}\n")
    return formatted("".join(out))


def formatted(source: str) -> str:
    """The source as ruff writes it, so that `make check` finds nothing to change."""
    import subprocess

    ruff = Path(sys.executable).with_name("ruff")
    done = subprocess.run(  # noqa: S603 - our own interpreter's neighbour, fixed arguments
        [ruff, "format", "--stdin-filename", str(MODULE), "-"],
        input=source, capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    return done.stdout


def dictionary_source(tables: list[dict[str, Any]]) -> str:
    """The text of the data dictionary."""
    out = [
        "# Data dictionary 数据字典\n\n",
        "Generated from `geomujun/domain/fields/*.yaml` by `make catalogue`; `make check` fails when it is out of date.\n",
    ]
    for t in tables:
        need = ", required" if t.get("required") else ""
        out.append(
            f"\n## `{t['table']}` {t['title']} ({t['role']}, {t.get('shape', 'table')}{need})\n\n"
        )
        out.append(f"Key: {', '.join(f'`{k}`' for k in t['key'])}\n\n")
        if t["role"] == "input":
            out.append(
                "| identifier | header | 中文 | also accepted | type | unit | plausible | source | sensitivity |\n|---|---|---|---|---|---|---|---|---|\n"
            )
        else:
            out.append(
                "| column | 中文 | type | unit | decimals | values | sensitivity |\n|---|---|---|---|---|---|---|\n"
            )
        for n, s in t["fields"].items():
            unit = s.get("unit", "")
            if t["role"] == "input":
                bounds = "–".join(f"{b:g}" for b in s["bounds"]) if "bounds" in s else ""
                star = " *" if s.get("required") else ""
                cells = [
                    f"`{n}`{star}",
                    s["standard"],
                    s["label"],
                    "、".join(s.get("aliases", [])),
                    s["type"],
                    unit,
                    bounds,
                    s.get("source", ""),
                    s["sensitivity"],
                ]
            else:
                values = " ".join(f"`{c}`" for c in s.get("choices", []) if c)
                cells = [
                    f"`{n}`",
                    s["label"],
                    s["type"],
                    unit,
                    str(s.get("decimals", "")),
                    values,
                    s["sensitivity"],
                ]
            out.append("| " + " | ".join(cells) + " |\n")
    out.append("\n\\* required\n")
    return "".join(out)


def main() -> int:
    """Write or compare both files."""
    tables = load()
    wanted = {MODULE: module_source(tables), DICTIONARY: dictionary_source(tables)}
    stale = [p for p, text in wanted.items() if not p.exists() or p.read_text("utf-8") != text]
    if "--check" in sys.argv:
        for path in stale:
            sys.stderr.write(f"{path.relative_to(ROOT)} is out of date: run `make catalogue`\n")
        return 1 if stale else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path], "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
