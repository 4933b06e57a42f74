"""The locality in force: the id of a packaged one, or a file of the place's own."""

from __future__ import annotations

from pathlib import Path

from geomujun.errors import SchemeError
from geomujun.lang import t
from geomujun.policy import locality


def load_locality(name: str) -> str:
    """What ``GEOMUJUN_LOCALITY`` names: an id as it is, a YAML file as its text.

    Raises:
        SchemeError: the file cannot be read, or has a fault.
    """
    path = Path(name)
    if path.suffix not in (".yaml", ".yml"):
        return name
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as e:
        raise SchemeError(
            t("读不出：{e}", "cannot be read: {e}", e=getattr(e, "strerror", None) or e),
            where=name,
            hint=t(
                "GEOMUJUN_LOCALITY 写地区 id，或一个 UTF-8 的 YAML 文件",
                "GEOMUJUN_LOCALITY is a locality id, or a YAML file in UTF-8",
            ),
        ) from e
    locality.load(text, path.name)  # so that a fault names the file
    return text
