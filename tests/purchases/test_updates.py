"""Updates: what the user learns before, and what stays afterwards."""

from typing import Any

import pytest
from mcp.client import ClientRequestContext
from mcp_types import ElicitRequestParams, ElicitResult

from fj_mcp.sandbox.app import Sandbox
from fj_mcp.sandbox.faults import Fault
from fj_mcp.sandbox.population.odd_people import population
from tests.support.assistant import CSHARP, ERAS, PEOPLE, Assistant, connected, small_sandbox

pytestmark = pytest.mark.anyio

OTHERS = {"filters": {"skills": {"mandatory": ["Java"]}}}
NOBODY = {"filters": {"current_companies": ["Nobody works here"]}}
REPLACES = f"It replaces the candidates found so far ({PEOPLE})."
REVEALED = (
    f"{REPLACES} Contacts of theirs were revealed (1): export_profiles (free) keeps them in a file."
)
ONLY_TEXTS = f"Changing only a title or a text costs credits like any other update. {REPLACES}"


async def revealed(assistant: Assistant, channel: str = "email") -> dict[str, Any]:
    """A session and a candidate in it whose contact was just revealed."""
    reachable = {person.id for person in population(5000) if person.email and person.phone}
    session_id = await assistant.search()
    listed = await assistant.call("list_profiles", session_id=session_id, limit=50)
    ids = (card["candidate_id"] for card in listed["candidates"])
    candidate_id = next(one for one in ids if one in reachable)
    await assistant.call(
        "reveal_contacts", session_id=session_id, candidate_ids=[candidate_id], channel=channel
    )
    return {"session_id": session_id, "candidate_id": candidate_id}


def paid(sandbox: Sandbox, operation: str) -> int:
    return sum(charge.operation == operation for charge in sandbox.charges)


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    ("changes", "contacts", "said"),
    [
        (OTHERS, False, REPLACES),
        (OTHERS, True, REVEALED),
        ({"title": "Java"}, False, ONLY_TEXTS),
        ({"job_description": "Java wanted"}, False, ONLY_TEXTS),
        ({"title": "Java", "filters": CSHARP}, False, ONLY_TEXTS),
        (OTHERS | {"title": "Java"}, False, REPLACES),
        ({"sample_profile_url": "https://www.linkedin.com/in/somebody"}, False, REPLACES),
    ],
    ids=[
        "filters",
        "filters after a reveal",
        "title",
        "text",
        "title and the same filters",
        "filters and title",
        "sample profile",
    ],
)
async def test_the_question_says_what_an_update_does(
    era: str, changes: dict[str, Any], contacts: bool, said: str
) -> None:
    questions: list[str] = []

    async def approve(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        questions.append(params.message)
        return ElicitResult(action="accept", content={"approve": True})

    async with connected(era=era, answer=approve) as assistant:
        session_id = (
            (await revealed(assistant))["session_id"] if contacts else await assistant.search()
        )
        await assistant.call("update_sourcing_session", session_id=session_id, **changes)
    assert f"from FutureJobs. {said} It costs " in questions[-1]


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    ("changes", "contacts", "said"),
    [
        (OTHERS, True, REVEALED),
        ({"title": "Java"}, False, ONLY_TEXTS),
    ],
    ids=["filters after a reveal", "title"],
)
async def test_a_client_that_cannot_ask_is_stopped_once_before_an_update_that_may_surprise(
    era: str, changes: dict[str, Any], contacts: bool, said: str
) -> None:
    async with connected(era=era) as assistant:
        session_id = (
            (await revealed(assistant))["session_id"] if contacts else await assistant.search()
        )
        update = {"session_id": session_id, **changes}
        assert await assistant.refusal("update_sourcing_session", **update) == (
            f"Nothing was sent or charged: tell the user first what this does. {said} If they "
            "agree, call update_sourcing_session again with the same arguments."
        )
        assert paid(assistant.sandbox, "update_session") == 0
        await assistant.call("update_sourcing_session", **update)
        assert paid(assistant.sandbox, "update_session") == 1


async def test_a_user_who_wants_no_questions_is_not_stopped() -> None:
    async with connected(confirm_spend="off") as assistant:
        person = await revealed(assistant)
        await assistant.call(
            "update_sourcing_session", session_id=person["session_id"], title="Java"
        )
        assert paid(assistant.sandbox, "update_session") == 1


async def test_reveals_before_an_earlier_update_are_not_mentioned_again(
    assistant: Assistant,
) -> None:
    session_id = (await revealed(assistant))["session_id"]
    await assistant.refusal("update_sourcing_session", session_id=session_id, **OTHERS)
    await assistant.call("update_sourcing_session", session_id=session_id, **OTHERS)
    await assistant.call("wait_for_session", session_id=session_id)
    back = {"session_id": session_id, "filters": CSHARP}
    assert (await assistant.call("update_sourcing_session", **back))["status"] == "running"


