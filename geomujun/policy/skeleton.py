"""The commented file a locality starts from."""

from __future__ import annotations

import re
from importlib import resources

from geomujun.errors import UsageError
from geomujun.lang import t
from geomujun.policy import grammar, schema

MODELINE = "# yaml-language-server: $schema="


def skeleton(scheme_id: str, title: str, schema_file: str = schema.NAME) -> str:
    """A scheme with two cohorts, every choice explained, that loads as it is.

    Args:
        scheme_id: Lower-case letters, digits, - and _.
        title: Name of the scheme.
        schema_file: Where an editor finds the JSON Schema, beside the file.

    Raises:
        UsageError: an id or title that cannot stand in the file.
    """
    if not re.fullmatch(grammar.ID_PATTERN, scheme_id):
        raise UsageError(
            t("{k!r} 不能作 id", "{k!r} cannot be an id", k=scheme_id),
            hint=t(
                "小写字母开头，后接小写字母、数字、_ 或 -", "lower-case letters, digits, _ or -"
            ),
        )
    if not title.strip() or re.search(r"[:#{}\[\]\"'\n]", title):
        raise UsageError(
            t("名称 {v!r} 不能用", "{v!r} cannot be a title", v=title),
            hint=t("不要用 : # 引号和括号", "no : # quotes or brackets"),
        )
    text = (resources.files("geomujun.policy") / "skeleton.yaml").read_text(encoding="utf-8")
    head = f"{MODELINE}./{schema_file}\n"
    return head + text.replace("{id}", scheme_id).replace("{title}", title.strip())
