"""The review workbench, worked as a reviewer does: by keyboard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from app_tab import Opening, rested, said
from pixels import until
from playwright.sync_api import Route
from serving import Live

from geomujun.storage.target import connect

QUESTION = "article[data-question]"
AXE = Path(__file__).parents[2] / "maps" / "web" / "node_modules" / "axe-core" / "axe.min.js"


def pair_on(page: Any) -> tuple[str, str]:
    parcel, uscc = page.locator(QUESTION).get_attribute("data-question").split(" ")
    return parcel, uscc


def rows(service: Live, query: str, *values: Any) -> list[Any]:
    with connect(service.target, "app") as connection:
        return connection.execute(query, values).fetchall()


def live(service: Live, parcel: str, uscc: str) -> Any:
    found = rows(
        service, "SELECT verdict, reason, reviewer, area_m2, replaces FROM service.live_decisions"
        " WHERE parcel_code = %s AND uscc = %s", parcel, uscc,
    )  # fmt: skip
    return found[0] if found else None


def begin(one: Any, query: str = "") -> Any:
    """The page with its first question, which is claimed; or asked to be, where another has it."""
    with one.page.expect_response(lambda r: r.url.endswith("/v1/review/claims")):
        page = one.open(f"/review{query}")
    page.locator(f"{QUESTION}:not(.stale)").wait_for()
    return page


def recorded(page: Any) -> None:
    """Once what was said is with the service: the page goes on before it is."""
    page.wait_for_function("() => !document.querySelector('.decide .sending')")


def next_after(page: Any, pair: tuple[str, str]) -> None:
    page.wait_for_function(
        "before => { const it = document.querySelector('article[data-question]');"
        " return it && !it.classList.contains('stale') && it.dataset.question !== before }", arg=" ".join(pair),
    )  # fmt: skip


def test_twenty_questions_are_judged_by_keyboard_alone(tab: Opening, service: Live) -> None:
    page = begin(tab("reviewer"))
    expected = {}
    for turn in range(20):
        pair = pair_on(page)
        two = page.locator(".candidate").count() == 2
        second = page.locator(".candidate.second code")
        rival = second.inner_text() if two and second.count() else ""
        key = "arubn"[turn % 5] if rival else "aru"[turn % 3]
        page.keyboard.press(key)
        preset = page.locator(".presets button").nth(turn % 3)
        reason = preset.inner_text().split(maxsplit=1)[1]
        page.keyboard.press(str(turn % 3 + 1))
        word = {"a": "same", "r": "different", "u": "unsure", "b": "different", "n": "different"}
        expected[pair] = (word[key], reason)
        if key in "bn":
            expected[pair[0], rival] = ("same" if key == "b" else "different", reason)
        next_after(page, pair)
    recorded(page)
    for pair, (verdict, reason) in expected.items():
        assert live(service, *pair)[:3] == (verdict, reason, "a reviewer"), pair
    acts = rows(
        service, "SELECT count(*) FROM audit.log WHERE action = 'decision' AND actor = %s",
        "a reviewer",
    )  # fmt: skip
    assert acts[0][0] >= 20
    page.locator(".bench-head").get_by_text("已定").wait_for()
    assert rows(service, "SELECT 1 FROM review.claims WHERE reviewer = 'a reviewer'") is not None


THREE_PLOTS = """() => {
  const rows = [...document.querySelectorAll('.queue button.row:not(.done)')];
  const plots = rows.map((row) => row.querySelector('.row-head').textContent.split(' ')[1]);
  const at = plots.findIndex((_, n) => new Set(plots.slice(n, n + 3)).size === 3);
  rows[at].click();
}"""


def test_the_next_question_waits_for_no_answer_to_the_one_before(
    tab: Opening, service: Live
) -> None:
    """What was said is on its way for as long as it takes; the benchmark measures how fast it is.

    Of one plot it would wait: its next question tells what was decided of it.
    """
    page = begin(tab("reviewer"))
    held: list[Route] = []
    holding = True

    def hold(route: Route) -> None:
        if holding:
            held.append(route)
        else:
            route.continue_()

    page.evaluate(THREE_PLOTS)
    page.route("**/v1/review/judgements", hold)
    said_of, before = [], []
    for _ in range(2):
        rested(page)
        pair = pair_on(page)
        before.append(live(service, *pair))
        page.keyboard.press("u")
        page.keyboard.press("1")
        next_after(page, pair)
        said_of.append(pair)
    page.locator(".decide .sending", has_text="2").wait_for()
    assert [live(service, *pair) for pair in said_of] == before
    until(page, lambda: held, bool)
    holding = False
    held[0].continue_()
    recorded(page)
    assert len(held) == 1, "one after the other"
    assert [live(service, *pair)[0] for pair in said_of] == ["unsure", "unsure"]


def test_a_decision_is_undone_and_taken_again(tab: Opening, service: Live) -> None:
    page = begin(tab("reviewer"))
    pair = pair_on(page)
    page.keyboard.press("a")
    page.keyboard.press("t")
    page.keyboard.type("r u a: 看过合同")  # letters in a field are no shortcuts
    page.keyboard.press("Enter")
    next_after(page, pair)
    recorded(page)
    assert live(service, *pair)[:2] == ("same", "r u a: 看过合同")
    page.keyboard.press("z")
    page.wait_for_function(
        "pair => document.querySelector('article[data-question]')?.dataset.question === pair",
        arg=" ".join(pair),
    )
    assert live(service, *pair)[0] == "unsure"
    page.locator(".decided-note").first.wait_for()
    page.keyboard.press("r")
    page.keyboard.press("Escape")
    assert page.locator(".why").count() == 0
    page.keyboard.press("r")
    page.keyboard.press("2")
    next_after(page, pair)
    recorded(page)
    words = rows(
        service, "SELECT verdict FROM review.decisions WHERE parcel_code = %s AND uscc = %s"
        " ORDER BY id", *pair,
    )  # fmt: skip
    assert [w[0] for w in words][-3:] == ["same", "unsure", "different"]


def test_a_plot_is_split_and_never_beyond_its_area(tab: Opening, service: Live) -> None:
    page = begin(tab("reviewer"))
    while page.locator(".candidate").count() < 2:
        pair = pair_on(page)
        page.keyboard.press("j")
        next_after(page, pair)
    pair = pair_on(page)
    page.keyboard.press("s")
    amounts = page.locator("dialog .amount")
    page.locator("dialog select").first.select_option("percent")
    amounts.nth(0).fill("70")
    amounts.nth(1).fill("40")
    page.locator(".sum.over").wait_for()
    record = page.get_by_role("button", name="记下拆分")
    assert record.is_disabled()
    amounts.nth(1).fill("30")
    amounts.nth(1).press("Enter")
    next_after(page, pair)
    recorded(page)
    found = rows(
        service, "SELECT d.area_m2, p.area_m2, d.verdict FROM service.live_decisions AS d"
        " JOIN pub.plots AS p USING (parcel_code) WHERE d.parcel_code = %s AND d.area_m2 > 0"
        " ORDER BY 1", pair[0],
    )  # fmt: skip
    whole = found[0][1]
    assert [f[0] for f in found] == pytest.approx([whole * 0.3, whole * 0.7], abs=0.01)
    assert {f[2] for f in found} == {"same"}


def test_who_was_first_is_told_and_the_second_decides_anew(tab: Opening, service: Live) -> None:
    first, second = tab("reviewer"), tab("publisher")
    page = begin(first)
    pair = pair_on(page)
    second.expected.append(409)  # the claim of a question that another holds
    other = begin(second, f"?parcel={pair[0]}&uscc={pair[1]}")
    assert pair_on(other) == pair
    other.locator(".notice", has_text="a reviewer").wait_for()
    assert (
        other.get_by_role("button", name="是甲")
        .or_(other.get_by_role("button", name="A 是", exact=True))
        .is_disabled()
    )
    with connect(service.target) as connection:  # eight hours later
        connection.execute("UPDATE review.claims SET expires_at = now()")
    other.reload()
    other.locator(f"{QUESTION}:not(.stale)").wait_for()
    other.locator(".notice", has_text="a reviewer").wait_for(state="detached")
    other.keyboard.press("r")
    other.keyboard.press("1")
    next_after(other, pair)
    recorded(other)
    first.expected.append(409)
    page.keyboard.press("a")
    page.keyboard.press("1")
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    told = dialog.inner_text()
    assert "别人先了一步" in told
    assert "a publisher" in told
    assert "不是" in told
    assert live(service, *pair)[0] == "different"
    page.get_by_role("button", name="重新读取，再决定").click()
    page.locator(".decided-note", has_text="a publisher").wait_for()
    page.keyboard.press("a")
    page.keyboard.press("1")
    next_after(page, pair)
    recorded(page)
    verdict, _, reviewer, _, replaces = live(service, *pair)
    assert (verdict, reviewer) == ("same", "a reviewer")
    assert replaces is not None


def test_blind_judging_hides_the_probability_until_it_is_judged(tab: Opening) -> None:
    page = begin(tab("reviewer"))
    assert "%" in page.locator(".score").first.inner_text()
    page.keyboard.press("h")
    page.get_by_role("button", name="盲审").wait_for()
    page.reload()
    page.locator(QUESTION).wait_for()
    shown = page.locator(".candidates").inner_text()
    assert "判断后显示" in shown
    assert page.locator(".fall").count() == 0
    for score in page.locator(".score").all():
        assert "%" not in score.inner_text()
    pair = pair_on(page)
    page.keyboard.press("u")
    page.keyboard.press("1")
    next_after(page, pair)
    recorded(page)
    assert "%" in page.locator(".last").inner_text()


def test_equal_facts_are_decided_together(tab: Opening, service: Live) -> None:
    with connect(service.target) as connection:
        found = connection.execute(
            "SELECT q.parcel_code, q.uscc, p.holder FROM service.queue AS q"
            " JOIN pub.plots AS p USING (edition, parcel_code)"
            " JOIN pub.links AS l USING (edition, parcel_code, uscc)"
            " WHERE q.decided IS NULL AND l.relation = 'OWN' AND p.holder <> ''"
            " AND p.holder NOT LIKE '%%*%%' AND (SELECT count(*) FROM pub.review_queue AS o"
            "  WHERE o.parcel_code = q.parcel_code) = 1 ORDER BY q.row_no LIMIT 2"
        ).fetchall()
        (one, firm, holder), (two, other, _) = found
        # The second plot is the same holder's, and the same firm is asked of it.
        connection.execute("UPDATE pub.plots SET holder = %s WHERE parcel_code = %s", (holder, two))
        for table in ("review_queue", "links"):
            connection.execute(
                f"UPDATE pub.{table} SET uscc = %s WHERE parcel_code = %s AND uscc = %s",  # noqa: S608
                (firm, two, other),
            )
    page = begin(tab("reviewer"), f"?parcel={one}&uscc={firm}")
    page.keyboard.press("g")
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    assert one in dialog.inner_text()
    assert two in dialog.inner_text()
    page.get_by_label("理由").fill("同一权利人，已核对证书")
    page.get_by_label("理由").press("Enter")
    next_after(page, (one, firm))
    recorded(page)
    for parcel in (one, two):
        assert live(service, parcel, firm)[:2] == ("same", "同一权利人，已核对证书")


def test_a_second_person_confirms_what_the_first_proposed(tab: Opening, service: Live) -> None:
    strict = Live(service.target, two_persons=True)
    try:
        first, second = tab("reviewer"), tab("publisher")
        first.base = second.base = strict.url
        for one in (first, second):  # both may reach for the same question
            one.expected.append(409)
        page = begin(first)
        pair = pair_on(page)
        page.keyboard.press("a")
        page.keyboard.press("1")
        next_after(page, pair)
        recorded(page)
        before = live(service, *pair)
        assert before is None or before[0] == "unsure"
        other = begin(second)
        other.keyboard.press("p")
        row = other.get_by_role("dialog").get_by_role("row", name=pair[0])
        row.get_by_role("button", name="同意", exact=True).click()
        other.get_by_text("没有待确认的意见").wait_for()
        assert live(service, *pair)[:3:2] == ("same", "a reviewer")
        pair = pair_on(page)
        page.keyboard.press("r")
        page.keyboard.press("1")
        next_after(page, pair)
        page.keyboard.press("z")  # one's own opinion is taken back
        said(page, "已撤销")
        assert rows(service, "SELECT 1 FROM review.proposals WHERE state = 'waiting'") == []
    finally:
        for one in (first, second):
            one.page.close()
        strict.stop()


def test_a_viewer_has_no_such_page(tab: Opening) -> None:
    page = tab("viewer").open("/review")
    page.get_by_text("没有这一页的权限").wait_for()
    assert page.get_by_role("link", name="复核").count() == 0


def test_the_queue_is_filtered_and_remembers_it(tab: Opening) -> None:
    page = begin(tab("reviewer"))
    everything = page.locator(".queue .row").count()
    page.get_by_label("问题").select_option("use")
    page.wait_for_function(
        "n => document.querySelectorAll('.queue .row').length < n", arg=everything
    )
    page.reload()
    page.locator(QUESTION).wait_for()
    assert page.get_by_label("问题").input_value() == "use"
    assert 0 < page.locator(".queue .row").count() < everything


@pytest.mark.parametrize("size", [(1366, 768), (1024, 768)])
def test_everything_has_its_name_and_fits(tab: Opening, size: tuple[int, int]) -> None:
    width, height = size
    viewport = {"width": width, "height": height}
    page = begin(tab("reviewer", viewport=viewport, bypass_csp=True))
    page.add_script_tag(path=str(AXE))
    for key in ("", "a", "Escape", "s", "Escape", "?"):
        if key:
            page.keyboard.press(key)
        rested(page)
        found = page.evaluate("axe.run({resultTypes: ['violations']})")
        serious = [
            (v["id"], [n["html"][:120] for n in v["nodes"]][:3])
            for v in found["violations"]
            if v["impact"] in ("serious", "critical")
        ]
        assert serious == [], key
    assert page.evaluate("document.documentElement.scrollWidth") <= width
