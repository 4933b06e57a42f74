"""What routes may answer, for the OpenAPI: problems by status, and strict models of bodies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from geomujun_api.problems import MEDIA

_WORDS: Final = {
    400: "请求不成立",
    401: "需要密钥，或密钥无效",
    403: "没有这个权限",
    404: "没有，或不在辖区内",
    406: "没有这种格式",
    409: "与别人的改动冲突，请重新读取",
    413: "请求体过大",
    415: "不收这种格式",
    422: "请求不合接口说明",
    429: "请求过于频繁",
    503: "数据库忙或不可用",
}
_ALWAYS: Final = (400, 401, 403, 422, 429, 503)


class Strict(BaseModel):
    """A body or query: unknown fields are an error, text is trimmed of nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def exactly(properties: Mapping[str, Any], optional: Sequence[str] = ()) -> dict[str, Any]:
    """JSON Schema of an object of these properties and no other."""
    return {
        "type": "object",
        "required": [name for name in properties if name not in optional],
        "properties": dict(properties),
        "additionalProperties": False,
    }


def problems(*more: int) -> dict[int | str, dict[str, Any]]:
    """The problems a route may answer with: those of every route, and ``more``."""
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {
        status: {"description": _WORDS[status], "content": {MEDIA: schema}}
        for status in sorted({*_ALWAYS, *more})
    }
