"""Malformed messages: each gets one response, in plain words."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.assistant import ERAS
from tests.support.processes import Api, Server, http_process, measuring, started, stdio_process

pytestmark = [pytest.mark.unmeasured, pytest.mark.xdist_group("malformed")]

MODERN, LEGACY = ERAS
VERSION_KEY = "io.modelcontextprotocol/protocolVersion"
CAPABILITIES_KEY = "io.modelcontextprotocol/clientCapabilities"
ENVELOPE = {VERSION_KEY: MODERN, CAPABILITIES_KEY: {}}
LONG = "x" * 100_000

NOT_OURS = re.compile(
    r"pydantic|validation error|Traceback|fj_mcp\.|Resolver|Error executing|Invalid request|"
    r"Invalid or expired|Method not found|Internal|Unknown |envelope|https?://|x{61}"
)
OURS = (
    "Nothing was sent or charged: ",
    "Nothing was charged: ",
    "The client did not declare a capability",
    "The message is not JSON",
    "The parameters are not valid for this method",
    "The parameters cannot be used: ",
    "The request's headers contradict its body",
    "There is no prompt ",
    "There is no resource with this URI",
    "This connection was initialized with an older",
    "This is not a JSON-RPC request",
    "This server does not support that protocol version",
    "This server has no such method",
)
Ask = Callable[[bytes, Any], dict[str, Any]]

RAW: list[tuple[bytes, int, Any]] = [
    (b"garbage", -32700, None),
    (b"{", -32700, None),
    (b'{"jsonrpc": "2.0", "id": 3, "method": "ping", "params": ' + b"[" * 100_000, -32700, 3),
    (b'{"id": "four", "params": {"a": ' + b"9" * 10_000 + b"}}", -32700, "four"),
    (b"[]", -32600, None),
    (b'[{"jsonrpc": "2.0", "id": 5, "method": "ping"}]', -32600, None),
    (b"1", -32600, None),
    (b'"text"', -32600, None),
    (b"null", -32600, None),
    (b"NaN", -32600, None),
    (b'{"jsonrpc": "2.0", "id": 1.0, "method": "ping"}', -32600, None),
    (b'{"jsonrpc": "2.0", "id": null, "method": "ping"}', -32600, None),
    (b'{"jsonrpc": "2.0", "id": true, "method": "ping"}', -32600, None),
    (b'{"jsonrpc": "2.0", "id": {}, "method": "ping"}', -32600, None),
    (b'{"jsonrpc": "2.0", "id": NaN, "method": "ping"}', -32600, None),
    (b'{"id": 7, "method": "ping"}', -32600, 7),
    (b'{"jsonrpc": "1.0", "id": 8, "method": "ping"}', -32600, 8),
    (b'{"jsonrpc": "2.0", "id": 9, "method": 5}', -32600, 9),
    (b'{"jsonrpc": "2.0", "id": 10}', -32600, 10),
    (b'{"jsonrpc": "2.0", "id": 11, "method": "ping", "params": []}', -32600, 11),
    (b'{"jsonrpc": "2.0", "id": 12, "method": "ping", "params": "all"}', -32600, 12),
    (b'{"jsonrpc": "2.0", "id": 13, "method": "ping", "result": {}}', -32600, 13),
    (b'{"jsonrpc": "2.0", "method": null}', -32600, None),
]
REQUESTS: list[tuple[str, dict[str, Any]]] = [
    ("no/such", {}),
    (LONG, {}),
    ("half \ud83d", {}),
    ("tools/call", {}),
    ("tools/call", {"name": 5}),
    ("tools/call", {"name": "get_spending", "arguments": []}),
    ("tools/call", {"name": "get_spendin"}),
    ("tools/call", {"name": LONG}),
    ("tools/call", {"name": "fetch_more_profiles", "arguments": {"session_id": LONG}}),
    ("tools/call", {"name": "list_profiles", "arguments": {LONG: 1}}),
    ("tools/call", {"name": "get_spending", "requestState": "made up", "inputResponses": {}}),
    ("tools/list", {"cursor": 5}),
    ("prompts/get", {}),
    ("prompts/get", {"name": LONG}),
    ("prompts/get", {"name": "outreach_drafts", "arguments": {"tone": 5}}),
    ("prompts/get", {"name": "outreach_drafts"}),
    ("resources/read", {}),
    ("resources/read", {"uri": f"fj://{LONG}"}),
    ("resources/read", {"uri": "fj://sessions/..%2f..%2fetc"}),
    ("resources/read", {"uri": "file:///etc/passwd"}),
    ("resources/subscribe", {"uri": "fj://sessions"}),
    ("completion/complete", {}),
    ("completion/complete", {"ref": {"type": LONG}, "argument": {"name": "a", "value": "b"}}),
    ("logging/setLevel", {"level": LONG}),
    ("tasks/get", {}),
    ("tasks/get", {"taskId": LONG}),
    ("tasks/cancel", {"taskId": 5}),
    ("subscriptions/listen", {"notifications": LONG}),
    ("initialize", {}),
    ("initialize", {"protocolVersion": 5}),
]


def request(request_id: Any, method: str, params: dict[str, Any], era: str) -> bytes:
    meta = {"_meta": ENVELOPE} if era == MODERN else {}
    body = {"jsonrpc": "2.0", "id": request_id, "method": method, "params": params | meta}
    return json.dumps(body).encode()


@contextmanager
def on_stdio(api: Api, era: str, state: Path) -> Iterator[Ask]:
    settings = {"FJ_API_KEY": "fjk_malformed", "FJ_API_BASE_URL": api.address}
    with started((), settings | {"FJ_STATE_DIR": str(state)} | measuring()) as process:
        stdin, stdout = process.stdin, process.stdout
        assert isinstance(stdin, TextIOWrapper)
        assert stdout is not None

        def ask(sent: bytes, request_id: Any) -> dict[str, Any]:
            stdin.buffer.write(sent + b"\n")
            stdin.flush()
            while True:
                line = stdout.readline()
                assert line, "the server hung up"
                answer: dict[str, Any] = json.loads(line)
                if answer.get("id") == request_id and "method" not in answer:
                    return answer

        if era == MODERN:
            ask(request("first", "tools/list", {}, era), "first")
        else:
            client = {"name": "test", "version": "1"}
            hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client}
            ask(request("first", "initialize", hello, era), "first")
            stdin.write('{"jsonrpc": "2.0", "method": "notifications/initialized"}\n')
        yield ask
        # A killed process leaves no coverage data.
        stdin.close()
        process.wait(timeout=20)


@contextmanager
def over_http(api: Api, era: str, state: Path) -> Iterator[Ask]:
    headers = {"x-fj-api-key": "fjk_malformed", "content-type": "application/json"}
    with (
        http_process(state, api=api) as server,
        httpx.Client(headers=headers, timeout=30, trust_env=False) as http,
    ):

        def ask(sent: bytes, request_id: Any) -> dict[str, Any]:
            response = http.post(server.address, content=sent)
            answer: dict[str, Any] = response.json()
            assert response.headers["content-type"] == "application/json"
            assert answer["id"] == request_id, answer
            return answer

        yield ask


def told(answer: dict[str, Any]) -> str:
    """The text of an error or of a result that is one."""
    if "error" in answer:
        assert len(json.dumps(answer["error"])) < 2_000
        text: str = answer["error"]["message"]
        return text
    assert answer["result"]["isError"], answer
    (block,) = answer["result"]["content"]
    said: str = block["text"]
    return said


def check(answer: dict[str, Any]) -> None:
    text = told(answer)
    assert not NOT_OURS.search(json.dumps(answer.get("error", text))), text
    assert text.startswith(OURS), text
    assert len(text) <= 400, text


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("transport", [on_stdio, over_http])
def test_every_message_gets_a_one_sentence_response(
    api: Api, tmp_path: Path, transport: Any, era: str
) -> None:
    with transport(api, era, tmp_path) as ask:
        for sent, code, request_id in RAW:
            answer = ask(sent, request_id)
            assert answer["error"]["code"] == code, sent[:80]
            check(answer)
        for number, (method, params) in enumerate(REQUESTS, 100):
            check(ask(request(number, method, params, era), number))
        for number, version in enumerate(("2099-01-01", 5, LONG), 200):
            params = {"name": LONG, "_meta": {VERSION_KEY: version, CAPABILITIES_KEY: {}}}
            body = {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}
            check(ask(json.dumps(body).encode(), number))
        # The server keeps serving after all that.
        call = {"name": "list_sessions", "arguments": {}}
        assert not ask(request(300, "tools/call", call, era), 300)["result"]["isError"]


JAVA = b'{"skills": {"mandatory": ["Java"]}}'
PYTHON = b'{"skills": {"mandatory": ["Python"]}}'
REPEATED: list[tuple[bytes, str | None]] = [
    (b'"title": "T", "filters": %s, "filters": %s' % (JAVA, PYTHON), "filters"),
    (b'"filters": {"skills": {"core": ["A"], "core": ["B"]}}, "title": "T"', "core"),
    (b'"title": "A", "title": "B", "filters": %s' % JAVA, "title"),
    (
        b'"title": "T", "filters": %s, "allow_duplicate": 1, "allow_duplicate": true' % JAVA,
        "allow_duplicate",
    ),
    (b'"title": "T"}, "arguments": {"title": "T", "filters": %s' % JAVA, "arguments"),
    (b'"title": "T", "title": "T", "filters": %s, "filters": %s' % (JAVA, JAVA), None),
]
"""The arguments of a call as text, and the key that has two values in it."""


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("transport", [on_stdio, over_http])
def test_a_call_with_two_values_for_one_key_is_refused_and_equal_ones_do_no_harm(
    api: Api, tmp_path: Path, transport: Any, era: str
) -> None:
    call = {"name": "create_sourcing_session", "arguments": {"here": 1}}
    before = len(api.charges("fjk_malformed"))
    with transport(api, era, tmp_path) as ask:
        for number, (arguments, key) in enumerate(REPEATED, 1):
            answer = ask(
                request(number, "tools/call", call, era).replace(b'"here": 1', arguments), number
            )
            if key is None:
                assert answer["result"]["structuredContent"]["credits"]["charged"] == 5
                continue
            assert answer["error"]["code"] == -32602
            assert told(answer) == (
                f"Nothing was sent or charged: {key} is twice in one JSON text with different "
                "values; give it once, with all of its values."
            )
    assert len(api.charges("fjk_malformed")) == before + 1


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("transport", [on_stdio, over_http])
def test_lone_surrogates_and_invalid_bytes_are_replaced_and_pairs_are_kept(
    api: Api, tmp_path: Path, transport: Any, era: str
) -> None:
    sentence = {"name": "suggest_filters", "arguments": {"job_description": "C# dev in Pune"}}
    with transport(api, era, tmp_path) as ask:
        whole = ask(request(1, "tools/call", sentence, era), 1)["result"]["structuredContent"]
        for number, more in enumerate((rb"\ud83d", rb"\uDC00\uD83D", rb"\ud83d\ude00", b"\xff"), 2):
            sent = request(number, "tools/call", sentence, era).replace(b"Pune", b"Pune " + more)
            assert ask(sent, number)["result"]["structuredContent"] == whole
        # Anywhere in the text, but not in look-alikes.
        for sent, request_id in (
            (b'"\\ud83d"', "\ufffd"),
            (b'"\\ud83d\\ude00"', "\U0001f600"),
            (b'"\\\\ud83d"', "\\ud83d"),
            (b'"\\\\\\uDE00\\""', '\\\ufffd"'),
            (b'"\xc3"', "\ufffd"),
        ):
            body = request("ID", "tools/call", sentence, era).replace(b'"ID"', sent)
            assert ask(b"\xef\xbb\xbf" + body, request_id)["result"]["structuredContent"] == whole
        odd = {"name": "search_filter_values", "arguments": {"filter": "regions", "k": "v"}}
        key = request(50, "tools/call", odd, era).replace(b'"k"', b'"k\\udfff"')
        assert "is not an argument" in told(ask(key, 50))


def test_an_endless_line_is_rejected_and_the_next_is_served(tmp_path: Path) -> None:
    with started((), {"FJ_SANDBOX": "1"}) as process:
        server = Server(process)
        assert process.stdin is not None
        process.stdin.write('\n \n{"jsonrpc": "2.0", "id": 5, "method": "ping", "params": {"a": "')
        for _ in range(40):
            process.stdin.write("x" * 1_000_000)
        process.stdin.flush()
        refused = server.line()
        assert refused is not None
        assert (refused["id"], refused["error"]["code"]) == (5, -32600)
        assert "10,000,000 bytes" in refused["error"]["message"]
        status = Path(f"/proc/{process.pid}/status")
        if status.exists():
            (most,) = re.findall(r"VmHWM:\s+(\d+) kB", status.read_text())
            assert int(most) < 250_000
        process.stdin.write('"}}\n{"jsonrpc": "2.0", "id": 6, "method": "ping"}')
        # A last line without a line break counts.
        server.hang_up()
        (answer,) = server.rest()
        assert answer == {"jsonrpc": "2.0", "id": 6, "result": {}}
        assert process.wait(timeout=10) == 0


@pytest.mark.parametrize(
    "answer",
    [
        '"result": null',
        '"result": {"action": "decline", "action": "accept", "content": {"approve": true}}',
        '"result": {"action": "accept", "content": {"approve": false, "approve": true}}',
    ],
    ids=["null", "two actions", "two answers"],
)
def test_an_unreadable_response_ends_the_question(api: Api, tmp_path: Path, answer: str) -> None:
    wish = {"title": "T", "filters": {"skills": {"mandatory": ["C#"]}}}
    with stdio_process(api, "fjk_unreadable", tmp_path) as server:
        server.request(
            "initialize",
            {
                "protocolVersion": "2025-06-18",
                "capabilities": {"elicitation": {}},
                "clientInfo": {"name": "test", "version": "1"},
            },
        )
        server.line()
        call = server.ask("create_sourcing_session", **wish)
        question = server.line()
        assert question is not None
        assert question["method"] == "elicitation/create"
        assert server.process.stdin is not None
        request_id = json.dumps(question["id"])
        server.process.stdin.write(f'{{"jsonrpc": "2.0", "id": {request_id}, {answer}}}\n')
        server.process.stdin.flush()
        (result,) = server.answers([call])
        assert "Nothing was sent or charged" in result["content"][0]["text"]
    assert api.charges("fjk_unreadable") == []
