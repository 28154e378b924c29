"""Results of any text: their size, their next step, and partial failures."""

from typing import Any

import pytest

from fj_mcp.filters.kinds import Tiers, Values
from fj_mcp.filters.search_filters import FILTERS
from fj_mcp.sandbox.faults import Fault
from tests.support.assistant import (
    CSHARP,
    ERAS,
    UNKNOWN_SESSION,
    Assistant,
    connected,
    small_sandbox,
    text_of,
)
from tests.support.profile_pages import page_of, profile

pytestmark = [pytest.mark.anyio, pytest.mark.unmeasured]

MAX_BYTES = 24_000
LETTERS = ('"', "検", "𠮷")
"""Two (an escaped quote), three and four bytes of JSON."""

letters = pytest.mark.parametrize("letter", LETTERS)


def answering(data: Any) -> Fault:
    return Fault("status", status=200, body={"data": data})


def texts(letter: str, count: int, length: int) -> list[str]:
    return [f"{number:03}" + letter * (length - 3) for number in range(count)]


def at_limits(letter: str, number: int, identity: str) -> dict[str, Any]:
    """A listed profile with every field at the length limit for reading it."""

    def long(length: int) -> str:
        return letter * length

    jobs = [
        {"job_title": long(120), "company_name": long(120), "description": long(600)}
        for _ in range(3)
    ]
    studies = [
        {
            "institute_name": long(120),
            "degree_name": long(120),
            "field_of_study": long(120),
            "dates": long(60),
        }
    ]
    contact = {"revealed": True, "values": texts(letter, 10, 200)}
    return {
        "_id": identity,
        "finalScore": -1.7976931348623157e308,
        "profile": {
            "name": long(100),
            "headline": long(160),
            "region": long(100),
            "years_of_experience_raw": 1.7976931348623157e308,
            "skills": texts(letter, 100, 60),
            "current_employers_object": jobs,
            "education_background": studies * 5,
            "linkedin_flagship_url": f"https://{number:04}" + long(488),
        },
        "profileAnalysis": {
            "recommendation": long(600),
            "highlights": [{"Highlight": text} for text in texts(letter, 8, 200)],
        },
        "revealStatus": {"email": contact, "phone": contact},
    }


def details_at_limits(letter: str, identity: str) -> dict[str, Any]:
    listed = at_limits(letter, 0, identity)["profile"]
    job = {"start_date": letter * 40, "end_date": letter * 40}
    job |= listed["current_employers_object"][0]
    seen = [{"observation": text, "evidence": text} for text in texts(letter, 6, 240)]
    parts = [{"label": text, "awarded": 1e308, "weight": 1e308} for text in texts(letter, 12, 80)]
    return {
        "candidate": listed
        | {
            "_id": identity,
            "headline": letter * 200,
            "summary": letter * 2_000,
            "current_employers": [job] * 5,
            "past_employers": [job] * 15,
            "education_background": listed["education_background"] * 8,
            "certifications": texts(letter, 20, 160),
            "honors": texts(letter, 20, 160),
        },
        "profileAnalysis": {
            "recommendation": letter * 1_500,
            "starRating": 1e308,
            "starLabel": letter * 60,
            "analysis": {"keyStrengths": seen, "keyWeaknesses": seen, "scoreBreakdown": parts},
        },
    }


def japanese(number: int) -> dict[str, Any]:
    """An ordinary listed profile in Japanese."""
    return profile(
        number,
        4,
        profile={
            "name": "佐藤 健太郎",
            "headline": "クラウド基盤とデータ分析を専門とするソフトウェアエンジニア",
            "region": "東京都渋谷区、日本",
            "years_of_experience_raw": 7,
            "skills": ["機械学習", "データ分析", "クラウド設計", "要件定義", "Python", "Java"],
            "current_employers_object": [
                {
                    "job_title": "シニアソフトウェアエンジニア",
                    "company_name": "株式会社日本システム開発研究所",
                }
            ],
            "linkedin_flagship_url": f"https://www.linkedin.com/in/sato-kentaro-{number:08}",
        },
        profileAnalysis={"recommendation": "要件を満たす経験があります。" * 10},
    )


def wide_queries(letter: str, words: int, length: int) -> dict[str, Any]:
    """Every filter with many values, which filters with a fixed list refuse."""
    values = texts(letter, words, length)
    queries: dict[str, Any] = {}
    for wire in FILTERS.values():
        if isinstance(wire, Tiers):
            queries[wire.key] = {"value": dict.fromkeys(wire.names, values)}
        elif isinstance(wire, Values) or wire.closed:
            queries[wire.key] = {"value": values}
    return queries | {key: {"value": values} for key in texts(letter, 60, 60)}


