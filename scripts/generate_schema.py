"""Writes what follows from the grammar of schemes; --check only compares.

geomujun/policy/scheme.schema.json, and the tables of keys and presets in
docs/reference/schemes.md.
"""

from __future__ import annotations

import sys
from pathlib import Path

from geomujun.policy import grammar, schema, schemes

ROOT = Path(__file__).parents[1]
SCHEMA = ROOT / "geomujun" / "policy" / schema.NAME
REFERENCE = ROOT / "docs" / "reference" / "schemes.md"
LATEST = 2100  # values in force for good
HEADINGS = {
    "scheme": "方案",
    "source": "`sources` 里的一份文件",
    "scope": "`scope` 评价范围",
    "points": "`points` 加减分",
    "point": "`points.items` 里的一项",
    "states": "`states` 状态的期限与行业",
    "cohort": "`cohorts` 里的一个评价组",
    "members": "`members` 谁在这一组",
    "indicator": "`indicators` 里的一个指标",
    "group": "`groups` 里的一个行业组",
    "lease_penalty": "`lease_penalty` 出租扣分",
    "variant": "`variants` 里的一个变体",
}


def keys() -> str:
    """A table per section."""
    parts = []
    for name, section in grammar.SECTIONS.items():
        rows = [f"### {HEADINGS[name]}", "", "| 键 | 必填 | 按日期 | 说明 |", "|---|---|---|---|"]
        for key in section:
            words = (
                "" if not key.choices else "（" + "、".join(c or '""' for c in key.choices) + "）"
            )
            must, dated = "是" if key.required else "", "是" if key.dated else ""
            text = (key.zh + words).replace("|", "\\|")
            rows.append(f"| `{key.name}` | {must} | {dated} | {text} |")
        parts.append("\n".join(rows))
    return "\n\n".join(parts)


def presets() -> str:
    """Every packaged scheme and its variants."""
    rows = ["| id | 名称 | 依据 | 未定的数值 |", "|---|---|---|---|"]
    for name in schemes.available():
        scheme = schemes.load(name, LATEST)
        titles = "；".join(s.title + (f" {s.number}" if s.number else "") for s in scheme.sources)
        open_ = sum(len(c.open) for c in scheme.cohorts)
        rows.append(f"| `{name}` | {scheme.title} | {titles} | {open_ or ''} |")
        rows += [f"| `{name}+{key}` | {label} | | |" for key, label in scheme.variants]
    return "\n".join(rows)


def reference(text: str) -> str:
    """The reference with its generated parts renewed."""
    for name, made in (("keys", keys()), ("presets", presets())):
        head, rest = text.split(f"<!-- {name} -->\n", 1)
        tail = rest.split(f"<!-- /{name} -->", 1)[1]
        text = f"{head}<!-- {name} -->\n{made}\n<!-- /{name} -->{tail}"
    return text


def main() -> int:
    """0 done or current, 1 out of date."""
    made = {SCHEMA: schema.text(), REFERENCE: reference(REFERENCE.read_text("utf-8"))}
    stale = [p for p, text in made.items() if not p.exists() or p.read_text("utf-8") != text]
    if "--check" not in sys.argv[1:]:
        for path in stale:
            path.write_text(made[path], "utf-8")
        return 0
    for path in stale:
        print(f"{path.relative_to(ROOT)}: out of date, run scripts/generate_schema.py")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
