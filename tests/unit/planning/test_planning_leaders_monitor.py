"""Leaders, monitoring, progress and differential policies on tables small enough to check by hand."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from geomujun.errors import SchemeError
from geomujun.planning import differential, leaders, monitor, progress
from geomujun.policy import measures, measures_leaders
from geomujun.policy.measures_leaders import LeaderItem, LeaderList

LISTS = {one.id: one for one in measures_leaders.load()}
SIMPLE = LeaderList(
    "x",
    "试",
    "enterprise",
    (),
    None,
    2,
    False,
    0.0,
    (LeaderItem("tax_per_mu", "亩均税收", 1.0),),
    "源",
    "",
)


def pool(**values: float) -> pd.DataFrame:
    frame = pd.DataFrame({"tax_per_mu": values})
    frame.index.name = "id"
    return frame.assign(name=frame.index, sector="13", members=frame.index)


def chosen(ranking: leaders.Ranking) -> list[str]:
    return ranking.table.loc[ranking.table["chosen"].astype(bool), "id"].tolist()


def test_the_seven_lists_have_the_seats_and_items_of_the_document() -> None:
    seats = {one.id: one.seats for one in LISTS.values()}
    assert list(seats.values()) == [None, 20, 20, 10, 10, 100, 100]
    assert [len(one.items) for one in LISTS.values()] == [4, 6, 5, 5, 4, 6, 3]
    assert LISTS["high_tech_zone"].growth_weight > 0


def test_mother_and_subsidiary_are_not_both_chosen_but_sisters_are() -> None:
    ranked = leaders.rank(SIMPLE, pool(A=4, B=3, C=2, D=1), None, {"B": "A"})
    assert chosen(ranked) == ["A", "C"]
    assert "A" in ranked.table.set_index("id").loc["B", "reason"]
    ranked = leaders.rank(SIMPLE, pool(A=2, B=4, C=3), None, {"B": "A"})
    assert chosen(ranked) == ["B", "C"]  # the child first: its mother is left out
    ranked = leaders.rank(SIMPLE, pool(B=4, C=3), None, {"B": "M", "C": "M"})
    assert chosen(ranked) == ["B", "C"]
    ranked = leaders.rank(SIMPLE, pool(G=4, A=3, Z=1), None, {"A": "B", "B": "G"})
    assert chosen(ranked) == ["G", "Z"]  # a grandmother counts, also through a firm not in the list


def test_a_circle_of_mothers_ends() -> None:
    assert chosen(leaders.rank(SIMPLE, pool(A=2, B=1, C=1), None, {"A": "B", "B": "A"})) == [
        "A",
        "C",
    ]


def test_an_item_without_data_gives_its_weight_away_and_is_named() -> None:
    items = (LeaderItem("tax_per_mu", "亩均税收", 1.0), LeaderItem("", "企业培育", 3.0))
    one = LeaderList("x", "试", "park", (), None, 1, False, 0.0, items, "源", "")
    ranked = leaders.rank(one, pool(A=30, B=10), None, None)
    assert ranked.table["score"].tolist() == [150.0, 50.0]
    assert any("企业培育" in note for note in ranked.notes)


def test_growth_counts_only_where_last_year_is_known() -> None:
    one = LeaderList("x", "试", "park", (), None, 1, False, 0.5, SIMPLE.items, "源", "")
    now, before = pool(A=10, B=10), pool(A=5, B=10)
    assert chosen(leaders.rank(one, now, before, None)) == ["A"]
    alone = leaders.rank(one, now, None, None)
    assert any("没有上年数据" in note for note in alone.notes)
    assert alone.table["score"].tolist() == [100.0, 100.0]


def test_seats_are_shared_out_by_sector() -> None:
    one = LeaderList("x", "试", "enterprise", (), None, 3, True, 0.0, SIMPLE.items, "源", "")
    frame = pool(A=9, B=8, C=7, D=6, E=1, F=0.5)
    frame["sector"] = ["13", "13", "13", "13", "14", "14"]
    assert sorted(chosen(leaders.rank(one, frame, None, {}))) == ["A", "B", "E"]


def test_lists_refuse_an_unknown_kind() -> None:
    text = "id: x\ntitle: y\nsources: {s: {title: z}}\nlists: {a: {title: b, kind: moon}}\n"
    with pytest.raises(SchemeError):
        measures_leaders.load(text, "x.yaml")


def days(*texts: str) -> pd.Series:
    return pd.Series(pd.to_datetime(list(texts))).astype("datetime64[s]")


def test_ending_counts_from_the_day_after_to_the_same_day_months_later() -> None:
    got = monitor.ending(
        days("2024-12-31", "2025-01-01", "2025-06-30", "2025-07-01"), date(2024, 12, 31), 6
    )
    assert got.tolist() == [False, True, True, False]


def test_leases_and_exemptions_that_end_soon() -> None:
    links = pd.DataFrame(
        {"uscc": ["U1", "U2"], "parcel_code": ["P", "P"], "lease_id": ["L1", ""], "area_m2": [666.67, 1.0],
         "valid_to": days("2025-03-01", "2025-03-01")}
    )  # fmt: skip
    found = monitor.leases_ending(links, date(2024, 12, 31), 6)
    assert found["subject_id"].tolist() == ["U1"]
    assert "1.00 亩" in found["message"].iloc[0]
    parcels = pd.DataFrame(
        {"parcel_code": ["P1", "P2"], "construction_start_on": days("2022-02-01", "2020-02-01"),
         "right_end_on": days("2070-01-01", "2025-01-31")}
    )  # fmt: skip
    found = monitor.rights_ending(parcels, date(2024, 12, 31), 6)
    assert found[["alert", "subject_id"]].to_numpy().tolist() == [
        ["EXEMPTION_ENDING", "P1"], ["RIGHT_ENDING", "P2"],
    ]  # fmt: skip


def test_a_class_lost_and_tax_collapsed() -> None:
    now = pd.DataFrame({"uscc": ["U1", "U2", "U3"], "grade": ["C", "A", ""]})
    old = pd.DataFrame({"uscc": ["U1", "U2", "U3"], "grade": ["A", "B", "A"]})
    lost = monitor.classes_lost(now, old, 1)
    assert lost[["subject_id", "measured"]].to_numpy().tolist() == [["U1", 2.0]]
    marks = monitor.Marks(6, 0.5, 10, 1)
    tax = monitor.tax_collapsed(
        pd.Series({"A": 4.0, "B": 5.0, "C": 0.0, "D": None}),
        pd.Series({"A": 10.0, "B": 10.0, "C": 9.0, "D": 50.0}), marks,
    )  # fmt: skip
    assert tax["subject_id"].tolist() == ["A"]  # B lost half and no more, C was below the floor


def test_progress_takes_the_newest_line_and_only_what_is_done() -> None:
    lines = [
        {
            "parcel_code": "P1",
            "state": "talking",
            "path": "收储",
            "checked_on": "2025-01-01",
            "reviewer": "王",
        },
        {
            "parcel_code": "P1",
            "state": "done",
            "path": "收储",
            "checked_on": "2025-05-01",
            "reviewer": "王",
            "released_mu": 7.5,
        },
        {
            "parcel_code": "P2",
            "state": "agreed",
            "path": "收储",
            "checked_on": "2025-02-01",
            "reviewer": "王",
            "released_mu": 99.0,
        },
        {
            "parcel_code": "P9",
            "state": "checked",
            "path": "",
            "checked_on": "2025-02-01",
            "reviewer": "王",
        },
    ]
    assert all(progress.check_line(line) is None for line in lines)
    log = pd.DataFrame(lines, columns=list(progress.LINE))
    got = progress.measure(log, pd.Series(["P1", "P2", "P3"]), {"mu": 10})
    assert got.reached == {"mu": (7.5, 10.0)}
    assert (got.checked, got.plots, got.strange) == (2, 3, ("P9",))


@pytest.mark.parametrize(
    ("change", "field"),
    [({"state": "gone"}, "state"), ({"checked_on": "soon"}, "checked_on"), ({"released_mu": -1}, "released_mu"),
     ({"released_mu": "7"}, "released_mu"), ({"reviewer": ""}, "reviewer")],
)  # fmt: skip
def test_a_wrong_line_of_progress_is_named(change: dict[str, object], field: str) -> None:
    line = {
        "parcel_code": "P",
        "state": "done",
        "checked_on": "2025-01-01",
        "reviewer": "王",
    } | change
    fault = progress.check_line(line)
    assert fault is not None
    assert fault[0] == field


def firms() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "uscc": ["U1", "U2", "U3", "U4"],
            "name": ["甲", "乙", "丙", "丁"],
            "grade": ["A", "B", "D", "A"],
            "grade_best": ["A", "A", "C", "A"],
            "grade_worst": ["B", "B", "D", "A"],
            "area_mu": [60.0, 60.0, 5.0, 49.9],
            "size": ["规上", "规下", "规下", "规上"],
            "outside_parks": pd.array([1, 0, 1, None], dtype="Int64"),
        }
    )


def test_measures_follow_grade_size_area_place_and_province() -> None:
    table = differential.eligible(firms(), measures.load(), "330101")
    who = table.groupby("measure")["uscc"].agg(list).to_dict()
    assert who["zj-land-tax"] == ["U1", "U2", "U4"]
    assert who["zj-auxiliary-land"] == ["U1"]
    assert "zj-park-entry" not in who  # U2 is small and inside a park
    assert who["zj-inspection-more"] == ["U3"]
    assert not any(m.startswith(("ah-", "sh-", "xa-")) for m in who)
    moving = table[table["grade_may_change"] != ""].groupby("measure")["uscc"].agg(list).to_dict()
    assert moving["zj-awards"] == ["U1"]  # A only, and U1 may become B
    assert "zj-land-tax" not in moving


def test_every_measure_says_where_it_stands_and_what_holds_it() -> None:
    for one in measures.load():
        assert one.source
        assert one.legal in ("clear", "weak")
        assert set(one.grades) <= set("ABCD")


def event(name: str, at: str, **more: object) -> dict[str, object]:
    return {
        "measure": "zj-land-tax",
        "uscc": "U1",
        "event": name,
        "at": at,
        "by": "王",
        "grade": "A",
    } | more


def test_an_application_moves_through_its_states_only_in_order() -> None:
    states: dict[tuple[str, str], str] = {}
    assert differential.check_event(event("approved", "2024-07-01"), states) is not None
    for name in ("applied", "approved", "carried_out", "applied", "rejected"):
        assert differential.check_event(event(name, "2024-07-01"), states) is None
    wrong = differential.check_event(event("carried_out", "2024-07-01"), states)
    assert wrong is not None
    assert wrong[0] == "event"
    assert differential.check_event(event("applied", "2024-13-01"), states) is not None
    assert (
        differential.check_event(event("applied", "2024-07-01", amount_wan_yuan=-1.0), states)
        is not None
    )


def test_the_quarters_table_counts_events_money_and_what_waits() -> None:
    rows = [
        event("applied", "2024-05-01"),
        event("applied", "2024-05-02", uscc="U2", grade="B"),
        event("approved", "2024-08-01"),
        event("carried_out", "2024-09-30", amount_wan_yuan=3.5),
        event("applied", "2024-10-01", uscc="U3"),
    ]
    events = pd.DataFrame(rows, columns=list(differential.EVENT))
    table = differential.report(events, measures.load(), "2024Q3").set_index("grade")
    assert table.loc["A", ["applied", "approved", "carried_out", "pending"]].tolist() == [
        0,
        1,
        1,
        0,
    ]
    assert table.loc["A", "amount_wan_yuan"] == 3.5
    assert table.loc["B", ["applied", "pending"]].tolist() == [0, 1]
    whole = differential.report(events, measures.load()).set_index("grade")
    assert whole.loc["A", "applied"] == 2
