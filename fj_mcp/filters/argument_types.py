"""Types of arguments that are stricter than pydantic's own."""

from typing import Annotated, Any

from pydantic import BeforeValidator, StrictBool


def _refuse_bool(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("must be a number, not true or false")
    return value


NOT_BOOL = BeforeValidator(_refuse_bool)
"""For bounded numbers, after the bounds: `Annotated[int, Field(ge=1), NOT_BOOL]`."""

Whole = Annotated[int, NOT_BOOL]
"""An integer; digits in a string pass, since some clients send them, but true and false do not."""

Flag = StrictBool
"""JSON true or false, nothing that merely resembles them: one of these decides about money."""

LEFT_OUT: Any = None
"""The default of an argument that may be left out but must not be null."""
