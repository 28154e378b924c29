"""The names of all tools, and valid arguments for each."""

from typing import Any

from mcp_types import Tool

from tests.support.assistant import UNKNOWN_SESSION, Assistant, search_for

TOOLS = (
    "suggest_filters",
    "search_filter_values",
    "create_sourcing_session",
    "wait_for_session",
    "list_profiles",
    "get_candidate",
    "show_candidates",
    "review_candidates",
    "export_profiles",
    "fetch_more_profiles",
    "update_sourcing_session",
    "get_session",
    "list_sessions",
    "reveal_contacts",
    "forget_candidates",
    "get_spending",
)


PAID = {
    "create_sourcing_session",
    "fetch_more_profiles",
    "update_sourcing_session",
    "reveal_contacts",
}


JOB = "Senior .NET developers in Pune, one to five years of experience. Must know C#."


async def tools_of(assistant: Assistant) -> dict[str, Tool]:
    listing = await assistant.client.list_tools(cache_mode="bypass")
    assert listing.next_cursor is None
    return {tool.name: tool for tool in listing.tools}


def arguments_for(session_id: str = UNKNOWN_SESSION) -> dict[str, dict[str, Any]]:
    """Arguments for each tool that need the API, for the session named."""
    session = {"session_id": session_id}
    return {
        "suggest_filters": {"job_description": JOB},
        "search_filter_values": {"filter": "regions", "query": "Pun"},
        "create_sourcing_session": search_for("Anything"),
        "wait_for_session": session | {"max_wait_seconds": 0},
        "list_profiles": session,
        "get_candidate": session | {"candidate_id": "c" * 24},
        "show_candidates": session,
        "review_candidates": session | {"candidate_ids": ["c" * 24], "decision": "maybe"},
        "export_profiles": session,
        "fetch_more_profiles": session,
        "update_sourcing_session": session | {"filters": {"open_to_work": True}},
        "get_session": session,
        "list_sessions": {},
        "reveal_contacts": session | {"candidate_ids": ["c" * 24], "channel": "email"},
        "forget_candidates": session,
        "get_spending": {},
    }


ENDPOINTS = {
    "suggest_filters": "annotation",
    "search_filter_values": "autocomplete",
    "create_sourcing_session": "create_session",
    "wait_for_session": "get_session",
    "list_profiles": "profiles",
    "get_candidate": "candidate",
    "fetch_more_profiles": "fetch_more",
    "update_sourcing_session": "update_session",
    "get_session": "get_session",
    "list_sessions": "project_sessions",
    "reveal_contacts": "profiles",
}
"""The request of each tool that fails in these tests."""
