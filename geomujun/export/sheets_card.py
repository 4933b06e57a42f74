"""What stands on a sheet: 一企一档 of an enterprise, 一宗一档 of a parcel.

Tables of the run in, cards out; laying them out is `sheets_html` and `sheets_book`. Everything fits
one page: long lists are cut, and the card says how many lines the tables hold beyond it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from geomujun.domain.legend import legend
from geomujun.domain.words import M2_PER_MU
from geomujun.export.sheets_map import Atlas
from geomujun.export.sheets_rows import (
    CLIP,
    Listing,
    clip,
    cut,
    figure,
    fitting,
    in_mu,
    interval,
    rank_text,
    why,
)  # fmt: skip
from geomujun.export.sheets_run import RunFolder
from geomujun.lang import t
from geomujun.text.locations import parse_locations


@dataclass(frozen=True, slots=True)
class Card:
    """One sheet. ``grade``: letter; ``interval``: what links in review may make of it."""

    kind: str  # enterprise | parcel
    id: str
    name: str
    town: str
    facts: list[tuple[str, str]]
    grade: str
    interval: str
    grade_reason: str
    listings: list[Listing]
    svg: str
    map_note: str
    notes: list[str] = field(default_factory=list)


class Cards:
    """Makes the cards of one run; every index is built once."""

    def __init__(self, run: RunFolder, labels: Mapping[str, str]) -> None:
        """Remember the run; ``labels``: indicator id → name."""
        self.run, self.labels = run, labels

    @cached_property
    def atlas(self) -> Atlas:
        """Geometry for the cut-outs."""
        return Atlas(self.run.layer("parcels"), self.run.layer("buildings"))

    @cached_property
    def plots(self) -> pd.DataFrame:
        """Plots by parcel code."""
        frame = pd.DataFrame(self.run.layer("parcels").drop(columns="geometry"))
        return frame.drop_duplicates("parcel_code").set_index("parcel_code")

    @cached_property
    def firms(self) -> pd.DataFrame:
        """Enterprises by uscc."""
        return self.run.firms()

    @cached_property
    def towns(self) -> dict[str, str]:
        """Town of every firm and plot by id: of its address, else of its largest plot."""
        places = self.plots["location"].fillna("").astype("str")
        of_plot = parse_locations(places)["town"]
        own = parse_locations(self.firms["address"])["town"]
        main = self.run.counted().drop_duplicates("uscc").set_index("uscc")["parcel_code"]
        other = of_plot.reindex(main.reindex(own.index)).fillna("").to_numpy()
        of_firm = own.where(own != "", other)
        both = pd.concat([of_plot, of_firm])
        return dict(zip(both.index, both, strict=True))

    @cached_property
    def _links(self) -> dict[str, Mapping[Any, Any]]:
        links = self.run.links()
        return {key: links.groupby(key, sort=False).indices for key in ("uscc", "parcel_code")}

    @cached_property
    def _findings(self) -> dict[str, list[int]]:
        table = self.run.tables["cross_check"]
        found: dict[str, list[int]] = {}
        for n, (one, other) in enumerate(zip(table["subject_id"], table["other_id"], strict=True)):
            for key in dict.fromkeys([one, *str(other).split("|")]):
                if key:
                    found.setdefault(key, []).append(n)
        return found

    @cached_property
    def _low(self) -> Mapping[Any, Any]:
        table = self.run.tables["low_efficiency"]
        return table.groupby("parcel_code", sort=True).indices

    @cached_property
    def _ledger(self) -> pd.DataFrame:
        return self.run.tables["ledger"].drop_duplicates("uscc").set_index("uscc")

    @cached_property
    def _lines(self) -> Mapping[Any, Any]:
        return self.run.tables["ledger_lines"].groupby("uscc", sort=True).indices

    @cached_property
    def _evaluated(self) -> dict[str, pd.DataFrame]:
        keys = {"enterprise": "uscc", "parcel": "parcel_code"}
        return {
            kind: self.run.tables[f"{kind}_evaluation"].drop_duplicates(key).set_index(key)
            for kind, key in keys.items()
        }

    @cached_property
    def _medians(self) -> dict[str, pd.DataFrame]:
        out = {}
        for kind, table in self._evaluated.items():
            ids = [c.removesuffix("_score") for c in table.columns if c.endswith("_score")]
            out[kind] = table.groupby("cohort")[ids].median()
        return out

    def enterprise(self, uscc: str) -> Card:
        """一企一档.

        Raises:
            KeyError: the run has no such enterprise.
        """
        firm = self.firms.loc[uscc]
        told = self._row("enterprise", uscc)
        links = self._links_of("uscc", uscc)
        ledger = dict(self._ledger.loc[uscc]) if uscc in self._ledger.index else None
        svg, outside = self.atlas.cutout(
            links.loc[links["use"] == "counted", "parcel_code"].drop_duplicates().tolist()
        )
        facts = [
            (t("统一社会信用代码", "code"), uscc),
            (t("曾用名", "former names"), clip(str(firm["former"]), 76) or "—"),
            (t("地址", "address"), clip(str(firm["address"]), 76) or "—"),
            (t("行业代码", "industry"), str(firm["industry"]) or "—"),
            (t("规模", "size"), str(firm["size"]) or "—"),
            (t("归类", "bucket"), legend().bucket(str(firm["bucket"]))),
            (t("实际占用", "occupied"), in_mu(None if ledger is None else ledger["occupied_m2"])),
            (t("评价用地", "evaluated area"), f"{figure(told.get('area_mu'), 4)} {t('亩', 'mu')}"),
        ]
        listings = [
            self._area_lines(uscc, links, ledger),
            self._indicators("enterprise", told),
            self._found([uscc], links["parcel_code"].drop_duplicates().tolist()),
        ]
        return self._card(
            "enterprise", (uscc, clip(str(firm["name"]), 60)), facts, told, (listings, svg, outside)
        )

    def parcel(self, code: str) -> Card:
        """一宗一档.

        Raises:
            KeyError: the run has no such plot.
        """
        plot = self.plots.loc[code]
        told = self._row("parcel", code)
        links = self._links_of("parcel_code", code)
        svg, outside = self.atlas.cutout([code])
        bucket = legend().parcel_buckets.get(str(plot["bucket"]))
        facts = [
            (t("宗地代码", "parcel"), code),
            (t("坐落", "location"), clip(str(plot["location"]), 76) or "—"),
            (t("用途", "use"), str(plot["land_use"]) or "—"),
            (t("权利人", "holder"), clip(str(plot["holder"]), 76) or "—"),
            (t("登记面积", "registered"), in_mu(plot["registered_m2"])),
            (
                t("归类", "bucket"),
                f"{bucket.title if bucket else plot['bucket']}（{clip(str(plot['reason']), 50)}）",
            ),
            (t("已分配", "allocated"), in_mu(plot["allocated_m2"])),
            (t("未分配", "unallocated"), in_mu(plot["unallocated_m2"])),
        ]
        listings = [
            self._user_lines(links),
            self._indicators("parcel", told),
            self._found([code], [code]),
        ]
        return self._card(
            "parcel",
            (code, clip(str(plot["location"]) or code, 60)),
            facts,
            told,
            (listings, svg, outside),
        )

    def _card(
        self, kind: str, who: tuple[str, str], facts: list[tuple[str, str]],
        told: Mapping[str, Any], body: tuple[list[Listing], str, int],
    ) -> Card:  # fmt: skip
        listings, svg, outside = body
        best, worst = str(told.get("grade_best") or ""), str(told.get("grade_worst") or "")
        note = (
            t("另有 {n} 宗在图外", "{n} plot(s) outside the map", n=outside)
            if outside and svg
            else ""
        )
        return Card(
            kind=kind,
            id=who[0],
            name=who[1],
            town=self.towns.get(who[0], ""),
            facts=facts,
            grade=str(told.get("grade") or ""),
            interval=interval(best, worst) if kind == "enterprise" and told else "",
            grade_reason=clip(str(told.get("grade_reason") or rank_text(told)), 110),
            listings=listings,
            svg=svg,
            map_note=note if svg else t("没有可画的宗地", "no plot to draw"),
        )

    def _row(self, kind: str, key: str) -> dict[str, Any]:
        table = self._evaluated[kind]
        return dict(table.loc[key]) if key in table.index else {}

    def _links_of(self, key: str, value: str) -> pd.DataFrame:
        at = self._links[key].get(value)
        return self.run.links().iloc[[] if at is None else at]

    def _area_lines(
        self, uscc: str, links: pd.DataFrame, ledger: Mapping[Any, Any] | None
    ) -> Listing:
        """The area ledger of a firm, line by line, each with what it rests on."""
        at = self._lines.get(uscc)
        lines = self.run.tables["ledger_lines"].iloc[[] if at is None else at]
        lines = lines.sort_values("area_m2", ascending=False, kind="stable")
        by = links.drop_duplicates("parcel_code").set_index("parcel_code")
        rows = []
        for code, component, area in zip(
            lines["parcel_code"], lines["component"], lines["area_m2"], strict=True
        ):
            link = by.loc[code] if code in by.index else None
            rows.append((
                code, clip(str(self.plots["location"].get(code) or "—"), CLIP["place"]),
                legend().word("component", component), figure(area), figure(area / M2_PER_MU, 4),
                why(link),
            ))  # fmt: skip
        listing = cut(
            t("用地台账及证据", "Area ledger and its evidence"),
            (t("宗地代码", "parcel"), t("坐落", "location"), t("组成", "part"), "㎡", t("亩", "mu"),
             t("证据", "evidence")),
            rows, "areas", (20, 22, 7, 11, 9, 31),
        )  # fmt: skip
        if ledger is not None:
            listing.rows.append(
                ("", t("合计（实际占用）", "occupied"), "", figure(ledger["occupied_m2"]),
                 figure(ledger["occupied_mu"], 4),
                 t("登记 + 租入 + 其他 - 租出 - 暂不计入",
                   "registered + leased in + other - leased out - exempt"))
            )  # fmt: skip
        return listing

    def _user_lines(self, links: pd.DataFrame) -> Listing:
        """Who uses a plot, and what says so."""
        order = {"counted": 0, "review": 1, "other": 2}
        links = links.assign(_o=links["use"].map(order)).sort_values(
            ["_o", "area_m2"], ascending=[True, False]
        )
        rows = [
            (
                link["uscc"],
                clip(str(self.firms["name"].get(link["uscc"]) or "—"), CLIP["place"]),
                legend().word("relation", link["relation"]), figure(link["area_m2"]),
                figure(link["area_m2"] / M2_PER_MU, 4), why(link),
            )
            for link in links.to_dict("records")
        ]  # fmt: skip
        return cut(
            t("使用企业及证据", "Users and evidence"),
            (t("信用代码", "code"), t("企业", "enterprise"), t("关系", "relation"), "㎡",
             t("亩", "mu"), t("证据", "evidence")),
            rows, "areas", (19, 22, 8, 11, 9, 31),
        )  # fmt: skip

    def _indicators(self, kind: str, told: Mapping[str, Any]) -> Listing:
        medians = self._medians[kind]
        own = t("本户", "value") if kind == "enterprise" else t("本宗", "value")
        cohort = str(told.get("cohort") or "")
        rows = []
        for item in medians.columns:
            value, median = told.get(item), medians[item].get(cohort)
            if value is None or (pd.isna(value) and (median is None or pd.isna(median))):
                continue
            rate = "—"
            if not pd.isna(value) and median is not None and not pd.isna(median) and median > 0:
                rate = f"{value / median:.0%}"
            rows.append(
                (
                    self.labels.get(item, item),
                    figure(value, 4),
                    figure(median, 4),
                    rate,
                    figure(told.get(f"{item}_score")),
                )
            )
        return cut(
            t("指标与同组中位数（{c}）", "Indicators and the cohort's median ({c})",
              c=cohort or "—"),
            (t("指标", "indicator"), own, t("中位数", "median"), t("比值", "ratio"),
             t("得分", "score")),
            rows, "indicators", (36, 18, 18, 12, 16),
        )  # fmt: skip

    def _found(self, ids: list[str], plots: list[str]) -> Listing:
        """Findings on the subject and screening hits on its plots."""
        table, low = self.run.tables["cross_check"], self.run.tables["low_efficiency"]
        at = sorted({n for one in ids for n in self._findings.get(one, [])})
        weight = {"high": 0, "medium": 1, "low": 2}
        hits = (
            table.iloc[at]
            .assign(_w=lambda f: f["severity"].map(weight))
            .sort_values(["_w", "rule"], kind="stable")
        )
        rows = [
            (
                legend().word("rule", r["rule"]),
                legend().word("severity", r["severity"]),
                str(r["message"]),
            )
            for r in hits.to_dict("records")
        ]
        for code in plots:
            rows += [
                (
                    legend().word("rule", r["rule"]),
                    t("提示", "hint"),
                    f"{code[-7:]} {r['basis']}",
                )
                for r in low.iloc[self._low.get(code, np.empty(0, dtype=int))].to_dict("records")
            ]
        return cut(
            t("疑点和提示（筛查，不作认定）", "Findings and hints (a screening, no verdict)"),
            (t("事项", "rule"), t("程度", "severity"), t("说明", "message")),
            fitting(rows), "findings", (20, 8, 72),
        )  # fmt: skip
