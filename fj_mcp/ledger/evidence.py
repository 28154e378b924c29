"""What a purchase can be recognized by, should its response be lost: kept with it as JSON."""

import json
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self


@dataclass(frozen=True)
class Moment:
    """A moment by every clock that there is.

    Attributes:
        server: of the API's server, in Unix seconds; None if it never said.
        local: of this machine, in Unix seconds; it can be set.
        steady: seconds of this machine since its start; it cannot be set.
        boot: which start that was.
    """

    server: float | None
    local: float = 0.0
    steady: float = 0.0
    boot: str = ""


@dataclass(frozen=True)
class Evidence:
    """How things stood before a purchase, and when it was sent.

    Attributes:
        title: digest of a search's title.
        text: digest of its job description.
        filters: digest of its filters.
        sample: digest of its sample profile's address.
        counter: how often the session had been changed, or more had been fetched.
        credits: what the session had cost before.
        shows_counters: whether the session showed such counters at all.
        candidate: id of the candidate whose contact is revealed.
        channel: `email` or `phone`.
        nobody: whether the outcome was that nobody fits.
        server_time: of the API, in Unix seconds, when the order was inspected.
        local_time: of this machine, then.
        sending: when the purchase was about to be sent.
        left: when its request left.
        ended: when its response was given up.
        delivered: the start and the steady clock of the machine when a client got the result.
    """

    title: str | None = None
    text: str | None = None
    filters: str | None = None
    sample: str | None = None
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
        """The evidence as it is stored, by this version or an earlier one.

        Raises:
            ValueError, TypeError, AttributeError: if it is not readable.
        """
        content: dict[str, Any] = json.loads(stored)
        values = {name: content[name] for name in _NAMES & content.keys()}
        for name in _MOMENTS & values.keys():
            values[name] = Moment(**values[name])
        if (delivered := content.get("told")) is not None:
            values["delivered"] = (delivered[0], delivered[1])
        if (sent_time := content.get("sent_time")) is not None and "left" not in values:
            # An earlier version remembered the server's time alone.
            values["left"] = Moment(server=sent_time)
        return cls(**values)

    def stored(self) -> str:
        """The JSON that `read` takes."""
        content = {
            name: value
            for name, value in asdict(self).items()
            if value is not None and value is not False
        }
        if (delivered := content.pop("delivered", None)) is not None:
            # The name that it had when the first records were written.
            content["told"] = delivered
        return json.dumps(content)

    def as_of(self, now: float) -> Self:
        """The same with no moment after `now`, the server's time."""
        late = {
            name: replace(moment, server=now)
            for name in _MOMENTS
            if (moment := getattr(self, name)) is not None and (moment.server or 0) > now
        }
        return replace(self, **late)

    def has_name_of(self, other: "Evidence") -> bool:
        """Whether it is of a search with the same title and text."""
        return (self.title, self.text) == (other.title, other.text)

    def has_search_of(self, other: "Evidence") -> bool:
        """Whether it is of the same search."""
        same_filters = (self.filters, self.sample) == (other.filters, other.sample)
        return self.has_name_of(other) and same_filters


_NAMES = frozenset(field.name for field in fields(Evidence)) - {"delivered"}
_MOMENTS = frozenset({"sending", "left", "ended"})
