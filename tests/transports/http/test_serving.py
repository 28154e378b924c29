"""The server over HTTP: keys, health, and messages of both protocol eras."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult, PromptReference, ResourceLink, ResourceTemplateReference

from tests.support.assistant import CSHARP, ERAS, search_for, text_of
from tests.support.http_messages import (
    SEARCH,
    VERSION,
    call,
    message,
    modern,
    post,
    post_modern,
    result_in,
    searched,
    tool_call,
)
from tests.support.processes import Api, HttpServer, http_process
from tests.support.refused_starts import refusal_of

pytestmark = [pytest.mark.unmeasured, pytest.mark.anyio, pytest.mark.xdist_group("http")]

PAGE = "https://app.example.com"
TOKEN = "Bearer open-sesame"
SESSION = ResourceTemplateReference(type="ref/resource", uri="fj://sessions/{session_id}")
OUTREACH = PromptReference(type="ref/prompt", name="outreach_drafts")


@pytest.fixture(scope="module")
def server(api: Api, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpServer]:
    """A server without a key of its own, where each key may spend ten credits a day."""
    folder = tmp_path_factory.mktemp("http")
    with http_process(folder, api=api, FJ_CREDIT_BUDGET="10", FJ_LOG_LEVEL="DEBUG") as one:
        yield one
        assert "fjk_" not in one.log()


@pytest.fixture(scope="module")
def keyed(api: Api, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpServer]:
    """A server with its own key and a token, reached by a host name."""
    folder = tmp_path_factory.mktemp("keyed")
    named = ["--allowed-host", "mcp.example.com", "--allowed-origin", PAGE, "--host", "0.0.0.0"]
    with http_process(
        folder, *named, api=api, FJ_API_KEY="fjk_servers", FJ_HTTP_TOKEN="open-sesame"
    ) as one:
        yield one
        assert not any(secret in one.log() for secret in ("fjk_", "sesam"))


# Whose key


@pytest.mark.parametrize("era", ERAS)
async def test_a_search_from_filters_to_contact(server: HttpServer, api: Api, era: str) -> None:
    key = f"fjk_whole_{era}"
    async with server.client(key, era) as client:
        session_id = await searched(client)
        (best, *_) = (await call(client, "list_profiles", session_id=session_id))["candidates"]
        chosen = [best["candidate_id"]]
        revealed = await call(
            client,
            "reveal_contacts",
            session_id=session_id,
            candidate_ids=chosen,
            channel="email",
        )
        assert revealed["results"][0]["candidate_id"] == best["candidate_id"]
        assert (await call(client, "get_spending"))["budget"] == 10
    assert api.charges(key)[0] == session_id


@pytest.mark.parametrize(
    "headers",
    [
        {"x_fj_api_key": "fjk_either"},
        {"authorization": "Bearer fjk_either"},
        {"authorization": "bearer fjk_either", "x_fj_api_key": "fjk_either"},
        {"authorization": "Basic cHJveHk6eA==", "x_fj_api_key": "fjk_either"},
    ],
)
def test_a_key_is_accepted_in_either_header(server: HttpServer, headers: dict[str, str]) -> None:
    assert result_in(post(server, message("tools/call", tool_call("get_spending")), **headers))


@pytest.mark.parametrize(
    ("headers", "said", "error"),
    [
        ({}, "Send your FutureJobs key", ""),
        ({"x_fj_api_key": "sk-secret"}, "That is not a FutureJobs key", "invalid_token"),
        ({"authorization": "Bearer sk-secret"}, "That is not a FutureJobs key", "invalid_token"),
        ({"authorization": "Bearer"}, "That is not a FutureJobs key", "invalid_token"),
        (
            {"authorization": "Bearer fjk_a", "x_fj_api_key": "fjk_b"},
            "two different keys",
            "invalid_token",
        ),
    ],
)
@pytest.mark.parametrize("method", ["tools/list", "initialize"])
def test_a_request_without_a_usable_key_learns_what_to_send(
    server: HttpServer, headers: dict[str, str], said: str, error: str, method: str
) -> None:
    answer = post(server, message(method), **headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith('Bearer realm="fj-mcp"')
    assert error in answer.headers["www-authenticate"]
    assert said in answer.json()["error"]["message"]
    assert "secret" not in answer.text


def test_requests_with_the_token_may_use_the_servers_own_key(keyed: HttpServer, api: Api) -> None:
    buy = message("tools/call", tool_call("create_sourcing_session", **SEARCH))
    for headers in (
        {},
        {"authorization": "Bearer open-sesamE"},
        {"authorization": "Bearer fjk_servers"},
        {"x_fj_api_key": "fjk_servers"},
    ):
        refused = post(keyed, buy, **headers)
        assert refused.status_code == 401
        assert "FJ_HTTP_TOKEN" in refused.json()["error"]["message"]
    bought = result_in(post(keyed, buy, authorization=TOKEN))["structuredContent"]
    own = result_in(post(keyed, buy, authorization=TOKEN, x_fj_api_key="fjk_own"))
    assert httpx.get(f"{keyed.root}/healthz", trust_env=False).status_code == 200
    assert api.charges("fjk_servers") == [bought["session_id"]]
    assert api.charges("fjk_own") == [own["structuredContent"]["session_id"]]


def test_local_requests_may_use_the_servers_own_key_without_a_token(
    tmp_path: Path, api: Api
) -> None:
    call_it = message("tools/call", tool_call("list_sessions"))
    with http_process(tmp_path, api=api, FJ_API_KEY="fjk_local") as server:
        assert result_in(post(server, call_it))["structuredContent"]["total"] == 0
        # Behind a proxy the request is not from this machine.
        assert post(server, call_it, x_forwarded_for="192.0.2.1").status_code == 401


@pytest.mark.parametrize(
    ("arguments", "settings", "said"),
    [
        (["--host", "0.0.0.0"], {"FJ_API_KEY": "fjk_x"}, "set FJ_HTTP_TOKEN"),
        (["--allowed-host", "mcp.example.com"], {"FJ_API_KEY": "fjk_x"}, "set FJ_HTTP_TOKEN"),
        ([], {"FJ_API_KEY": "fjk_x", "FJ_HTTP_ALLOWED_HOSTS": "a.b, c"}, "set FJ_HTTP_TOKEN"),
        (["--host", "0.0.0.0"], {"FJ_API_KEY": "fjk_x", "FJ_HTTP_TOKEN": "a b"}, "set FJ_HTTP"),
        (["--sandbox", "--workers", "2"], {}, "The sandbox runs in one process"),
        (["--host", "192.0.2.1"], {}, "Cannot listen on 192.0.2.1"),
    ],
)
def test_unsafe_options_are_rejected_with_the_reason(
    tmp_path: Path, arguments: list[str], settings: dict[str, str], said: str
) -> None:
    assert said in refusal_of(tmp_path, arguments, settings)


# Separation of keys


@pytest.mark.parametrize("era", ERAS)
async def test_nothing_of_one_key_is_visible_to_another(
    server: HttpServer, api: Api, era: str
) -> None:
    mine, theirs = f"fjk_mine_{era}", f"fjk_theirs_{era}"
    async with server.client(mine, era) as me, server.client(theirs, era) as other:
        session_id = await searched(me, title="My secret search")
        cards = (await call(me, "list_profiles", session_id=session_id))["candidates"]
        first = cards[0]["candidate_id"]
        contact = {"session_id": session_id, "candidate_ids": [first], "channel": "email"}
        await call(me, "reveal_contacts", **contact)
        session = {"session_id": session_id}
        people = session | {"candidate_ids": [first]}
        await call(me, "review_candidates", **people, decision="shortlisted")
        refused: dict[str, dict[str, Any]] = {
            "wait_for_session": session,
            "list_profiles": session,
            "get_candidate": session | {"candidate_id": first},
            "show_candidates": session,
            "export_profiles": session,
            "fetch_more_profiles": session,
            "update_sourcing_session": session | {"filters": {"open_to_work": True}},
            "get_session": session,
            "reveal_contacts": contact,
            "review_candidates": people | {"decision": "maybe"},
            "forget_candidates": people,
        }
        answered: dict[str, dict[str, Any]] = {
            "suggest_filters": {"job_description": "C# developer"},
            "search_filter_values": {"filter": "regions", "query": "pune"},
            "list_sessions": {},
            "get_spending": {},
            # A search of another key does not count, so this one is bought.
            "create_sourcing_session": {"title": "My secret search", "filters": CSHARP},
        }
        names = [tool.name for tool in (await other.list_tools()).tools]
        assert sorted(names) == sorted([*refused, *answered])
        for tool, arguments in refused.items():
            answer = await other.call_tool(tool, arguments)
            assert answer.is_error, tool
            assert cards[0]["name"] not in text_of(answer)
        assert (await call(me, "list_profiles"))["total"] == 1
        assert (await call(other, "list_profiles"))["total"] == 0
        results = {tool: await call(other, tool, **given) for tool, given in answered.items()}
        assert results["list_sessions"]["total"] == 0
        assert results["get_spending"]["purchases"] == []
        bought = results["create_sourcing_session"]
        assert bought["session_id"] != session_id
        assert "already_existed" not in bought
        for address in (
            f"fj://sessions/{session_id}",
            f"fj://sessions/{session_id}/profiles.csv",
            f"fj://sessions/{session_id}/profiles.json",
        ):
            assert (await me.read_resource(address)).contents
            with pytest.raises(MCPError):
                await other.read_resource(address)
        (listed,) = (await other.read_resource("fj://sessions", cache_mode="bypass")).contents
        assert session_id not in listed.model_dump_json()
        argument = {"name": "session_id", "value": session_id[:12]}
        assert (await me.complete(SESSION, argument)).completion.values == [session_id]
        assert session_id not in (await other.complete(SESSION, argument)).completion.values
        typed = {"name": "candidates", "value": first[:12]}
        assert (await me.complete(OUTREACH, typed, session)).completion.values == [first]
        assert (await other.complete(OUTREACH, typed, session)).completion.values == []
        wish = {"session_id": session_id, "candidates": first}
        told = (await other.get_prompt("outreach_drafts", wish)).model_dump_json()
        assert cards[0]["name"] not in told
    assert session_id not in api.charges(theirs)


async def test_each_key_has_its_own_budget(server: HttpServer) -> None:
    async with (
        server.client("fjk_rich", VERSION) as rich,
        server.client("fjk_poor", VERSION) as poor,
    ):
        for title in ("One", "Two"):
            await searched(poor, **search_for(title))
        spent = await poor.call_tool("create_sourcing_session", search_for("Three"))
        assert "10 of today's 10 credits" in text_of(spent)
        await searched(rich, **search_for("Three"))


async def test_waits_of_two_keys_for_one_session_are_separate(server: HttpServer, api: Api) -> None:
    async with server.client("fjk_w1", VERSION) as one, server.client("fjk_w2", VERSION) as two:
        session_id = (await call(one, "create_sourcing_session", **SEARCH))["session_id"]
        answers: dict[str, CallToolResult] = {}

        async def wait(name: str, client: Client) -> None:
            answers[name] = await client.call_tool("wait_for_session", {"session_id": session_id})

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(wait, "one", one)
            tasks.start_soon(wait, "two", two)
        assert not answers["one"].is_error
        assert answers["two"].is_error


# Client mistakes


@pytest.mark.parametrize("version", ["2025-06-18", ""])
def test_a_2026_message_with_an_older_version_in_its_header_is_accepted(
    server: HttpServer, version: str
) -> None:
    body = modern("tools/call", tool_call("create_sourcing_session", **SEARCH), elicitation={})
    answer = post(server, body, x_fj_api_key="fjk_header", mcp_protocol_version=version)
    # Only 2026 clients are asked in this way.
    assert result_in(answer)["resultType"] == "input_required"


@pytest.mark.parametrize("version", [VERSION, "2025-11-25", ""])
def test_initialize_after_discovery_is_accepted(server: HttpServer, version: str) -> None:
    key = "fjk_handshake"
    assert post_modern(server, modern("server/discover"), key)["result"]["supportedVersions"]
    hello = {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    }
    answer = post(
        server, message("initialize", hello), x_fj_api_key=key, mcp_protocol_version=version
    )
    assert result_in(answer)["protocolVersion"] == "2025-11-25"
    listed = message("tools/list")
    answer = post(server, listed, x_fj_api_key=key, mcp_protocol_version="2025-11-25")
    assert result_in(answer)["tools"]


def test_initialize_without_a_version_is_an_unknown_method(server: HttpServer) -> None:
    headers = {"mcp_protocol_version": VERSION, "mcp_method": "initialize"}
    answer = post(server, modern("initialize"), x_fj_api_key="fjk_removed", **headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, -32601)


@pytest.mark.parametrize("era", ERAS)
async def test_a_nested_argument_may_be_sent_as_a_json_string(server: HttpServer, era: str) -> None:
    async with server.client(f"fjk_nested_{era}", era) as client:
        await searched(client, filters=json.dumps(CSHARP))


def test_arguments_may_be_omitted(server: HttpServer) -> None:
    key, params = "fjk_none", {"name": "get_spending"}
    assert "structuredContent" in post_modern(server, modern("tools/call", params), key)["result"]
    answer = post(server, message("tools/call", params), x_fj_api_key=key)
    assert result_in(answer)["structuredContent"]["spent_today"] == 0


# Rejections


def test_other_hosts_and_origins_are_rejected(server: HttpServer) -> None:
    listed = message("tools/list")
    key = {"x_fj_api_key": "fjk_host"}
    assert post(server, listed, host="evil.example.com", **key).status_code == 421
    assert post(server, listed, origin="https://evil.example.com", **key).status_code == 403
    assert post(server, listed, origin="http://localhost:6274", **key).status_code == 200


def test_allowed_hosts_and_origins_are_served(keyed: HttpServer) -> None:
    listed = message("tools/list")
    for host in ("mcp.example.com", "mcp.example.com:443", "localhost"):
        answer = post(keyed, listed, host=host, origin=PAGE, authorization=TOKEN)
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == PAGE
    asked = httpx.options(
        keyed.address,
        headers={
            "origin": PAGE,
            "access-control-request-method": "POST",
            "access-control-request-headers": "authorization, mcp-protocol-version",
        },
        trust_env=False,
    )
    assert asked.status_code == 200
    assert "authorization" in asked.headers["access-control-allow-headers"]


def test_the_sandbox_needs_no_key_and_separates_keys(tmp_path: Path) -> None:
    buy = message("tools/call", tool_call("create_sourcing_session", **SEARCH))
    look = message("tools/call", tool_call("list_sessions"))
    with http_process(tmp_path, FJ_SANDBOX="1") as server:
        result_in(post(server, buy))
        for headers, total in (({}, 1), ({"x_fj_api_key": "fjk_another"}, 0)):
            result = result_in(post(server, look, **headers))
            assert result["structuredContent"]["total"] == total
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(timeout=10) == 130


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
def test_there_are_no_http_sessions(server: HttpServer, method: str) -> None:
    headers = {"x-fj-api-key": "fjk_get", "accept": "text/event-stream"}
    answer = httpx.request(method, server.address, headers=headers, trust_env=False)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{}", {"content_type": "text/plain"}, 415),
        (b"{}", {"content_type": ""}, 415),
        (b"", {}, 400),
        (b"{", {}, 400),
        (b"[" * 100_000 + b"]" * 100_000, {}, 400),
        (b'{"a":' * 300 + b"1" + b"}" * 300, {"mcp_protocol_version": VERSION}, 400),
        (b"[]", {}, 400),
        (b"1", {"mcp_protocol_version": VERSION}, 400),
        (b'{"x": "' + b"x" * 1_000_000 + b'"}', {}, 413),
        (b"{}", {"mcp_protocol_version": "2099-01-01"}, 202 + 198),
        (b"{}", {"accept": "text/html"}, 406),
    ],
)
def test_invalid_messages_are_rejected(
    server: HttpServer, body: bytes, headers: dict[str, str], status: int
) -> None:
    assert post(server, body, x_fj_api_key="fjk_bad", **headers).status_code == status


@pytest.mark.parametrize("version", [VERSION, ""])
def test_deeply_nested_arguments_are_rejected_with_a_sentence(
    server: HttpServer, version: str
) -> None:
    deep: Any = "x"
    for _ in range(180):
        deep = [deep]
    params = tool_call("create_sourcing_session", title="T", filters=deep)
    body = modern("tools/call", params) if version else message("tools/call", params)
    if version:
        result = post_modern(server, body, "fjk_deep")["result"]
    else:
        result = result_in(post(server, body, x_fj_api_key="fjk_deep"))
    assert result["isError"]
    assert "filters" in result["content"][0]["text"]


# Health


def test_health_needs_no_key_and_reveals_no_secret(server: HttpServer) -> None:
    assert httpx.get(f"{server.root}/healthz", trust_env=False).json() == {"status": "ok"}
    ready = httpx.get(f"{server.root}/readyz", trust_env=False)
    assert ready.status_code == 200
    assert ready.json() == {"ready": True, "settings": "ok", "ledger": "ok", "api": "ok"}


def test_a_server_that_cannot_work_says_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "purchases.sqlite3").write_text("not a database " * 100)
    with http_process(
        tmp_path, FJ_API_BASE_URL="http://127.0.0.1:9", FJ_MAX_WAIT_SECONDS="long"
    ) as server:
        ready = httpx.get(f"{server.root}/readyz", trust_env=False)
        assert httpx.get(f"{server.root}/healthz", trust_env=False).status_code == 200
    assert ready.status_code == 503
    assert ready.json() == {
        "ready": False,
        "settings": "FJ_MAX_WAIT_SECONDS must be a whole number",
        "ledger": "cannot be read and written",
        "api": "did not respond within the last minute",
    }


# Exports


@pytest.mark.parametrize("era", ERAS)
async def test_an_export_is_a_resource_and_no_file(server: HttpServer, era: str) -> None:
    async with server.client(f"fjk_export_{era}", era) as client:
        session_id = await searched(client)
        cards = (await call(client, "list_profiles", session_id=session_id))["candidates"]
        chosen = [card["candidate_id"] for card in cards[:3]]
        answer = await client.call_tool(
            "export_profiles",
            {"session_id": session_id, "min_score": 1.5, "candidate_ids": chosen, "format": "json"},
        )
        facts: dict[str, Any] = answer.structured_content
        assert "path" not in facts
        assert "resource" in facts["next_step"]
        ids = ",".join(chosen)
        start = f"fj://sessions/{session_id}/profiles"
        assert facts["uri"] == f"{start}.json?min_score=1.5&candidate_ids={ids}"
        link = answer.content[-1]
        assert isinstance(link, ResourceLink)
        assert link.uri == facts["uri"]
        (read,) = (await client.read_resource(facts["uri"])).contents
        assert all(candidate in read.model_dump_json() for candidate in chosen)
        plain = await call(client, "export_profiles", session_id=session_id)
        assert (plain["uri"], plain["rows"]) == (f"{start}.csv", 100)
        many = await client.call_tool(
            "export_profiles", {"session_id": session_id, "candidate_ids": chosen * 100}
        )
        assert "more ids than fit in the uri" in text_of(many)
