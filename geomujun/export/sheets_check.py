"""The plan on paper: the field-check form of chosen clusters as a printable page."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from html import escape
from pathlib import Path
from typing import Final

import pandas as pd

from geomujun.export.sheets_tables import rule_words, unwritable
from geomujun.lang import t

_CSS: Final = """
@page{size:A4 landscape;margin:10mm}
body{font:11px/1.4 "Microsoft YaHei","Noto Sans CJK SC",sans-serif;color:#111;margin:0}
h1{font-size:17px;margin:0 0 2px} h2{font-size:13px;margin:10px 0 3px;page-break-after:avoid}
p{margin:0 0 6px;color:#555} table{border-collapse:collapse;width:100%;table-layout:fixed}
th,td{border:1px solid #98a4ab;padding:2px 4px;vertical-align:top;word-break:break-all}
th{background:#e9eef1;font-weight:600} tr{page-break-inside:avoid} td.f{background:#fffdf0}
.s{display:flex;gap:60px;margin-top:12px}
"""
_WIDTHS: Final = (15, 13, 6, 12, 13, 12, 7, 7, 9, 6)


def check_rows(plots: pd.DataFrame, users: pd.Series) -> pd.DataFrame:
    """Rows of the field-check form out of the plan's plots.

    Args:
        plots: The plan's plots, of the chosen clusters.
        users: Names of a plot's users by parcel code.
    """
    rows = plots.sort_values(["cluster_id", "parcel_code"], kind="stable", ignore_index=True)
    out = rows[
        ["cluster_id", "parcel_code", "location", "holder", "path_label", "path_condition"]
    ].copy()
    out["area_mu"] = rows["area_mu"].round(4)
    out["user_names"] = users.reindex(rows["parcel_code"]).fillna("").to_numpy()
    out["rules"] = rows["rules"].map(rule_words)
    return out


def write_page(rows: pd.DataFrame, path: Path, about: str) -> None:
    """The field-check form as HTML for printing, one table per cluster; needs no network.

    Raises:
        MachineError: the file cannot be written.
    """
    heads = (
        t("宗地代码", "parcel"), t("坐落", "location"), t("亩", "mu"), t("权利人", "holder"),
        t("使用企业", "users"), t("提示", "hints"), t("建议路径", "path"), t("核查结果", "result"),
        t("实际使用、进展", "real use, state"), t("核查人", "by"),
    )  # fmt: skip
    title = t("低效工业用地实地核查表", "Field check of low-efficiency land")
    note = t("筛查只是提示，不作认定。内部资料。", "A screening only, no verdict. Internal.")
    parts = [
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title>"
        f"<style>{_CSS}</style></head><body><h1>{escape(title)}</h1>"
        f"<p>{escape(about)}　{escape(note)}</p>"
    ]
    columns = "".join(f'<col style="width:{w}%">' for w in _WIDTHS)
    head = "".join(f"<th>{escape(h)}</th>" for h in heads)
    for cluster, part in rows.groupby("cluster_id", sort=False):
        mu = float(part["area_mu"].sum())
        parts.append(
            f"<h2>{escape(t('片区', 'cluster'))} {escape(str(cluster))}　{len(part)} "
            f"{escape(t('宗', 'plots'))}　{mu:.2f} {escape(t('亩', 'mu'))}</h2>"
            f"<table><colgroup>{columns}</colgroup><thead><tr>{head}</tr></thead><tbody>"
        )
        parts += [_line(row) for row in part.to_dict("records")]
        parts.append("</tbody></table>")
    parts.append(
        f'<div class="s"><span>{escape(t("核查组签字：", "signed: "))}________________</span>'
        f"<span>{escape(t('日期：', 'date: '))}________________</span></div></body></html>\n"
    )
    try:
        path.write_text("".join(parts), encoding="utf-8", newline="\n")
    except OSError as e:
        raise unwritable(path, e) from e


def _line(row: Mapping[Hashable, object]) -> str:
    known = (
        row["parcel_code"], row["location"], f"{row['area_mu']:.2f}", row["holder"],
        row["user_names"], row["rules"], row["path_label"],
    )  # fmt: skip
    cells = "".join(f"<td>{escape(str(cell))}</td>" for cell in known)
    return f'<tr>{cells}<td class="f"></td><td class="f"></td><td class="f"></td></tr>'
