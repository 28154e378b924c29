"""Responses of any shape: a tool answers in a sentence and never crashes."""

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fj_mcp.sandbox.faults import Fault
from tests.support.assistant import connected, search_for, small_sandbox, text_of
from tests.support.clocks import SteppedClock

pytestmark = pytest.mark.anyio


NAMES = re.findall(
    r"\w+",
    """
    _id name docs list data session sourcing profile profileAnalysis candidate queries skills value
    values revealStatus email phone revealed creditInfo amount charged remainingCredits totalDocs
    createdAt updatedAt statusCode status sessionCreditCharged searchMoreCounter jdDetail message
    filterChangesCounter newProfilesCount highlights current_employers_object finalScore type
    education_background profileMatchingStatus sessionTitle
    """,
)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.integers(-(10**30), 10**30)
    | st.text(max_size=8)
    | st.sampled_from(["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "6" * 24]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(NAMES),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


@pytest.mark.unmeasured
@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(body=json_values)
async def test_no_answer_of_the_api_makes_a_tool_crash(body: Any) -> None:
    sandbox = small_sandbox()
    async with connected(sandbox, clock=SteppedClock()) as assistant:
        session_id = await assistant.search()
        calls: list[tuple[str, str, dict[str, Any]]] = [
            ("annotation", "suggest_filters", {"job_description": "C#"}),
            ("autocomplete", "search_filter_values", {"filter": "regions", "query": "Pu"}),
            ("create_session", "create_sourcing_session", search_for("T")),
            ("get_session", "get_session", {"session_id": session_id}),
            ("get_session", "wait_for_session", {"session_id": session_id}),
            ("profiles", "list_profiles", {"session_id": session_id}),
            ("candidate", "get_candidate", {"session_id": session_id, "candidate_id": "1"}),
            ("project_sessions", "list_sessions", {}),
            ("fetch_more", "fetch_more_profiles", {"session_id": session_id}),
            (
                "update_session",
                "update_sourcing_session",
                {"session_id": session_id, "filters": {"open_to_work": True}},
            ),
            ("get_session", "get_spending", {}),
        ]
        for operation, tool, arguments in calls:
            sandbox.fail(operation, Fault("status", status=200, body=body), times=1)
            at_once = {"max_wait_seconds": 0} if tool == "wait_for_session" else {}
            answer = await assistant.client.call_tool(tool, arguments | at_once)
            assert "Error executing" not in text_of(answer), tool