def session_document(session_id: str, **more: Any) -> dict[str, Any]:
    counts = {"totalProfilesMatched": 1, "totalProfilesForMatching": 1}
    return {"_id": session_id, "profileMatchingStatus": "done"} | counts | more


async def unread(assistant: Assistant) -> str:
    started = await assistant.call("create_sourcing_session", title="T", filters=CSHARP)
    session_id: str = started["session_id"]
    return session_id


async def fitting(assistant: Assistant, tool: str, **arguments: Any) -> dict[str, Any]:
    """The result of a call, which must succeed and fit the size limit."""
    answer = await assistant.client.call_tool(tool, arguments)
    text = text_of(answer)
    assert not answer.is_error, text
    size = len(text.encode())
    assert size <= MAX_BYTES, f"{tool} answered {size} bytes"
    facts: dict[str, Any] = answer.structured_content
    return facts


# Sizes


@letters
@pytest.mark.parametrize("wide_id", [False, True])
async def test_lists_fit_with_every_field_at_its_limit(letter: str, wide_id: bool) -> None:
    docs = [
        at_limits(letter, number, f"{number:04}" + (letter if wide_id else "f") * 60)
        for number in range(60)
    ]
    async with connected(era=ERAS[wide_id]) as assistant:
        session_id = await assistant.start_search(
            skills={"core": ["Python", *texts(letter, 15, 60)]},
            years_of_experience={"min": 1, "max": 50},
        )
        assistant.sandbox.fail("profiles", page_of(*docs))
        waited = await fitting(assistant, "wait_for_session", session_id=session_id)
        assert len(waited["top_candidates"]) == 10
        for detail in ("concise", "detailed"):
            for limit in (1, 2, 5, 10, 20, 35, 50):
                page = await fitting(
                    assistant, "list_profiles", session_id=session_id, limit=limit, detail=detail
                )
                assert len(page["candidates"]) == limit
                assert all(card["candidate_id"] and card["name"] for card in page["candidates"])


async def test_ten_chosen_candidates_fit_in_full_with_every_field_at_its_limit(
    assistant: Assistant,
) -> None:
    ids = [f"{number:04}" + "f" * 60 for number in range(10)]
    session_id = await unread(assistant)
    assistant.sandbox.fail("profiles", page_of(*(at_limits("検", 0, one) for one in ids)))
    await fitting(
        assistant,
        "list_profiles",
        session_id=session_id,
        query=" ".join(f"-{number}𠮷" for number in range(40))[:200],
        candidate_ids=ids,
        limit=3,
        detail="detailed",
    )


@pytest.mark.parametrize("detail", ["concise", "detailed"])
async def test_fifty_ordinary_japanese_candidates_fit_and_stay_distinguishable(
    assistant: Assistant, detail: str
) -> None:
    session_id = await unread(assistant)
    assistant.sandbox.fail("profiles", page_of(*map(japanese, range(50))))
    page = await fitting(assistant, "list_profiles", session_id=session_id, limit=50, detail=detail)
    for card in page["candidates"]:
        assert card["name"] == "佐藤 健太郎"
        assert {"title", "company", "region", "score", "linkedin_url"} <= card.keys()
    assert page["warning"].startswith("Texts are shortened to fit")


@letters
async def test_a_candidate_in_full_fits_with_every_field_at_its_limit(letter: str) -> None:
    identity = "f" * 64
    async with connected() as assistant:
        session_id = await unread(assistant)
        assistant.sandbox.fail("profiles", page_of(at_limits(letter, 0, identity)))
        assistant.sandbox.fail("candidate", answering(details_at_limits(letter, identity)))
        person = await fitting(
            assistant, "get_candidate", session_id=session_id, candidate_id=identity
        )
    several = ("strengths", "weaknesses", "skills", "education", "past_jobs", "current_jobs")
    for name in ("name", "summary", "why", *several):
        assert person[name], name
    # Half an address is useless.
    assert all(len(value) == 200 for value in person["email"] + person["phone"])


@letters
async def test_ten_reveals_of_many_long_values_fit_and_cut_no_value(letter: str) -> None:
    ids = [f"{number:02}" + "f" * 62 for number in range(10)]
    docs = [at_limits(letter, number, identity) for number, identity in enumerate(ids)]
    async with connected() as assistant:
        session_id = await unread(assistant)
        assistant.sandbox.fail("profiles", page_of(*docs), times=20)
        for channel in ("email", "phone"):
            revealed = await fitting(
                assistant,
                "reveal_contacts",
                session_id=session_id,
                candidate_ids=ids,
                channel=channel,
            )
            assert len(revealed["results"]) == 10
            for one in revealed["results"]:
                assert one["values"]
                assert all(len(value) == 200 for value in one["values"])


