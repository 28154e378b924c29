"""The evidence by which a purchase is found again if its response is lost, stored as JSON."""

import json
from collections.abc import Callable
from typing import Any, Self

from msgspec import Struct, to_builtins
from msgspec.structs import fields, replace


class Moment(Struct, frozen=True):
    """A moment by all clocks.

    Attributes:
        server: the API server's clock in Unix seconds; None if it is unknown.
        local: this machine's clock in Unix seconds, which users can set.
        steady: this machine's monotonic clock in seconds.
        boot: the boot that the monotonic clock belongs to.
    """

    server: float | None = None
    local: float = 0.0
    steady: float = 0.0
    boot: str = ""


class Evidence(Struct, frozen=True):
    """The state before a purchase, and the times at which it was sent.

    Attributes:
        title: digest of a search's title.
        text: digest of its job description.
        filters: digest of its filters.
        sample: digest of its sample profile's address.
        given: digest of a search or an update in the call's own spelling, whatever was looked up.
        search: digest of its filters and sample profile in any spelling, without places; of an
            update: those in force afterwards.
        places: its places, each as digests of its forms, see `Place`.
        counter: the session's counter of changes, or of fetches, before the purchase.
        credits: the session's cost before the purchase.
        shows_counters: whether the session has such counters at all.
        candidate: id of the candidate whose contact is revealed.
        channel: `email` or `phone`.
        nobody: whether no candidate matched.
        server_time: the API server's clock in Unix seconds when the order was inspected.
        local_time: this machine's clock at that moment.
        sending: just before the purchase was sent.
        left: when its request was sent.
        ended: when the server stopped waiting for its response.
        delivered: the boot and the monotonic clock when a client received the result.
    """

    title: str | None = None
    text: str | None = None
    filters: str | None = None
    sample: str | None = None
    given: str | None = None
    search: str | None = None
    places: list[list[str]] | None = None
    counter: int = 0
    credits: int | None = None
    shows_counters: bool = False
    candidate: str | None = None
    channel: str | None = None
    nobody: bool = False
    server_time: float | None = None
    local_time: float | None = None
    sending: Moment | None = None
    left: Moment | None = None
    ended: Moment | None = None
    delivered: tuple[str, float] | None = None

    @classmethod
    def read(cls, stored: str) -> Self:
        """Parse stored evidence, of this version or another one.

        Raises:
            ValueError: if it cannot be parsed.
        """
        content = _object(json.loads(stored))
        values = {name: content[name] for name in _NAMES & content.keys()}
        for name in _MOMENTS & values.keys():
            moment = _object(values[name])
            values[name] = Moment(**{part: moment[part] for part in _PARTS & moment.keys()})
        if (delivered := content.get("told")) is not None:
            values["delivered"] = (delivered[0], delivered[1])
        if (sent_time := content.get("sent_time")) is not None and "left" not in values:
            # An earlier version stored only the server's time.
            values["left"] = Moment(server=sent_time)
        return cls(**values)

    def stored(self) -> str:
        """The JSON for `read`."""
        content = {
            name: value
            for name, value in to_builtins(self).items()
            if value is not None and value is not False
        }
        if (delivered := content.pop("delivered", None)) is not None:
            # The name in the first version of the ledger.
            content["told"] = delivered
        return json.dumps(content)

    def as_of(self, now: float) -> Self:
        """A copy in which no moment is later than `now` by the server's clock."""
        late = {
            name: replace(moment, server=now)
            for name in _MOMENTS
            if (moment := getattr(self, name)) is not None and (moment.server or 0) > now
        }
        return replace(self, **late)

    @property
    def shows_search(self) -> bool:
        """Whether it can be compared with a search."""
        return self.filters is not None or self.given is not None

    def has_name_of(self, other: "Evidence") -> bool:
        """Whether both are of a search with the same title and text."""
        return (self.title, self.text) == (other.title, other.text)

    def has_search_of(self, other: "Evidence") -> bool:
        """Whether both are of the same search."""
        same_filters = (self.filters, self.sample) == (other.filters, other.sample)
        return self.has_name_of(other) and same_filters

    def is_search_of(self, other: "Evidence") -> bool:
        """Whether `other` is of a search for the same people, whatever its title and text."""
        if self.given is not None and self.given == other.given:
            # With other answers to its look-ups, a repeated call would travel in another spelling.
            return True
        if self.search is None or other.search is None:
            # An earlier version stored only these.
            same = (self.filters, self.sample) == (other.filters, other.sample)
            return same and self.filters is not None
        return self.search == other.search and _same_places(self, other, _is_same_place)

    def may_be_search_of(self, other: "Evidence") -> bool:
        """Whether only a place keeps it from that, of which one of both says less.

        Such as “Austin” without its state: there is more than one.
        """
        same_rest = self.search is not None and self.search == other.search
        may_be = same_rest and _same_places(self, other, _may_be_same_place)
        return may_be and not self.is_search_of(other)


Place = list[str]
"""Digests: of the place, of the shorter forms that mean it, and after a `?` of those that may."""


def _same_places(one: Evidence, other: Evidence, is_same: Callable[[Place, Place], bool]) -> bool:
    some, others = one.places or [], other.places or []

    def all_in(ones: list[Place], twos: list[Place]) -> bool:
        return all(any(is_same(place, two) for two in twos) for place in ones)

    return len(some) == len(others) and all_in(some, others) and all_in(others, some)


def _is_same_place(one: Place, other: Place) -> bool:
    return one[0] in other or other[0] in one


def _may_be_same_place(one: Place, other: Place) -> bool:
    return _is_same_place(one, other) or f"?{one[0]}" in other or f"?{other[0]}" in one


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value


_NAMES = frozenset(field.name for field in fields(Evidence)) - {"delivered"}
_MOMENTS = frozenset({"sending", "left", "ended"})
_PARTS = frozenset(field.name for field in fields(Moment))
