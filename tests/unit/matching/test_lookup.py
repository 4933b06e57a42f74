"""One record against a loaded register: the same answer as the job, and land at a site."""

from __future__ import annotations

import json
import pickle
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from geomujun_demo import make
from matching_small import Town, inside, parcel_code, uscc

from geomujun.domain.case import Case
from geomujun.intake.reader import read_case
from geomujun.matching.engine import prepare
from geomujun.matching.evidence import as_json
from geomujun.matching.explain import own_rows
from geomujun.matching.holders import explode
from geomujun.matching.identity import settle
from geomujun.matching.lookup import Found, Index
from geomujun.matching.tenure import lets_of
from geomujun.matching.title import ranked, unheld_levels
from geomujun.matching.weights import shipped
from geomujun.matching.whereabouts import Record

REGISTER = (
    "绍兴华联纺织有限公司", "绍兴华莲纺织有限公司", "杭州华联纺织有限公司", "绍兴华联印染有限公司",
    "越美印染(绍兴)有限公司", "绍兴广聚服装有限公司",
)  # fmt: skip
HOLDERS = (
    ("绍兴华联纺织有限公司", ""),
    ("绍兴华连纺织有限公司", ""),
    ("紹興廣聚服裝(有限公司", ""),
    ("绍兴光大服装有限公司", ""),  # a former name
    ("华联印染", ""),
    ("越美印染有限公司（变更为绍兴华联印染有限公司）", ""),
    ("绍兴远景布业有限公司", uscc(3)),  # the code speaks against the name
    ("绍兴华联纺织有限公司", uscc(1)[8:17]),
    ("绍兴华联纺织有限公司", uscc(77)),  # a valid code of nobody here
    ("柯桥区人民政府", ""),
    ("王小明", ""),
    ("王小明", "330602198001011234"),
    ("", ""),
)


def town() -> Town:
    made = Town()
    for n, name in enumerate(REGISTER):
        former = "绍兴光大服装有限公司(至2019-01-01)" if n == 5 else ""
        made.firm(name, former_names=former)
    return made


def of_job(made: Town, holder: str, code: str) -> dict[str, tuple[float, float, list[Any]]]:
    """Titles of a holder on bare land as the job finds them: weight, probability, evidence."""
    made.parcel(holder, ids=code)
    links = made.links()
    own = links[links["relation"] == "OWN"]
    return {
        str(u): (w, p, json.loads(e))
        for u, w, p, e in own[["uscc", "weight_bits", "probability", "evidence"]].itertuples(
            index=False
        )
    }


def told(found: list[Found]) -> dict[str, tuple[float, float, list[Any]]]:
    return {f.uscc: (f.weight, f.probability, [i.as_dict() for i in f.evidence]) for f in found}


@pytest.mark.parametrize(("holder", "code"), HOLDERS)
def test_a_holder_gets_the_answer_of_the_job(holder: str, code: str) -> None:
    job = of_job(town(), holder, code)
    found = Index(settle(town().case).case).match(Record(holder, code))
    mine = told([f for f in found if f.band][:2])
    assert mine.keys() == job.keys()
    for firm, (weight, probability, evidence) in job.items():
        assert mine[firm][0] == pytest.approx(weight, abs=1e-9)
        assert mine[firm][1] == pytest.approx(probability, abs=1e-12)
        assert mine[firm][2] == evidence


def test_the_weight_is_the_prior_and_the_bits() -> None:
    best = Index(town().case).match(Record(HOLDERS[1][0]))[0]
    assert best.evidence[-1].name == "prior"
    assert sum(i.bits for i in best.evidence) == pytest.approx(best.weight)
    assert best.name in REGISTER[:2]
    assert best.band in {"auto", "review"}


def test_candidates_come_by_falling_probability_and_no_more_than_asked() -> None:
    index = Index(town().case)
    found = index.match(Record("绍兴华联纺织有限公司"))
    chances = [f.probability for f in found]
    assert chances == sorted(chances, reverse=True)
    assert sum(chances) <= 1.0
    assert len(index.match(Record("绍兴华联纺织有限公司"), top=1)) == 1


def test_an_index_pickles() -> None:
    made = town()
    made.parcel("绍兴华联纺织有限公司")
    index = Index(made.case)
    again = pickle.loads(pickle.dumps(index))  # noqa: S301 - our own bytes
    record = Record(HOLDERS[1][0], parcel_code=parcel_code(0))
    assert again.match(record) == index.match(record)


def placed() -> Town:
    """Two firms of one name at two places."""
    made = Town()
    for n in range(2):
        made.firm("绍兴华联纺织有限公司", site_address=f"柯桥区海涂路{18 + n}号", **inside(n))
    for n in range(2):
        made.parcel(location=f"柯桥区海涂路{18 + n}号")
    return made


@pytest.mark.parametrize(
    "where",
    [
        {"parcel_code": parcel_code(1)},
        {"parcel_code": f"{parcel_code(1)}W00000000"},
        inside(1),
        {"address": "柯桥区海涂路19号"},
    ],
    ids=["code", "unit", "point", "door"],
)
def test_the_place_tells_namesakes_apart(where: dict[str, Any]) -> None:
    found = Index(placed().case).match(Record("绍兴华联纺织有限公司", **where))
    assert found[0].uscc == uscc(2)
    assert found[0].parcel_code == parcel_code(1)
    assert {"point", "door"} <= {i.name for i in found[0].evidence}
    assert found[0].probability > 0.9 > found[1].probability
    assert sum(i.bits for i in found[0].evidence) == pytest.approx(found[0].weight)


