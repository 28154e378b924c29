"""The list of tools, with the title and the kind of each."""

from collections.abc import Callable
from typing import Any

from mcp_types import ToolAnnotations
from msgspec import Struct

from fj_mcp.server.sdk.tool_adapter import SourcingTool, make_tool
from fj_mcp.server.tools import (
    contacts,
    exports,
    filters,
    profiles,
    reviews,
    sessions,
    spending,
)
from fj_mcp.settings.settings import Settings

SHORTLIST_URI = "ui://fj-mcp/shortlist.html"


class ToolKind(Struct, frozen=True):
    """The hints that a kind of tool publishes.

    Attributes:
        costs: whether it costs credits.
        reveals: whether it reveals contacts.
        remembers: whether it is about what the server remembers.
    """

    hints: ToolAnnotations
    costs: bool = False
    reveals: bool = False
    remembers: bool = False


def _kind(
    *,
    changes: bool,
    replaces: bool = False,
    costs: bool = False,
    reveals: bool = False,
    remembers: bool = False,
) -> ToolKind:
    hints = ToolAnnotations(
        read_only_hint=not changes,
        destructive_hint=replaces,
        # Remembering or forgetting the same again changes nothing.
        idempotent_hint=not changes or remembers,
        open_world_hint=not remembers,
    )
    return ToolKind(hints, costs, reveals, remembers)


READS = _kind(changes=False)
WRITES = _kind(changes=True)
SPENDS = _kind(changes=True, costs=True)
REVEALS = _kind(changes=True, costs=True, reveals=True)
REPLACES = _kind(changes=True, replaces=True, costs=True)
REMEMBERS = _kind(changes=True, remembers=True)
FORGETS = _kind(changes=True, replaces=True, remembers=True)

_OF_MEMORY = ("decisions", "include_notes", "new_only")
"""Parameters that need the memory."""

TOOLS: tuple[tuple[Callable[..., Any], str, ToolKind], ...] = (
    (filters.suggest_filters, "Suggest filters from a job description", READS),
    (filters.search_filter_values, "Look up filter values", READS),
    (sessions.create_sourcing_session, "Start a candidate search", SPENDS),
    (sessions.wait_for_session, "Wait for a search", READS),
    (profiles.list_profiles, "List candidates, best first", READS),
    (profiles.get_candidate, "Show one candidate", READS),
    (profiles.show_candidates, "Show the interactive shortlist", READS),
    (reviews.review_candidates, "Record decisions about candidates", REMEMBERS),
    (exports.export_profiles, "Export candidates to a file", WRITES),
    (sessions.fetch_more_profiles, "Find more candidates", SPENDS),
    (sessions.update_sourcing_session, "Change a search", REPLACES),
    (sessions.get_session, "Show a search", READS),
    (sessions.list_sessions, "List earlier searches", READS),
    (contacts.reveal_contacts, "Reveal contacts", REVEALS),
    (reviews.forget_candidates, "Forget candidates", FORGETS),
    (spending.get_spending, "Show credits spent", READS),
)
"""Every tool, in the order in which a search uses them."""


def list_tools(settings: Settings) -> list[SourcingTool]:
    """The tools of a server with these settings, in the order clients see them."""
    tools = [
        make_tool(
            fn,
            title=title,
            annotations=kind.hints,
            costs=kind.costs,
            deadline_seconds=settings.call_deadline_seconds,
            sandbox=settings.sandbox,
            meta=_meta(fn, kind, settings),
        )
        for fn, title, kind in TOOLS
        if not (kind.costs and settings.read_only)
        if not (kind.remembers and not settings.memory)
    ]
    for tool in tools:
        if not settings.memory:
            _without_memory(tool)
        if (wait := tool.parameters["properties"].get("max_wait_seconds")) is not None:
            wait["description"] = wait["description"].format(seconds=settings.longest_wait)
    return tools


def _without_memory(tool: SourcingTool) -> None:
    """Hide the parameters that need the memory, and require what only it can do without."""
    properties = tool.parameters["properties"]
    for name in _OF_MEMORY:
        properties.pop(name, None)
    if tool.name == profiles.list_profiles.__name__:
        properties["session_id"].pop("description")
        tool.parameters.setdefault("required", []).append("session_id")


def _meta(fn: Callable[..., Any], kind: ToolKind, settings: Settings) -> dict[str, Any] | None:
    if fn is profiles.show_candidates:
        return {"ui": {"resourceUri": SHORTLIST_URI}}
    if settings.confirm_spend == "strict" and kind.costs:
        # Claude then asks the user about every call, whatever they allowed before.
        return {"anthropic/requiresUserInteraction": True}
    return None