async def test_an_update_that_nobody_fits_shows_the_filters_that_are_in_force(
    assistant: Assistant,
) -> None:
    session_id = await assistant.search()
    result = await assistant.call(
        "update_sourcing_session", session_id=session_id, title="Nobody", **NOBODY
    )
    assert result["filters"] == CSHARP
    assert result["title"] == "Test"
    assert result["expected_profiles"] == 0
    assert result["warning"] == (
        "Nothing was changed or charged: the session keeps the filters shown here and the "
        f"candidates found so far ({PEOPLE})."
    )
    assert result["next_step"].startswith("Nobody fits; nothing was charged. ")
    shown = await assistant.call("get_session", session_id=session_id)
    assert (shown["filters"], shown["total"]) == (result["filters"], PEOPLE)
    assert paid(assistant.sandbox, "update_session") == 0


async def test_an_update_that_nobody_fits_shows_the_new_filters_if_those_are_stored(
    assistant: Assistant,
) -> None:
    session_id = await assistant.search()
    session = assistant.sandbox.sessions[session_id]
    java = {"skills": {"type": "IN", "value": {"mandatory": ["Java"], "core": [], "secondary": []}}}
    changed = session.as_dict("", session.created_at + 100) | {"queries": java}
    stored = {"data": {"session": changed | {"filterChangesCounter": 1}}}
    nobody = Fault("status", status=400, body={"message": "No profiles match your filters"})
    assistant.sandbox.fail("update_session", nobody)
    assistant.sandbox.fail("get_session", Fault("delay_before"))
    assistant.sandbox.fail("get_session", Fault("status", status=200, body=stored))
    result = await assistant.call("update_sourcing_session", session_id=session_id, **OTHERS)
    assert result["filters"] == OTHERS["filters"]
    assert "warning" not in result


async def test_an_update_that_nobody_fits_says_so_if_the_session_cannot_be_read(
    assistant: Assistant,
) -> None:
    session_id = await assistant.search()
    assistant.sandbox.fail("get_session", Fault("delay_before"))
    assistant.sandbox.fail("get_session", Fault("status", status=404), times=9)
    result = await assistant.call("update_sourcing_session", session_id=session_id, **NOBODY)
    assert result["warning"] == (
        "The session could not be read again; get_session shows its filters (free)."
    )


@pytest.mark.parametrize("channel", ["email", "phone"])
async def test_a_revealed_contact_stays_readable_after_an_update(channel: str) -> None:
    sandbox = small_sandbox(phone_delay_seconds=0)
    async with connected(sandbox, confirm_spend="off") as assistant:
        person = await revealed(assistant, channel)
        before = await assistant.call("get_candidate", **person)
        session_id, candidate_id = person["session_id"], person["candidate_id"]
        await assistant.call("update_sourcing_session", session_id=session_id, **OTHERS)
        waited = await assistant.call("wait_for_session", session_id=session_id)
        assert candidate_id not in str(waited)
        assert (await assistant.call("get_candidate", **person))[channel] == before[channel]
        again = {"session_id": session_id, "candidate_ids": [candidate_id], "channel": channel}
        (contact,) = (await assistant.call("reveal_contacts", **again))["results"]
        assert contact["status"] == "already_revealed"
        assert contact["values"] == before[channel]
        assert paid(sandbox, "reveal") == 1
        # The other channel was not bought, and cannot be any more.
        other = "phone" if channel == "email" else "email"
        assert "is not in session" in await assistant.refusal(
            "reveal_contacts", **again | {"channel": other}
        )


async def test_a_contact_that_futurejobs_no_longer_shows_is_not_paid_for_again() -> None:
    async with connected(confirm_spend="off") as assistant:
        person = await revealed(assistant)
        session_id, candidate_id = person["session_id"], person["candidate_id"]
        await assistant.call("update_sourcing_session", session_id=session_id, **OTHERS)
        gone = Fault("status", status=404, body={"message": "Candidate not found"})
        assistant.sandbox.fail("candidate", gone, times=9)
        text = await assistant.refusal(
            "reveal_contacts", session_id=session_id, candidate_ids=[candidate_id], channel="email"
        )
        assert text == (
            f"Nothing was sent or charged: candidate_ids[0] {candidate_id} left session "
            f"{session_id} with an update, and FutureJobs no longer shows the contact that was "
            "bought; a file exported before has it."
        )
        assert paid(assistant.sandbox, "reveal") == 1


TIERS = {"mandatory": ["C#"], "core": ["SQL"]}


