"""Makes `tests/result_builder.py` importable."""

import sys
from pathlib import Path

ROOT = next(p for p in Path(__file__).parents if p.name == "tests")
sys.path.insert(0, str(ROOT))
