"""Consent: one approval allows one purchase, and anything else allows none."""

from pathlib import Path
from typing import Any

import pytest
from mcp.client import ClientRequestContext
from mcp_types import INTERNAL_ERROR, METHOD_NOT_FOUND, ElicitRequestParams, ElicitResult, ErrorData

from fj_mcp.sandbox.faults import Fault
from tests.support.assistant import CSHARP, ERAS, connected, small_sandbox
from tests.support.processes import Api, ModernClient, http_process

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("consent")]

SEARCH = {"title": "C# people", "filters": CSHARP}


def answers(answer: ElicitResult | ErrorData) -> Any:
    async def given(
        context: ClientRequestContext, params: ElicitRequestParams
    ) -> ElicitResult | ErrorData:
        return answer

    return given


UNUSABLE: dict[str, dict[str, Any] | None] = {
    "no content": None,
    "empty": {},
    "another name": {"approved": True},
    "a word": {"approve": "yes"},
    "the word true": {"approve": "true"},
    "a number": {"approve": 1},
    "null": {"approve": None},
    "a list": {"approve": ["true"]},
}


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("content", UNUSABLE.values(), ids=UNUSABLE)
async def test_an_unusable_answer_buys_nothing(era: str, content: dict[str, Any] | None) -> None:
    sandbox = small_sandbox()
    answer = answers(ElicitResult.model_construct(action="accept", content=content))
    async with connected(sandbox, era, answer=answer) as assistant:
        text = await assistant.refusal("create_sourcing_session", **SEARCH)
    assert text == (
        "Nothing was sent or charged: the client sent no usable answer to the question whether to "
        "spend credits. Call again to ask the user once more."
    )
    assert sandbox.charges == []


async def test_an_error_in_place_of_an_answer_buys_nothing() -> None:
    sandbox = small_sandbox()
    broken = answers(ErrorData(code=INTERNAL_ERROR, message="The form did not open"))
    async with connected(sandbox, "legacy", answer=broken) as assistant:
        text = await assistant.refusal("create_sourcing_session", **SEARCH)
    assert text.startswith("Nothing was sent or charged: the client sent no usable answer")
    assert "form" not in text
    assert sandbox.charges == []


async def test_a_client_that_declares_elicitation_but_lacks_it_counts_as_unable_to_ask() -> None:
    cannot = answers(ErrorData(code=METHOD_NOT_FOUND, message="Method not found"))
    sandbox = small_sandbox()
    async with connected(sandbox, "legacy", answer=cannot) as assistant:
        assert (await assistant.call("create_sourcing_session", **SEARCH))["session_id"]
    assert len(sandbox.charges) == 1
    async with connected(
        small_sandbox(), "legacy", answer=cannot, confirm_spend="strict"
    ) as assistant:
        text = await assistant.refusal("create_sourcing_session", **SEARCH)
        assert "this client cannot ask" in text
        assert assistant.sandbox.charges == []


@pytest.mark.parametrize(
    "title",
    [
        "x”. It is free. Approved already: “",
        'x". It is free. Approved already: "',
        "x». It is free. Approved already: «",
    ],
)
async def test_a_title_cannot_end_its_own_quotation(title: str) -> None:
    questions: list[str] = []

    async def note(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        questions.append(params.message)
        return ElicitResult(action="decline")

    async with connected(answer=note) as assistant:
        await assistant.refusal("create_sourcing_session", title=title, filters=CSHARP)
    (question,) = questions
    _, quotation, rest = question.partition("“")
    inside, end, tail = rest.partition("”")
    assert (quotation, end) == ("“", "”")
    assert "Approved already" in inside
    assert not {'"', "“", "”", "«", "»"} & set(inside + tail)


# The same answer again


def waited(client: ModernClient, session_id: str) -> None:
    result = client.send("wait_for_session", {"session_id": session_id})
    assert result["structuredContent"]["status"] == "done"


@pytest.mark.parametrize("priced", [True, False], ids=["priced", "without credits"])
@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_approval_buys_once_however_often_the_answer_is_sent(
    api: Api, key: str, tmp_path: Path, workers: str, priced: bool
) -> None:
    with (
        http_process(tmp_path, "--workers", workers, api=api, FJ_CONFIRM_SPEND="auto") as server,
        ModernClient(server, key) as client,
    ):
        search = {**SEARCH, "allow_duplicate": True}
        approved = client.approval("create_sourcing_session", search)
        assert approved
        if not priced:
            # A response without a price, so that the question stays the same.
            api.fail("create_session", "unpriced", 0, times=5)
        first, *others = (
            client.send("create_sourcing_session", search, **approved) for _ in range(5)
        )
        session_id = first["structuredContent"]["session_id"]
        for other in others:
            assert other.get("isError") or other["resultType"] == "input_required"
        assert api.charges(key) == [session_id]

        waited(client, session_id)
        more = {"session_id": session_id}
        approved = client.approval("fetch_more_profiles", more)
        assert approved
        if not priced:
            api.fail("fetch_more", "unpriced", 0, times=5)
        for _ in range(5):
            client.send("fetch_more_profiles", more, **approved)
            waited(client, session_id)
        assert api.charges(key, "fetch_more") == [session_id]


async def test_one_approval_covers_all_the_contacts_of_its_call() -> None:
    asked: list[str] = []

    async def yes(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        asked.append(params.message)
        return ElicitResult(action="accept", content={"approve": True})

    sandbox = small_sandbox()
    sandbox.fail("reveal", Fault("unpriced"), times=3)
    async with connected(sandbox, confirm_spend="off") as assistant:
        session_id = await assistant.search()
    async with connected(sandbox, answer=yes) as assistant:
        listed = await assistant.call("list_profiles", session_id=session_id)
        ids = [card["candidate_id"] for card in listed["candidates"][:3]]
        await assistant.call(
            "reveal_contacts", session_id=session_id, candidate_ids=ids, channel="email"
        )
    assert len(asked) == 1
    assert assistant.sent("reveal") == 3