@pytest.mark.parametrize(
    ("changes", "skills"),
    [
        (
            {"mandatory": None, "core": ["SQL", "Docker"], "secondary": None},
            {"mandatory": ["C#"], "core": ["SQL", "Docker"]},
        ),
        ({"secondary": ["SQL"]}, {"mandatory": ["C#"], "secondary": ["SQL"]}),
        ({"mandatory": ["Java"], "core": []}, {"mandatory": ["Java"], "core": ["SQL"]}),
        ({"mandatory": ["SQL"], "core": ["C#"]}, {"mandatory": ["SQL"], "core": ["C#"]}),
    ],
    ids=["null tiers", "moved", "an empty tier", "all named"],
)
async def test_tiers_of_skills_that_are_left_out_stay(
    changes: dict[str, Any], skills: dict[str, list[str]]
) -> None:
    sandbox = small_sandbox(refuse_without_match=False)
    async with connected(sandbox) as assistant:
        session_id = await assistant.search(skills=TIERS)
        updated = await assistant.call(
            "update_sourcing_session", session_id=session_id, filters={"skills": changes}
        )
    assert updated["filters"]["skills"] == skills


@pytest.mark.parametrize(
    ("changes", "skills"),
    [
        ({"remove_filters": ["skills.core"]}, {"mandatory": ["C#"], "secondary": ["Docker"]}),
        ({"remove_filters": "filters.Skills.Core"}, {"mandatory": ["C#"], "secondary": ["Docker"]}),
        ({"remove_filters": ["skills.core", "skills.mandatory"]}, {"secondary": ["Docker"]}),
        (
            {
                "filters": {"skills": {"secondary": ["SQL", "Docker"]}},
                "remove_filters": ["skills.core"],
            },
            {"mandatory": ["C#"], "secondary": ["SQL", "Docker"]},
        ),
    ],
    ids=["one", "in another form", "two", "moved"],
)
async def test_a_tier_of_skills_can_be_removed(
    changes: dict[str, Any], skills: dict[str, list[str]]
) -> None:
    sandbox = small_sandbox(refuse_without_match=False)
    async with connected(sandbox) as assistant:
        session_id = await assistant.search(skills=TIERS | {"secondary": ["Docker"]})
        updated = await assistant.call("update_sourcing_session", session_id=session_id, **changes)
        shown = await assistant.call("get_session", session_id=session_id)
    assert updated["filters"]["skills"] == shown["filters"]["skills"] == skills


async def test_the_last_tier_of_skills_cannot_be_removed(assistant: Assistant) -> None:
    session_id = await assistant.search()
    text = await assistant.refusal(
        "update_sourcing_session", session_id=session_id, remove_filters=["skills.mandatory"]
    )
    assert text == (
        "Nothing was sent or charged: remove_filters may not name skills.mandatory; a search "
        "needs at least one skill."
    )
    unchanged = await assistant.call(
        "update_sourcing_session", session_id=session_id, remove_filters=["skills.core"]
    )
    assert unchanged["credits"] == {"charged": 0}
    assert assistant.sent("update_session") == 0


async def test_the_question_names_the_skills_that_stay() -> None:
    questions: list[str] = []

    async def approve(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        questions.append(params.message)
        return ElicitResult(action="accept", content={"approve": True})

    async with connected(answer=approve) as assistant:
        session_id = await assistant.search(skills=TIERS)
        changes = {"skills": {"core": ["SQL", "Docker"]}}
        await assistant.call("update_sourcing_session", session_id=session_id, filters=changes)
    assert "These skills stay: mandatory C#. It replaces" in questions[-1]


async def test_a_warning_given_once_is_not_repeated_because_its_numbers_moved() -> None:
    sandbox = small_sandbox()
    async with connected(sandbox) as assistant:
        session_id = await assistant.search()
        update = {"session_id": session_id, "title": "Java"}
        await assistant.refusal("update_sourcing_session", **update)
        await assistant.call("fetch_more_profiles", session_id=session_id)
        await assistant.call("wait_for_session", session_id=session_id)
        assert (await assistant.call("update_sourcing_session", **update))["title"] == "Java"


async def test_a_sample_profile_at_another_address_of_it_changes_nothing(
    assistant: Assistant,
) -> None:
    link = "https://www.linkedin.com/in/jane"
    started = await assistant.call(
        "create_sourcing_session", title="T", filters=CSHARP, sample_profile_url=link
    )
    session_id = started["session_id"]
    await assistant.call("wait_for_session", session_id=session_id)
    same = await assistant.call(
        "update_sourcing_session", session_id=session_id, sample_profile_url=f"{link}/?x=1"
    )
    assert same["credits"] == {"charged": 0}
    assert paid(assistant.sandbox, "update_session") == 0