async def test_ten_usual_addresses_of_one_candidate_are_all_shown(assistant: Assistant) -> None:
    session_id = await unread(assistant)
    addresses = [f"first.last.{number}@company.example" for number in range(10)]
    state = {"revealStatus": {"email": {"revealed": True, "values": addresses}}}
    assistant.sandbox.fail("profiles", page_of(profile(1) | state), times=9)
    revealed = await assistant.call(
        "reveal_contacts", session_id=session_id, candidate_ids=[f"{1:024x}"], channel="email"
    )
    assert revealed["results"][0]["values"] == addresses


@letters
@pytest.mark.parametrize("length", [60, 200])
async def test_sessions_and_suggestions_fit_with_every_filter_full(
    letter: str, length: int
) -> None:
    queries = wide_queries(letter, 200, length)
    async with connected() as assistant:
        found = {key: entry | {"presence": True} for key, entry in queries.items()}
        assistant.sandbox.fail("annotation", answering(found))
        suggested = await fitting(assistant, "suggest_filters", job_description="C#")
        document = session_document(
            UNKNOWN_SESSION,
            sessionTitle=letter * 200,
            queries=queries,
            jdDetail={
                "userText": letter * 20_000,
                "sampleProfileURL": "https://" + letter * 490,
            },
        )
        assistant.sandbox.fail("get_session", answering({"session": document}))
        session = await fitting(assistant, "get_session", session_id=UNKNOWN_SESSION)
    for shown in (suggested["filters"], session["filters"]):
        assert shown["skills"]["mandatory"]
        assert all(value not in ([], {}) for value in shown.values())
    assert any(word.startswith("and ") for word in suggested["ignored"])
    assert len(session["warning"].encode()) <= 2_000
    assert len(session["job_description"]) >= 1_500


@pytest.mark.parametrize("letter", ["W", "検", "𠮷"])
async def test_nine_hundred_values_of_a_single_valued_filter_are_summarized(
    assistant: Assistant, letter: str
) -> None:
    key = FILTERS["degree"].key
    words = {
        key: {"presence": True, "value": texts(letter, 900, 60)},
        "skills": {"presence": True, "value": {"core": ["C#"]}},
    }
    assistant.sandbox.fail("annotation", answering(words))
    suggested = await fitting(assistant, "suggest_filters", job_description="C#")
    assert suggested["filters"] == {"skills": {"core": ["C#"]}}
    (ignored,) = suggested["ignored"]
    assert ignored.startswith(f"{key}: 000")
    assert len(ignored) <= len(key) + 122


@letters
async def test_fifty_sessions_with_the_longest_titles_fit(letter: str) -> None:
    for wide_id in (False, True):
        docs = [
            {
                "_id": f"{number:04x}" + (letter * 60 if wide_id else "f" * 20),
                "sessionTitle": letter * 200,
                "totalProfiles": 2**53,
                "createdAt": "2026-01-01T00:00:00Z",
            }
            for number in range(60)
        ]
        async with connected() as assistant:
            assistant.sandbox.fail("project_sessions", answering(docs))
            listed = await fitting(assistant, "list_sessions", limit=50)
        assert len(listed["sessions"]) == 50


@letters
async def test_starting_and_changing_a_search_fits_with_the_longest_filters(letter: str) -> None:
    filters, other = (
        {"skills": {"mandatory": ["C#"], "secondary": texts(letter, count, 200)}}
        for count in (14, 13)
    )
    async with connected() as assistant:
        title = letter * 200
        for _ in range(2):
            started = await fitting(
                assistant, "create_sourcing_session", title=title, filters=filters
            )
            assert started["filters"] == filters
        session_id = started["session_id"]
        await fitting(assistant, "wait_for_session", session_id=session_id)
        updated = await fitting(
            assistant, "update_sourcing_session", session_id=session_id, filters=other
        )
        assert updated["filters"] == other


@letters
async def test_completed_values_of_the_longest_kind_fit(letter: str) -> None:
    async with connected() as assistant:
        assistant.sandbox.fail("autocomplete", answering(texts(letter, 25, 200)))
        found = await fitting(
            assistant, "search_filter_values", filter="schools", query="ab", limit=25
        )
    assert len(found["values"]) == 25


async def test_twenty_concise_cards_of_ordinary_people_are_not_shortened() -> None:
    async with connected(small_sandbox()) as assistant:
        session_id = await assistant.search()
        answer = await assistant.client.call_tool("list_profiles", {"session_id": session_id})
        assert len(text_of(answer).encode()) <= 12_000
        cards = answer.structured_content["candidates"]
        assert all(card["linkedin_url"] and card["why"] for card in cards)


# Next steps


