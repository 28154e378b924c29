"""A typed function as an MCP prompt, with one sentence for a failure."""

import inspect
from collections.abc import Callable
from typing import Any

from mcp.server.context import CallNext, HandlerResult, ServerMiddleware, ServerRequestContext
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.prompts import Prompt
from mcp.server.mcpserver.prompts.base import Message, PromptArgument, UserMessage
from mcp_types import INVALID_PARAMS
from pydantic_core import ErrorDetails

from fj_mcp.errors import BadArguments
from fj_mcp.server.sdk.argument_errors import describe_problems
from fj_mcp.server.sdk.protocol_errors import ProtocolError
from fj_mcp.server.sdk.schemas import description_of
from fj_mcp.text.cleaning import as_word


class SourcingPrompt(Prompt):
    """A prompt with readable errors, whose text ends with the rules that all prompts share.

    The SDK alone reports a missing argument as "Internal server error", with a traceback on stderr.
    """

    rules: str

    async def render(
        self, arguments: dict[str, Any] | None, context: Context[Any, Any]
    ) -> list[Message]:
        """Render the prompt as one user message.

        Raises:
            ProtocolError: with the message for the client, if arguments are invalid.
        """
        # Clients send an empty string for a field that was left blank.
        given = {name: text for name, text in (arguments or {}).items() if text.strip()}
        try:
            self._check_names(given)
            return [UserMessage(f"{self.fn(**given)}\n{self.rules}")]
        except BadArguments as error:
            raise ProtocolError(INVALID_PARAMS, str(error)) from None

    def _check_names(self, given: dict[str, str]) -> None:
        known = self.arguments or []
        names = [argument.name for argument in known]
        problems = [_problem("extra_forbidden", name) for name in given if name not in names]
        problems += [
            _problem("missing", argument.name)
            for argument in known
            if argument.required and argument.name not in given
        ]
        if problems:
            raise BadArguments(describe_problems(problems, lambda _: names, self.name))


def make_prompt(fn: Callable[..., str], *, title: str, rules: str) -> SourcingPrompt:
    """Make a prompt from a function whose annotations describe its string arguments.

    Args:
        fn: returns the text; its docstring is the prompt's description.
        title: shown to the user.
        rules: the end of every text.
    """
    return SourcingPrompt(
        name=fn.__name__,
        title=title,
        description=description_of(fn),
        # The SDK could derive these, but that costs start-up time.
        arguments=[
            PromptArgument(
                name=parameter.name,
                description=parameter.annotation.__metadata__[0],
                required=parameter.default is parameter.empty,
            )
            for parameter in inspect.signature(fn).parameters.values()
        ],
        fn=fn,
        context_kwarg=None,
        rules=rules,
    )


def known_only(names: list[str]) -> ServerMiddleware[Any]:
    """Middleware that rejects unknown prompts, which the SDK reports as an internal error."""

    async def check(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        name = (ctx.params or {}).get("name")
        if ctx.method == "prompts/get" and isinstance(name, str) and name not in names:
            known = ", ".join(names)
            raise ProtocolError(
                INVALID_PARAMS, f"There is no prompt {as_word(name)}; the prompts are {known}."
            )
        return await call_next(ctx)

    return check


def _problem(kind: str, name: str) -> ErrorDetails:
    return {"type": kind, "loc": (name,), "msg": "", "input": None}
