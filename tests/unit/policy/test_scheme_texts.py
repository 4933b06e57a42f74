"""What people and editors see of a scheme: the description, the comparison, the schema, the skeleton."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml

from geomujun.errors import UsageError
from geomujun.policy import describe, schema, schemes
from geomujun.policy.skeleton import skeleton

SCHEMA = json.loads(schema.packaged())


def accepts(value: Any, rule: dict[str, Any]) -> bool:
    """The few words of JSON Schema (draft 7) that ours uses; an unknown word fails the test."""
    if "$ref" in rule:
        return accepts(value, SCHEMA["definitions"][rule["$ref"].rpartition("/")[2]])
    known = {"type", "enum", "const", "anyOf", "properties", "patternProperties", "required",
             "additionalProperties", "minProperties", "items", "minItems", "maxItems", "pattern",
             "minimum", "maximum", "exclusiveMinimum", "dependencies", "description"}  # fmt: skip
    assert set(rule) <= known, set(rule) - known
    if "anyOf" in rule:
        return any(accepts(value, r) for r in rule["anyOf"])
    if "enum" in rule and value not in rule["enum"]:
        return False
    if "const" in rule and value != rule["const"]:
        return False
    kinds = {"object": dict, "array": list, "string": str, "boolean": bool, "number": (int, float)}
    kind = rule.get("type")
    if kind and (
        not isinstance(value, kinds[kind])
        or (kind == "number" and value in (True, False) and isinstance(value, bool))
    ):
        return False
    return {"object": of_object, "array": of_array, "number": of_number, "string": of_string}.get(
        kind or "", lambda _v, _r: True
    )(value, rule)


def of_object(value: dict[str, Any], rule: dict[str, Any]) -> bool:
    if len(value) < rule.get("minProperties", 0) or set(rule.get("required", ())) - set(value):
        return False
    for key, needed in rule.get("dependencies", {}).items():
        if key in value and set(needed) - set(value):
            return False
    for key, inner in value.items():
        fits = [r for p, r in rule.get("patternProperties", {}).items() if re.search(p, key)]
        own = [rule["properties"][key]] if key in rule.get("properties", {}) else fits
        rest = rule.get("additionalProperties", True)
        if not own and isinstance(rest, bool):
            if not rest:
                return False
            continue
        if not all(accepts(inner, r) for r in own or [rest]):
            return False
    return True


def of_array(value: list[Any], rule: dict[str, Any]) -> bool:
    return rule.get("minItems", 0) <= len(value) <= rule.get("maxItems", 10**6) and all(
        accepts(v, rule["items"]) for v in value
    )


def of_number(value: float, rule: dict[str, Any]) -> bool:
    return rule.get("minimum", value) <= value <= rule.get("maximum", value) and value > rule.get(
        "exclusiveMinimum", value - 1
    )


def of_string(value: str, rule: dict[str, Any]) -> bool:
    return re.search(rule.get("pattern", ""), value) is not None


def as_editors_see(text: str) -> Any:
    """The file as JSON: days are text, as keys and as values."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {str(k): plain(v) for k, v in value.items()}
        if isinstance(value, list):
            return [plain(v) for v in value]
        return value if isinstance(value, (bool, int, float, str, type(None))) else str(value)

    return plain(yaml.safe_load(text))


def whole(text: str) -> bool:
    return accepts(as_editors_see(text), SCHEMA["definitions"]["scheme"])


def test_the_checked_in_schema_is_current() -> None:
    assert schema.packaged() == schema.text(), "run scripts/generate_schema.py"


