"""Who sees which column, by the locality's word."""

from __future__ import annotations

import pytest

from geomujun.domain.catalogue import TABLES
from geomujun.domain.published import PUBLISHED
from geomujun.errors import SchemeError
from geomujun.policy import locality
from geomujun.policy.publication import publication_of


def policy(columns: str, more: str = "") -> object:
    text = (
        "id: t\ntitle: t\nsources: {a: {title: a}}\n"
        f"publication: {{columns: {columns}, {more}source: a, confirmed: false}}\n"
    )
    return publication_of(locality.load(text))


def names(
    columns: str, table: str, *, public: bool, use: str = "internal", more: str = ""
) -> set[str]:
    found = policy(columns, more).fields(PUBLISHED[table], public=public, use=use)
    return {f.name for f in found}


def test_nothing_is_public_until_the_locality_says_so() -> None:
    default = publication_of(locality.load())
    assert all(not default.fields(t, public=True) for t in PUBLISHED.values())
    assert publication_of(locality.load("xian")).public == frozenset()


def test_a_star_is_what_the_catalogue_calls_public() -> None:
    found = names('["enterprise_evaluation.*"]', "enterprise_evaluation", public=True)
    assert "grade" in found
    assert not found & {"score", "rank", "grade_reason", "indicators"}
    assert names('["ledger.*"]', "links", public=True) == set()


def test_more_may_be_named_but_never_personal_data_nor_uncleared_figures() -> None:
    word = '["enterprise_evaluation.score", "enterprise_evaluation.indicators"]'
    assert names(word, "enterprise_evaluation", public=True) == {"score"}
    cleared = names(word, "enterprise_evaluation", public=True, more="statistical: [public], ")
    assert cleared == {"score", "indicators"}
    with pytest.raises(SchemeError, match="个人信息"):
        policy('["links.evidence"]')
    hidden = names("[]", "enterprise_evaluation", public=False, use="export")
    assert "indicators" not in hidden
    assert hidden >= set(TABLES["enterprise_evaluation"].columns)


@pytest.mark.parametrize(("columns", "more"), [
    ('["nothing.*"]', ""), ('["ledger.nothing"]', ""), ("[]", "statistical: [everyone], "),
])  # fmt: skip
def test_words_that_mean_nothing_are_refused(columns: str, more: str) -> None:
    with pytest.raises(SchemeError):
        policy(columns, more)


@pytest.mark.parametrize(("cells", "held"), [
    ({"a": 5, "b": 9}, set()),
    ({"a": 2, "b": 9, "c": 4}, {"a", "c"}),  # one alone is the total less the others
    ({"a": 1, "b": 2, "c": 9}, {"a", "b"}),
    ({"a": 1, "b": 1, "c": 9, "d": 30}, {"a", "b", "c"}),  # two of one each are still two firms
    ({"a": 0, "b": 9}, set()),
    ({"a": 1}, {"a"}),
])  # fmt: skip
def test_cells_of_few_firms_are_withheld(cells: dict[str, int], held: set[str]) -> None:
    assert policy("[]").suppressed(cells) == held
