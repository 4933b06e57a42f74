"""Plots of results.json: `python -m benchmarks.plots OUT`, where matplotlib is (`.venv-bench`)."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

MEASURES: Final = (
    ("R98", "Recall at precision ≥ .98", False),
    ("R995", "Recall at precision ≥ .995", False),
    ("F1", "Best F1", False),
    ("P", "Precision at best F1", False),
    ("R", "Recall at best F1", False),
    ("sib_98", "Siblings refused at precision ≥ .98", False),
    ("sib_f1", "Siblings refused at best F1", False),
    ("typo_98", "One-character errors in the trade name found at precision ≥ .98", False),
    ("typo_f1", "One-character errors in the trade name found at best F1", False),
    ("wall_s", "Wall seconds", True),
    ("ratio", "Wall, times the quickest", True),
    ("cpu_s", "CPU seconds", True),
    ("peak_mb", "Peak memory of the process tree, MB", True),
)


def draw(out: Path) -> None:
    """One PNG per measure and recipe: a bar per method, grouped by size."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    from benchmarks.report import with_ratios

    result = json.loads((out / "results.json").read_text("utf-8"))
    rows = [r for r in with_ratios(result["names"]) if "missing" not in r]
    for recipe in sorted({r["recipe"] for r in rows}):
        mine = [r for r in rows if r["recipe"] == recipe]
        for key, title, is_log in MEASURES:
            figure, axes = plt.subplots(figsize=(9, 5.5))
            _bars(axes, mine, key)
            axes.set_title(f"{title} · names only, recipe {recipe.upper()}")
            if is_log:
                axes.set_xscale("log")
            else:
                axes.set_xlim(0, 1)
            axes.legend(title="firms × parcels", loc="lower right")
            figure.tight_layout()
            figure.savefig(out / f"{recipe}-{key}.png", dpi=120)
            plt.close(figure)


def _bars(axes: Any, rows: list[dict[str, Any]], key: str) -> None:
    methods = list(dict.fromkeys(r["method"] for r in rows))
    sizes = sorted({r["size"] for r in rows})
    height = 0.8 / len(sizes)
    for k, size in enumerate(sizes):
        values = {r["method"]: r[key] for r in rows if r["size"] == size}
        at = [i + k * height for i, m in enumerate(methods) if m in values]
        shown = [values[m] for m in methods if m in values]
        axes.barh(at, shown, height, label=f"{size:,}")
    axes.set_yticks([i + 0.4 - height / 2 for i in range(len(methods))], methods)
    axes.invert_yaxis()
    axes.grid(axis="x", alpha=0.3)


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
