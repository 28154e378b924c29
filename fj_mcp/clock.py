"""The time: of this machine, in one place, so that tests can step it, and of the API's server."""

import email.utils
import secrets
import time
from datetime import datetime
from functools import cache
from pathlib import Path

import anyio

_BOOT = Path("/proc/sys/kernel/random/boot_id")


@cache
def boot() -> str:
    """What shares the steady clock: this machine since its start, or at least this process."""
    return _BOOT.read_text().strip() if _BOOT.exists() else secrets.token_hex(8)


class Clock:
    """The time of this machine, and waiting for it to pass."""

    def now(self) -> float:
        """Unix seconds."""
        return time.time()

    def steady(self) -> float:
        """Seconds since some moment, which nobody can set forward or back."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Return `seconds` later."""
        await anyio.sleep(seconds)


class ServerClock:
    """The clock of the API's server, as the `Date` headers of its responses tell it.

    Attributes:
        said: Unix seconds, as the last response said; None if it said nothing that can be.
    """

    said: float | None = None

    def __init__(self, clock: Clock) -> None:
        """Args: `clock` of this machine, which tells how long ago a response was."""
        self._clock = clock
        self._known: float | None = None
        self._heard = (0.0, 0.0)
        self._header: str | None = None

    def hear(self, date: str | None) -> None:
        """Take the `Date` header of a response that has just come."""
        # All responses of a second have the same, and reading one takes time.
        if date is not None and date == self._header:
            return
        self._header = date
        self.said = _moment_of(date)
        if self.said is not None:
            expected = self.now()
            # A clock that leaps is a gateway's mistake, and would make a purchase look old that
            # was sent a moment ago.
            if expected is None:
                credible = abs(self.said - self._clock.now()) < _MOST_OFF_SECONDS
            else:
                credible = self.said - expected < _MOST_AHEAD_SECONDS
            self.said = self.said if credible else None
        if self.said is not None:
            self._known = self.said
            self._heard = (self._clock.now(), self._clock.steady())

    def now(self) -> float | None:
        """The server's time now, in Unix seconds; None if no response ever told it."""
        if self._known is None:
            return None
        wall, steady = self._heard
        # The steady clock stands still while a laptop sleeps, and the other may be set back.
        return self._known + max(self._clock.now() - wall, self._clock.steady() - steady)


_MOST_OFF_SECONDS = 366 * 24 * 3600
"""How far this machine's clock and a server's are apart at the most, where both are in use."""

_MOST_AHEAD_SECONDS = 48 * 3600
"""How far a server's clock may be ahead of what it said before. This machine's own may have been
set back by a day meanwhile, and slept."""


def _moment_of(date: str | None) -> float | None:
    try:
        return email.utils.parsedate_to_datetime(date or "").timestamp()
    except (ValueError, OverflowError, OSError):
        return None


def answering_seconds(deadline_seconds: float) -> float:
    """How long a call may take, so that its answer reaches the client before the deadline."""
    return deadline_seconds - min(0.5, deadline_seconds * 0.025)


def iso_time(moment: datetime | None) -> str | None:
    """A moment as results show it, to the second, in UTC."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
