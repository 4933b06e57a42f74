"""The JSON Schema of scheme files, made from `policy.grammar`, for editors that complete and check.

The checked-in copy is `scheme.schema.json`; `python scripts/generate_schema.py` renews it. An
editor finds it by the first line of a file: ``# yaml-language-server: $schema=…``.
"""

from __future__ import annotations

import json
from importlib import resources
from typing import Any, Final

from geomujun.policy import grammar
from geomujun.policy.grammar import Key

NAME: Final = "scheme.schema.json"
_DAY: Final = r"^\d{4}-\d{2}-\d{2}$"
_CODE: Final = r"^[0-9]{2,4}$"
_NO_INFINITY: Final = 1e300
Json = dict[str, Any]


def text() -> str:
    """The schema as it is checked in: UTF-8 JSON, two spaces, a newline at the end."""
    return json.dumps(build(), ensure_ascii=False, indent=2) + "\n"


def packaged() -> str:
    """The checked-in schema."""
    return (resources.files("geomujun.policy") / NAME).read_text(encoding="utf-8")


def build() -> Json:
    """The schema as data."""
    defs = {name: _section(name) for name in grammar.SECTIONS}
    defs["benchmark"] = _benchmark()
    defs["overlay"] = {"type": "object", "description": "要改动的键，写法同方案；null 表示删去"}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "geomujun 亩均评价方案",
        "description": "数值以生效日为键；文件未定的写 {expected: 说明}，代定的写 {assumed: 值}",
        "$ref": "#/definitions/scheme",
        "definitions": defs,
    }


def _section(name: str) -> Json:
    keys = grammar.SECTIONS[name]
    made: Json = {
        "type": "object",
        "additionalProperties": False,
        "properties": {k.name: _key(k) for k in keys},
    }
    required = [k.name for k in keys if k.required]
    if required:
        made["required"] = required
    cited = {k.name: ["source"] for k in keys if k.needs_source}
    if cited:
        made["dependencies"] = cited
    return made


def _key(key: Key) -> Json:
    inner = _value(key)
    made = _dated(inner) if key.dated else inner
    return {"description": key.zh} | made


def _value(key: Key) -> Json:
    if key.kind == "number":
        bounds = {"minimum": key.low, "maximum": key.high}
        return {"type": "number"} | {k: v for k, v in bounds.items() if abs(v) < _NO_INFINITY}
    simple: dict[str, Json] = {
        "text": {"type": "string"},
        "day": {"type": "string"},
        "source": {"type": "string"},
        "flag": {"type": "boolean"},
        "choice": {"enum": list(key.choices)},
        "codes": {"type": "array", "items": {"type": "string", "pattern": _CODE}},
        "shares": {"type": "array", "minItems": 4, "maxItems": 4,
                   "items": {"type": "number", "minimum": 0, "maximum": 100}},
        "benchmark": {"$ref": "#/definitions/benchmark"},
        "section": {"$ref": f"#/definitions/{key.section}"},
        "overlay": {"$ref": "#/definitions/overlay"},
    }  # fmt: skip
    if key.kind in ("map", "groups"):
        return _map(key)
    return simple[key.kind]


def _map(key: Key) -> Json:
    many: Json = {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": {"$ref": f"#/definitions/{key.section}"},
    }
    if key.section == "indicator":
        return {"anyOf": [_open(), many]}
    if key.kind == "groups":
        return {"anyOf": [{"const": grammar.BY_DIVISION}, many]}
    return many


def _dated(inner: Json) -> Json:
    assumed = {
        "type": "object",
        "additionalProperties": False,
        "required": ["assumed"],
        "properties": {
            "assumed": inner,
            "note": {"type": "string", "description": "为什么这样定"},
        },
    }
    return {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "patternProperties": {_DAY: {"anyOf": [inner, assumed, _open()]}},
    }


def _open() -> Json:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["expected"],
        "properties": {"expected": {"type": "string", "description": "文件缺什么"}},
    }


def _benchmark() -> Json:
    number: Json = {"type": "number", "exclusiveMinimum": 0}
    share = number | {"maximum": 100}
    usual: list[Json] = [
        {"const": grammar.BENCHMARK_WORD, "description": "评价组均值：分子合计 ÷ 分母合计"},
        number | {"description": "固定数值"},
        _one("k_mean", number, "评价组均值的倍数"),
        _one("top_share", share, "前百分之几的均值"),
    ]
    standard: Json = {
        "type": "object",
        "description": "标杆值：按行业代码前缀，前缀长者优先",
        "additionalProperties": False,
        "required": ["standard", "otherwise"],
        "properties": {
            "standard": {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": False,
                "patternProperties": {_CODE: number},
            },
            "otherwise": {"anyOf": usual},
        },
    }
    return {"anyOf": [*usual, standard]}


def _one(name: str, inner: Json, zh: str) -> Json:
    return {
        "type": "object",
        "description": zh,
        "additionalProperties": False,
        "required": [name],
        "properties": {name: inner},
    }
