"""JSON that gives two values for one key. Parsers silently take the last, which is a guess."""

import json
from typing import Any

from fj_mcp.text.cleaning import as_word


class RepeatedKey(Exception):
    """A key has two different values in one object. The text starts with the key."""


def parse_json(text: str) -> Any:
    """Parse JSON in which no key has two different values.

    Raises:
        RepeatedKey: if one has.
        ValueError, RecursionError: if it is not JSON, or is nested too deeply.
    """
    return _DECODER.decode(text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        for key, value in pairs:
            # As text, because true equals 1 in Python.
            if _as_text(found[key]) != _as_text(value):
                raise RepeatedKey(
                    f"{as_word(key)} is twice in one JSON text with different values; give it "
                    "once, with all of its values"
                )
    return found


def _as_text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


_DECODER = json.JSONDecoder(object_pairs_hook=_object)
