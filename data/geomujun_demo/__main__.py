"""``python -m geomujun_demo OUT --size county``: write a made-up county with its right answers."""

from __future__ import annotations

import argparse
from pathlib import Path

from geomujun_demo import make
from geomujun_demo.build import SIZES
from geomujun_demo.noise import PROFILES


def main() -> None:
    """Parse the arguments and write."""
    parser = argparse.ArgumentParser(prog="geomujun_demo", description=__doc__)
    parser.add_argument("out", type=Path, help="folder to write case/ and truth/ in")
    parser.add_argument("--size", choices=sorted(SIZES), default="town")
    parser.add_argument("--profile", choices=sorted(PROFILES), default="real")
    parser.add_argument("--noise", choices=("a", "b"), default="a")
    parser.add_argument("--seed", type=int, default=2024)
    parser.add_argument("--year", type=int, default=2024)
    args = parser.parse_args()
    make(
        args.out,
        size=args.size,
        profile=args.profile,
        noise=args.noise,
        seed=args.seed,
        year=args.year,
    )


if __name__ == "__main__":
    main()
