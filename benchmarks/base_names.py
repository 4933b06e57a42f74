"""The base of names: real ones where the folder of real sets is given, invented ones elsewhere."""

from __future__ import annotations

import csv
import os
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Final

from benchmarks.name_parts import Parts, Splitter, learn, place_writings

ENV: Final = "GEOMUJUN_BENCH_DATA"
_SYLLABLES: Final = (
    "安百宝保北博昌超晨成诚驰川创春达大德鼎东尔发方飞丰福富港高冠光广国海汉航豪和恒弘红宏鸿华环"
    "皇汇惠吉佳嘉坚建江杰捷金锦京晶景久巨聚凯康科坤蓝朗乐力立利联良林灵龙隆鲁绿美民明铭南能宁鹏"
    "平普奇启千乾强勤青庆全仁日荣融瑞润三森山尚深神升生胜盛圣时世顺思四泰腾天通同万旺威维伟文翔"
    "祥新信星兴雄旭轩亚扬阳耀业怡亿益银英永优友宇元源远云运泽展长兆振正志智中众洲卓紫宗"
)
_TRADES: Final = (
    "科技", "机械", "机械制造", "电子", "电子科技", "电器", "五金", "五金制品", "塑业",
    "塑料制品", "化工", "新材料", "建材", "纺织", "服装", "服饰", "鞋业", "食品", "贸易",
    "商贸", "实业", "投资", "置业", "房地产开发", "建筑工程", "装饰工程", "物流", "汽车配件",
    "汽车零部件", "包装", "印刷", "家具", "木业", "纸业", "医药", "生物科技", "药业",
    "医疗器械", "环保科技", "能源", "电力", "光电", "半导体", "信息技术", "网络科技", "软件",
    "农业发展", "饲料", "水产", "酒业", "旅游开发", "酒店管理", "文化传媒", "企业管理", "矿业",
    "铝业", "钢结构", "阀门", "轴承", "模具", "仪表", "电缆", "照明",
)  # fmt: skip
# Fund products, lists of firms and gates of a map are in the pool, and are no registered firm.
_NO_FIRM: Final = re.compile(r"-|公司及|公司、|及其|[门路]\)$")
_LEGALS: Final = ("有限公司",) * 8 + ("有限责任公司", "股份有限公司", "厂")


@dataclass(frozen=True, slots=True)
class Base:
    """What registers are made of.

    ``names``: whole names, sorted. ``trade_names``, ``tails`` (trade, legal form) and ``districts``
    are what further names are composed of; ``official`` and ``above`` as in `corrupt.World`.
    ``real`` says where they come from.
    """

    names: list[str]
    trade_names: list[str]
    tails: list[tuple[str, str]]
    districts: list[str]
    splitter: Splitter
    official: dict[str, str]
    above: dict[str, str]
    real: bool


def data_folder(given: str | None) -> Path | None:
    """The folder of real sets: the option, else the environment variable, else none."""
    text = given or os.environ.get(ENV, "")
    return Path(text) if text else None


def load(folder: Path | None) -> Base:
    """The real base of a folder, or the invented one (said loudly on stderr)."""
    if folder is not None and (folder / "company_register_part.txt").is_file():
        return _real(folder)
    print(
        f"!!! no real names: --data DIR or {ENV} names no folder with company_register_part.txt.\n"
        "!!! The names of this run are INVENTED; its numbers say nothing about real registers.",
        file=sys.stderr,
    )
    return _invented()


def _lines(path: Path) -> list[str]:
    return [line.strip() for line in path.read_text("utf-8-sig").splitlines() if line.strip()]


def _real(folder: Path) -> Base:
    with (folder / "cn_areas.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    areas = [row["name"] for row in rows]
    names = sorted(set(_lines(folder / "company_register_part.txt")))
    names = [n for n in names if len(n) >= 6 and not _NO_FIRM.search(n)]
    official, above = _unique_places((r["name"], r["city"], r["province"]) for r in rows)
    splitter = learn(names, place_writings(areas))
    parts = [splitter.split(name) for name in names]
    trade_names = {p.trade_name for p in parts}
    return Base(
        names=names,
        trade_names=sorted(t for t in trade_names if 2 <= len(t) <= 4 and _han(t)),
        tails=[(p.trade, p.legal) for p in parts if p.trade and p.legal and _han(p.trade)],
        districts=sorted({a for a in areas if 2 <= len(a) <= 6}),
        splitter=splitter,
        official=official,
        above=above,
        real=True,
    )


def _unique_places(
    chains: Iterable[tuple[str, str, str]],
) -> tuple[dict[str, str], dict[str, str]]:
    """Short name → full name, and → the division above, of places whose short name is unique.

    Args:
        chains: Name, prefecture and province of each division.
    """
    found: dict[str, list[tuple[str, str]]] = {}
    for name, city, province in chains:
        up = next((p for p in (city, province) if p not in ("", name)), "")
        found.setdefault(name.rstrip("省市区县"), []).append((name, up))
    alone = {short: rows[0] for short, rows in found.items() if len(rows) == 1 and len(short) > 1}
    return {s: n for s, (n, _) in alone.items()}, {s: up for s, (_, up) in alone.items() if up}


def _han(text: str) -> bool:
    return all("\u4e00" <= c <= "\u9fff" for c in text)


def division_rows() -> list[dict[str, str]]:
    """The country's divisions (code, name, short, level), as they ship with the product."""
    path = Path(__file__).parents[1] / "geomujun" / "text" / "data" / "divisions.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def division_names() -> list[str]:
    """Names of the country's divisions."""
    return sorted({row["name"] for row in division_rows()})


def _invented() -> Base:
    rows = division_rows()
    areas, by_code = division_names(), {row["code"]: row["name"] for row in rows}
    chains = (
        (r["name"], by_code.get(f"{r['code'][:4]}00", ""), by_code.get(f"{r['code'][:2]}0000", ""))
        for r in rows
    )
    official, above = _unique_places(chains)
    rng = Random(0)  # noqa: S311 (names, not secrets)
    trade_names = sorted(
        {"".join(rng.sample(_SYLLABLES, rng.choice((2, 2, 2, 3)))) for _ in range(40_000)}
    )
    tails = [(rng.choice(_TRADES), rng.choice(_LEGALS)) for _ in range(5_000)]
    base = Base([], trade_names, tails, areas, Splitter(frozenset(), 0, frozenset()),
                official, above, real=False)  # fmt: skip
    more = composed(base, rng)
    names = sorted({str(next(more)) for _ in range(26_000)})
    return replace(base, names=names, splitter=learn(names, place_writings(areas)))


def composed(base: Base, rng: Random) -> Iterator[Parts]:
    """Further names without end: a real district, a real 字号 and a real tail."""
    ends = ("省", "市", "区", "县")
    while True:
        place = rng.choice(base.districts)
        if len(place) > 2 and place.endswith(ends) and rng.random() < 0.75:
            place = place[:-1]
        yield Parts(place, rng.choice(base.trade_names), *rng.choice(base.tails))