async def test_a_minimum_score_that_no_candidate_reaches_is_lowered_without_paying(
    assistant: Assistant,
) -> None:
    session_id = await unread(assistant)
    assistant.sandbox.fail("profiles", page_of(profile(1, 2), profile(2, 3)))
    page = await assistant.call("list_profiles", session_id=session_id, min_score=4)
    assert page["candidates"] == []
    assert page["next_step"] == (
        "None of the 2 candidates reaches min_score 4; the best score is 3. Call "
        f"list_profiles with session_id {session_id} and min_score 3; it is free."
    )


async def test_a_session_without_candidates_suggests_loosening_even_with_a_minimum_score(
    assistant: Assistant,
) -> None:
    session_id = await unread(assistant)
    assistant.sandbox.fail("profiles", page_of())
    page = await assistant.call("list_profiles", session_id=session_id, min_score=4)
    assert page["next_step"].startswith("No candidate matches all filters of session_id")


async def test_a_page_beyond_the_last_says_which_pages_there_are(assistant: Assistant) -> None:
    session_id = await assistant.search()
    for limit, words in (
        (10, "There are only pages 1 to 3: "),
        (20, "There are only pages 1 to 2"),
    ):
        page = await assistant.call("list_profiles", session_id=session_id, page=9, limit=limit)
        assert page["candidates"] == []
        assert page["next_step"].startswith(words)
        assert "credits" not in page["next_step"]
        limited = "" if limit == 20 else f", limit {limit}"
        assert page["next_step"].endswith(f"page {page['pages']}{limited}.")


async def test_a_page_of_sessions_beyond_the_last_says_which_pages_there_are(
    assistant: Assistant,
) -> None:
    nothing = await assistant.call("list_sessions", page=9)
    assert nothing["next_step"].startswith("There are no searches yet")
    await assistant.search()
    listed = await assistant.call("list_sessions", page=9)
    assert listed["sessions"] == []
    assert listed["next_step"] == "There is only page 1: call list_sessions with page 1."


async def test_a_failed_search_without_candidates_is_not_called_too_narrow(
    assistant: Assistant,
) -> None:
    failed = session_document(UNKNOWN_SESSION, profileMatchingStatus="failed")
    assistant.sandbox.fail("get_session", answering({"session": failed}))
    assistant.sandbox.fail("profiles", page_of())
    page = await assistant.call("list_profiles", session_id=UNKNOWN_SESSION)
    assert page["status"] == "failed"
    assert page["next_step"].startswith("The search failed at FutureJobs")
    assert "before paying for another search" in page["next_step"]


# Results without the list


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("fault", [Fault("status", status=401, body={}), Fault("html")])
async def test_a_finished_wait_says_so_even_if_the_list_cannot_be_read(
    era: str, fault: Fault
) -> None:
    async with connected(era=era) as assistant:
        session_id = await unread(assistant)
        assistant.sandbox.fail("profiles", fault, times=9)
        waited = await assistant.call("wait_for_session", session_id=session_id)
    assert waited["status"] == "done"
    assert "top_candidates" not in waited
    assert waited["next_step"].startswith(f"Call list_profiles with session_id {session_id}")


async def test_a_finished_wait_says_so_in_time_when_the_list_hangs() -> None:
    async with connected(call_deadline_seconds=4) as assistant:
        session_id = await unread(assistant)
        assistant.sandbox.fail("profiles", Fault("delay_before", seconds=30), times=9)
        waited = await assistant.call("wait_for_session", session_id=session_id)
    assert waited["status"] == "done"
    assert "top_candidates" not in waited


@pytest.mark.parametrize(
    "fault", [Fault("status", status=401, body={}), Fault("delay_before", seconds=30)]
)
async def test_a_candidate_is_shown_even_if_the_list_cannot_be_read(fault: Fault) -> None:
    async with connected() as assistant:
        api = assistant.sandbox
        session_id = await assistant.search()
        shown = await assistant.call("list_profiles", session_id=session_id, limit=1)
        best = shown["candidates"][0]["candidate_id"]
    async with connected(api, call_deadline_seconds=4) as assistant:
        api.fail("profiles", fault, times=9)
        person = await assistant.call("get_candidate", session_id=session_id, candidate_id=best)
    assert person["candidate_id"] == best
    assert person["name"]
    assert not {"highlights", "email", "phone"} & person.keys()
    # Otherwise the model would think that nothing was revealed, and pay.
    assert "contacts already revealed may be missing" in person["next_step"]


# Schemas


@pytest.mark.parametrize("seconds", [7, 40])
async def test_the_longest_wait_is_named_where_it_is_asked_for(seconds: int) -> None:
    async with connected(max_wait_seconds=seconds) as assistant:
        tools = {tool.name: tool for tool in (await assistant.client.list_tools()).tools}
    wait = tools["wait_for_session"].input_schema["properties"]["max_wait_seconds"]
    assert wait["description"] == f"0 checks once; {seconds} is the maximum and the default."
