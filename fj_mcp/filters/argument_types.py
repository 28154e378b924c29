"""Argument types that are stricter than pydantic's own, and marks on how arguments are read."""

from typing import Annotated, Any

from msgspec import Struct
from pydantic import BeforeValidator, StrictBool


def _refuse_bool(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("must be a number, not true or false")
    return value


NOT_BOOL = BeforeValidator(_refuse_bool)
"""For bounded numbers; put it after the bounds: `Annotated[int, Field(ge=1), NOT_BOOL]`."""

Whole = Annotated[int, NOT_BOOL]
"""An integer. A string of digits is accepted, because some clients send one; a boolean is not."""

Flag = StrictBool
"""True or false."""


AS_GIVEN = object()
"""Marks an argument whose name and value are taken only as documented."""

EMPTY_LIST = object()
"""Marks an optional list that stays a list if it comes empty or null: leaving it out means more."""

SpendingFlag = Annotated[StrictBool, AS_GIVEN]
"""Strictly JSON true or false: it decides whether credits are spent twice."""


class Capped(Struct, frozen=True):
    """Marks a number that counts as the maximum if it is above it; the result then says so."""

    maximum: int


LEFT_OUT: Any = None
"""The default of an argument that is optional but must not be null."""
