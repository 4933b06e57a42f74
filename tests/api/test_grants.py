"""Roles of people who come by OIDC, given and taken back; the audit log read from its end."""

from __future__ import annotations

from collections.abc import Callable

from fastapi.testclient import TestClient

Sign = Callable[..., dict[str, str]]
PERSON = {"subject": "li|si 4", "role": "reviewer", "divisions": ["330603"]}


def test_a_role_is_granted_changed_and_taken_back_with_its_audit_rows(
    api: TestClient, sign: Sign
) -> None:
    admin = sign("admin", ("3306",), subject="王管理")
    made = api.post("/v1/grants", json=PERSON, headers=admin)
    assert made.status_code == 201
    changed = PERSON | {"role": "viewer"}
    assert api.post("/v1/grants", json=changed, headers=admin).json()["role"] == "viewer"
    told = api.get("/v1/grants", headers=admin).json()["items"]
    assert [(g["subject"], g["role"], g["granted_by"]) for g in told] == [
        ("li|si 4", "viewer", "王管理")
    ]
    gone = {"subject": PERSON["subject"]}
    assert api.post("/v1/grants/withdrawals", json=gone, headers=admin).status_code == 204
    assert api.post("/v1/grants/withdrawals", json=gone, headers=admin).status_code == 404
    assert api.get("/v1/grants", headers=admin).json()["items"] == []
    asked = {"before": 2**53, "limit": 3, "actor": "王管理", "subject": "subject/"}
    rows = api.get("/v1/audit/log", params=asked, headers=sign("auditor")).json()
    assert [r["action"] for r in rows] == ["withdraw", "grant", "grant"]


def test_nobody_is_given_or_robbed_of_what_lies_beyond_the_givers_divisions(
    api: TestClient, sign: Sign
) -> None:
    everywhere, town = sign("admin"), sign("admin", ("330603",))
    wide = PERSON | {"divisions": [""], "role": "publisher"}
    assert api.post("/v1/grants", json=wide, headers=everywhere).status_code == 201
    assert api.get("/v1/grants", headers=town).json()["items"] == []
    assert api.post("/v1/grants", json=PERSON, headers=town).status_code == 404
    gone = {"subject": PERSON["subject"]}
    assert api.post("/v1/grants/withdrawals", json=gone, headers=town).status_code == 404
    other = PERSON | {"subject": "other", "divisions": ["3306"]}
    assert api.post("/v1/grants", json=other, headers=town).status_code == 403
    assert api.get("/v1/grants", headers=everywhere).json()["items"][0]["role"] == "publisher"


def test_the_log_is_read_from_its_end_page_by_page(api: TestClient, sign: Sign) -> None:
    auditor = sign("auditor")
    whole = api.get("/v1/audit/log", headers=auditor).json()
    newest: list[int] = []
    before = 2**53
    while rows := api.get(
        "/v1/audit/log", params={"before": before, "limit": 2}, headers=auditor
    ).json():
        newest += [r["id"] for r in rows]
        before = newest[-1]
    assert newest == [r["id"] for r in whole][::-1]
    keys = api.get("/v1/audit/log", params={"action": "key"}, headers=auditor).json()
    assert {r["action"] for r in keys} == {"key"}


def test_an_objection_names_its_firm_and_the_area_in_force(api: TestClient, sign: Sign) -> None:
    clerk = sign("reviewer")
    firm = api.get("/v1/ledger?limit=1", headers=clerk).json()["items"][0]
    said = {"uscc": firm["uscc"], "reason": "少算", "deadline": "2025-07-31", "claimed_m2": 12.5}
    assert api.post("/v1/objections", json=said, headers=clerk).status_code == 201
    one = api.get("/v1/objections", headers=clerk).json()[0]
    assert one["recorded_m2"] == firm["occupied_m2"]
    assert one["name"]
    near = one["division_code"][:6]
    for division, there in ((near, 1), ("99", 0)):
        found = api.get("/v1/objections", params={"division": division}, headers=clerk).json()
        assert len(found) == there


def test_keys_and_grants_come_by_pages(api: TestClient, sign: Sign) -> None:
    """Rows that are not the reader's are no holes in a page, and no cursor fits another list."""
    admin, town = sign("admin"), sign("admin", ("330603",))
    for n in range(9):
        divisions = ["330603001"] if n % 3 else ["330603", "330108"]
        person = {"subject": f"周'{n}", "role": "viewer", "divisions": divisions}
        assert api.post("/v1/grants", json=person, headers=admin).status_code == 201
        key = {"subject": f"k{n}", "role": "viewer", "divisions": divisions, "days": 1}
        assert api.post("/v1/keys", json=key, headers=admin).status_code == 201
    for path, mine in (("/v1/keys", 7), ("/v1/grants", 6)):
        for headers, total in ((admin, 11 if path == "/v1/keys" else 9), (town, mine)):
            told, cursor, sizes = [], None, []
            while cursor is not None or not sizes:
                asked = {"limit": 2} | ({"cursor": cursor} if cursor else {})
                page = api.get(path, params=asked, headers=headers).json()
                told += [r.get("id", r["subject"]) for r in page["items"]]
                sizes.append(len(page["items"]))
                cursor = page["next"]
            assert len(told) == len(set(told)) == total
            assert set(sizes[:-1]) <= {2}
    key_cursor = api.get("/v1/keys?limit=1", headers=admin).json()["next"]
    for path, cursor in (("/v1/grants", key_cursor), ("/v1/keys", "WyJhXHUwMDAwIl0"),
                         ("/v1/keys", "AAAA"), ("/v1/grants", "WyJcdWQ4MDAiXQ"),
                         ("/v1/keys", "W3RydWVd"), ("/v1/jobs", "WzFlOTld")):  # fmt: skip
        who = sign("publisher") if path == "/v1/jobs" else admin
        refused = api.get(path, params={"cursor": cursor}, headers=who)
        assert refused.status_code == 400, (path, cursor, refused.text)
        assert refused.json()["hint"] == "从第一页开始"