@pytest.mark.parametrize(
    "where",
    [
        {"parcel_code": "330603009999GB00001"},
        {"address": "柯桥区没有路1号"},
        {"longitude": 10.0, "latitude": 10.0, "datum": "cgcs2000"},
    ],
)
def test_a_place_that_is_nowhere_leaves_the_name_alone(where: dict[str, Any]) -> None:
    index = Index(placed().case)
    name = "绍兴华联纺织有限公司"
    assert index.match(Record(name, **where)) == index.match(Record(name))


def test_a_place_without_any_name_finds_nobody() -> None:
    assert Index(placed().case).match(Record("", **inside(1))) == []


def test_the_land_at_the_site_of_an_enterprise_of_the_index() -> None:
    found = Index(placed().case).lands(uscc(2))
    assert found[0].parcel_code == parcel_code(1)
    assert (found[0].uscc, found[0].name) == (uscc(2), "绍兴华联纺织有限公司")
    assert sum(i.bits for i in found[0].evidence) == pytest.approx(found[0].weight)


def test_the_land_at_the_site_of_a_new_enterprise() -> None:
    index = Index(placed().case)
    by_door = index.lands(Record("新来公司", address="绍兴市柯桥区海涂路18号"))
    assert [f.parcel_code for f in by_door] == [parcel_code(0)]
    assert by_door[0].name == ""
    by_area = index.lands(Record("新来公司"), reported_m2=10_001.0)
    assert [f.parcel_code for f in by_area] == [parcel_code(1)]
    both = index.lands(Record("新来公司", **inside(0)), reported_m2=10_001.0)
    assert {f.parcel_code for f in both} == {parcel_code(0), parcel_code(1)}
    assert index.lands(Record("新来公司")) == []


def test_without_land_there_is_none_to_find() -> None:
    assert Index(town().case).lands(uscc(1)) == []


def test_an_unknown_code_is_an_error() -> None:
    with pytest.raises(KeyError):
        Index(placed().case).lands(uscc(99))


def test_frozen_statistics_are_gone_by() -> None:
    from geomujun.matching.register import freeze

    small, large = town(), town()
    for n in range(40):
        large.firm(f"杭州华联{n}贸易有限公司")
    record = Record("绍兴华连纺织有限公司")
    kept = freeze(Index(small.case).register)
    frozen = Index(large.case, frozen=kept).match(record)[0]
    assert frozen.weight == Index(small.case).match(record)[0].weight
    assert Index(large.case).match(record)[0].weight != frozen.weight
    assert np.isfinite(frozen.weight)
    assert isinstance(kept.names, pd.DataFrame)


@pytest.fixture(scope="module")
def demo() -> Iterator[Case]:
    """The made-up town with all its dirt, settled, without leases: the job knows no more."""
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder), size="town", profile="hard", seed=11)
        case = read_case(Path(folder) / "case").case
        yield settle(case.with_tables(leases=case.leases.iloc[:0])).case


def test_every_holder_of_a_demo_town_gets_the_answer_of_the_job(demo: Case) -> None:
    """By name, code and parcel: enterprises, weights, levels' sentences, probabilities."""
    weights = shipped()
    base = prepare(demo, date(2024, 12, 31), weights)
    lets = lets_of(demo, base.register)
    own = unheld_levels(base.holders, demo.parcels, base.register, base.places, weights, lets)
    own = ranked(own.assign(l_held="none"), weights)
    index = Index(demo)
    asked = base.holders[["parcel_code", "seq", "name", "holder_id"]]
    groups = dict(list(own.groupby(["parcel_code", "seq"])))
    found_some = 0
    for parcel, seq, name, code in asked.itertuples(index=False):
        mine = index.match(Record(name, code, parcel_code=parcel), top=100)
        job = groups.get((parcel, seq), own.iloc[:0])
        assert [f.uscc for f in mine] == job["uscc"].tolist(), (parcel, seq)
        assert [f.weight for f in mine] == job["weight"].tolist()
        assert [f.probability for f in mine] == job["probability"].tolist()
        rows = own_rows(
            job.groupby("uscc", as_index=False).head(1), base.register, base.places.land
        )
        told = dict(zip(rows["uscc"], rows["evidence"], strict=True))
        assert {f.uscc: as_json(f.evidence) for f in mine} == told
        found_some += bool(mine)
    assert found_some > len(asked) / 2


def test_the_town_holds_every_kind_of_evidence_of_a_place(demo: Case) -> None:
    """What the test above compares is there to be compared."""
    index = Index(demo)
    holders = explode(demo)[["name", "holder_id", "parcel_code"]]
    said = {
        item.name
        for name, code, parcel in holders.itertuples(index=False)
        for found in index.match(Record(name, code, parcel_code=parcel))
        for item in found.evidence
    }
    assert {"name", "former_name", "code", "point", "door", "home", "village", "area"} <= said
