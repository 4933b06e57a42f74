"""The results as JSON, as markdown tables, and as plots (made where matplotlib is installed)."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks import metrics

_COLUMNS: Final = (
    ("wall_s", "wall s", 1), ("ratio", "× quickest", 1), ("cpu_s", "CPU s", 1),
    ("peak_mb", "peak MB", 0), ("P", "P", 3), ("R", "R", 3), ("F1", "F1", 3),
    ("R98", "R at P≥.98", 3), ("R995", "R at P≥.995", 3), ("sib_f1", "siblings refused", 2),
    ("sib_98", "… at P≥.98", 2), ("typo_f1", "typos found", 2), ("typo_98", "… at P≥.98", 2),
)  # fmt: skip


def with_ratios(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows with ``ratio``: wall over the quickest of the same size and recipe."""
    best: dict[tuple[int, str], float] = {}
    for row in rows:
        if "wall_s" in row:
            key = (row["size"], row["recipe"])
            best[key] = min(best.get(key, float("inf")), row["wall_s"])
    return [
        row | {"ratio": row["wall_s"] / best[row["size"], row["recipe"]]}
        if "wall_s" in row
        else row
        for row in rows
    ]


def names_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """One markdown table of one size and recipe."""
    head = ["method", *(title for _, title, _ in _COLUMNS), "load"]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row in rows:
        if "missing" in row:
            lines.append(f"| {row['method']} | skipped: {row['missing']} |")
            continue
        cells = [f"{row[key]:.{digits}f}" for key, _, digits in _COLUMNS]
        if row["asked"] < row["total"]:
            cells[0] += f" (from {row['asked']:,} queries)"
        note = f" ({row['note']})" if row["note"] else ""
        lines.append(f"| {row['method']}{note} | " + " | ".join(cells) + f" | {row['load']:.1f} |")
    return "\n".join(lines)


def kinds_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Share answered rightly per corruption kind, at each method's best F1."""
    done = [row for row in rows if "kinds" in row]
    kinds = sorted({kind for row in done for kind in row["kinds"]})
    lines = ["| method | " + " | ".join(kinds) + " |", "|" + "---|" * (len(kinds) + 1)]
    for row in done:
        cells = [f"{row['kinds'].get(kind, float('nan')):.2f}" for kind in kinds]
        lines.append(f"| {row['method']} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def growth_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Exponent of wall seconds over size, per method and recipe run at two sizes or more."""
    series: dict[tuple[str, str], list[tuple[int, float]]] = {}
    for row in rows:
        if "wall_s" in row:
            key = (row["method"], row["recipe"])
            series.setdefault(key, []).append((row["size"], row["wall_s"]))
    lines = ["| method | recipe | sizes | exponent |", "|---|---|---|---|"]
    for (method, recipe), points in series.items():
        if len(points) > 1:
            slope = metrics.exponent([n for n, _ in points], [s for _, s in points])
            sizes = ", ".join(f"{n:,}" for n, _ in points)
            lines.append(f"| {method} | {recipe} | {sizes} | {slope:.2f} |")
    return "\n".join(lines) if len(lines) > 2 else ""


def real_table(real: Mapping[str, Mapping[str, Any]]) -> str:
    """The real sets, a line per number."""
    lines = ["| set | measure | value |", "|---|---|---|"]
    for name, values in real.items():
        for measure, value in values.items():
            shown = f"{value:.3f}" if isinstance(value, float) else str(value)
            if isinstance(value, tuple | list):
                shown = f"only first right {value[0]}, only second {value[1]}, p = {value[2]:.2g}"
            lines.append(f"| {name} | {measure} | {shown} |")
    return "\n".join(lines)


def write(result: Mapping[str, Any], out: Path, plots_with: Path | None) -> Path:
    """Write results.json, results.md and the plots; the markdown's path."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "results.json").write_text(
        json.dumps(result, ensure_ascii=False, indent=1, default=str), "utf-8"
    )
    rows = with_ratios(result["names"])
    parts = ["# Benchmarks", "", result["about"], ""]
    for recipe, size in sorted({(r["recipe"], r["size"]) for r in rows}):
        chosen = [r for r in rows if (r["recipe"], r["size"]) == (recipe, size)]
        parts += [f"## Names only, {size:,} × {size:,}, recipe {recipe.upper()}", ""]
        parts += [names_table(chosen), "", kinds_table(chosen), ""]
    growth = growth_table(rows)
    parts += ["## Growth", "", growth, ""] if growth else []
    parts += ["## Real sets", "", real_table(result["real"]), ""] if result["real"] else []
    path = out / "results.md"
    path.write_text("\n".join(parts), "utf-8")
    if plots_with is not None and rows:
        command = [str(plots_with), "-m", "benchmarks.plots", str(out)]
        if subprocess.run(command, check=False, cwd=Path(__file__).parents[1]).returncode:
            print("!!! no plots: see the message above", file=sys.stderr)
    return path
