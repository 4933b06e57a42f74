"""Remediation of low-efficiency land: clusters of an edition, a choice among them, files to take.

Clusters are made once of an edition within the reader's divisions, and kept.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from fastapi import APIRouter, Query, Response
from pydantic import Field

from geomujun.errors import UsageError
from geomujun.export.sheets_check import check_rows
from geomujun.export.sheets_forms import CHECK, write_form
from geomujun.export.sheets_tables import rule_words, write_book
from geomujun.lang import get_lang, t
from geomujun.pipeline import planned, published
from geomujun.planning import plan as planning
from geomujun.planning.select import UNIT
from geomujun.planning.stand import figures_of
from geomujun.policy import measures_paths
from geomujun_api import formats, reading, within
from geomujun_api.answers import Strict, problems
from geomujun_api.deps import Reading, Reviewing
from geomujun_api.kept import kept
from geomujun_api.problems import NotFoundError
from geomujun_api.reading import EditionAsked
from geomujun_api.service import Caller
from geomujun_api.words import EditionNumber

router: Final = APIRouter(prefix="/v1/plan", tags=["整治"], responses=problems())
_KEPT: Final = 4
_SECONDS: Final = 10.0  # of the solver, for one choice
Target = Literal["mu", "area", "tax", "tce"]
Cluster = Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{1,60}$")]
_Clusters = Annotated[list[Cluster], Field(max_length=5000)]
_Rule = Annotated[str, Field(pattern=r"^[A-Z0-9_]{1,40}$")]
# What a cluster's numbers come from: figures that a locality may keep out of files.
_STATISTICAL: Final = ("tax_wan_yuan", "uplift_wan_yuan", "released_tce", "energy_tce",
                       "median_per_mu")  # fmt: skip


class ClusterRow(Strict):
    """A cluster. Tax and energy that no table tells are counted in ``…_unknown``, not as 0."""

    rank: int
    cluster_id: str
    plots: int
    area_mu: float
    released_mu: float
    uplift_wan_yuan: float
    tax_unknown: int
    released_tce: float
    energy_unknown: int
    owners: int
    tenants: int
    road_links: int
    paths: str
    rules: str
    location: str
    parcels: list[str]
    users: list[str]


class Clusters(Strict):
    """All clusters, the most land released first."""

    edition: int
    year: int
    road_width_m: float
    road_width_source: str
    clusters: list[ClusterRow]


def _clusters(caller: Caller, number: int) -> planning.Plan:
    key = (number, caller.reader.divisions, get_lang())

    def made() -> planning.Plan:
        return _made(caller, number)

    found: planning.Plan = kept(caller.service, "plans", _KEPT).get(key, made)
    return found


def _made(caller: Caller, number: int) -> planning.Plan:
    cleared = "internal" in caller.service.policy.statistical
    with caller.service.streaming() as connection:
        run = published.open_edition(connection, number, planned.TABLES)
        figures = figures_of(published.ground(connection, number), run.year) if cleared else None
    ground = planned.ground_of(run, figures)
    division = ground.plots["division"].astype("str")
    mine = np.array([caller.reader.within(d) for d in division], dtype=bool)
    ground = replace(ground, plots=ground.plots[mine].reset_index(drop=True))
    made = planning.make_plan(ground, measures_paths.load(), planning.Ask())
    names = run.layer("parcels").drop_duplicates("parcel_code").set_index("parcel_code")
    users = names["user_names"].reindex(made.plots["parcel_code"]).fillna("")
    return replace(made, plots=made.plots.assign(user_names=users.to_numpy()))


@router.get(
    "",
    summary="低效用地成片：片区清单；GeoJSON 为逐宗",
    response_class=Response,
    responses={200: {"model": Clusters}, **reading.NOT_CHANGED, **problems(404, 406)},
)
def clusters(caller: Reading, asked: Annotated[EditionAsked, Query()]) -> Response:
    """Clusters of low-efficiency plots; as GeoJSON every plot with its shape and cluster."""
    within.keyed(caller)
    media = formats.negotiate(
        caller.request.headers.get("accept", ""), (formats.JSON, formats.GEOJSON)
    )
    with caller.service.reading() as connection:
        edition = reading.resolve(caller, connection, asked.edition, asked.year)
    made = _clusters(caller, edition.number)
    if media == formats.GEOJSON:
        return reading.given(caller, asked, edition, _features(made.plots), media)
    remedies = measures_paths.load()
    body = {
        "edition": edition.number, "year": edition.year, "road_width_m": made.width_m,
        "road_width_source": remedies.road_width_source, "clusters": _rows(made),
    }  # fmt: skip
    return reading.given(caller, asked, edition, body)


def _rows(made: planning.Plan) -> list[dict[str, Any]]:
    names = made.plots.groupby("cluster_id")["user_names"].agg(_firms)
    shown = [n for n in ClusterRow.model_fields if n not in ("users", "parcels")]
    rows = made.clusters[shown].to_dict("records")
    parcels = made.clusters["parcels"].str.split("|")
    return [
        {**{str(k): v for k, v in row.items()}, "parcels": codes, "users": names[row["cluster_id"]]}
        for row, codes in zip(rows, parcels, strict=True)
    ]


def _firms(cells: pd.Series) -> list[str]:
    parts = [p for cell in cells for p in str(cell).split("；") if p]
    return list(dict.fromkeys(parts))


_PLOT: Final = ("parcel_code", "cluster_id", "location", "holder", "user_names", "area_mu",
                "rules", "path_label", "path_condition", "released_mu", "uplift_wan_yuan",
                "released_tce", "tenants")  # fmt: skip


def _features(plots: pd.DataFrame) -> dict[str, Any]:
    shapes = shapely.to_geojson(shapely.set_precision(plots["geometry"].to_numpy(), 1e-7))
    rows = plots[list(_PLOT)].astype("object").where(plots[list(_PLOT)].notna(), None)
    made = [
        {"type": "Feature", "id": row["parcel_code"], "geometry": formats.parsed(shape),
         "properties": row}
        for row, shape in zip(rows.to_dict("records"), shapes, strict=True)
    ]  # fmt: skip
    return {"type": "FeatureCollection", "features": made}


class ChooseAsked(Strict):
    """What the choice is to reach, and what is taken or left whatever else."""

    edition: EditionNumber | None = None
    targets: Annotated[dict[Target, Annotated[float, Field(gt=0, le=1e9)]], Field(max_length=4)] = (
        Field(default_factory=dict)
    )
    max_owners: Annotated[int | None, Field(ge=0, le=100_000)] = None
    goal: Literal["", "fewest-owners", "most-mu", "most-area", "most-tax", "most-tce"] = ""
    include: _Clusters = Field(default_factory=list)
    exclude: _Clusters = Field(default_factory=list)


class Choice(Strict):
    """The best choice; or, where the targets cannot be met, what each could reach alone."""

    status: str = Field(description="optimal | unproven | infeasible")
    goal: str
    clusters: list[str]
    reach: dict[str, float]


@router.post("/choices", summary="按目标选片区", responses=problems(404))
def choose(caller: Reviewing, said: ChooseAsked) -> Choice:
    """The clusters that meet the targets with the fewest owners, or reach most within a limit."""
    with caller.service.reading() as connection:
        edition = reading.resolve(caller, connection, said.edition)
    if not said.targets and said.max_owners is None:
        raise UsageError(t("没有目标", "nothing is asked for"), hint="targets | max_owners")
    made = _clusters(caller, edition.number)
    if made.clusters.empty:
        raise NotFoundError(t("辖区里没有低效用地提示", "no low-efficiency land here"))
    ask = planning.Ask(
        targets={str(k): v for k, v in said.targets.items()}, max_owners=said.max_owners,
        goal=said.goal, alternatives=0,
        include=tuple(said.include), exclude=tuple(said.exclude), seconds=_SECONDS,
    )  # fmt: skip
    found = planning.choose(made, ask)
    chosen: list[str] = []
    if found.choices:
        chosen = found.clusters.loc[found.choices[0].chosen, "cluster_id"].tolist()
    reach = {k: v / UNIT for k, v in found.reach.items()}
    return Choice(status=found.status, goal=found.goal, clusters=chosen, reach=reach)


class ExportAsked(Strict):
    """Which clusters, and what for: the plan, or the form people take to the field."""

    edition: EditionNumber | None = None
    clusters: Annotated[list[Cluster], Field(min_length=1, max_length=5000)]
    form: Literal["plan", "field_check"] = "plan"


_FILES: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "文件",
        "content": {
            formats.XLSX: {"schema": {"type": "string", "format": "binary"}},
            formats.GEOJSON: {"schema": {"type": "object", "required": ["type", "features"]}},
        },
    }
}


@router.post(
    "/exports",
    summary="导出选定的片区：XLSX、GeoJSON、实地核查表",
    response_class=Response,
    responses={**_FILES, **problems(404, 406)},
)
def export(caller: Reviewing, said: ExportAsked) -> Response:
    """Chosen clusters and their plots; columns of statistical origin where they are cleared."""
    offered = (formats.XLSX,) if said.form == "field_check" else (formats.XLSX, formats.GEOJSON)
    media = formats.negotiate(caller.request.headers.get("accept", ""), offered)
    with caller.service.reading() as connection:
        edition = reading.resolve(caller, connection, said.edition)
    made = _clusters(caller, edition.number)
    taken = made.clusters[made.clusters["cluster_id"].isin(said.clusters)]
    if len(taken) < len(set(said.clusters)):
        unknown = sorted(set(said.clusters) - set(taken["cluster_id"]))
        raise NotFoundError(t("没有片区 {c}", "no cluster {c}", c=unknown[0]))
    plots = made.plots[made.plots["cluster_id"].isin(taken["cluster_id"])]
    if "export" not in caller.service.policy.statistical:
        taken = taken.drop(columns=[c for c in _STATISTICAL if c in taken])
        hidden = plots.assign(**{c: np.nan for c in _STATISTICAL if c in plots})
        plots = gpd.GeoDataFrame(hidden, geometry="geometry")
    if media == formats.GEOJSON:
        body = formats.dumps(_features(plots))
    else:
        body = _book(said.form, taken, plots, edition.year)
    name = f"{said.form}-{edition.number}.{'geojson' if media == formats.GEOJSON else 'xlsx'}"
    return Response(body, media_type=media,
                    headers={"Content-Disposition": f'attachment; filename="{name}"'})  # fmt: skip


def _book(form: str, taken: pd.DataFrame, plots: pd.DataFrame, year: int) -> bytes:
    """A workbook; its writers write files, so a file it is."""
    made = datetime(year, 12, 31)  # noqa: DTZ001 - a day, written into the file
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.xlsx"
        if form == "field_check":
            users = plots.drop_duplicates("parcel_code").set_index("parcel_code")["user_names"]
            write_form(CHECK, check_rows(plots, users), path, made, t("{y} 年", "{y}", y=year))
        else:
            shown = plots[[c for c in _PLOT if not plots[c].isna().all()]]
            sheets = {
                t("片区", "clusters"): taken.assign(rules=taken["rules"].map(rule_words)),
                t("宗地", "plots"): pd.DataFrame(shown).assign(
                    rules=shown["rules"].map(rule_words)
                ),
            }
            write_book(sheets, path, made)
        return path.read_bytes()
