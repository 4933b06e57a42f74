"""The tables of the case as departments would send them: every row of the world, badly written."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, Final

import numpy as np
import pandas as pd

from geomujun_demo.codes import code_variant
from geomujun_demo.figures import FIELDS
from geomujun_demo.landless import street
from geomujun_demo.texts import Writer
from geomujun_demo.truth import Known
from geomujun_demo.truth_evaluation import M2_PER_MU
from geomujun_demo.world import NOBODY, Firm, Lease

Points = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
STATISTICS: Final = ("税务", "统计", "电力", "企业直报")


def frame(columns: Iterable[str], rows: list[Any]) -> pd.DataFrame:
    """Rows as a frame of plain objects; blanks stay None."""
    return pd.DataFrame(rows, columns=list(columns)).astype(object)


def shuffled(known: Known, table: pd.DataFrame, salt: int) -> pd.DataFrame:
    """Rows, and but for parcels also columns, in another order than they were made."""
    rng = np.random.default_rng([known.world.seed, salt])
    rows = rng.permutation(len(table))
    return table.iloc[rows].reset_index(drop=True)


def mixed_columns(known: Known, table: pd.DataFrame, salt: int) -> pd.DataFrame:
    """The same table with its columns in any order and one more that nobody asked for."""
    rng = np.random.default_rng([known.world.seed, salt, 1])
    table = table[[table.columns[i] for i in rng.permutation(table.shape[1])]]
    return table.assign(备注="")


def enterprises(known: Known, write: Writer, lonlat: Points) -> pd.DataFrame:
    """企业; ``lonlat`` is each firm's point as written, NaN where blank."""
    hard = known.world.profile == "hard"
    rows = [_enterprise(known, write, f, lonlat[f.index], hard) for f in known.world.firms]
    for at, name in known.world.duplicates:
        row = list(rows[at])
        row[1], row[2] = name, None
        row[4] = known.world.firms[at].founded.replace(
            year=known.world.firms[at].founded.year - 2, day=1
        )
        rows.append(tuple(row))
    head = (
        "统一社会信用代码", "企业名称", "曾用名", "登记状态", "成立日期", "注销日期", "住所",
        "生产经营地址", "经度", "纬度",
        "坐标系", "行业代码", "规模", "母公司代码", "占地（亩）" if hard else "上报用地面积",
        "行政区划代码", "评价属地",
    )  # fmt: skip
    table = frame(head, rows)
    return mixed_columns(known, shuffled(known, table, 11), 11)


def _enterprise(
    known: Known, write: Writer, firm: Firm, point: Points, hard: bool
) -> tuple[object, ...]:
    former = "；".join(n + (f"(至{d.isoformat()})" if d else "") for n, d in firm.former)
    blank = math.isnan(point[0])
    letter = write.rng.random() < 0.08
    reported = firm.reported_m2
    if hard and reported is not None:
        reported = round(reported / M2_PER_MU, 6)
    parent = known.world.firms[firm.parent].uscc if firm.parent != NOBODY else None
    site = write.address(firm.site_address) if firm.site_address else None
    return (
        firm.written_uscc, firm.name.full, former or None, firm.status, firm.founded,
        firm.cancelled, write.address(firm.registered_address), site,
        None if blank else round(float(point[0]), 6), None if blank else round(float(point[1]), 6),
        None if blank or firm.datum in {"", "?"} else firm.datum,
        ("C" if 13 <= int(firm.industry[:2]) <= 43 and letter else "") + firm.industry,
        "规上" if firm.above else "规下", parent, reported, firm.division,
        firm.declared_division or None,
    )  # fmt: skip


def leases(known: Known, write: Writer) -> pd.DataFrame:
    """租赁: parcel codes missing, varied, or replaced by a place."""
    rows = [_lease(known, write, lease) for lease in known.world.leases]
    head = (
        "合同编号", "出租方", "出租方代码", "承租方", "承租方代码", "宗地代码", "坐落",
        "租赁土地面积", "租赁建筑面积", "楼层",
        "起始日期", "终止日期", "上级合同编号",
    )  # fmt: skip
    return mixed_columns(known, shuffled(known, frame(head, rows), 12), 12)


def _lease(known: Known, write: Writer, lease: Lease) -> tuple[object, ...]:
    world, rng = known.world, write.rng
    plot = world.plots[lease.plot]
    code: str | None = plot.code
    place = None
    if lease.write == "variant":
        code = code_variant(rng, plot.code)
    elif lease.write == "location":
        code = None
    if code is None or rng.random() < 0.3:
        place = plot.location or write.location(plot)
        if code is None and plot.number and rng.random() < 0.5:
            place = f"{plot.town}{street(plot)}{plot.number}号"
    lessor = (
        write.firm_name(world.firms[lease.lessor]) if lease.lessor != NOBODY else lease.lessor_name
    )
    lessor_code = world.firms[lease.lessor].uscc if lease.lessor != NOBODY else None
    lessee = world.firms[lease.lessee]
    seen = 0.45 if world.profile == "hard" else 0.78
    return (
        lease.number, lessor, lessor_code if rng.random() < seen else None, write.firm_name(lessee),
        lessee.uscc if rng.random() < seen else None, code, place, lease.land_m2, lease.floor_m2,
        lease.floor or None, lease.start, lease.end, lease.head or None,
    )  # fmt: skip


