"""The clocks of this machine, which tests can replace, and of the API's server."""

import email.utils
import secrets
import time
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path

import anyio

_BOOT = Path("/proc/sys/kernel/random/boot_id")


@cache
def boot() -> str:
    """Identifies the scope of the steady clock: a boot of this machine, or else this process."""
    return _BOOT.read_text().strip() if _BOOT.exists() else secrets.token_hex(8)


class Clock:
    """This machine's clock."""

    def now(self) -> float:
        """Unix seconds."""
        return time.time()

    def steady(self) -> float:
        """Monotonic seconds."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Sleep for `seconds`."""
        await anyio.sleep(seconds)


class Elapsed:
    """Seconds that have passed, also if the clock was set back, or the machine was asleep."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Args: `clock`: Unix seconds."""
        self._clock = clock
        self._looked_at = clock(), time.monotonic()
        self._seconds = 0.0

    def __call__(self) -> float:
        """Seconds since this was made."""
        before, self._looked_at = self._looked_at, (self._clock(), time.monotonic())
        self._seconds += max(now - then for now, then in zip(self._looked_at, before, strict=True))
        return self._seconds


class ServerClock:
    """The clock of the API's server, estimated from the `Date` headers of its responses.

    Attributes:
        last: Unix seconds in the last response; None if it had no credible time.
    """

    last: float | None = None

    def __init__(self, clock: Clock) -> None:
        """Args: `clock` of this machine, which measures the time since a response."""
        self._clock = clock
        self._known: float | None = None
        self._observed_at = (0.0, 0.0)
        self._header: str | None = None

    def observe(self, date: str | None) -> None:
        """Take the `Date` header of a response that has just arrived."""
        # All responses within a second have the same header, and parsing it takes time.
        if date is not None and date == self._header:
            if self._known is not None and self.last is not None:
                # This machine's clock may have been set within that second; the steady one cannot.
                wall, steady = self._clock.now(), self._clock.steady()
                self._known += steady - self._observed_at[1]
                self._observed_at = wall, steady
            return
        self._header = date
        self.last = _parsed(date)
        if self.last is not None:
            expected = self.now()
            # A leap of the clock is a gateway's mistake. It would make a purchase that was sent a
            # moment ago look old.
            if expected is None:
                credible = abs(self.last - self._clock.now()) < _MAX_OFFSET_SECONDS
            else:
                credible = self.last - expected < _MAX_LEAP_SECONDS
            self.last = self.last if credible else None
        if self.last is not None:
            self._known = self.last
            self._observed_at = (self._clock.now(), self._clock.steady())

    def now(self) -> float | None:
        """The server's current time in Unix seconds; None if no response had a credible one."""
        if self._known is None:
            return None
        wall, steady = self._observed_at
        # The steady clock stops while a laptop sleeps, and the wall clock may be set back.
        return self._known + max(self._clock.now() - wall, self._clock.steady() - steady)


_MAX_OFFSET_SECONDS = 366 * 24 * 3600
"""The largest credible difference between this machine's clock and a server's."""

_MAX_LEAP_SECONDS = 48 * 3600
"""The largest credible leap of a server's clock beyond the expected time. This machine may have
slept, and its clock may have been set back by a day meanwhile."""


def _parsed(date: str | None) -> float | None:
    try:
        return email.utils.parsedate_to_datetime(date or "").timestamp()
    except (ValueError, OverflowError, OSError):
        return None


def answering_seconds(deadline_seconds: float) -> float:
    """The time limit of a call whose result must reach the client before the deadline."""
    return deadline_seconds - min(0.5, deadline_seconds * 0.025)


def iso_time(moment: datetime | None) -> str | None:
    """Format a moment for results: UTC, to the second."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
