"""The OpenAPI: what FastAPI writes, and what holds for every route."""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from geomujun_api.answers import problems
from geomujun_api.problems import Problem

_TEMPLATE: Final = "#/components/schemas/{model}"
_WITH_BODY: Final = ("post", "put", "patch")
_TAGS: Final = (
    "企业", "宗地", "结果表", "疑点", "复核", "异议",
    "导入", "发布", "任务", "用地面积", "汇总", "审计", "密钥", "登录", "运行",
)  # fmt: skip


def describe(app: FastAPI) -> dict[str, Any]:
    """The description of an application, made once."""
    if app.openapi_schema is None:
        app.openapi_schema = _made(app)
    return app.openapi_schema


def _made(app: FastAPI) -> dict[str, Any]:
    spec = get_openapi(
        title=app.title, version=app.version, summary=app.summary, routes=app.routes,
        openapi_version="3.1.0", tags=[{"name": name} for name in _TAGS],
        description="一切结果出自有编号的发布；出错时按 RFC 9457 说明。",
    )  # fmt: skip
    schemas = spec.setdefault("components", {}).setdefault("schemas", {})
    problem = Problem.model_json_schema(ref_template=_TEMPLATE)
    schemas |= problem.pop("$defs", {})
    schemas["Problem"] = problem
    always, sized = problems(), problems(413)
    for methods in spec["paths"].values():
        for method, route in methods.items():
            extra = {429: always[429]} | ({413: sized[413]} if method in _WITH_BODY else {})
            for status, told in extra.items():
                route["responses"].setdefault(str(status), told)
            if not route.get("security"):
                route["security"] = []
            elif _public(route):
                route["security"] = [{}, *route["security"]]
    return spec


def _public(route: dict[str, Any]) -> bool:
    """Whether nobody's key is enough, where the locality publishes what is asked."""
    return all(set(s.get("bearer", ())) <= {"read"} for s in route["security"])
