"""Argument types that are stricter than pydantic's own."""

from typing import Annotated, Any

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
"""Strictly JSON true or false: one of these flags decides whether credits are spent."""

LEFT_OUT: Any = None
"""The default of an argument that is optional but must not be null."""
