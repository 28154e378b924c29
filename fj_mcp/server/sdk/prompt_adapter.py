"""A typed function as an MCP prompt whose every failure is one sentence."""

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
from fj_mcp.server.sdk.protocol_errors import Told
from fj_mcp.text.cleaning import spoken


class SourcingPrompt(Prompt):
    """A prompt whose every failure is one sentence, and which ends with the rules for all.

    The SDK alone answers a missing argument with "Internal server error" and a trace on stderr.
    """

    rules: str

    async def render(
        self, arguments: dict[str, Any] | None, context: Context[Any, Any]
    ) -> list[Message]:
        """One message of the person's.

        Raises:
            Told: with the sentence, for arguments that cannot be used.
        """
        # Clients send an empty text for a field that was not filled in.
        given = {name: text for name, text in (arguments or {}).items() if text.strip()}
        try:
            self._check_names(given)
            return [UserMessage(f"{self.fn(**given)}\n{self.rules}")]
        except BadArguments as error:
            raise Told(INVALID_PARAMS, str(error)) from None

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
            schema = {"properties": dict.fromkeys(names)}
            raise BadArguments(describe_problems(problems, schema, self.name))


def make_prompt(fn: Callable[..., str], *, title: str, rules: str) -> SourcingPrompt:
    """A prompt from a function of texts, whose annotations say what each argument is.

    Args:
        fn: gives the text; its docstring is the prompt's description.
        title: for people.
        rules: what every text ends with.
    """
    return SourcingPrompt(
        name=fn.__name__,
        title=title,
        description=" ".join((inspect.getdoc(fn) or "").split()),
        # The SDK could derive these, at the cost of start-up time.
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
    """Middleware that refuses prompts not in `names`: the SDK would call it an internal error."""

    async def check(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        name = (ctx.params or {}).get("name")
        if ctx.method == "prompts/get" and isinstance(name, str) and name not in names:
            known = ", ".join(names)
            raise Told(INVALID_PARAMS, f"There is no prompt {spoken(name)}; there are {known}.")
        return await call_next(ctx)

    return check


def _problem(kind: str, name: str) -> ErrorDetails:
    return {"type": kind, "loc": (name,), "msg": "", "input": None}
