"""The indicators (评价指标): one function per id, giving numerator and denominator.

Functions take a frame of sums per unit (columns of `indicators` or `region_indicators`, and
``area_mu``; for 标准地 `figures.PLEDGED`) and know nothing of weights, benchmarks or cohorts. Firms
and regions have a registry each, because one name can have two formulas: 亩均增加值 is
工业增加值 ÷ 用地面积 for a firm and 地区生产总值 ÷ 建设用地面积 for a region
(市政发〔2022〕11号 附件).

A locality adds its own with `indicator`, in a module the operator installs and names
(`cli.extensions`); a scheme file only ever names an id.

Money in 万元, energy in 吨标煤, power in 万千瓦时, CO₂ in 吨, pollutants in 当量吨 (the column is
in kg), area in 亩.

Sources: 浙亩均办〔2022〕2号 二(一)3; 市政发〔2022〕11号 附件; domain.md §3 for local variants.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomujun.errors import SchemeError
from geomujun.lang import t
from geomujun.policy.model import Subject

Floats = npt.NDArray[np.float64]
Formula = Callable[[pd.DataFrame], tuple[pd.Series, pd.Series]]

ENTERPRISE: Final[dict[str, Formula]] = {}
REGION: Final[dict[str, Formula]] = {}
UNITS: Final[dict[str, str]] = {}
AREA: Final = "area_mu"
KG_PER_TONNE: Final = 1000.0


def _firm(unit: str) -> Callable[[Formula], Formula]:
    def add(formula: Formula) -> Formula:
        ENTERPRISE[formula.__name__] = formula
        UNITS[formula.__name__] = unit
        return formula

    return add


def _region(formula: Formula) -> Formula:
    REGION[formula.__name__.removeprefix("region_")] = formula
    return formula


def indicator(unit: str, subject: Subject = "enterprise") -> Callable[[Formula], Formula]:
    """Registers a locality's own formula under its function's name.

    The function takes the frame of sums per unit and returns numerator and denominator, two columns
    of its length; a denominator of 0 is a missing operand.

    Args:
        unit: Shown beside values, such as "万元/亩".
        subject: What it measures: "enterprise" (firms and parcels) or "region".

    Raises:
        SchemeError: the id is one of ours, or of another module.
    """
    registry = ENTERPRISE if subject == "enterprise" else REGION

    def add(formula: Formula) -> Formula:
        name, home = formula.__name__, formula.__module__
        if name in registry and getattr(registry[name], "__module__", "") != home:
            raise SchemeError(
                t("指标 {i!r} 已有公式", "indicator {i!r} has a formula already", i=name),
                where=home,
                hint=t("换一个函数名", "choose another name for the function"),
            )
        registry[name] = _guarded(formula)
        UNITS.setdefault(name, unit)
        return formula

    return add


def _guarded(formula: Formula) -> Formula:
    """The formula with its faults told as ours: it is code we have not seen."""

    @wraps(formula)
    def run(f: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
        where = f"{formula.__module__}.{formula.__name__}"
        try:
            top, bottom = formula(f)
            pair = pd.Series(top, f.index, float), pd.Series(bottom, f.index, float)
        except Exception as e:  # whatever the locality's own code may raise
            raise SchemeError(
                t("指标公式出错：{e!r}", "the indicator's formula failed: {e!r}", e=e),
                where=where,
                hint=t("可用的列：{a}", "columns: {a}", a=", ".join(map(str, f.columns))),
            ) from e
        return pair

    return run


@_firm("万元/亩")
def tax_per_mu(f: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """亩均税收."""
    return f["tax_wan_yuan"], f[AREA]


@_firm("万元/亩")
def value_added_per_mu(f: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """亩均增加值."""
    return f["value_added_wan_yuan"], f[AREA]


@_firm("万元/亩")
def revenue_per_mu(f: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """亩均营业收入."""
    return f["revenue_wan_yuan"], f[AREA]


@_firm("万元/亩")
def gross_output_per_mu(f: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """亩均工业总产值."""
    return f["gross_output_wan_yuan"], f[AREA]


@_firm("万元/亩")
def fixed_investment_per_mu(f: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """亩均固定资产投资."""
    return f["fixed_investment_wan_yuan"], f[AREA]


@_firm("万元/人")
def labour_productivity(f: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """全员劳动生产率, from 工业增加值."""
    return f["value_added_wan_yuan"], f["employees"]


@_firm("万元/人")
def gross_output_per_employee(f: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """全员劳动生产率, from 工业总产值 (Xi'an, firms)."""
    return f["gross_output_wan_yuan"], f["employees"]


@_firm("万元/吨标煤")
def value_added_per_energy(f: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """单位能耗增加值."""
    return f["value_added_wan_yuan"], f["energy_tce"]


@_firm("万元/吨标煤")
def gross_output_per_energy(f: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """单位能耗总产值."""
    return f["gross_output_wan_yuan"], f["energy_tce"]


@_firm("万元/吨标煤")
def revenue_per_energy(f: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """单位能耗营业收入."""
    return f["revenue_wan_yuan"], f["energy_tce"]


@_firm("万元/吨标煤")
def tax_per_energy(f: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """单位能耗税收."""
    return f["tax_wan_yuan"], f["energy_tce"]


@_firm("吨标煤/万元")
def energy_per_gross_output(f: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """万元产值能耗; lower is better."""
    return f["energy_tce"], f["gross_output_wan_yuan"]


@_firm("万元/万千瓦时")
def tax_per_power(f: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """单位电耗税收."""
    return f["tax_wan_yuan"], f["power_wan_kwh"]


@_firm("万元/万千瓦时")
def revenue_per_power(f: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """单位电耗销售收入."""
    return f["revenue_wan_yuan"], f["power_wan_kwh"]


@_firm("万元/吨")
def value_added_per_co2(f: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """单位碳排放增加值."""
    return f["value_added_wan_yuan"], f["co2_t"]


@_firm("万元/吨")
def gross_output_per_co2(f: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """单位碳排放总产值."""
    return f["gross_output_wan_yuan"], f["co2_t"]


@_firm("万元/当量吨")
def value_added_per_emission(f: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """单位排放增加值."""
    return f["value_added_wan_yuan"], f["pollutant_kg"] / KG_PER_TONNE


@_firm("万元/当量吨")
def tax_per_emission(f: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """单位主要污染物税收."""
    return f["tax_wan_yuan"], f["pollutant_kg"] / KG_PER_TONNE


@_firm("当量吨/万元")
def emission_per_value_added(f: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """单位增加值主要污染物排放当量; lower is better."""
    return f["pollutant_kg"] / KG_PER_TONNE, f["value_added_wan_yuan"]


@_firm("万元/当量吨")
def revenue_per_emission(f: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """单位污染物排放营业收入."""
    return f["revenue_wan_yuan"], f["pollutant_kg"] / KG_PER_TONNE


@_firm("")
def rd_intensity(f: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """研发经费 ÷ 营业收入, a ratio (0.03 = 3 %)."""
    return f["rd_wan_yuan"], f["revenue_wan_yuan"]


@_firm("")
def talent_density(f: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """人才密度: 人才数 ÷ 年平均职工人数, a ratio; no document read defines who is a 人才."""
    return f["talents"], f["employees"]


@_firm("")
def commitment_attainment(f: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """达产履约率: how far “标准地” commitments that are due are met, a ratio (`pledges`)."""
    return f["attained_m2"], f["pledged_m2"]


@_region
def region_value_added_per_mu(f: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """亩均增加值 of a region: 地区生产总值 ÷ 建设用地面积."""
    return f["gdp_wan_yuan"], f[AREA]


@_region
def region_tax_per_mu(f: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """亩均税收 of a region."""
    return f["tax_wan_yuan"], f[AREA]


@_region
def region_fixed_investment_per_mu(f: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """亩均固定资产投资 of a region."""
    return f["fixed_investment_wan_yuan"], f[AREA]


@_region
def region_labour_productivity(f: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """全员劳动生产率 of a region: 地区生产总值 ÷ 全部就业人员."""
    return f["gdp_wan_yuan"], f["employees"]


@_region
def region_value_added_per_energy(f: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """单位能耗增加值 of a region: 地区生产总值 ÷ 总用能."""
    return f["gdp_wan_yuan"], f["energy_tce"]


@_region
def region_value_added_per_co2(f: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """单位碳排放增加值 of a region: 地区生产总值 ÷ 二氧化碳当量."""
    return f["gdp_wan_yuan"], f["co2_t"]


@_region
def region_rd_intensity(f: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """研发经费投入强度 of a region: R&D ÷ 地区生产总值."""
    return f["rd_wan_yuan"], f["gdp_wan_yuan"]


def operands(
    frame: pd.DataFrame, ids: Iterable[str], registry: dict[str, Formula]
) -> tuple[Floats, Floats]:
    """Numerators and denominators, both (rows, indicators); a zero denominator is missing (NaN).

    Raises:
        SchemeError: an id no formula has.
    """
    names = list(ids)
    unknown = [n for n in names if n not in registry]
    if unknown:
        raise SchemeError(
            t("没有指标 {i!r} 的公式", "no formula for indicator {i!r}", i=unknown[0]),
            hint=t("可用的指标：{a}", "indicators: {a}", a=", ".join(sorted(registry))),
        )
    num = np.full((len(frame), len(names)), np.nan)
    den = np.full((len(frame), len(names)), np.nan)
    for j, name in enumerate(names):
        top, bottom = registry[name](frame)
        num[:, j] = top.to_numpy(dtype=float)
        den[:, j] = bottom.to_numpy(dtype=float)
    den[den == 0] = np.nan
    return num, den
