from typing import Any

import httpx
import pytest

from fj_mcp.sandbox.app import Sandbox
from fj_mcp.sandbox.workspaces import Charge
from tests.support.clocks import SteppedClock
from tests.support.sandbox_api import Api, connect, searching

pytestmark = pytest.mark.anyio

_FEW = searching(
    "C#",
    region={"type": "IN", "value": ["Jaipur, Rajasthan, India"]},
)


async def test_create_says_idle_in_the_session_and_processing_in_sourcing(api: Api) -> None:
    answer = await api.create()

    assert answer.status_code == answer.json()["statusCode"] == 201
    data = answer.json()["data"]
    assert data["session"]["profileMatchingStatus"] == "idle"
    assert data["session"]["totalProfilesForMatching"] == 0
    assert data["session"]["batches"] == []
    assert data["session"]["queries"] == searching("C#")
    assert data["sourcing"]["profileMatchingStatus"] == "processing"
    assert data["sourcing"]["newProfilesCount"] == 100
    assert data["sourcing"]["creditInfo"] == {
        "charged": True,
        "amount": 5,
        "reason": "Sourcing session search",
        "remainingCredits": 95,
    }


async def test_a_session_id_starts_with_the_time_of_its_creation(
    api: Api, clock: SteppedClock
) -> None:
    session_id = await api.created()

    assert len(session_id) == 24
    assert int(session_id[:8], 16) == int(clock.now())


async def test_matching_is_done_at_the_first_read_when_it_takes_no_time(api: Api) -> None:
    session = await api.session(await api.created())

    assert session["profileMatchingStatus"] == "done"
    assert session["totalProfilesMatched"] == session["totalProfilesForMatching"] == 100
    assert session["totalAvailableProfiles"] > 100


async def test_counts_and_profiles_rise_while_matching_takes_its_time(clock: SteppedClock) -> None:
    sandbox = Sandbox(match_seconds=4, clock=clock.now)
    async with connect(sandbox) as http:
        api = Api(http)
        session_id = await api.created()
        seen = []
        for _ in range(5):
            session = await api.session(session_id)
            docs = await api.docs(session_id)
            assert len(docs) == session["totalProfilesMatched"]
            seen.append((session["profileMatchingStatus"], len(docs)))
            clock.time += 1

    expected = [("processing", 0), ("processing", 25), ("processing", 50), ("processing", 75)]
    assert seen == [*expected, ("done", 100)]


async def test_fetch_more_brings_the_next_profiles_until_none_are_left(clock: SteppedClock) -> None:
    sandbox = Sandbox(match_seconds=4, first_batch=6, more_batch=4, clock=clock.now)
    async with connect(sandbox) as http:
        api = Api(http)
        session_id = await api.created(_FEW)
        clock.time += 4
        available = (await api.session(session_id))["totalAvailableProfiles"]
        assert 6 < available <= 10
        answer = await api.more(session_id)
        assert answer.json()["data"]["profileMatchingStatus"] == "fetching_more"
        assert answer.json()["data"]["newProfilesCount"] == available - 6
        assert answer.json()["data"]["searchMoreCounter"] == 1
        assert answer.json()["data"]["next_cursor"] is None
        assert (await api.session(session_id))["profileMatchingStatus"] == "fetching_more"
        clock.time += 4
        assert (await api.session(session_id))["profileMatchingStatus"] == "done"
        ids = [doc["_id"] for doc in await api.docs(session_id)]
        assert len(set(ids)) == len(ids) == available
        exhausted = await api.more(session_id)

    assert exhausted.status_code == 400
    assert exhausted.json()["message"] == "No profiles match your filters"
    assert [charge.amount for charge in sandbox.charges] == [5, 5]


async def test_profiles_can_hold_only_the_new_batch_after_fetch_more(clock: SteppedClock) -> None:
    sandbox = Sandbox(match_seconds=0, clock=clock.now, only_new_batch_after_fetch=True)
    async with connect(sandbox) as http:
        api = Api(http)
        session_id = await api.created()
        before = {doc["_id"] for doc in await api.docs(session_id)}
        await api.more(session_id)
        after = {doc["_id"] for doc in await api.docs(session_id)}

    assert (len(before), len(after)) == (100, 25)
    assert before.isdisjoint(after)


