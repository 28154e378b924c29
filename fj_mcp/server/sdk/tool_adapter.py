"""A typed function as an MCP tool: one sentence for a failure, a compact result for a success."""

import inspect
from collections.abc import Callable
from copy import deepcopy
from functools import cache, partial
from time import monotonic
from typing import Any

import anyio
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError, UnexpectedToolError
from mcp.server.mcpserver.tools import Tool
from mcp.server.mcpserver.utilities.func_metadata import ArgModelBase
from mcp.shared.exceptions import MCPError
from mcp_types import (
    CONNECTION_CLOSED,
    MISSING_REQUIRED_CLIENT_CAPABILITY,
    CallToolResult,
    ResourceLink,
    TextContent,
    ToolAnnotations,
)
from pydantic import ValidationError
from pydantic_core import to_json

from fj_mcp.api.call_context import arrived_at, tool_in_use
from fj_mcp.clock import answering_seconds
from fj_mcp.errors import BadArguments, DeadlinePassed, FutureJobsError
from fj_mcp.filters.names import nearest_filter
from fj_mcp.filters.unavailable import advice_on
from fj_mcp.results.models import Result, WithWarning, warn
from fj_mcp.server.consent import unusable_answer
from fj_mcp.server.sdk.argument_errors import describe_problems
from fj_mcp.server.sdk.argument_forms import names_in, read_arguments
from fj_mcp.server.sdk.protocol_errors import UNEXPECTED, ProtocolError
from fj_mcp.server.sdk.schemas import description_of, published_schema, result_schema
from fj_mcp.server.sdk.tracing import ToolCall

# The SDK would ignore an unknown argument. A second, strict model of each tool would take as long
# to build as the first.
ArgModelBase.model_config["extra"] = "forbid"

_CONNECTION_ERRORS = (CONNECTION_CLOSED, MISSING_REQUIRED_CLIENT_CAPABILITY)


class SourcingTool(Tool):
    """A tool that returns within the deadline, with this server's error messages.

    The SDK alone ignores misspelled arguments, reports invalid ones with pydantic's messages,
    prefixes every error with the tool's name, and indents its JSON.
    """

    deadline_seconds: float = 45.0
    costs: bool = False
    sandbox: bool = False
    """Whether the people and the credits are invented, as every result then says."""

    async def run(
        self, arguments: dict[str, Any], context: Context[Any, Any], convert_result: bool = False
    ) -> Any:
        """The result of one call.

        Raises:
            ToolError: with the message for the model.
        """
        tool_in_use.set(self.name)
        arrived_at.set(monotonic())
        try:
            given, notes = read_arguments(arguments, self.fn_metadata.arg_model)
            with ToolCall(self.name, context.request_id) as call:
                result = call.result = await self._run(given, context)
        except FutureJobsError as error:
            raise ToolError(str(error)) from None
        if notes and isinstance(result, WithWarning):
            warn(result, " ".join(notes))
        if convert_result and isinstance(result, Result):
            return self.call_result(result)
        return result

    def call_result(self, result: Result) -> CallToolResult:
        """A result as text and as data: some clients show the model only one of them."""
        data = result.as_dict(sandbox=self.sandbox)
        text = TextContent(type="text", text=to_json(data).decode())
        links = [
            ResourceLink(type="resource_link", uri=link.uri, name=link.name)
            for link in result.links()
        ]
        return CallToolResult(
            content=[text, *links], structured_content=data, _meta=result.for_view()
        )

    async def _run(self, arguments: dict[str, Any], context: Context[Any, Any]) -> Any:
        try:
            with anyio.fail_after(answering_seconds(self.deadline_seconds)):
                return await super().run(arguments, context)
        except TimeoutError:
            raise DeadlinePassed(self.deadline_seconds, costs=self.costs) from None
        except UnexpectedToolError as error:
            if isinstance(error.__cause__, FutureJobsError):
                raise error.__cause__ from None
            raise UnexpectedToolError(UNEXPECTED) from error.__cause__
        except ToolError as error:
            raise self._translate(error) from None
        except MCPError as error:
            if isinstance(error, ProtocolError) or error.code in _CONNECTION_ERRORS:
                raise
            # The client's response to the request to ask the user.
            raise unusable_answer() from None

    def _translate(self, error: ToolError) -> FutureJobsError:
        cause = error.__cause__
        if isinstance(cause, ValidationError):
            problems = cause.errors(include_url=False)
            names = partial(names_in, self.fn_metadata.arg_model)
            words = describe_problems(problems, names, self.name, nearest_filter, advice_on)
            return BadArguments(words)
        # All others that the SDK raises are about an unreadable answer to a question.
        return unusable_answer()


def make_tool(
    fn: Callable[..., Any],
    *,
    title: str,
    annotations: ToolAnnotations,
    costs: bool,
    deadline_seconds: float,
    sandbox: bool = False,
    meta: dict[str, Any] | None = None,
) -> SourcingTool:
    """Make a tool from a function, whose docstring is the description that models read."""
    base = _base_tool(fn)
    return base.model_copy(
        update={
            "title": title,
            "annotations": annotations,
            "meta": meta,
            "costs": costs,
            "deadline_seconds": deadline_seconds,
            "sandbox": sandbox,
            "parameters": deepcopy(base.parameters),
        }
    )


@cache
def _base_tool(fn: Callable[..., Any]) -> SourcingTool:
    """The part of a tool that no setting changes. Making these is most of the start-up time."""
    tool = SourcingTool.from_function(
        fn,
        description=description_of(fn),
        # The SDK would spend start-up time on a schema that half of the clients reject.
        structured_output=False,
    )
    assert isinstance(tool, SourcingTool)
    tool.fn_metadata.output_schema = result_schema(_result_model(fn))
    tool.parameters = published_schema(tool.parameters)
    return tool


def _result_model(fn: Callable[..., Any]) -> type[Result]:
    model: type[Result] = inspect.signature(fn, eval_str=True).return_annotation
    return model
