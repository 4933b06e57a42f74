"""No module is too long to be read at once (TypeScript: ESLint's max-lines)."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
MOST = 400  # lines
FOLDERS = ("geomujun", "api", "maps/geomujun_maps", "data/geomujun_demo", "migrations", "benchmarks",
           "scripts", "tests")  # fmt: skip
BUILT = ("maps/geomujun_maps/web/", "maps/geomujun_maps/site/")
MADE = {"geomujun/domain/catalogue.py"}  # by scripts/generate_catalogue.py
RECORDS = "migrations/geomujun_migrations/versions/"  # what was done to databases: never touched
TABLES = {"tests/faults/test_broken_files.py"}  # a list of faults, one after the other


def test_no_module_is_longer_than_four_hundred_lines() -> None:
    files = [p for f in FOLDERS for p in (ROOT / f).rglob("*")
             if p.suffix in (".py", ".sql", ".html", ".sh", ".mako")]  # fmt: skip
    lines = {
        str(p.relative_to(ROOT)): len(p.read_text(encoding="utf-8").splitlines()) for p in files
    }
    assert len(lines) > 600
    long = {n for n, count in lines.items() if count > MOST and not n.startswith((*BUILT, RECORDS))}
    assert long == MADE | TABLES