async def test_an_update_searches_again_and_counts_it(clock: SteppedClock) -> None:
    sandbox = Sandbox(match_seconds=3, clock=clock.now)
    async with connect(sandbox) as http:
        api = Api(http)
        session_id = await api.created()
        clock.time += 3
        answer = await api.update(session_id, queries=searching("Java"), sessionTitle="Other")
        shown = answer.json()["data"]["session"]
        assert (answer.status_code, shown["profileMatchingStatus"]) == (200, "processing")
        assert shown["filterChangesCounter"] == 1
        assert await api.docs(session_id) == []
        clock.time += 3
        docs = await api.docs(session_id)
        session = await api.session(session_id)

    assert all("Java" in (doc.get("profile") or {}).get("skills", ["Java"]) for doc in docs)
    assert (session["sessionTitle"], session["queries"]) == ("Other", searching("Java"))
    assert sandbox.charges[1] == Charge("update_session", session_id, 5, "fjk_sandbox")


async def test_an_update_can_lose_the_ranges_in_what_it_shows(clock: SteppedClock) -> None:
    sandbox = Sandbox(match_seconds=0, clock=clock.now, lose_ranges_on_update=True)
    years: dict[str, Any] = {"years_of_experience_raw": {"type": "RANGE", "value": [1, 5]}}
    async with connect(sandbox) as http:
        api = Api(http)
        session_id = await api.created(searching("C#", **years))
        assert "years_of_experience_raw" in (await api.session(session_id))["queries"]
        answer = await api.update(session_id, sessionTitle="Again")
        assert answer.json()["data"]["session"]["queries"] == searching("C#")
        assert (await api.session(session_id))["queries"] == searching("C#")
        docs = await api.docs(session_id)

    assert all(1 <= float(doc["profile"]["years_of_experience_raw"]) <= 5 for doc in docs)


async def test_a_search_without_matches_is_refused_and_free(api: Api, sandbox: Sandbox) -> None:
    session_id = await api.created()
    for answer in (
        await api.create(searching("Basket Weaving")),
        await api.update(session_id, queries=searching("Basket Weaving")),
    ):
        assert answer.status_code == 400
        assert answer.json() == {
            "message": "No profiles match your filters",
            "statusCode": 400,
            "success": False,
        }
    assert sandbox.credits_left("fjk_sandbox") == 95
    assert (await api.session(session_id))["queries"] == searching("C#")


async def test_without_credits_every_paid_operation_answers_402(clock: SteppedClock) -> None:
    sandbox = Sandbox(match_seconds=0, credits=5, clock=clock.now)
    async with connect(sandbox) as http:
        api = Api(http)
        session_id = await api.created()
        answers = [
            await api.create(),
            await api.update(session_id, sessionTitle="Other"),
            await api.more(session_id),
            await api.reveal(session_id, "https://www.linkedin.com/in/sandbox-x"),
        ]
        sessions = await http.get("/projects/sessions")

    assert [answer.status_code for answer in answers] == [402] * 4
    assert len(sessions.json()["data"]) == 1
    assert sandbox.credits_left("fjk_sandbox") == 0


async def test_each_key_is_a_workspace_of_its_own(sandbox: Sandbox, api: Api) -> None:
    session_id = await api.created()
    async with connect(sandbox, "fjk_other") as http:
        other = Api(http)
        answers = [
            await http.get(f"/sourcing-session/{session_id}"),
            await other.update(session_id, sessionTitle="Mine"),
            await other.more(session_id),
            await other.page(session_id),
            await other.candidate(session_id, "0" * 24),
            await other.reveal(session_id, "https://www.linkedin.com/in/sandbox-x"),
        ]
        assert [answer.status_code for answer in answers] == [404] * 6
        assert (await http.get("/projects/sessions")).json()["data"] == []

    assert sandbox.credits_left("fjk_other") == 100
    assert list(sandbox.sessions) == [session_id]


