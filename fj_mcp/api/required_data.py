"""The data that a successful response of each endpoint must contain.

A success status alone proves nothing, because gateways and error bodies can have one too. Each
function takes the body as `responses.read_response` returns it, with a bare array under `data`.
"""

import re
from typing import Any

from fj_mcp.api.session_records import completions
from fj_mcp.text import lenient

_SEARCH_COUNTS = (
    "newProfilesCount",
    "total_display_count",
    "searchMoreCounter",
    "filterChangesCounter",
)
_PROFILE_FIELDS = ("_id", "name", "headline", "summary", "region", "skills", "current_employers")
_ADDRESS_OR_NUMBER = re.compile(r"\S+@\S+|\+?[\d\s()./-]*\d[\d\s()./-]{4,}")


def new_session(body: dict[str, Any]) -> bool:
    """The stored session's id."""
    return lenient.identity(_session(body).get("_id")) is not None


def search_begun(body: dict[str, Any]) -> bool:
    """An id, a status or a counter, under `session`, under `sourcing` or directly under `data`."""
    data = lenient.mapping(body.get("data"))
    parts = (data, lenient.mapping(data.get("session")), lenient.mapping(data.get("sourcing")))
    return any(
        lenient.identity(part.get("_id"))
        or lenient.line(part.get("profileMatchingStatus"))
        or any(lenient.counted(part.get(name)) is not None for name in _SEARCH_COUNTS)
        for part in parts
    )


def contact(body: dict[str, Any]) -> bool:
    """An entry for a channel, even one without values. An empty list is not enough."""
    data = body.get("data")
    items = data if isinstance(data, list) else [data]
    return any(is_contact(item) or _is_contact_entry(item) for item in items)


def session(body: dict[str, Any]) -> bool:
    """A session: its id, title, status or filters."""
    found = _session(body)
    return bool(
        lenient.identity(found.get("_id"))
        or lenient.line(found.get("profileMatchingStatus"))
        or lenient.line(found.get("sessionTitle"))
        or lenient.mapping(found.get("queries"))
    )


def profiles(body: dict[str, Any]) -> bool:
    """A list of documents. An empty one must come with the total."""
    data = lenient.mapping(body.get("data"))
    docs = data.get("docs")
    if docs == []:
        return lenient.counted(data.get("totalDocs")) is not None
    return isinstance(docs, list) and bool(lenient.mappings(docs))


def candidate(body: dict[str, Any]) -> bool:
    """A candidate, under `candidate` or directly under `data`."""
    data = lenient.mapping(body.get("data"))
    person = lenient.mapping(data.get("candidate")) or data
    return any(person.get(name) for name in _PROFILE_FIELDS)


def sessions(body: dict[str, Any]) -> bool:
    """A list of sessions with ids; it may be empty."""
    data = body.get("data")
    if not isinstance(data, list):
        return False
    return not data or any(lenient.identity(doc.get("_id")) for doc in lenient.mappings(data))


def annotation(body: dict[str, Any]) -> bool:
    """Filters with `presence`. An empty map is not enough: the API's template is never empty."""
    filters = lenient.mapping(body.get("data", body))
    return any("presence" in entry for entry in filters.values() if isinstance(entry, dict))


def values(body: dict[str, Any]) -> bool:
    """A list of words; it may be empty."""
    data = body.get("data")
    listed = lenient.mapping(data).get("list", data)
    return isinstance(listed, list) and (not listed or bool(completions(data)))


def price(body: dict[str, Any]) -> dict[str, Any]:
    """The `creditInfo` of a response, at any of its places; empty if there is none."""
    data = lenient.mapping(body.get("data"))
    places = (body, data, lenient.mapping(data.get("sourcing")))
    found = (lenient.mapping(place.get("creditInfo")) for place in places)
    return next((info for info in found if info), {})


def names_price(body: dict[str, Any]) -> bool:
    """Whether a response states the charge, even one of 0."""
    info = price(body)
    return info.get("charged") is not None or info.get("amount") is not None


def names_charge(body: dict[str, Any]) -> bool:
    """Whether a response states that something was charged. A 402 may name an amount as well."""
    charged = price(body).get("charged")
    return charged is True or (lenient.number(charged) or 0) > 0


def is_contact(value: object) -> bool:
    """Whether a bare text looks like an email address or a phone number."""
    text = (lenient.line(value) or "") if isinstance(value, str) else ""
    return _ADDRESS_OR_NUMBER.fullmatch(text) is not None


def _is_contact_entry(value: object) -> bool:
    entry = lenient.mapping(value)
    channel = (lenient.line(entry.get("type")) or "").lower()
    return bool(
        channel in ("email", "phone")
        or isinstance(entry.get("values"), list)
        or lenient.line(entry.get("values") or entry.get("value"))
        or lenient.mapping(entry.get("revealStatus"))
    )


def _session(body: dict[str, Any]) -> dict[str, Any]:
    data = lenient.mapping(body.get("data"))
    return lenient.mapping(data.get("session")) or data
