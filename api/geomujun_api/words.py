"""Types of parameters that several routes share, with the patterns that hold for them."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from fastapi import Path
from pydantic import Field

PARCEL: Final = r"^[0-9A-Za-z]{1,40}$"
USCC: Final = r"^[0-9A-Za-z_.:-]{1,40}$"
ONE_LINE: Final = r"^[^\x00-\x1f\x7f]*$"
TEXT: Final = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"

ParcelCode = Annotated[str, Field(pattern=PARCEL, description="宗地代码，或无证图斑的 BSM",
                                  examples=["330603001001GB00043"])]  # fmt: skip
Uscc = Annotated[str, Field(pattern=USCC, description="统一社会信用代码",
                            examples=["91330603809791695T"])]  # fmt: skip
ParcelPath = Annotated[str, Path(pattern=PARCEL, description="宗地代码，或无证图斑的 BSM",
                                 examples=["330603001001GB00043"])]  # fmt: skip
UsccPath = Annotated[str, Path(pattern=USCC, description="统一社会信用代码",
                               examples=["91330603809791695T"])]  # fmt: skip


def storable(value: object) -> bool:
    """Whether it is a text that PostgreSQL can hold: no zero character, no half of a character."""
    return (
        isinstance(value, str)
        and "\x00" not in value
        and not any("\ud800" <= c <= "\udfff" for c in value)
    )


NumberPath = Annotated[int, Path(ge=1, le=2**31 - 1, description="编号")]
FindingPath = Annotated[str, Path(pattern=r"^[0-9a-f]{1,64}$", description="疑点编号")]
Search = Annotated[
    str,
    Field(pattern=ONE_LINE, min_length=2, max_length=60, description="名称或代码的一部分",
          examples=["机械"]),
]  # fmt: skip
Reason = Annotated[str, Field(pattern=TEXT, max_length=2000, description="理由")]
Role = Literal["viewer", "reviewer", "publisher", "auditor", "admin"]
Right = Literal["read", "feed", "review", "publish", "audit", "keys"]
Grade = Literal["A", "B", "C", "D"]
EditionNumber = Annotated[int, Field(ge=1, le=2**31 - 1, description="发布号")]
