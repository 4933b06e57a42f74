"""Reading schemes: one YAML per jurisdiction, packaged in `schemes/` or handed in as text.

`load` is pure: packaged files through importlib.resources, anything else as YAML text the caller
read. All keys are known keys (`policy.grammar`), weights add up to 100, every number is dated and
sourced; all faults of a file come at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import date
from importlib import resources
from typing import Any, Final, cast

from geomujun.errors import SchemeError, UnknownSchemeError
from geomujun.lang import t
from geomujun.policy import variants
from geomujun.policy.cohorts import CohortReader
from geomujun.policy.fields import Fields, Values
from geomujun.policy.model import PointItem, Scheme, Source, Subject
from geomujun.policy.reading import FaultError, Node, Undecided, parse, raise_all

PLUS: Final = "+"  # between a scheme's id and the variants wanted


def available() -> list[str]:
    """Ids of the packaged schemes, sorted."""
    folder = resources.files("geomujun.policy") / "schemes"
    return sorted(f.name[:-5] for f in folder.iterdir() if f.name.endswith(".yaml"))


def text_of(scheme_id: str) -> str:
    """The YAML text of a packaged scheme.

    Raises:
        UnknownSchemeError: no such scheme.
    """
    if scheme_id not in available():
        raise UnknownSchemeError(
            t("没有方案 {s!r}", "no scheme {s!r}", s=scheme_id),
            hint=t(
                "可用方案：{a}；或给出方案文件的路径",
                "schemes: {a}; or give the path of a scheme file",
                a=", ".join(available()),
            ),
        )
    file = resources.files("geomujun.policy") / "schemes" / f"{scheme_id}.yaml"
    return file.read_text(encoding="utf-8")


def load(
    id_or_text: str,
    year: int,
    name: str = "",
    wanted: Collection[str] = (),
    formulas: Collection[str] | None = None,
) -> Scheme:
    """A scheme as in force on 31 December of ``year``.

    Args:
        id_or_text: The id of a packaged scheme, with variants (``zhejiang-2022+carbon``), or the
            YAML text of another one (it has a colon).
        year: Year of the figures.
        name: The file's name for messages, when a text is given.
        wanted: Ids of variants to apply, in this order, beside those in the id.
        formulas: Ids of indicators that exist; None: not checked here.

    Raises:
        SchemeError: unknown id or key, a wrong kind, weights that do not add up to 100, no value
            in force; every fault with file, line, key, value seen and what is allowed.
    """
    packaged = ":" not in id_or_text
    head, *more = id_or_text.split(PLUS) if packaged else [id_or_text]
    text = text_of(head) if packaged else id_or_text
    top = parse(text, name or (f"{head}.yaml" if packaged else "scheme.yaml"))
    asked = (*more, *wanted)
    digest = hashlib.sha256(text.encode()).hexdigest()
    scheme = _scheme(variants.apply(top, asked), date(year, 12, 31), digest, formulas)
    if packaged and scheme.id != PLUS.join((head, *asked)):
        raise top.child("id").fail(t("与文件名不符", "differs from the file's name"))
    return scheme


def check(text: str, name: str, formulas: Collection[str] | None = None) -> tuple[FaultError, ...]:
    """Every fault of a scheme's text, over all years its values change and all its variants.

    Returns:
        FaultsError sorted by line; () for a sound file.
    """
    found: list[FaultError] = []
    try:
        top = parse(text, name)
    except FaultError as fault:
        return (fault,)
    offered = top.value.get("variants")
    asked = [(), *((v,) for v in offered)] if isinstance(offered, dict) else [()]
    for year in years(top.value):
        for one in asked:
            try:
                load(text, year, name, [str(v) for v in one], formulas)
            except FaultError as fault:
                found.append(fault)
            except SchemeError as several:
                found += getattr(several, "faults", ())
    try:
        raise_all(found)
    except FaultError as fault:
        return (fault,)
    except SchemeError as several:
        return tuple(getattr(several, "faults", ()))
    return ()


def years(value: Any) -> list[int]:
    """Years in which values of a parsed file change, from the first with all values in force."""
    spans = _spans(value)
    if not spans:
        return [date.max.year]
    first = max(min(s).year for s in spans)
    return sorted({first} | {d.year for s in spans for d in s if d.year > first})


def _spans(value: Any) -> list[list[date]]:
    """The days of every dated value within a parsed value."""
    if isinstance(value, dict):
        days = [k for k in value if isinstance(k, date)]
        own = [days] if days else []
        return own + [s for v in value.values() for s in _spans(v)]
    return []


def _scheme(top: Node, day: date, digest: str, formulas: Collection[str] | None) -> Scheme:
    fields = Fields(day)
    v = fields.section(top, "scheme")
    sources = _sources(fields, v["sources"])
    fields.sources = frozenset(s.id for s in sources)
    subject = cast("Subject", v["subject"])
    reader = CohortReader(fields, subject, formulas)
    listed = fields.mapping(v["cohorts"])
    if not listed and v["cohorts"].value is not None:
        fields.fault(v["cohorts"], t("至少要有一个评价组", "at least one cohort is needed"))
    cohorts = tuple(reader.cohort(v["cohorts"].child(k), str(k)) for k in listed)
    scope = fields.section(v["scope"], "scope")
    states = fields.section(v["states"], "states")
    points = fields.section(v["points"], "points")
    made = Scheme(
        id=v["id"] or "",
        title=v["title"] or "",
        subject=subject,
        division=v["division"],
        cohorts=cohorts,
        sources=sources,
        year=day.year,
        sha256=digest,
        excluded_industries=_now(fields, v["scope"], scope, "excluded_industries") or (),
        bonus_max=_now(fields, v["points"], points, "bonus_max"),
        malus_max=_now(fields, v["points"], points, "malus_max"),
        region_scheme=v["region_scheme"],
        point_items=_items(fields, points["items"]),
        transition_years=_now(fields, v["states"], states, "transition_years"),
        not_d_years=_now(fields, v["states"], states, "not_d_years"),
        newly_above_years=_now(fields, v["states"], states, "newly_above_years"),
        attainment_months=_now(fields, v["states"], states, "attainment_months"),
        unrated_industries=_now(fields, v["states"], states, "unrated_industries") or (),
        variants=variants.offered(fields, v["variants"]),
        assumed=tuple(fields.notes.assumed),
    )
    raise_all(fields.faults)
    return made


def _now(fields: Fields, node: Node, values: Values, key: str) -> Any:
    """A value of the whole scheme, which cannot be left open."""
    if isinstance(values[key], Undecided):
        fields.fault(node.child(key), t("此处不能用 expected", "`expected` is not possible here"))
        return None
    return values[key]


def _sources(fields: Fields, node: Node) -> tuple[Source, ...]:
    made = []
    for key in fields.mapping(node):
        v = fields.section(node.child(key), "source")
        del v["note"]
        made.append(Source(id=str(key), **(v | {"title": v["title"] or ""})))
    return tuple(made)


def _items(fields: Fields, node: Node) -> tuple[PointItem, ...]:
    made = []
    for key in fields.mapping(node):
        v = fields.section(node.child(key), "point")
        points = _now(fields, node.child(key), v, "points")
        made.append(PointItem(str(key), v["kind"] or "", points or 0.0))
    return tuple(made)
