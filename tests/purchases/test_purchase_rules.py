"""The purchase rules, one by one: need, consent, budget and account."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp.client import ClientRequestContext
from mcp_types import ElicitRequestParams, ElicitResult

from fj_mcp.sandbox.app import Sandbox
from fj_mcp.sandbox.faults import Fault
from fj_mcp.sandbox.population.odd_people import population
from fj_mcp.sandbox.population.people import Person as SandboxPerson
from tests.support.assistant import CSHARP, ERAS, Assistant, connected, small_sandbox
from tests.support.clocks import SteppedClock
from tests.support.ledgers import IN_POSTGRES

pytestmark = pytest.mark.anyio

SEARCH = {"title": "C# people", "filters": CSHARP}
PAID = {
    "create_sourcing_session",
    "update_sourcing_session",
    "fetch_more_profiles",
    "reveal_contacts",
}


class Person:
    """A user who always gives the same answer."""

    def __init__(self, action: str, approve: bool = True) -> None:
        self.action = action
        self.approve = approve
        self.questions: list[str] = []

    async def answer(
        self, context: ClientRequestContext, params: ElicitRequestParams
    ) -> ElicitResult:
        self.questions.append(params.message)
        content = {"approve": self.approve} if self.action == "accept" else None
        return ElicitResult(action=self.action, content=content)  # type: ignore[arg-type]


def paid(assistant: Assistant) -> list[str]:
    return [charge.operation for charge in assistant.sandbox.charges]


async def update(assistant: Assistant, session_id: str) -> dict[str, Any]:
    return await assistant.call(
        "update_sourcing_session", session_id=session_id, filters={"open_to_work": True}
    )


async def fetch_more(assistant: Assistant, session_id: str) -> dict[str, Any]:
    return await assistant.call("fetch_more_profiles", session_id=session_id)


async def reveal(assistant: Assistant, session_id: str) -> dict[str, Any]:
    page = await assistant.call("list_profiles", session_id=session_id)
    return await assistant.call(
        "reveal_contacts",
        session_id=session_id,
        candidate_ids=[card["candidate_id"] for card in page["candidates"][:2]],
        channel="email",
    )


async def another_search(assistant: Assistant, session_id: str) -> dict[str, Any]:
    return await assistant.call("create_sourcing_session", title="Other", filters=numbered(1))


def numbered(number: int) -> dict[str, Any]:
    """The filters of one of many searches."""
    return CSHARP | {"years_of_experience": {"min": number}}


Purchase = Callable[[Assistant, str], Awaitable[dict[str, Any]]]
PURCHASES: list[Purchase] = [another_search, update, fetch_more, reveal]


async def made_before(sandbox: Sandbox) -> str:
    """A finished session, created without a question."""
    async with connected(sandbox, confirm_spend="off") as assistant:
        return await assistant.search()


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("purchase", PURCHASES, ids=lambda fn: fn.__name__)
async def test_the_user_is_asked_once_before_a_purchase(era: str, purchase: Purchase) -> None:
    sandbox = small_sandbox()
    session_id = await made_before(sandbox)
    before = len(sandbox.charges)
    person = Person("accept")
    async with connected(sandbox, era, answer=person.answer) as assistant:
        result = await purchase(assistant, session_id)
    assert len(person.questions) == 1
    assert "Go ahead?" in person.questions[0]
    assert len(sandbox.charges) > before
    assert result


@pytest.mark.unmeasured
@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("purchase", PURCHASES, ids=lambda fn: fn.__name__)
@pytest.mark.parametrize(
    ("person", "said"),
    [
        (Person("decline"), "the user declined. Do not call it again unless they ask."),
        (Person("accept", approve=False), "the user declined. Do not call it again"),
        (Person("cancel"), "the user closed the question without answering it."),
    ],
    ids=["declined", "disapproved", "cancelled"],
)
async def test_nothing_is_sent_without_the_users_approval(
    era: str, purchase: Purchase, person: Person, said: str
) -> None:
    sandbox = small_sandbox()
    session_id = await made_before(sandbox)
    before = list(sandbox.charges)
    async with connected(sandbox, era, answer=person.answer) as assistant:
        with pytest.raises(BaseException) as refused:  # noqa: PT011 - groups in one of the eras
            await purchase(assistant, session_id)
    assert f"Nothing was sent or charged: {said}" in str(innermost(refused.value))
    assert sandbox.charges == before


def innermost(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


@pytest.mark.unmeasured
@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("purchase", PURCHASES, ids=lambda fn: fn.__name__)
async def test_a_client_that_cannot_ask_buys_on_its_hosts_approval(
    era: str, purchase: Purchase
) -> None:
    sandbox = small_sandbox()
    session_id = await made_before(sandbox)
    before = len(sandbox.charges)
    async with connected(sandbox, era) as assistant:
        await purchase(assistant, session_id)
    assert len(sandbox.charges) > before


async def test_an_unanswered_question_ends_with_the_call() -> None:
    async def silence(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        await anyio.sleep_forever()
        raise AssertionError("forever is over")

    sandbox = small_sandbox()
    async with connected(sandbox, "legacy", answer=silence, call_deadline_seconds=1) as assistant:
        text = await assistant.refusal("create_sourcing_session", **SEARCH)
    assert text == (
        "The call took longer than 1 second. If the user was asked whether to spend credits, wait "
        "for their answer and call again with the same arguments; nothing is paid for twice."
    )
    assert sandbox.charges == []


@pytest.mark.parametrize("era", ERAS)
async def test_in_strict_mode_a_client_that_cannot_ask_buys_nothing(era: str) -> None:
    async with connected(era=era, confirm_spend="strict") as assistant:
        text = await assistant.refusal("create_sourcing_session", **SEARCH)
        tools = {tool.name: tool for tool in (await assistant.client.list_tools()).tools}
    assert text == (
        "Nothing was sent or charged: this server must ask the user before it spends credits "
        "(FJ_CONFIRM_SPEND=strict), and this client cannot ask. Use a client that can, or restart "
        "the server with FJ_CONFIRM_SPEND=auto."
    )
    for name, tool in tools.items():
        meta = tool.meta or {}
        assert ("anthropic/requiresUserInteraction" in meta) is (name in PAID), name


async def test_the_user_is_not_asked_when_asking_is_off() -> None:
    person = Person("decline")
    async with connected(answer=person.answer, confirm_spend="off") as assistant:
        await assistant.call("create_sourcing_session", **SEARCH)
    assert person.questions == []


@pytest.mark.parametrize("era", ERAS)
async def test_the_user_is_not_asked_about_free_calls(era: str) -> None:
    person = Person("accept")
    sandbox = small_sandbox()
    async with connected(sandbox, era, answer=person.answer) as assistant:
        await assistant.call("create_sourcing_session", **SEARCH)
        again = await assistant.call("create_sourcing_session", **SEARCH)
    assert again["already_existed"] is True
    assert len(person.questions) == 1


async def test_the_question_states_the_purchase_its_price_and_the_balance() -> None:
    person = Person("accept")
    async with connected(answer=person.answer) as assistant:
        session_id = await assistant.search()
        await assistant.call("fetch_more_profiles", session_id=session_id)
        await assistant.call("wait_for_session", session_id=session_id)
        await update(assistant, session_id)
    # A sandbox server never uses PostgreSQL, so there the server is a real one.
    sandbox = "" if IN_POSTGRES else "Sandbox: no real credits. "
    assert person.questions == [
        f"{sandbox}This buys a search “Test” from FutureJobs. It costs about 5 credits. Go ahead?",
        f"{sandbox}This buys more candidates for “Test” from FutureJobs. It costs "
        "about 5 credits. 95 credits were left after the last purchase. Go ahead?",
        f"{sandbox}This buys a new search in “Test” with changes to open_to_work "
        "from FutureJobs. It replaces the candidates found so far (55). It costs credits; "
        "FutureJobs does not publish how many. 90 credits were left after the last purchase. Go "
        "ahead?",
    ]


async def test_several_contacts_are_one_question() -> None:
    person = Person("accept")
    sandbox = small_sandbox()
    session_id = await made_before(sandbox)
    async with connected(sandbox, answer=person.answer) as assistant:
        await reveal(assistant, session_id)
    (question,) = person.questions
    assert "the email address of a candidate (2 candidates)" in question


@pytest.mark.parametrize(
    "same",
    [
        {"title": " c#   PEOPLE "},
        {"title": "Developers for a bank", "job_description": "We look for developers."},
        {"job_description": "Another text"},
        {"filters": {"skills": {"mandatory": ["c#"], "core": []}}},
        {"filters": {"skills": {"mandatory": ["C#"]}, "past_titles": [" "]}},
    ],
)
async def test_an_identical_search_returns_the_earlier_session_for_free(
    assistant: Assistant, same: dict[str, Any]
) -> None:
    first = await assistant.call("create_sourcing_session", **SEARCH)
    again = await assistant.call("create_sourcing_session", **SEARCH | same)
    assert again["session_id"] == first["session_id"]
    assert again["already_existed"] is True
    assert again["credits"] == {"charged": 0}
    assert paid(assistant) == ["create_session"]


@pytest.mark.parametrize(
    "other",
    [
        {"filters": {"skills": {"core": ["C#"]}}},
        {"filters": CSHARP | {"open_to_work": True}},
        {"sample_profile_url": "https://www.linkedin.com/in/somebody"},
        {"allow_duplicate": True},
    ],
)
async def test_another_search_is_bought(assistant: Assistant, other: dict[str, Any]) -> None:
    await assistant.call("create_sourcing_session", **SEARCH)
    await assistant.call("create_sourcing_session", **SEARCH | other)
    assert paid(assistant) == ["create_session"] * 2


async def test_an_identical_search_is_bought_again_after_a_day(tmp_path: Path) -> None:
    clock = SteppedClock()
    sandbox = small_sandbox(clock=clock.now)
    async with connected(sandbox, clock=clock) as assistant:
        first = await assistant.call("create_sourcing_session", **SEARCH)
        clock.time += 23 * 3600
        same = await assistant.call("create_sourcing_session", **SEARCH)
        clock.time += 2 * 3600
        other = await assistant.call("create_sourcing_session", **SEARCH)
    assert first["session_id"] == same["session_id"] != other["session_id"]


@pytest.mark.parametrize("tool", ["fetch_more_profiles", "update_sourcing_session"])
async def test_a_session_that_is_still_matching_is_neither_changed_nor_fetched_more(
    tool: str,
) -> None:
    clock = SteppedClock()
    sandbox = Sandbox(match_seconds=3600, clock=clock.now)
    arguments: dict[str, Any] = {"filters": {"open_to_work": True}} if "update" in tool else {}
    async with connected(sandbox, clock=clock) as assistant:
        started = await assistant.call("create_sourcing_session", **SEARCH)
        session_id = started["session_id"]
        clock.time += 60
        result = await assistant.call(tool, session_id=session_id, **arguments)
        assert result["status"] == "running"
        assert "still matching, so nothing was" in result["next_step"]
        assert len(paid(assistant)) == 1
        # A session that hangs while matching must not block purchases for ever.
        clock.time += 600
        await assistant.call(tool, session_id=session_id, **arguments)
        assert len(paid(assistant)) == 2


@pytest.mark.unmeasured
async def test_an_exhausted_session_is_not_fetched_from_again() -> None:
    async with connected(Sandbox(match_seconds=0, first_batch=5000)) as assistant:
        session_id = await assistant.search()
        first = await fetch_more(assistant, session_id)
        second = await fetch_more(assistant, session_id)
        assert first["exhausted"] is second["exhausted"] is True
        assert assistant.sent("fetch_more") == 1
        await update(assistant, session_id)
        await assistant.call("wait_for_session", session_id=session_id)
        await fetch_more(assistant, session_id)
        assert assistant.sent("fetch_more") == 2


async def test_an_empty_response_to_fetching_more_means_exhausted(assistant: Assistant) -> None:
    session_id = await assistant.search()
    body = {"data": {"newProfilesCount": 0, "creditInfo": {"charged": True, "amount": 5}}}
    assistant.sandbox.fail("fetch_more", Fault("status", status=200, body=body))
    result = await fetch_more(assistant, session_id)
    assert result["exhausted"] is True
    assert result["credits"] == {"charged": 5}
    assert (await fetch_more(assistant, session_id))["exhausted"] is True
    assert assistant.sent("fetch_more") == 1


async def test_an_update_that_changes_nothing_is_free(assistant: Assistant) -> None:
    session_id = await assistant.search()
    result = await assistant.call(
        "update_sourcing_session", session_id=session_id, title="Test", filters=CSHARP
    )
    assert result["credits"] == {"charged": 0}
    assert "already has exactly these values" in result["next_step"]
    assert assistant.sent("update_session") == 0


@pytest.mark.unmeasured
async def test_a_late_phone_is_not_paid_for_again() -> None:
    clock = SteppedClock()
    sandbox = small_sandbox(phone_delay_seconds=120, clock=clock.now)
    async with connected(sandbox, clock=clock) as assistant:
        session_id = await assistant.search()
        page = await assistant.call("list_profiles", session_id=session_id)
        ids = [card["candidate_id"] for card in page["candidates"][:10]]
        asked = {"session_id": session_id, "candidate_ids": ids, "channel": "phone"}
        first = await assistant.call("reveal_contacts", **asked)
        charges = len(sandbox.charges)
        second = await assistant.call("reveal_contacts", **asked)
        assert [one["status"] for one in second["results"]] == [
            one["status"] for one in first["results"]
        ]
        clock.time += 180
        third = await assistant.call("reveal_contacts", **asked)
        arrived = [one for one in third["results"] if one["status"] == "already_revealed"]
        assert arrived
        assert all(one["values"] for one in arrived)
        assert len(sandbox.charges) == charges


async def test_over_the_days_budget_nothing_is_bought_until_the_day_ends() -> None:
    clock = SteppedClock(1_800_000_000.0)  # 2027-01-15 08:00 UTC
    sandbox = small_sandbox(clock=clock.now)
    async with connected(sandbox, clock=clock, credit_budget=12) as assistant:
        for number in range(2):
            await assistant.call("create_sourcing_session", title="Test", filters=numbered(number))
        text = await assistant.refusal("create_sourcing_session", title="Test", filters=numbered(2))
        assert text == (
            "Nothing was sent or charged: 10 of today's 12 credits are spent or reserved, and this "
            "would cost about 5. The day ends at 2027-01-16 00:00 UTC; a higher FJ_CREDIT_BUDGET "
            "takes effect after a restart of the server."
        )
        assert len(sandbox.charges) == 2
        # Earlier purchases are free, whatever the budget.
        again = await assistant.call("create_sourcing_session", title="Test", filters=numbered(1))
        assert again["already_existed"] is True
        clock.time += 16 * 3600
        await assistant.call("create_sourcing_session", title="Test", filters=numbered(2))


async def test_a_budget_for_each_user_stops_nobody_whom_the_server_does_not_know() -> None:
    async with connected(person_budget=0) as assistant:
        await assistant.search()
        report = await assistant.call("get_spending")
    assert report["spent_today"] == 5
    assert "yours" not in report


async def test_an_open_outcome_counts_against_the_budget() -> None:
    async with connected(credit_budget=9) as assistant:
        assistant.sandbox.fail("create_session", Fault("drop_before"))
        await assistant.refusal("create_sourcing_session", **SEARCH)
        text = await assistant.refusal("create_sourcing_session", title="Test", filters=numbered(2))
        assert text.startswith("Nothing was sent or charged: 5 of today's 9 credits are spent or")
        report = await assistant.call("get_spending")
    assert report["reserved"] == 5
    assert report["spent_today"] == 0
    assert report["budget"] == 9


async def test_servers_that_share_the_ledger_share_the_budget(tmp_path: Path) -> None:
    sandbox = small_sandbox()
    settings: dict[str, Any] = {
        "sandbox": False,
        "api_key": "fjk_shared",
        "state_dir": tmp_path,
        "credit_budget": 7,
    }
    async with connected(sandbox, **settings) as one, connected(sandbox, **settings) as other:
        await one.call("create_sourcing_session", title="Test", filters=numbered(1))
        text = await other.refusal("create_sourcing_session", title="Test", filters=numbered(2))
    assert "5 of today's 7 credits" in text
    # Another key has its own ledger.
    async with connected(sandbox, **settings | {"api_key": "fjk_another"}) as stranger:
        await stranger.call("create_sourcing_session", title="Test", filters=numbered(2))


async def test_the_report_shows_purchases_newest_first_and_the_balance(
    assistant: Assistant,
) -> None:
    session_id = await assistant.search()
    await reveal(assistant, session_id)
    assistant.sandbox.fail("create_session", Fault("drop_before"))
    await assistant.refusal("create_sourcing_session", title="Lost", filters=numbered(1))
    report = await assistant.call("get_spending")
    assert [line["operation"] for line in report["purchases"]] == [
        "create_session",
        "reveal",
        "reveal",
        "create_session",
    ]
    assert report["purchases"][0]["outcome"] == "unknown"
    assert report["purchases"][-1]["session_id"] == session_id
    assert report["purchases"][-1]["credits"] == 5
    assert report["spent_today"] == sum(one.amount for one in assistant.sandbox.charges)
    assert report["remaining_credits"] == assistant.sandbox.credits_left("fjk_sandbox")
    assert "sends nothing" in report["next_step"]


async def test_the_account_settles_what_is_open() -> None:
    clock = SteppedClock()
    sandbox = small_sandbox(clock=clock.now)
    async with connected(sandbox, clock=clock) as assistant:
        sandbox.fail("create_session", Fault("drop_before"))
        await assistant.refusal("create_sourcing_session", **SEARCH)
        clock.time += 181
        report = await assistant.call("get_spending")
    assert [line["outcome"] for line in report["purchases"]] == ["not_charged"]
    assert "reserved" not in report


async def test_a_lost_search_is_sent_again_once_it_is_certain_that_it_was_not_carried_out() -> None:
    clock = SteppedClock()
    sandbox = small_sandbox(clock=clock.now)
    async with connected(sandbox, clock=clock) as assistant:
        sandbox.fail("create_session", Fault("drop_before"))
        text = await assistant.refusal("create_sourcing_session", **SEARCH)
        assert "call create_sourcing_session again with the same arguments in 177 seconds" in text
        clock.time += 178
        started = await assistant.call("create_sourcing_session", **SEARCH)
    assert started["credits"]["charged"] == 5
    assert len(sandbox.charges) == 1


async def test_a_key_without_a_project_learns_how_to_continue_after_a_lost_search() -> None:
    settings: dict[str, Any] = {"sandbox": False, "api_key": "fjk_noproject"}
    clock = SteppedClock()
    sandbox = small_sandbox(clock=clock.now)
    async with connected(sandbox, clock=clock, **settings) as assistant:
        sandbox.fail("create_session", Fault("drop_before"))
        text = await assistant.refusal("create_sourcing_session", **SEARCH)
        assert "this key has no project" in text
        assert "allow_duplicate true" in text
        clock.time += 600
        assert "this key has no project" in await assistant.refusal(
            "create_sourcing_session", **SEARCH
        )
        started = await assistant.call("create_sourcing_session", **SEARCH, allow_duplicate=True)
        assert started["credits"]["charged"] == 5
        assert (await assistant.call("get_spending"))["reserved"] == 5


@pytest.mark.parametrize("purchase", [update, fetch_more], ids=lambda fn: fn.__name__)
@pytest.mark.parametrize("kind", ["drop_after", "502_after", "cut"])
async def test_a_lost_response_about_a_session_is_found_by_its_counters(
    assistant: Assistant, purchase: Purchase, kind: str
) -> None:
    session_id = await assistant.search()
    operation = "update_session" if purchase is update else "fetch_more"
    assistant.sandbox.fail(operation, Fault(kind))  # type: ignore[arg-type]
    result = await purchase(assistant, session_id)
    assert result["session_id"] == session_id
    assert result["credits"] == {"charged": 5}
    assert paid(assistant) == ["create_session", operation]


async def test_a_lost_response_to_a_reveal_is_found_on_the_profile() -> None:
    person = with_contacts()
    async with connected() as assistant:
        session_id = await assistant.search(skills={"mandatory": list(person.skills)[:3]})
        assistant.sandbox.fail("reveal", Fault("drop_after"))
        result = await assistant.call(
            "reveal_contacts", session_id=session_id, candidate_ids=[person.id], channel="email"
        )
        assert [one["values"] for one in result["results"]] == [[person.email]]
        assert result["results"][0]["status"] == "found"
        assert paid(assistant).count("reveal") == 1


def with_contacts() -> SandboxPerson:
    """A sandbox candidate with an email address who is found by three skills."""
    return next(person for person in population(5000) if person.email and len(person.skills) > 3)


async def test_a_search_whose_session_was_deleted_is_bought_again(assistant: Assistant) -> None:
    first = await assistant.call("create_sourcing_session", **SEARCH)
    gone = Fault("status", status=404, body={"message": "not found"})
    assistant.sandbox.fail("get_session", gone)
    again = await assistant.call("create_sourcing_session", **SEARCH)
    assert again["session_id"] != first["session_id"]
