"""`geomujun sheets` and `geomujun forms`: one page per firm or parcel, and forms out and back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from geomujun_maps.joined import evidence_lines

from geomujun.cli import run_folder
from geomujun.cli.options import Json, Out, Result
from geomujun.crosscheck.digest import facts_digests
from geomujun.domain.legend import legend
from geomujun.domain.words import M2_PER_MU
from geomujun.errors import DataError, UsageError
from geomujun.export import sheets_html
from geomujun.export.sheets_back import Back, Known, read_back
from geomujun.export.sheets_book import write_card
from geomujun.export.sheets_card import Card, Cards
from geomujun.export.sheets_forms import CONFIRM, write_form
from geomujun.export.sheets_log import add_lines
from geomujun.export.sheets_run import RunFolder, open_run
from geomujun.export.sheets_tables import unwritable, write_csv
from geomujun.lang import t
from geomujun.matching.engine import match
from geomujun.pipeline.decisions import no_decisions

forms = typer.Typer(
    name="forms", no_args_is_help=True, help="一企一单、核查表往返 · forms out and back"
)
Town = Annotated[str, typer.Option("--town", help="只要这个镇街 · only this town")]
FORMATS = ("both", "html", "xlsx")
NOWHERE = "未分镇街"
_UNSAFE = re.compile(r"\W")


def sheets(  # noqa: PLR0913, PLR0917 - one argument per option
    result: Result,
    out: Out,
    uscc: Annotated[
        list[str] | None, typer.Option("--uscc", help="企业，可重复 · enterprise")
    ] = None,
    parcel: Annotated[
        list[str] | None, typer.Option("--parcel", help="宗地，可重复 · parcel")
    ] = None,
    town: Town = "",
    kind: Annotated[str, typer.Option("--format", help=" | ".join(FORMATS))] = "both",
    as_json: Json = False,
) -> None:
    """一企一档、一宗一档：单页档案 · one-page sheets of enterprises and parcels."""
    if kind not in FORMATS:
        raise UsageError(t("没有格式 {k!r}", "no format {k!r}", k=kind), hint=" | ".join(FORMATS))
    run = open_run(result)
    cards = Cards(run, run_folder.indicator_labels(run))
    wanted = _wanted(cards, uscc or [], parcel or [], town)
    about = _about(run)
    made = []
    for card in _made(cards, wanted):
        _write(card, out / card.kind, kind, run, about)
        made.append((card.kind, card.id, card.name, card.town))
    if kind != "xlsx":
        _text(out / "index.html", sheets_html.index(made, about))
    found = {
        "sheets": len(made),
        "enterprises": sum(m[0] == "enterprise" for m in made),
        "out": str(out),
    }
    run_folder.told(
        found,
        [t("{n:,} 份档案写到 {o}", "{n:,} sheets written to {o}", n=len(made), o=out)],
        as_json,
    )


def _wanted(cards: Cards, usccs: list[str], parcels: list[str], town: str) -> list[tuple[str, str]]:
    """Which sheets: those named, else everyone with land and every plot in use or hinted at."""
    for one in usccs:
        if one not in cards.firms.index:
            raise UsageError(t("没有企业 {u!r}", "no enterprise {u!r}", u=one))
    for one in parcels:
        if one not in cards.plots.index:
            raise UsageError(t("没有宗地 {p!r}", "no parcel {p!r}", p=one))
    if usccs or parcels:
        return [("enterprise", u) for u in usccs] + [("parcel", p) for p in parcels]
    links = cards.run.links()
    firms = sorted({*links["uscc"], *cards.run.tables["ledger"]["uscc"]} & set(cards.firms.index))
    low = cards.run.tables["low_efficiency"]["parcel_code"]
    plots = sorted({*links["parcel_code"], *low} & set(cards.plots.index))
    every = [("enterprise", u) for u in firms] + [("parcel", p) for p in plots]
    if not town:
        return every
    mine = [(k, i) for k, i in every if cards.towns.get(i, "") == town]
    if not mine:
        names = sorted({n for n in cards.towns.values() if n})
        raise UsageError(
            t("没有镇街 {n!r}", "no town {n!r}", n=town), hint="、".join(names[:30]) or "—"
        )
    return mine


def _made(cards: Cards, wanted: list[tuple[str, str]]) -> Iterator[Card]:
    for kind, key in wanted:
        yield cards.enterprise(key) if kind == "enterprise" else cards.parcel(key)


def _write(card: Card, folder: Path, kind: str, run: RunFolder, about: str) -> None:
    name = sheets_html.file_name(card.id)
    if kind != "xlsx":
        _text(folder / f"{name}.html", sheets_html.page(card, about))
    if kind != "html":
        folder.mkdir(parents=True, exist_ok=True)
        write_card(card, folder / f"{name}.xlsx", run_folder.stamp(run), about)


def _text(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as e:
        raise unwritable(path, e) from e


def _about(run: RunFolder) -> str:
    scheme = run.run.get("scheme") or {}
    return t(
        "{y} 年，截至 {d}，办法 {s}，geomujun {v}",
        "{y}, as of {d}, scheme {s}, geomujun {v}",
        y=run.year, d=run.as_of, s=scheme.get("id", "—"), v=run.run.get("version", "—"),
    )  # fmt: skip


@forms.command("confirm")
def confirm(
    result: Result,
    out: Out,
    town: Town = "",
    case: Annotated[
        Path | None,
        typer.Option(
            "--case", help="案卷，写入事实摘要 · case, for the facts digest", metavar="CASE"
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """一企一单：按镇街发出的用地确认表 · confirmation lists, one workbook a town."""
    run = open_run(result)
    rows = _confirm_rows(run)
    if case is not None:
        settled = run_folder.settled_case(case)
        facts = match(settled, run.as_of, no_decisions().live).case  # leases resolved
        rows["facts_digest"] = facts_digests(facts, rows[["parcel_code", "uscc"]])
    towns = sorted(set(rows["town"])) if not town else [town]
    found = {}
    for name in towns:
        part = rows[rows["town"] == name]
        if part.empty:
            raise UsageError(
                t("没有镇街 {n!r}", "no town {n!r}", n=name),
                hint="、".join(sorted(set(rows["town"]))[:30]),
            )
        safe = _UNSAFE.sub("_", name)
        path = out / f"{t('一企一单', 'confirm')}_{safe}.xlsx"
        write_form(CONFIRM, part, path, run_folder.stamp(run), f"{name}　{_about(run)}")
        found[name] = {
            "file": path.name,
            "enterprises": int(part["uscc"].nunique()),
            "rows": len(part),
        }
    lines = [
        t(
            "{n}：企业 {e:,}，{r:,} 行",
            "{n}: {e:,} enterprises, {r:,} rows",
            n=n,
            e=f["enterprises"],
            r=f["rows"],
        )
        for n, f in found.items()
    ]
    run_folder.told(found, [*lines, t("写到 {o}", "written to {o}", o=out)], as_json)


def _confirm_rows(run: RunFolder) -> pd.DataFrame:
    """Every link that counts or waits, and firms without land, by town and firm."""
    cards = Cards(run, {})
    links = run.links()
    links = links[links["use"] != "other"]
    alone = cards.firms.index.difference(pd.Index(links["uscc"].unique()))
    bare = cards.firms.loc[alone]
    bare = bare[bare["bucket"].isin(["no_land", "registered_only", "ambiguous"])]
    evidence = [
        ("待复核：" if use == "review" else "")
        + "；".join(line for line, _ in evidence_lines(str(cell))[:2])
        for use, cell in zip(links["use"], links["evidence"], strict=True)
    ]
    none = [""] * len(bare)
    word = legend().word
    rows = pd.DataFrame(
        {
            "uscc": [*links["uscc"], *bare.index],
            "parcel_code": [*links["parcel_code"], *none],
            "relation_label": [
                *(word("relation", r) for r in links["relation"]),
                *[t("无用地", "no land")] * len(bare),
            ],
            "area_m2": [*links["area"], *[float("nan")] * len(bare)],
            "basis": [*(word("area_method", str(m)) for m in links["area_method"]), *none],
            "evidence": [*evidence, *none],
        }
    )
    rows["area_mu"] = (rows["area_m2"] / M2_PER_MU).round(4)
    rows["name"] = cards.firms["name"].reindex(rows["uscc"]).fillna("").to_numpy()
    rows["location"] = cards.plots["location"].reindex(rows["parcel_code"]).fillna("").to_numpy()
    rows["town"] = [cards.towns.get(u, "") or NOWHERE for u in rows["uscc"]]
    return rows.sort_values(["town", "uscc", "parcel_code"], kind="stable", ignore_index=True)


@forms.command("back")
def back(
    files: Annotated[
        list[Path], typer.Argument(help="填好的表单 · filled forms", metavar="FILE...")
    ],
    out: Out,
    result: Annotated[
        Path | None,
        typer.Option("--result", help="运行，核对宗地代码 · run, to check codes", metavar="RESULT"),
    ] = None,
    as_json: Json = False,
) -> None:
    """读回表单：决定、进展 · read forms: decisions, progress."""
    known = Known() if result is None else _known(open_run(result))
    read = [read_back(path, known) for path in files]
    added = _keep(read, out)
    faults = [
        dict(zip(("file", "row", "field", "value", "reason"), f, strict=True))
        for b in read
        for f in b.faults
    ]
    found = {
        "rows": sum(b.rows for b in read),
        "blank": sum(b.blank for b in read),
        "added": added,
        "faults": faults,
    }
    lines = [
        t("读 {r:,} 行，未填 {b:,} 行，有错 {f:,} 处", "{r:,} rows, {b:,} blank, {f:,} faults",
          r=found["rows"], b=found["blank"], f=len(faults)),
        *[t("{n} 新增 {k:,} 条", "{k:,} lines added to {n}", n=n, k=k) for n, k in added.items()],
        *[t("{f} 第 {r} 行 {c} {v!r}：{w}", "{f} row {r} {c} {v!r}: {w}",
            f=x["file"], r=x["row"], c=x["field"], v=x["value"], w=x["reason"]) for x in faults],
    ]  # fmt: skip
    run_folder.told(found, lines, as_json)
    if faults and not any(added.values()):
        raise DataError(
            t("没有一行可用", "no row can be used"),
            hint=t("改正上面的行后再读", "mend the rows above"),
        )


def _known(run: RunFolder) -> Known:
    """All codes of a run."""
    tables = run.tables
    parcels = [*tables["parcel_reconciliation"]["parcel_code"], *tables["links"]["parcel_code"]]
    return Known(frozenset(parcels), frozenset(tables["enterprise_reconciliation"]["uscc"]))


def _keep(read: list[Back], out: Path) -> dict[str, int]:
    """Add what came back to the logs of the folder; rows that were changed as a table."""
    added = {}
    for name, rows in (
        ("decisions.jsonl", [d for b in read for d in b.decisions]),
        ("progress.jsonl", [p for b in read for p in b.progress]),
    ):
        if rows:
            added[name] = add_lines(out / name, rows, in_order=name != "progress.jsonl")
    changed = [c for b in read for c in b.corrected]
    if changed:
        write_csv(pd.DataFrame(changed), out / "corrected.csv")
    return added
