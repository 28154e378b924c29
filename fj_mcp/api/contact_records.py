"""Contacts in the API's responses: those in a profile, and the response to a reveal."""

import re
from typing import Any, Literal, Self

from msgspec import Struct

from fj_mcp.api import required_data
from fj_mcp.api.session_records import CreditInfo
from fj_mcp.text import lenient

_NOT_FOUND_WORDS = re.compile("not[_ ]?found|unavailable|no[_ ]?result", re.IGNORECASE)


class Contact(Struct, frozen=True):
    """One channel of a candidate's contact. `values` is empty until it is revealed."""

    revealed: bool = False
    values: tuple[str, ...] = ()

    @classmethod
    def read(cls, data: object) -> Self:
        """From `revealStatus.email` or `.phone`."""
        state = lenient.mapping(data)
        values = tuple(lenient.lines(state.get("values"), 200, 10))
        return cls(state.get("revealed") is True or bool(values), values)


class Reveal(Struct, frozen=True):
    """The response to a reveal. `absent` is true if the API reports that no contact exists."""

    values: tuple[str, ...]
    absent: bool
    credits: CreditInfo

    @classmethod
    def read(cls, body: dict[str, Any], channel: Literal["email", "phone"]) -> Self:
        """From the whole body: a list by type as documented, or values, or `revealStatus`."""
        data = body.get("data")
        entries = [
            item
            for item in lenient.mappings(data)
            if (lenient.line(item.get("type")) or channel).lower() == channel
        ]
        values: list[str] = []
        for item in entries:
            state = lenient.mapping(lenient.mapping(item.get("revealStatus")).get(channel))
            for found in (item.get("values"), item.get("value"), state.get("values")):
                values += lenient.lines(found, 200, 10)
        if not values and not entries and isinstance(data, list | str):
            values = lenient.lines(
                [item for item in _items(data) if required_data.is_contact(item)]
            )
        statuses = [lenient.line(item.get("status"), 40) or "" for item in entries]
        return cls(
            values=tuple(dict.fromkeys(values)),
            absent=any(_NOT_FOUND_WORDS.search(word) for word in statuses),
            credits=CreditInfo.read(required_data.price(body)),
        )


def _items(data: list[Any] | str) -> list[Any]:
    return data if isinstance(data, list) else [data]
