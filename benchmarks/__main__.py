"""`python -m benchmarks`: the product and its peers on the names-only task and the real sets.

Nothing is written outside benchmarks/out (or --out) and `.venv-bench`.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from pathlib import Path

from benchmarks import real_sets, report, run, setup_peers
from benchmarks.base_names import ENV, data_folder, load


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--data", help=f"folder of real sets (else {ENV}; else invented names)")
    parser.add_argument("--sizes", type=int, nargs="*", default=[5_000, 20_000])
    parser.add_argument("--recipe", choices=["a", "b", "both"], default="both")
    parser.add_argument("--methods", nargs="*", help="parts of method names; all when left out")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=float, default=60.0, help="seconds of queries a method")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "out")
    parser.add_argument("--peers-python", help="interpreter that has the peers")
    parser.add_argument("--no-setup", action="store_true", help="do not install the peers")
    parser.add_argument("--no-real", action="store_true", help="leave the real sets out")
    return parser.parse_args(given)


def main() -> int:
    """Run what was asked; 0 even where peers were skipped, since that is said in the report."""
    options = arguments()
    peers = setup_peers.python(options.peers_python, may_make=not options.no_setup)
    base = load(data_folder(options.data))
    wanted = [
        m
        for m in run.METHODS
        if (m.ours or peers is not None)
        and (options.methods is None or any(w in m.title for w in options.methods))
    ]
    shared = {
        "out": options.out, "seed": options.seed, "limit_s": options.limit,
        "pythons": {True: Path(sys.executable), False: peers},
    }  # fmt: skip
    recipes = ["a", "b"] if options.recipe == "both" else [options.recipe]
    rows = [
        row
        for recipe in recipes
        for size in options.sizes
        for row in run.run_size(base, size, recipe, wanted, shared)
    ]
    real = {} if options.no_real else real_sets.run(options.data)
    kind = "real names" if base.real else "INVENTED names (no real set given)"
    about = (
        f"{kind}, seed {options.seed}; {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"load when a method began in the last column. Peers run at most {options.limit:g} s of "
        "queries and are scaled up from there."
    )
    result = {"about": about, "names": rows, "real": real}
    path = report.write(result, options.out, peers)
    print(path.read_text("utf-8"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