@pytest.mark.parametrize("name", schemes.available())
def test_every_packaged_scheme_satisfies_the_schema(name: str) -> None:
    assert whole(schemes.text_of(name))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("weight: {2024-01-01: 40}", "weight: 40"),
        ("weight: {2024-01-01: 40}", "weight: {2024: 40}"),
        ("weight: {2024-01-01: 40}", "weight: {2024-01-01: 140}"),
        ("weight: {2024-01-01: 40}", "wieght: {2024-01-01: 40}"),
        ("members: {size: 规下}", "members: {size: 小}"),
        ("grades: {2024-01-01: [25, 50, 20, 5]}", "grades: {2024-01-01: [25, 50, 25]}"),
        ("benchmark: {2024-01-01: cohort_mean}", "benchmark: {2024-01-01: mean}"),
        ("score: ratio_to_benchmark", "score: ratio"),
        ("scope: {}", 'scope: {excluded_industries: {2024-01-01: ["44"]}}'),
        ("    label: 规上\n", ""),
    ],
)
def test_the_schema_and_the_reader_refuse_the_same(old: str, new: str) -> None:
    text = skeleton("mine-2024", "办法")
    assert old in text
    assert not whole(text.replace(old, new, 1))
    assert schemes.check(text.replace(old, new, 1), "mine.yaml")


def test_the_skeleton_is_sound_as_it_is_and_names_the_schema_beside_it() -> None:
    text = skeleton("mine-2024", "河西区办法")
    assert text.startswith(f"# yaml-language-server: $schema=./{schema.NAME}\n")
    assert schemes.check(text, "mine.yaml") == ()
    assert whole(text)
    scheme = schemes.load(text, 2024)
    assert (scheme.id, scheme.title) == ("mine-2024", "河西区办法")
    assert [c.label for c in scheme.cohorts] == ["规上", "规下"]


def test_what_the_skeleton_only_shows_in_comments_is_sound_too() -> None:
    lines = []
    for line in skeleton("mine-2024", "办法").splitlines():
        shown = re.match(
            r"( *)# ((?:excluded_industries|source|points|  bonus_max|  items|    专精特新|  source|states|  transition_years|cap|when_missing|groups|ties|lease_penalty):? ?.*)",
            line,
        )
        lines.append(shown[1] + shown[2] if shown else line.replace("scope: {}", "scope:"))
    text = "\n".join(lines)
    assert schemes.check(text, "mine.yaml") == ()
    scheme = schemes.load(text, 2024)
    assert scheme.excluded_industries == ("44", "45", "46")
    assert scheme.cohorts[0].lease is not None
    assert scheme.point_items
    assert len(scheme.cohorts[0].groups) == 41


@pytest.mark.parametrize(
    ("name", "title"), [("Mine", "办法"), ("mine 24", "办法"), ("mine", "a: b"), ("mine", " ")]
)
def test_a_skeleton_with_a_bad_name_is_refused(name: str, title: str) -> None:
    with pytest.raises(UsageError):
        skeleton(name, title)


def test_a_scheme_is_told_in_plain_chinese() -> None:
    text = "\n".join(describe.lines(schemes.load("wenling-2022+province-weights", 2024)))
    for words in (
        "亩均税收（tax_per_mu） 权重：30；基准值：评价组均值；缺数：计 0 分",
        "各档占比：A 20% B 60% C 15% D 5%",
        "行业组 泵、阀门动力机械通用设备：行业 34",
        "出租给第一家规下企业扣 10 分，每增加一家再扣 5 分，不设上限",
        "wenling-2022+province-weights：权重暂用省里的一般权重",
        "附件未读到，按名称对应两位行业",
    ):
        assert words in text
    undecided = "\n".join(describe.lines(schemes.load("jingde-2022", 2024)))
    assert "权重：未定" in undecided
    assert "政策解读未公布各指标权重" in undecided


def test_two_years_of_one_district_differ_in_their_divisors() -> None:
    before, after = (schemes.load(f"huangyan-{y}", 2022) for y in (2021, 2022))
    found = {c.fact.path: (c.before, c.after) for c in describe.compare(before, after)}
    assert found["cohorts.above_designated.indicators.tax_per_mu.benchmark"] == ("26.01", "24.097")
    emission = "cohorts.above_designated.indicators.value_added_per_emission.when_missing"
    assert found[emission] == ("计 0 分", "计本组该项平均得分")
    assert not any("weight" in path for path in found)
    assert describe.compare(before, before) == []
