"""A typed function as an MCP tool whose every failure is one sentence and every success compact."""

import inspect
from collections.abc import Callable
from copy import deepcopy
from functools import cache
from time import monotonic
from typing import Any

import anyio
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError, UnexpectedToolError
from mcp.server.mcpserver.tools import Tool
from mcp.shared.exceptions import MCPError
from mcp_types import (
    CONNECTION_CLOSED,
    MISSING_REQUIRED_CLIENT_CAPABILITY,
    CallToolResult,
    ResourceLink,
    TextContent,
    ToolAnnotations,
)
from pydantic import ConfigDict, ValidationError
from pydantic_core import to_json

from fj_mcp.api.call_context import arrived_at, tool_in_use
from fj_mcp.clock import answering_seconds
from fj_mcp.errors import BadArguments, DeadlinePassed, FutureJobsError
from fj_mcp.filters.names import nearest_filter
from fj_mcp.results.models import Result
from fj_mcp.server.consent import unusable
from fj_mcp.server.sdk.argument_errors import describe_problems
from fj_mcp.server.sdk.protocol_errors import UNFORESEEN, Told
from fj_mcp.server.sdk.schemas import published_schema, result_schema
from fj_mcp.server.sdk.tracing import ToolCall

_OF_THE_CONNECTION = (CONNECTION_CLOSED, MISSING_REQUIRED_CLIENT_CAPABILITY)


class SourcingTool(Tool):
    """A tool that answers within the deadline, in our words, in the size a model can read.

    The SDK alone ignores misspelt arguments, reports bad ones in pydantic's words, puts the
    tool's name before every error, and indents its JSON.
    """

    deadline_seconds: float = 45.0
    costs: bool = False

    async def run(
        self, arguments: dict[str, Any], context: Context[Any, Any], convert_result: bool = False
    ) -> Any:
        """The result of one call.

        Raises:
            ToolError: with the sentence for the model.
        """
        tool_in_use.set(self.name)
        arrived_at.set(monotonic())
        try:
            with ToolCall(self.name, context.request_id) as call:
                result = call.result = await self._answer(arguments, context)
        except FutureJobsError as error:
            raise ToolError(str(error)) from None
        return compact(result) if convert_result and isinstance(result, Result) else result

    async def _answer(self, arguments: dict[str, Any], context: Context[Any, Any]) -> Any:
        try:
            with anyio.fail_after(answering_seconds(self.deadline_seconds)):
                return await super().run(arguments, context)
        except TimeoutError:
            raise DeadlinePassed(self.deadline_seconds, costs=self.costs) from None
        except UnexpectedToolError as error:
            if isinstance(error.__cause__, FutureJobsError):
                raise error.__cause__ from None
            raise UnexpectedToolError(UNFORESEEN) from error.__cause__
        except ToolError as error:
            raise self._in_our_words(error) from None
        except MCPError as error:
            if isinstance(error, Told) or error.code in _OF_THE_CONNECTION:
                raise
            # What the client said when it was to ask its person.
            raise unusable() from None

    def _in_our_words(self, error: ToolError) -> FutureJobsError:
        cause = error.__cause__
        if isinstance(cause, ValidationError):
            problems = cause.errors(include_url=False)
            words = describe_problems(problems, self.parameters, self.name, nearest_filter)
            return BadArguments(words)
        # The SDK's own are about the answer to a question, of which nothing can be made.
        return unusable()


def make_tool(
    fn: Callable[..., Any],
    *,
    title: str,
    annotations: ToolAnnotations,
    costs: bool,
    deadline_seconds: float,
    meta: dict[str, Any] | None = None,
) -> SourcingTool:
    """A tool from a function: its docstring is the description that the model reads."""
    known = _schemas_of(fn)
    return known.model_copy(
        update={
            "title": title,
            "annotations": annotations,
            "meta": meta,
            "costs": costs,
            "deadline_seconds": deadline_seconds,
            "parameters": deepcopy(known.parameters),
        }
    )


@cache
def _schemas_of(fn: Callable[..., Any]) -> SourcingTool:
    """What no setting changes. It is most of what a server does when it starts."""
    tool = SourcingTool.from_function(
        fn,
        description=" ".join((inspect.getdoc(fn) or "").split()),
        # The SDK would derive a schema that half of the clients refuse, and spend start-up time.
        structured_output=False,
    )
    assert isinstance(tool, SourcingTool)
    metadata = tool.fn_metadata
    strict = {"model_config": ConfigDict(extra="forbid"), "__module__": __name__}
    metadata.arg_model = type(metadata.arg_model.__name__, (metadata.arg_model,), strict)
    metadata.output_schema = result_schema(_result_model(fn))
    tool.parameters = published_schema(tool.parameters) | {"additionalProperties": False}
    return tool


def _result_model(fn: Callable[..., Any]) -> type[Result]:
    model: type[Result] = inspect.signature(fn, eval_str=True).return_annotation
    return model


def compact(result: Result) -> CallToolResult:
    """The same facts twice: some clients show a model only the text, some only the data."""
    shown = result.shown()
    text = TextContent(type="text", text=to_json(shown).decode())
    links = [
        ResourceLink(type="resource_link", uri=link.uri, name=link.name) for link in result.links()
    ]
    return CallToolResult(content=[text, *links], structured_content=shown)
