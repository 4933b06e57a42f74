"""Time and memory of reading a large case: a GBK shapefile of parcels and a workbook of firms.

PYTHONPATH=. python -m benchmarks.intake [--parcels 200000] [--firms 120000]
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import xlsxwriter

READ = """
import sys, time
from pathlib import Path
from geomujun.intake.reader import read_case
start = time.perf_counter()
intake = read_case(Path(sys.argv[1]))
seconds = time.perf_counter() - start
rows = {f.file: (f.rows_in, f.rows_kept, f.rows_rejected) for f in intake.files if f.stem}
print(f"{seconds:.1f} s", rows)
"""


def write_parcels(path: Path, count: int) -> None:
    """Parcels of 13 points on a grid, EPSG:4528, GBK text without .cpg."""
    side = int(np.ceil(np.sqrt(count)))
    index = np.arange(count)
    x, y = 40_500_000 + (index % side) * 60.0, 3_250_000 + (index // side) * 60.0
    angle = np.linspace(0, 2 * np.pi, 13)[:-1]
    ring = np.stack([25 * np.cos(angle), 25 * np.sin(angle)], axis=1)
    shapes = shapely.polygons(ring[None, :, :] + np.stack([x, y], axis=1)[:, None, :])
    codes = [f"330603{i // 99999 + 1:03d}001GB{i % 99999 + 1:05d}" for i in index]
    frame = gpd.GeoDataFrame(
        {
            "ZDDM": codes,
            "ZL": [f"柯桥区某某街道第{i % 977}村" for i in index],
            "ZDMJ": 1875.0,
            "YT": "工业用地",
            "QLRMC": [f"绍兴第{i}号试验有限公司" for i in index],
        },
        geometry=shapes,
        crs="EPSG:4528",
    )
    frame.to_file(path, engine="pyogrio", encoding="GBK")
    path.with_suffix(".cpg").unlink(missing_ok=True)


def write_enterprises(path: Path, count: int) -> None:
    """A workbook with a title row above the header and numbers as text."""
    header = ["统一社会信用代码", "企业名称", "登记状态", "成立日期", "住所"]
    header += ["行业代码", "规模", "上报用地面积"]
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet("企业")
        sheet.write_string(0, 0, "企业名录")
        for column, name in enumerate(header):
            sheet.write_string(1, column, name)
        for i in range(count):
            row = (f"91330603{i:09d}X", f"绍兴第{i}号试验有限公司", "存续", "2012-05-06",
                   f"柯桥区某某街道第{i % 977}村", "3351", "规下",
                   f"{1000 + i % 500}.50")  # fmt: skip
            for column, value in enumerate(row):
                sheet.write_string(i + 2, column, value)


def main() -> int:
    """Write, read in a process of its own, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parcels", type=int, default=200_000)
    parser.add_argument("--firms", type=int, default=120_000)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_parcels(folder / "parcels.shp", args.parcels)
        write_enterprises(folder / "enterprises.xlsx", args.firms)
        subprocess.run([sys.executable, "-c", READ, str(folder)], check=True)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"peak {peak:.0f} MB, pandas {pd.__version__}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
