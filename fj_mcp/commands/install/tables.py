"""Changes of a table in place."""

from collections.abc import Collection, Mapping, MutableMapping
from typing import Any


def update(
    have: MutableMapping[str, Any], wanted: Mapping[str, Any], gone: Collection[str] = ()
) -> None:
    """Set the values of `wanted` and remove `gone`; what is equal already stays as it is written.

    A table within the table is changed in place too: one that is written again could swallow what
    follows it.
    """
    for name in gone:
        del have[name]
    for name, value in wanted.items():
        current = have.get(name)
        if isinstance(value, Mapping) and isinstance(current, MutableMapping):
            update(current, value, [inner for inner in current if inner not in value])
        elif name not in have or current != value:
            have[name] = value
