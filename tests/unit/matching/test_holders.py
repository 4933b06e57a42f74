"""Right holders of parcels: joined cells, shares, kinds."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from ledger_small import frame

from geomujun.domain.case import Case
from geomujun.matching.holders import COLUMNS, explode, kinds_of, named_ids, parse_share, split_cell

PARCEL = "330603001002GB00018"
CODE, OTHER = "91350100M000100Y43", "91110000600037341L"


def case(parcels: list[dict[str, Any]], holders: list[dict[str, Any]] | None = None) -> Case:
    return Case(
        parcels=gpd.GeoDataFrame(frame("parcels", parcels)),
        right_holders=frame("right_holders", holders or []),
    )


def one(names: str, ids: str = "", shares: str = "") -> list[tuple[str, str, float, str]]:
    cells = {"holder_names": names, "holder_ids": ids, "holder_shares": shares}
    found = explode(case([{"parcel_code": PARCEL} | cells]))
    assert list(found.columns) == list(COLUMNS)
    rows = found[["name", "holder_id", "share", "kind"]].itertuples(index=False, name=None)
    return [(n, i, round(s, 4), k) for n, i, s, k in rows]


@pytest.mark.parametrize(
    ("cell", "parts"),
    [
        ("甲有限公司、乙有限公司", ["甲有限公司", "乙有限公司"]),
        (
            "甲公司；乙公司;丙公司,丁公司，戊公司",
            ["甲公司", "乙公司", "丙公司", "丁公司", "戊公司"],
        ),
        ("甲公司/乙公司", ["甲公司", "乙公司"]),
        ("某公司及某某、某某等756户", ["某公司", "某某", "某某等756户"]),
        ("绍兴甲厂和绍兴乙厂", ["绍兴甲厂", "绍兴乙厂"]),
        ("浙江和平机械厂", ["浙江和平机械厂"]),
        ("甲纺织公司及其分公司", ["甲纺织公司及其分公司"]),
        ("甲（原乙、丙）公司；丁", ["甲（原乙、丙）公司", "丁"]),
        ("甲公司、", ["甲公司"]),
        ("A;;B", ["A", "", "B"]),
        ("", [""]),
    ],
)
def test_a_cell_is_split_outside_brackets_and_nowhere_inside_a_name(
    cell: str, parts: list[str]
) -> None:
    assert split_cell(cell) == parts


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("50%", 0.5), ("33.33％", 0.3333), ("1/2", 0.5), ("1／2", 0.5), ("0.25", 0.25), ("50", 0.5),
        ("100", 1.0), ("1", 1.0), ("各占50%", 0.5), ("占1/4", 0.25), ("2分之1", 0.5),
        ("三分之一", 1 / 3), ("1/3份额", 1 / 3),
    ],
)  # fmt: skip
def test_shares_as_offices_write_them(text: str, share: float) -> None:
    assert parse_share(text) == pytest.approx(share)


@pytest.mark.parametrize(
    "text", ["", "0", "101", "-1", "3/2", "0/2", "1/0", "共同共有", "50%%", "１：２"]
)
def test_what_is_no_share_is_unknown(text: str) -> None:
    assert pd.isna(parse_share(text))


def test_a_sole_holder_has_the_whole_parcel() -> None:
    assert one("甲纺织有限公司", CODE) == [("甲纺织有限公司", CODE, 1.0, "firm")]


def test_codes_and_shares_follow_their_names() -> None:
    got = one("甲纺织有限公司、乙纺织有限公司", f"{CODE}、{OTHER}", "60%、40%")
    assert got == [("甲纺织有限公司", CODE, 0.6, "firm"), ("乙纺织有限公司", OTHER, 0.4, "firm")]


def test_a_missing_code_in_the_middle_moves_no_other() -> None:
    got = one("甲纺织有限公司;乙纺织有限公司;丙纺织有限公司", f"{CODE};;{OTHER}", "30%;30%;40%")
    assert [(n, i) for n, i, *_ in got] == [
        ("甲纺织有限公司", CODE), ("乙纺织有限公司", ""), ("丙纺织有限公司", OTHER),
    ]  # fmt: skip


def test_fewer_codes_than_names_belong_to_nobody() -> None:
    assert [i for _, i, *_ in one("甲纺织有限公司、乙纺织有限公司", CODE)] == ["", ""]


@pytest.mark.parametrize("shares", ["等额", "各50%", "平均", "50%、50%"])
def test_equal_shares_in_words(shares: str) -> None:
    assert [s for *_, s, _ in one("甲纺织有限公司、乙纺织有限公司", "", shares)] == [0.5, 0.5]


@pytest.mark.parametrize(
    ("shares", "wanted"),
    [("0.57；；0.43", [0.57, 0.43]), ("0.45/0.55", [0.45, 0.55]), ("1/2/1/2", [0.5, 0.5]),
     ("1/4、3/4", [0.25, 0.75]), ("50%/50%", [0.5, 0.5])],
)  # fmt: skip
def test_shares_behind_any_separator(shares: str, wanted: list[float]) -> None:
    got = one("甲纺织有限公司；；乙纺织有限公司", f"；；{OTHER}", shares)
    assert [s for *_, s, _ in got] == wanted
    assert [i for _, i, *_ in got] == ["", OTHER]


def test_an_ampersand_joins_firms_and_belongs_to_a_name() -> None:
    got = one("甲纺织有限公司 & 乙纺织有限公司", f"& {OTHER}", "0.4 & 0.6")
    assert [(n, i, s) for n, i, s, _ in got] == [
        ("甲纺织有限公司", "", 0.4), ("乙纺织有限公司", OTHER, 0.6),
    ]  # fmt: skip
    assert [n for n, *_ in one("甲&乙纺织有限公司")] == ["甲&乙纺织有限公司"]


@pytest.mark.parametrize("shares", ["", "60%", "共同共有", "60%、", "1、2"])
def test_shares_that_are_missing_are_unknown(shares: str) -> None:
    got = one("甲纺织有限公司、乙纺织有限公司", "", shares)
    assert all(pd.isna(s) for *_, s, _ in got)


@pytest.mark.parametrize(
    ("shares", "scaled", "claimed"),
    [("50%、60%", [0.4545, 0.5455], 1.1), ("100%、100%", [0.5, 0.5], 2.0)],
)
def test_shares_of_more_than_the_whole_are_scaled_down_and_told(
    shares: str, scaled: list[float], claimed: float
) -> None:
    names = "甲纺织有限公司、乙纺织有限公司"
    assert [s for *_, s, _ in one(names, "", shares)] == scaled
    cells = {"parcel_code": PARCEL, "holder_names": names, "holder_shares": shares}
    assert explode(case([cells]))["claimed"].tolist() == pytest.approx([claimed, claimed])


def test_shares_that_fit_claim_no_more_than_the_parcel() -> None:
    cells = {
        "parcel_code": PARCEL,
        "holder_names": "甲公司、乙公司",
        "holder_shares": "33.4%、66.7%",
    }
    assert explode(case([cells]))["claimed"].isna().all()


def test_a_holder_written_twice_is_no_co_owner_of_itself() -> None:
    assert one("甲纺织有限公司、甲纺织有限公司") == [("甲纺织有限公司", "", 1.0, "firm")]


@pytest.mark.parametrize(
    ("name", "ident", "kind"),
    [
        ("王小明", "", "person"),
        ("华联厂", "11010519491231002X", "person"),  # a short name beside an identity card
        ("李建行", "330621********0012", "person"),
        ("绍兴华联纺织有限公司", "11010519491231002X", "firm"),
        ("华联布", CODE, "firm"),  # looks like a person, has a credit code
        ("岭陈村村民委员会", "", "collective"),
        ("柯桥区自然资源局", "", "public"),
    ],
)
def test_the_kind_of_a_holder_looks_at_name_and_code(name: str, ident: str, kind: str) -> None:
    assert one(name, ident)[0][3] == kind


def test_a_parcel_without_holders_has_no_row() -> None:
    assert one("") == []
    assert one("、") == []


def test_the_list_of_holders_goes_before_the_parcels_own_cell() -> None:
    found = explode(
        case(
            [{"parcel_code": PARCEL, "holder_names": "旧纺织有限公司"},
             {"parcel_code": "330603001002GB00019", "holder_names": "丙纺织有限公司"}],
            [{"parcel_code": " 330603001002gb00018", "holder_name": "乙纺织有限公司", "holder_share": "40%"},
             {"parcel_code": PARCEL, "holder_name": "甲纺织有限公司", "holder_share": "60%"},
             {"parcel_code": "330603001002GB99999", "holder_name": "丁纺织有限公司"}],
        )
    )  # fmt: skip
    assert found[["parcel_code", "name", "share", "n_holders"]].to_numpy().tolist() == [
        [PARCEL, "乙纺织有限公司", 0.4, 2],
        [PARCEL, "甲纺织有限公司", 0.6, 2],
        ["330603001002GB00019", "丙纺织有限公司", 1.0, 1],
    ]


@pytest.mark.parametrize(
    ("kind", "id_kind", "wanted"),
    [("1", "", "person"), ("个人", "", "person"), ("", "身份证", "person"), ("", "1", "person"),
     ("2", "7", "firm"), ("企业", "营业执照", "firm"), ("", "", "firm")],
)  # fmt: skip
def test_what_the_register_says_of_a_short_name_decides(
    kind: str, id_kind: str, wanted: str
) -> None:
    # 李建行 might be a bank.
    row = {"parcel_code": PARCEL, "holder_name": "李建行", "holder_kind": kind, "id_kind": id_kind}
    assert explode(case([{"parcel_code": PARCEL}], [row]))["kind"].tolist() == [wanted]


def test_the_order_of_rows_changes_nothing() -> None:
    rows = [
        {"parcel_code": PARCEL, "holder_name": f"{n}纺织有限公司", "holder_share": "25%"}
        for n in "甲乙丙丁"
    ]
    parcels = [{"parcel_code": PARCEL}]
    a, b = explode(case(parcels, rows)), explode(case(parcels, rows[::-1]))
    pd.testing.assert_frame_equal(a, b)


def test_names_and_codes_of_joint_holders_are_evidence_one_by_one() -> None:
    cells = {"holder_names": "甲厂、乙厂", "holder_ids": f"{CODE}、{OTHER}"}
    found = named_ids(case([{"parcel_code": PARCEL} | cells]))
    assert found.to_numpy().tolist() == [["甲厂", CODE], ["乙厂", OTHER]]


def test_a_nine_digit_code_makes_a_short_name_a_firm() -> None:
    row = {"parcel_code": PARCEL, "holder_name": "霁琮糕点", "holder_id": "00855413-9"}
    assert explode(case([{"parcel_code": PARCEL}], [row]))["kind"].tolist() == ["firm"]


def test_place_and_trade_name_are_a_firm_also_where_the_field_cut_them() -> None:
    names = ["绍兴华联", "绍兴华联…", "绍兴华联..", "王小明…"]
    frame = pd.DataFrame({"name": names, "holder_id": "", "person": False})
    assert kinds_of(frame, ("绍兴",)).tolist() == ["firm", "firm", "firm", "person"]