async def test_project_sessions_lists_the_keys_searches(api: Api) -> None:
    first, second = await api.created(), await api.created(searching("Java"))

    listed = (await api.http.get("/projects/sessions")).json()["data"]

    assert [one["_id"] for one in listed] == [first, second]
    assert listed[0] == {
        "_id": first,
        "sessionTitle": "A search",
        "jdDetail": {"userText": "A text"},
        "totalProfiles": 100,
    }


async def test_a_key_without_a_project_has_no_list(sandbox: Sandbox) -> None:
    async with connect(sandbox, "fjk_noproject_1") as http:
        assert (await http.get("/projects/sessions")).status_code == 404


@pytest.mark.parametrize("key", ["", "sk_other"])
async def test_a_key_of_another_kind_is_refused(sandbox: Sandbox, key: str) -> None:
    async with connect(sandbox, key) as http:
        answer = await http.get("/projects/sessions")

    assert answer.status_code == 401
    assert answer.json() == {"message": "Unauthorized", "statusCode": 401, "success": False}


@pytest.mark.parametrize(
    "change",
    [
        {"sessionTitle": ""},
        {"sessionTitle": 5},
        {"jdDetail": None},
        {"jdDetail": {"userText": 5}},
        {"jdDetail": {"other": "x"}},
        {"queries": []},
        {"allowFallback": True},
    ],
)
async def test_a_body_of_the_wrong_shape_is_refused_by_field(
    api: Api, change: dict[str, Any]
) -> None:
    answer = await api.create(**change)

    assert answer.status_code == 400
    assert [list(error) for error in answer.json()["errors"]] == [list(change)]


@pytest.mark.parametrize("body", [b"", b"{", b"[]"])
async def test_a_body_that_is_not_an_object_is_refused(api: Api, body: bytes) -> None:
    assert (await api.http.post("/sourcing-session", content=body)).status_code == 400


async def test_an_empty_update_is_refused(api: Api) -> None:
    assert (await api.update(await api.created())).status_code == 400


async def test_an_unknown_path_is_404_and_recorded(api: Api, sandbox: Sandbox) -> None:
    assert (await api.http.get("/scout-people/all")).status_code == 404
    assert (await api.http.delete("/sourcing-session")).status_code == 404
    assert [call.operation for call in sandbox.calls] == ["unknown", "unknown"]


async def test_calls_are_recorded_with_their_contents(api: Api, sandbox: Sandbox) -> None:
    session_id = await api.created()
    await api.page(session_id, limit=5)
    create, page = sandbox.calls

    assert (create.operation, create.method, create.key) == (
        "create_session",
        "POST",
        "fjk_sandbox",
    )
    assert create.body["queries"] == searching("C#")
    assert (page.operation, page.query, page.body) == (
        "profiles",
        {"page": "1", "limit": "5"},
        None,
    )


async def test_every_response_has_the_rate_limit_and_its_own_id(api: Api) -> None:
    first = (await api.http.get("/projects/sessions")).headers
    second = (await api.http.get("/projects/sessions")).headers

    assert first["Date"] == "Mon, 21 Sep 2026 14:13:20 GMT"
    assert first["RateLimit-Policy"] == "6000;w=60"
    assert (first["RateLimit-Limit"], first["RateLimit-Remaining"]) == ("6000", "5999")
    assert (second["RateLimit-Remaining"], second["RateLimit-Reset"]) == ("5998", "60")
    assert first["X-Request-Id"] != second["X-Request-Id"]


async def test_beyond_the_rate_limit_a_key_waits_for_the_next_window(clock: SteppedClock) -> None:
    sandbox = Sandbox(rate_limit=2, rate_window_seconds=10, clock=clock.now)
    async with connect(sandbox) as http:

        async def ask() -> httpx.Response:
            return await http.get("/projects/sessions")

        assert [(await ask()).status_code for _ in range(3)] == [200, 200, 429]
        clock.time += 4
        limited = await ask()
        clock.time += 6
        assert (await ask()).status_code == 200

    assert limited.headers["Retry-After"] == limited.headers["RateLimit-Reset"] == "6"
    assert limited.headers["RateLimit-Remaining"] == "0"