def indicators(known: Known, write: Writer) -> pd.DataFrame:
    """年度指标 of two years; some firms come once per department, with differences."""
    world, figures = known.world, known.figures
    at = np.flatnonzero(figures.present)
    codes = np.array([f.written_uscc if k % 3 == 0 else f.uscc for k, f in enumerate(world.firms)])
    parts = []
    for y in (0, 1):
        values = {k: v[y, at] for k, v in figures.values.items()}
        table = pd.DataFrame({"统一社会信用代码": codes[at], "年度": world.year - 1 + y} | values)
        parts.append(table)
    table = pd.concat(parts, ignore_index=True)
    if write.profile.sources:
        table = _by_source(known, table, write.profile.sources)
    return mixed_columns(known, shuffled(known, table, 13), 13)


def _by_source(known: Known, table: pd.DataFrame, share: float) -> pd.DataFrame:
    """Split some rows by department: each tells its own items, the firm tells all, wrongly."""
    rng = np.random.default_rng([known.world.seed, 23])
    codes = table["统一社会信用代码"].to_numpy(dtype=object)
    chosen = np.isin(
        codes, rng.permutation(np.unique(codes))[: max(1, int(len(codes) / 2 * share))]
    )
    some, rest = table[chosen], table[~chosen].assign(来源="")
    own = {"税务": ["税收"], "电力": ["用电量"]}
    parts = [rest]
    for source in STATISTICS:
        piece = some.assign(来源=source)
        keep = own.get(source)
        if source == "统计":
            piece[["税收", "用电量"]] = np.nan
        elif keep:
            piece[[f for f in FIELDS if f not in keep]] = np.nan
        else:
            piece[["二氧化碳排放", "污染物排放", "年平均职工人数"]] = np.nan
            factor = rng.uniform(0.8, 1.2, len(piece))
            for item in ("税收", "营业收入", "用电量"):
                piece[item] = (piece[item] * factor).round(2)
        parts.append(piece)
    return pd.concat(parts, ignore_index=True)


def flags(known: Known) -> pd.DataFrame:
    """评价调整."""
    firms = known.world.firms
    rows = [
        (firms[f.firm].uscc, f.year, f.kind, f.points, f.reason, f.start, f.end)
        for f in known.flags
    ]
    head = ("统一社会信用代码", "年度", "类型", "分值", "事由", "起", "止")
    return shuffled(known, frame(head, rows), 14)


def supply(known: Known, write: Writer) -> pd.DataFrame:
    """供地台账."""
    rows = []
    for s in known.supply:
        code = known.world.plots[s.plot].code
        code = code_variant(write.rng, code) if s.variant else code
        rows.append(
            (code, s.contract, s.agreed_start, s.agreed_end, s.start, s.end, s.agreed_investment,
             s.invested, s.agreed_tax_per_mu, s.agreed_far)
        )  # fmt: skip
    head = (
        "宗地代码", "合同编号", "约定开工", "约定竣工", "实际开工", "实际竣工", "约定投资",
        "已投资", "约定亩均税收", "约定容积率",
    )  # fmt: skip
    return mixed_columns(known, shuffled(known, frame(head, rows), 15), 15)


def groups(known: Known) -> pd.DataFrame:
    """集团, as people confirmed them."""
    firms = known.world.firms
    rows = [(label, firms[at].uscc, firms[at].division) for label, at in known.world.groups]
    return frame(("集团", "统一社会信用代码", "评价区"), rows)


def addresses(known: Known, centres: Points) -> pd.DataFrame:
    """标准地址点 of most numbered plots; ``centres`` in degrees, one per plot."""
    rng = np.random.default_rng([known.world.seed, 16])
    dice = rng.random(len(known.world.plots))
    world = known.world
    needed = [p for p, _ in world.registered_only] + [u.plot for u in world.uses]
    dice[needed] = 0.0  # nothing else ties these firms to their plots
    rows = [
        (f"{p.town}{street(p)}{p.number}号", round(float(c[0]), 6), round(float(c[1]), 6))
        for p, c, d in zip(known.world.plots, centres, dice, strict=True)
        if p.number and p.layer_twin == NOBODY and d < (0.85 if p.industrial else 0.4)
    ]
    return shuffled(known, frame(("地址", "经度", "纬度"), rows), 16)


def region_indicators(known: Known) -> pd.DataFrame:
    """区域年度指标: each county, and its parks with no area of their own."""
    world, value = known.world, known.figures.values
    total = {k: np.nansum(v[1]) for k, v in value.items()}
    places = [(p.division, p.town[:3]) for p in world.plots]
    counties = list(dict.fromkeys(places))
    rows: list[tuple[object, ...]] = []
    land = {c: sum(p.area_m2 for p in world.plots if p.division == c) for c, _ in counties}
    for code, name in counties:  # of a neighbour only the fringe is there, in land and figures
        figures = _region(total, 3.1 * land[code] / sum(land.values()))
        rows.append((name, code, "县级", world.year, *figures, round(land[code] * 1.35, 2)))
    for name, level, code, _ in world.parks:
        part = 0.55 / max(1, len(world.parks))
        rows.append((name, code, level, world.year, *_region(total, part), None))
    head = (
        "名称", "代码", "级别", "年度", "地区生产总值", "税收", "固定资产投资", "研发经费",
        "综合能耗", "二氧化碳排放", "从业人员", "建设用地面积",
    )  # fmt: skip
    return frame(head, rows)


def _region(total: dict[str, float], part: float) -> tuple[float, ...]:
    names = (
        "工业增加值",
        "税收",
        "固定资产投资",
        "研发经费",
        "综合能耗",
        "二氧化碳排放",
        "年平均职工人数",
    )
    return tuple(round(float(total[n]) * part, 0) for n in names)
