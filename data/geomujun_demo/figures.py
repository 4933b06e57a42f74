"""Yearly figures of the firms, adjustments of the evaluation, and supply contracts of the land."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

import numpy as np

from geomujun_demo.world import Floats, Plot, World

FIELDS: Final = (
    "税收", "工业增加值", "工业总产值", "营业收入", "研发经费", "固定资产投资", "综合能耗",
    "用电量", "二氧化碳排放", "污染物排放", "年平均职工人数",
)  # fmt: skip
BLANK: Final = {
    "研发经费": 0.1,
    "综合能耗": 0.03,
    "二氧化碳排放": 0.12,
    "污染物排放": 0.09,
    "用电量": 0.02,
}
SUPPLIED: Final = ("own_", "lease_", "vacant", "exempt", "idle")  # scenarios with a land contract
ABOVE_ONLY: Final = (
    "工业增加值",
    "工业总产值",
    "研发经费",
    "固定资产投资",
    "综合能耗",
    "二氧化碳排放",
    "污染物排放",
)


@dataclass(frozen=True, slots=True)
class Figures:
    """Per field an array (2 years, firms): the year before, then the year; NaN is a blank cell."""

    values: dict[str, Floats]
    present: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]  # firms that have rows


@dataclass(frozen=True, slots=True)
class Flag:
    """An adjustment of one firm's evaluation in one year."""

    firm: int
    year: int
    kind: str
    points: float | None
    reason: str
    start: date | None
    end: date | None


@dataclass(frozen=True, slots=True)
class Supply:
    """What the land contract agreed, and what came of it."""

    plot: int
    contract: str
    agreed_start: date
    agreed_end: date
    start: date | None
    end: date | None
    agreed_investment: float
    invested: float
    agreed_tax_per_mu: float
    agreed_far: float
    variant: bool = False


def make_figures(world: World, always: set[int]) -> Figures:
    """Figures of every live firm that reports, lognormal; firms in ``always`` always do."""
    rng = np.random.default_rng([world.seed, 7])
    n = len(world.firms)
    above = np.array([f.above for f in world.firms])
    idle = np.array([f.idle for f in world.firms])
    service = np.array([not f.industrial for f in world.firms])
    present = np.array([f.active and f.figures for f in world.firms])
    present &= ~service | (rng.random(n) < 0.6)
    present &= rng.random(n) > 0.02
    present[sorted(always)] = True
    revenue = np.where(
        above, 2000 + rng.lognormal(8.3, 1.1, n), np.minimum(1950, rng.lognormal(6.3, 0.7, n))
    )
    base = _levels(rng, revenue)
    growth = rng.uniform(0.86, 1.12, n)
    values: dict[str, Floats] = {}
    for field in FIELDS:
        now = base[field]
        both = np.vstack([now / growth, now])
        both[:, rng.random(n) < BLANK.get(field, 0.0)] = np.nan
        if field in ABOVE_ONLY:
            both[:, ~above] = np.nan
        digits = 0 if field == "年平均职工人数" else 2
        values[field] = np.round(both, digits).astype(np.float64)
    _still(values, idle)
    refund = rng.random(n) < 0.004
    values["税收"][1, refund] *= -0.3
    return Figures({k: np.round(v, 3) for k, v in values.items()}, present)


def _levels(rng: np.random.Generator, revenue: Floats) -> dict[str, Floats]:
    n = len(revenue)
    energy = revenue * rng.lognormal(-3.0, 0.9, n)
    found: dict[str, Floats] = {
        "税收": revenue * rng.uniform(0.012, 0.075, n),
        "工业增加值": revenue * rng.uniform(0.14, 0.32, n),
        "工业总产值": revenue * rng.uniform(0.97, 1.05, n),
        "营业收入": revenue,
        "研发经费": revenue * rng.uniform(0.002, 0.045, n),
        "固定资产投资": revenue * rng.uniform(0.005, 0.15, n),
        "综合能耗": energy,
        "用电量": np.maximum(0.5, energy * rng.uniform(0.15, 0.5, n) * 0.35),
        "二氧化碳排放": energy * rng.uniform(2.2, 2.7, n),
        "污染物排放": np.maximum(1.0, revenue * rng.lognormal(-3.4, 0.6, n)),
        "年平均职工人数": np.maximum(3, np.round(revenue / rng.uniform(45, 160, n))),
    }
    return found


def _still(
    values: dict[str, Floats], idle: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
) -> None:
    """Firms that only sit on their land: no tax, no power, next to no staff."""
    for field in ("税收", "用电量", "营业收入", "研发经费"):
        values[field][:, idle] = 0.0
    values["年平均职工人数"][:, idle] = 2.0


def make_flags(world: World, alone: list[int]) -> list[Flag]:
    """Adjustments of some of the firms ``alone``, those evaluated by themselves."""
    rng = Random(f"{world.seed}/flags")  # noqa: S311
    year = world.year
    found: list[Flag] = []
    kinds = (
        ("加分", "发明专利", 55), ("减分", "安全隐患整改逾期", 8), ("否决", "重大环境事件", 7),
        ("不评D", "有效期内高新技术企业", 12), ("过渡期", "新升规", 10), ("不评价", "公用事业", 8),
    )  # fmt: skip
    count = max(6, round(len(alone) * 0.045))
    chosen = rng.sample(alone, min(len(alone), count))
    for k, at in enumerate(chosen):
        kind, reason, _ = (
            kinds[k] if k < len(kinds) else rng.choices(kinds, [w for *_, w in kinds])[0]
        )
        points = float(rng.randint(1, 5)) if kind in {"加分", "减分"} else None
        end = rng.choice((None, date(year, 12, 31), date(year + 1, 12, 31)))
        found.append(Flag(at, year, kind, points, reason, date(year, 1, 1), end))
    others = sorted(set(alone) - set(chosen))
    for at in rng.sample(others, min(len(others), max(1, count // 6))):
        last = year - 1
        found.append(
            Flag(at, last, "否决", None, "上年度安全事故", date(last, 1, 1), date(last, 12, 31))
        )
    return found


def make_supply(world: World) -> list[Supply]:
    """Contracts of a fifth of the industrial parcels; some never started, some half way."""
    rng = Random(f"{world.seed}/supply")  # noqa: S311
    found: list[Supply] = []
    plain = [
        p for p in world.plots if p.industrial and p.in_layer and p.scenario.startswith(SUPPLIED)
    ]
    for plot in plain:
        if rng.random() < 0.2:
            found.append(_supply(world, rng, plot, len(found)))
    return found


def _supply(world: World, rng: Random, plot: Plot, serial: int) -> Supply:
    year = (plot.right_start or date(world.year - 4, 6, 1)).year
    year = max(year, 2012)
    agreed = date(year, 6, 1) + timedelta(days=rng.randrange(0, 330, 10))
    end = agreed + timedelta(days=730)
    start: date | None = agreed + timedelta(days=rng.randrange(-40, 120))
    done: date | None = end + timedelta(days=rng.randrange(-60, 200))
    money = float(rng.randint(8, 30) * round(plot.area_m2 / 100))
    spent = money * rng.uniform(0.8, 1.15)
    if plot.built == "none" and (plot.scenario == "vacant" or rng.random() < 0.5):
        start, done, spent = None, None, 0.0
    if done and done > world.day:
        done = None
    if start and start > world.day:
        start, spent = None, 0.0
    return Supply(
        plot.index, f"33{year}{serial:06d}", agreed, end, start, done, round(money), round(spent),
        float(rng.choice((15, 20, 25, 30))), rng.choice((1.0, 1.2, 1.5)), rng.random() < 0.04,
    )  # fmt: skip
