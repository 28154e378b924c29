"""Codes and tokens: what they allow, how long they last, and how they end."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import anyio
import pytest

from fj_mcp.transports.sign_in.access import CACHE_SECONDS
from fj_mcp.workspace.open_storage import LEDGER_FILE
from tests.support.http_messages import SEARCH
from tests.support.ledgers import on_a_file, postgres_server, table_of
from tests.support.sign_in import (
    ALL,
    CONTACTS,
    READ,
    SPEND,
    Person,
    ShiftedClock,
    result_of,
    sent_back,
    site_here,
    works,
)

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("sign-in")]

MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0


async def test_a_code_gives_tokens_that_work_for_an_hour(
    person: Person, clock: ShiftedClock
) -> None:
    app = await person.site.app()
    back = await person.allow(app)
    assert back["to"] == app.callback
    assert back["state"] == app.state
    assert back["iss"] == person.site.url
    answer = await app.redeem(back["code"])
    assert answer.headers["cache-control"] == "no-store"
    tokens = answer.json()
    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] == HOUR
    assert tokens["scope"] == ALL
    for name in ("access_token", "refresh_token"):
        assert len(tokens[name]) > 43
        assert "fjk_" not in tokens[name]
    assert works(await person.site.call(tokens["access_token"]))
    clock.ahead += HOUR - MINUTE
    assert works(await person.site.call(tokens["access_token"]))
    clock.ahead += MINUTE + 1
    refused = await person.site.call(tokens["access_token"])
    assert refused.status_code == 401
    assert 'error="invalid_token"' in refused.headers["www-authenticate"]


async def test_a_token_ends_on_time_although_it_was_used_just_before(
    person: Person, clock: ShiftedClock
) -> None:
    token = (await person.connect(await person.site.app()))["access_token"]
    # It is remembered for longer than it is good.
    clock.ahead += HOUR - CACHE_SECONDS + 1
    assert works(await person.site.call(token))
    clock.ahead += CACHE_SECONDS - 1
    assert (await person.site.call(token)).status_code == 401


async def test_a_request_with_two_tokens_is_refused(person: Person) -> None:
    token = (await person.connect(await person.site.app()))["access_token"]
    body = {"jsonrpc": "2.0", "id": 7, "method": "tools/list"}
    async with person.site.http() as http:
        for others in (token, "fjk_own", "of somebody else"):
            headers = [("authorization", f"Bearer {one}") for one in (token, others)]
            refused = await http.post("/mcp", json=body, headers=headers)
            assert refused.status_code == 401
            assert "send only one" in refused.json()["error"]["message"]


async def test_a_code_is_good_for_a_minute(person: Person, clock: ShiftedClock) -> None:
    app = await person.site.app()
    back = await person.allow(app)
    clock.ahead += MINUTE + 1
    answer = await app.redeem(back["code"])
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


async def test_after_two_hours_a_client_comes_back_without_the_user(
    person: Person, clock: ShiftedClock
) -> None:
    app = await person.site.app()
    tokens = await person.connect(app)
    clock.ahead += 2 * HOUR
    assert (await person.site.call(tokens["access_token"])).status_code == 401
    answer = await app.refresh(tokens["refresh_token"])
    assert answer.status_code == 200
    again = answer.json()
    assert again["refresh_token"] != tokens["refresh_token"]
    assert again["scope"] == ALL
    assert works(await person.site.call(again["access_token"]))


async def test_a_refresh_token_is_good_for_sixty_days_after_its_last_use(
    person: Person, clock: ShiftedClock
) -> None:
    app = await person.site.app()
    tokens = await person.connect(app)
    for _ in range(2):
        clock.ahead += 59 * DAY
        tokens = (await app.refresh(tokens["refresh_token"])).json()
    clock.ahead += 61 * DAY
    answer = await app.refresh(tokens["refresh_token"])
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


async def test_a_client_that_loses_the_response_may_refresh_again_for_ten_seconds(
    person: Person, clock: ShiftedClock
) -> None:
    app = await person.site.app()
    first = await person.connect(app)
    pairs = [(await app.refresh(first["refresh_token"])).json()]
    clock.ahead += 9
    pairs.append((await app.refresh(first["refresh_token"])).json())
    for pair in pairs:
        assert works(await person.site.call(pair["access_token"]))
    # Both keep working.
    clock.ahead += HOUR
    for pair in pairs:
        assert (await app.refresh(pair["refresh_token"])).status_code == 200


async def test_tokens_may_be_asked_for_fewer_scopes_and_never_for_more(person: Person) -> None:
    app = await person.site.app()
    tokens = await person.connect(app, contacts="")
    assert tokens["scope"] == f"{READ} {SPEND}"
    more = await app.refresh(tokens["refresh_token"], scope=ALL)
    assert (more.status_code, more.json()["error"]) == (400, "invalid_scope")
    fewer = (await app.refresh(tokens["refresh_token"], scope=READ)).json()
    assert fewer["scope"] == READ
    refused = await person.site.call(fewer["access_token"], "create_sourcing_session", title="x")
    assert refused.status_code == 403
    # The next ones have all that was allowed.
    assert (await app.refresh(fewer["refresh_token"])).json()["scope"] == f"{READ} {SPEND}"


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
async def test_revoking_either_token_ends_both(person: Person, kind: str) -> None:
    app = await person.site.app()
    tokens = await person.connect(app)
    assert works(await person.site.call(tokens["access_token"]))
    assert (await app.revoke(tokens[kind])).status_code == 200
    assert (await person.site.call(tokens["access_token"])).status_code == 401
    answer = await app.refresh(tokens["refresh_token"])
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    # An unknown token counts as revoked.
    for token in (tokens[kind], "fjmt_never"):
        assert (await app.revoke(token)).status_code == 200
    missing = await app.revoke("")
    assert missing.status_code == 400
    assert missing.json() == {"error": "invalid_request", "error_description": "token is missing"}


@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "something_else"])
async def test_a_hint_at_the_kind_of_token_only_helps(person: Person, hint: str) -> None:
    app = await person.site.app()
    tokens = await person.connect(app)
    form = {"client_id": app.client_id, "token": tokens["refresh_token"], "token_type_hint": hint}
    assert (await person.site.post("/revoke", form)).status_code == 200
    assert (await person.site.call(tokens["access_token"])).status_code == 401


@pytest.mark.parametrize(
    ("boxes", "hidden"),
    [
        ({}, set()),
        ({"contacts": ""}, {"reveal_contacts"}),
        (
            {"spend": "", "contacts": ""},
            {
                "create_sourcing_session",
                "fetch_more_profiles",
                "update_sourcing_session",
                "reveal_contacts",
            },
        ),
        (
            {"spend": ""},
            {"create_sourcing_session", "fetch_more_profiles", "update_sourcing_session"},
        ),
    ],
)
async def test_a_tool_that_was_not_allowed_is_neither_listed_nor_called(
    person: Person, boxes: dict[str, str], hidden: set[str]
) -> None:
    site = person.site
    async with site.http() as http:
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
        whole = await http.post("/mcp", json=body, headers={"x-fj-api-key": "fjk_person"})
    everything = {tool["name"] for tool in result_of(whole)["tools"]}
    token = (await person.connect(await site.app(), **boxes))["access_token"]
    listed = {tool["name"] for tool in result_of(await site.message("tools/list", token))["tools"]}
    assert everything - listed == hidden
    for tool in everything:
        assert ((await site.call(token, tool)).status_code == 403) == (tool in hidden), tool


async def test_the_user_sees_and_gives_no_more_than_the_client_asks_for(person: Person) -> None:
    app = await person.site.app()
    page = await person.open(app.link(scope=f"openid {CONTACTS} {READ}"))
    assert page.checked == ["contacts"]
    # Even if the form says otherwise.
    back = sent_back(await person.answer(page, spend="yes"))
    tokens = (await app.redeem(back["code"])).json()
    assert tokens["scope"] == f"{READ} {CONTACTS}"


@pytest.mark.parametrize("scope", [None, "", "openid offline_access"])
async def test_a_client_that_names_no_scope_of_this_server_asks_for_all(
    person: Person, scope: str | None
) -> None:
    page = await person.open((await person.site.app()).link(scope=scope))
    assert page.checked == ["spend", "contacts"]


async def test_a_list_for_a_token_is_not_shared_with_others(person: Person) -> None:
    token = (await person.connect(await person.site.app()))["access_token"]
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    listed = result_of(await person.site.message("tools/list", token, _meta=meta))
    assert listed["cacheScope"] == "private"
    assert listed["ttlMs"] <= MINUTE * 1000


async def test_another_state_key_lets_clients_ask_the_user_again(
    tmp_path: Path, clock: ShiftedClock
) -> None:
    async with site_here(tmp_path, clock) as site, Person(site, "fjk_person") as person:
        app = await site.app()
        tokens = await person.connect(app)
    async with site_here(tmp_path, clock, state_key="another key of at least 32 letters") as site:
        app.site = site
        assert (await site.call(tokens["access_token"])).status_code == 401
        answer = await app.refresh(tokens["refresh_token"])
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


async def test_a_restart_changes_nothing(tmp_path: Path) -> None:
    async with site_here(tmp_path) as site, Person(site, "fjk_person") as person:
        app = await site.app()
        tokens = await person.connect(app)
    async with site_here(tmp_path) as site:
        app.site = site
        assert works(await site.call(tokens["access_token"]))
        assert (await app.refresh(tokens["refresh_token"])).status_code == 200


async def test_calls_at_the_same_time_read_their_token_once(
    tmp_path: Path, clock: ShiftedClock
) -> None:
    with postgres_server(log_statement="all") as postgres:

        def reads() -> int:
            return (postgres.folder / "log").read_text(encoding="utf-8").count("FROM tokens")

        async with (
            site_here(tmp_path, clock, database_url=postgres.address) as site,
            Person(site, "fjk_person") as person,
        ):
            tokens = await person.connect(await site.app())
            answers: list[bool] = []

            async def call() -> None:
                answers.append(works(await site.call(tokens["access_token"])))

            for ahead, wanted in ((CACHE_SECONDS / 2, 0), (CACHE_SECONDS, 1)):
                await call()
                before = reads()
                clock.ahead += ahead
                async with anyio.create_task_group() as tasks:
                    for _ in range(20):
                        tasks.start_soon(call)
                assert reads() - before == wanted
            assert answers == [True] * 42
            # Nor is one read that was made up.
            before = reads()
            assert (await site.call(f"{tokens['access_token'][:-1]}x")).status_code == 401
            assert reads() == before


@on_a_file
async def test_what_has_expired_is_removed_within_an_hour(
    tmp_path: Path, clock: ShiftedClock
) -> None:
    def rows(table: str) -> int:
        return len(table_of(tmp_path, table, "rowid"))

    async with site_here(tmp_path, clock) as site, Person(site, "fjk_person") as person:
        await person.allow(await site.app())
        await site.register()
        app = await site.app()
        await person.connect(app)
        assert [rows(table) for table in ("clients", "grants", "tokens", "browsers")] == [
            3,
            2,
            4,
            1,
        ]
        assert rows("attempts") > 0
        clock.ahead += 2 * HOUR
        await site.register()
        # The first code was never used, nor was one client.
        assert [rows(table) for table in ("clients", "grants", "tokens", "browsers")] == [
            3,
            1,
            2,
            1,
        ]
        clock.ahead += 91 * DAY
        await site.register()
        assert [rows(table) for table in ("clients", "grants", "tokens", "browsers")] == [
            1,
            0,
            0,
            0,
        ]
        assert rows("attempts") == 1


@on_a_file
async def test_much_that_has_expired_is_removed_bit_by_bit(
    tmp_path: Path, clock: ShiftedClock
) -> None:
    async with site_here(tmp_path, clock) as site:
        await site.register()
        left = _add_expired_attempts(tmp_path, 1_200)
        clock.ahead += 2 * HOUR
        while left:
            await site.register()
            before, left = left, len(table_of(tmp_path, "attempts", "rowid")) - 1
            assert 0 <= left < before
            assert left > before - 1_000


def _add_expired_attempts(folder: Path, number: int) -> int:
    """Add attempts from so many addresses; return how many there are."""
    with closing(sqlite3.connect(folder / LEDGER_FILE)) as file, file:
        many = [(f"address {one}", 1, 0.0) for one in range(number)]
        file.executemany("INSERT INTO attempts VALUES (?, ?, ?)", many)
    return len(table_of(folder, "attempts", "rowid"))


async def test_reading_includes_what_was_revealed_and_the_page_says_so(person: Person) -> None:
    site = person.site
    whole = (await person.connect(await site.app()))["access_token"]

    async def facts(token: str, tool: str, **arguments: Any) -> Any:
        return result_of(await site.call(token, tool, **arguments))["structuredContent"]

    session_id = (await facts(whole, "create_sourcing_session", **SEARCH))["session_id"]
    await facts(whole, "wait_for_session", session_id=session_id)
    listed = await facts(whole, "list_profiles", session_id=session_id)
    one = {"session_id": session_id, "candidate_id": listed["candidates"][0]["candidate_id"]}
    revealed = await facts(
        whole,
        "reveal_contacts",
        session_id=session_id,
        candidate_ids=[one["candidate_id"]],
        channel="email",
    )
    (value,) = revealed["results"][0]["values"]
    app = await site.app()
    assert "candidates, with the contacts revealed so far" in (await person.open(app.link())).text
    reading = (await person.connect(app, spend="", contacts=""))["access_token"]
    assert value in json.dumps(await facts(reading, "get_candidate", **one))
