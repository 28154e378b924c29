"""The context of the current tool call, for the API client and the checkout."""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar

from fj_mcp.storage.user import User

tool_in_use: ContextVar[str] = ContextVar("tool_in_use")
"""The tool that is being called. Errors name it, whichever endpoint failed."""

arrived_at: ContextVar[float] = ContextVar("arrived_at")
"""The arrival of the current call, by the steady clock."""

user_in_use: ContextVar[User | None] = ContextVar("user_in_use", default=None)
"""The signed-in user who makes the current call; None if no identity provider names one.

Of the call and not of its connection, which all users of a key share.
"""

BeforeSend = Callable[[], Awaitable[None]]
"""Awaited right before each attempt of a paid request is sent. An exception stops the request."""
