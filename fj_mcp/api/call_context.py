"""The context of the current tool call, for the API client and the checkout."""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar

tool_in_use: ContextVar[str] = ContextVar("tool_in_use")
"""The tool that is being called. Errors name it, whichever endpoint failed."""

arrived_at: ContextVar[float] = ContextVar("arrived_at")
"""The arrival of the current call, by the steady clock."""

BeforeSend = Callable[[], Awaitable[None]]
"""Awaited right before each attempt of a paid request is sent. An exception stops the request."""
