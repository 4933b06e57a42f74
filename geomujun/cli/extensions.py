"""A locality's own indicator formulas: from modules the operator installed, never from a case.

Two ways, both outside scheme files and uploads: an installed package that declares the entry point
group ``geomujun.indicators``, or a module on the Python path that ``GEOMUJUN_INDICATORS`` names.
Importing the module registers what it decorates with `evaluation.indicators.indicator`.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable
from functools import lru_cache
from importlib.metadata import entry_points
from typing import Final

from geomujun.errors import SchemeError
from geomujun.evaluation.indicators import ENTERPRISE, REGION
from geomujun.lang import t
from geomujun.settings import from_environment

GROUP: Final = "geomujun.indicators"
_MODULE: Final = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")


@lru_cache(maxsize=1)
def load_indicators() -> None:
    """Import every module that brings indicators, once.

    Raises:
        SchemeError: a module that is not installed or fails, or an id that is taken.
    """
    declared = sorted(e.value.split(":")[0] for e in entry_points(group=GROUP))
    import_all(dict.fromkeys([*declared, *from_environment().indicators]))


def import_all(modules: Iterable[str]) -> None:
    """Import modules by name.

    Raises:
        SchemeError: as `load_indicators`.
    """
    for name in modules:
        if not _MODULE.fullmatch(name):
            raise _unusable(name, t("不是模块名", "not the name of a module"))
        try:
            importlib.import_module(name)
        except SchemeError:
            raise
        except Exception as e:  # whatever the locality's own code may raise
            raise _unusable(name, repr(e)) from e


def _unusable(name: str, why: str) -> SchemeError:
    return SchemeError(
        t("自有指标模块不能载入：{w}", "the module cannot be imported: {w}", w=why),
        where=name,
        hint=t(
            "先安装该模块，或改 GEOMUJUN_INDICATORS",
            "install the module first, or change GEOMUJUN_INDICATORS",
        ),
    )


def formulas() -> set[str]:
    """Ids of every indicator there is, our own and the locality's."""
    load_indicators()
    return {*ENTERPRISE, *REGION}
