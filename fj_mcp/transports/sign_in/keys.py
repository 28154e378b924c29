"""A FutureJobs key that a user enters: read, and checked by a free request."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from weakref import WeakValueDictionary

import anyio
from pydantic import ValidationError
from starlette.requests import Request

from fj_mcp.api.errors import KeyRefused
from fj_mcp.errors import BadSettings, FutureJobsError
from fj_mcp.settings.settings import Settings
from fj_mcp.transports.sign_in.limits import KEYS, KEYS_OF_CLIENT, Limiter, TooOften, address_of
from fj_mcp.transports.sign_in.pages import Problem

CheckKey = Callable[[str], Awaitable[None]]
"""Sends a free request with a key. Raises `KeyRefused`, or another `FutureJobsError`."""

_CHECK_SECONDS = 20.0

_AT_ONCE = KEYS_OF_CLIENT.most
"""Keys from one address that are checked at once, so that not many wrong ones are before the first
of them counts."""


class KeyReader:
    """Reads the keys that users enter, and slows down those who guess."""

    def __init__(self, limiter: Limiter, check_key: CheckKey) -> None:
        self._limiter = limiter
        self._check_key = check_key
        self._turns: WeakValueDictionary[str, anyio.Semaphore] = WeakValueDictionary()

    async def read(self, text: str, request: Request, client_id: str) -> str:
        """The key that a user has entered for a client.

        Raises:
            Problem: if it is not one, FutureJobs refuses it, or there were too many wrong ones.
            StorageUnavailable: if attempts cannot be counted.
        """
        try:
            entered = Settings.model_validate({"api_key": text}).key
        except ValidationError:
            entered = None
        if entered is None:
            raise Problem("That is not a FutureJobs key. Keys start with fjk_.")
        address = address_of(request)
        limited = ((KEYS, address), (KEYS_OF_CLIENT, address, client_id))
        # The colleagues in an office may all sign in at the same time.
        turns = self._turns.setdefault(address, anyio.Semaphore(_AT_ONCE))
        async with turns:
            try:
                for limit, *who in limited:
                    await self._limiter.check(limit, *who)
            except TooOften as often:
                minutes = -(-often.seconds // 60)
                wait = "a minute" if minutes == 1 else f"{minutes} minutes"
                raise Problem(
                    f"Too many wrong keys were entered. Try again in {wait}.", 429, often.seconds
                ) from None
            try:
                await self._check(entered)
            except KeyRefused:
                for limit, *who in limited:
                    with suppress(TooOften):
                        await self._limiter.count(limit, *who)
                raise Problem(
                    "FutureJobs does not accept this key. Copy it again from your FutureJobs "
                    "account."
                ) from None
        return entered

    async def check_stored(self, key: str) -> None:
        """Check a key that FutureJobs has accepted before.

        Raises:
            Problem: if it does not accept it any more.
        """
        try:
            with anyio.move_on_after(_CHECK_SECONDS):
                await self._check_key(key)
        except KeyRefused:
            raise Problem("FutureJobs no longer accepts your key. Enter another one.") from None
        except FutureJobsError:
            # It cannot tell right now, and the first call will.
            pass

    async def _check(self, key: str) -> None:
        """Raises `KeyRefused`, or `Problem` if FutureJobs cannot say whether it accepts a key."""
        try:
            with anyio.fail_after(_CHECK_SECONDS):
                await self._check_key(key)
        except KeyRefused:
            raise
        except BadSettings:
            raise Problem(
                "A setting of this server is wrong. Tell the person who runs it: the log names it.",
                503,
            ) from None
        except (FutureJobsError, TimeoutError):
            raise Problem(
                "FutureJobs cannot check the key right now. Try again in a minute.", 503
            ) from None
