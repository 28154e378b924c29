"""One log line per tool call, and the SDK's spans without content."""

import logging
import re
from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from time import perf_counter
from types import TracebackType
from typing import Any

from mcp.server.context import CallNext, HandlerResult, ServerMiddleware, ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult
from mcp_types.methods import SPEC_CLIENT_METHODS, SPEC_CLIENT_NOTIFICATION_METHODS
from opentelemetry import trace
from pydantic import ValidationError

from fj_mcp.results.models import Result
from fj_mcp.telemetry.logs import log

_METHODS = SPEC_CLIENT_METHODS | SPEC_CLIENT_NOTIFICATION_METHODS
_OTHER = "other"


class ToolCall:
    """A context manager around a tool call that logs one line at INFO.

    `tool=create_sourcing_session outcome=ok ms=412 credits=5 request=7`: the outcome is `ok`,
    `input_required` (the user has to be asked first), `task` (there is no result yet) or an
    error's class; credits are those charged.

    Attributes:
        result: set by the caller; None if the call is handled elsewhere, and not logged.
    """

    result: Any = None

    def __init__(self, tool: str, request_id: str) -> None:
        self._tool = tool
        self._request_id = request_id

    def __enter__(self) -> "ToolCall":
        self._began = perf_counter()
        return self

    def __exit__(
        self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None
    ) -> None:
        if not log.isEnabledFor(logging.INFO) or (error is None and self.result is None):
            return
        # For an unexpected error, the cause is more specific.
        outcome = type(error.__cause__ or error).__name__ if error else _outcome(self.result)
        ms = round((perf_counter() - self._began) * 1_000)
        credits = getattr(self.result, "credits", None)
        charged = f" credits={credits.charged}" if credits and credits.charged else ""
        request = _plain(self._request_id)
        log.info("tool=%s outcome=%s ms=%d%s request=%s", self._tool, outcome, ms, charged, request)


def _outcome(result: Any) -> str:
    if isinstance(result, CallToolResult):
        return "error" if result.is_error else "ok"
    return "ok" if isinstance(result, Result) else str(result.result_type)


class RedactedSpans:
    """The SDK's tracing middleware, which gets to see nothing that a user or a model wrote.

    Its spans hold the names that clients call, known or not, and the messages of errors, which
    quote arguments.
    """

    def __init__(self, traced: ServerMiddleware[Any], known: Collection[str]) -> None:
        """Args: `known`: tools, prompts and methods to name in spans, besides MCP's own methods."""
        self._traced = traced
        self._known = _METHODS.union(known)

    async def __call__(
        self, ctx: ServerRequestContext[Any, Any], call_next: CallNext
    ) -> HandlerResult:
        """Handle one message; errors are raised unchanged."""
        if isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
            # Nobody collects spans.
            return await call_next(ctx)
        withheld = _Withheld()

        async def handle(_: ServerRequestContext[Any, Any]) -> HandlerResult:
            with withheld:
                return await call_next(ctx)

        with suppress(MCPError, _Crash):
            return await self._traced(self._redacted(ctx), handle)
        assert withheld.error is not None
        raise withheld.error

    def _redacted(self, ctx: ServerRequestContext[Any, Any]) -> ServerRequestContext[Any, Any]:
        name = (ctx.params or {}).get("name")
        return replace(
            ctx,
            method=ctx.method if ctx.method in self._known else _OTHER,
            params=None if name is None else {"name": name if name in self._known else _OTHER},
            request_id=None if ctx.request_id is None else _plain(ctx.request_id),
        )


class _Withheld:
    """Replaces an error that passes through it with one without a message, and keeps the error."""

    error: Exception | None = None

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None
    ) -> None:
        # The SDK records no message for a malformed request.
        if not isinstance(error, Exception) or isinstance(error, ValidationError):
            return
        self.error = error
        if isinstance(error, MCPError):
            raise MCPError(error.code, "") from None
        raise type(type(error).__qualname__, (_Crash,), {}) from None


class _Crash(Exception):
    """An unexpected error."""


def _plain(request_id: str | int) -> str:
    """A request's id if it is plain; clients may put any text there."""
    text = str(request_id)
    return text if re.fullmatch(r"[A-Za-z0-9_.:-]{1,64}", text) else "?"
