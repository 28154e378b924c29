"""What the API's client and the checkout know about the tool call they work for."""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar

tool_in_use: ContextVar[str] = ContextVar("tool_in_use")
"""The tool that is being called: an error names it, whichever endpoint it came from."""

arrived_at: ContextVar[float] = ContextVar("arrived_at")
"""When the call that is being answered arrived, by the steady clock."""

before_paying: ContextVar[Callable[[], Awaitable[None]] | None] = ContextVar(
    "before_paying", default=None
)
"""Called right before each attempt of a paid request, so that its time is known."""
