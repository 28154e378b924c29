"""The server process on stdio: its responses, and nothing else on stdout."""

import json
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE

import anyio
import pytest
from anyio.streams.buffered import BufferedByteReceiveStream
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from fj_mcp.sandbox.app import Sandbox
from tests.support.assistant import ERAS, UNKNOWN_SESSION, Assistant, text_of
from tests.support.repository import ROOT
from tests.support.tool_calls import TOOLS, tools_of

INITIALIZE = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "test", "version": "1"},
}

pytestmark = [pytest.mark.anyio, pytest.mark.unmeasured]


def process(folder: Path, *arguments: str, **environment: str) -> StdioServerParameters:
    """The server as a client starts it, in an empty folder and with no settings but these."""
    return StdioServerParameters(
        command=sys.executable,
        args=["-m", "fj_mcp", *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT)} | environment,
    )


@pytest.mark.parametrize("era", ERAS)
async def test_a_process_on_stdio_lists_its_tools_answers_and_keeps_its_log_clean(
    era: str, tmp_path: Path
) -> None:
    log = tmp_path / "stderr.txt"
    word = "Zanzibarian"
    with log.open("w") as errors:
        server = stdio_client(process(tmp_path, "--sandbox", FJ_LOG_LEVEL="DEBUG"), errors)
        async with Client(server, mode=era) as client:
            assistant = Assistant(client, Sandbox())
            assert tuple(await tools_of(assistant)) == TOOLS
            found = await assistant.call("search_filter_values", filter="regions", query=word)
            assert found["values"] == []
    assert word not in log.read_text()


async def test_stdout_of_a_process_carries_protocol_and_nothing_else(tmp_path: Path) -> None:
    call = '{"name": "list_profiles", "arguments": {"session_id": "%s", "%s": %s}}'
    requests = [
        ("initialize", json.dumps(INITIALIZE)),
        ("tools/list", "{}"),
        ("tools/call", call % (UNKNOWN_SESSION, "page", "1")),
        # Not JSON, but what Python's own encoder writes; a client may send it.
        ("tools/call", call % (UNKNOWN_SESSION, "min_score", "NaN")),
        ("tools/call", call % (UNKNOWN_SESSION, "page", "-Infinity")),
        ("tools/call", call % (UNKNOWN_SESSION, "page", "9" * 3_000)),
    ]
    lines = []
    server = process(tmp_path, "--sandbox")
    async with await anyio.open_process(
        [server.command, *server.args], cwd=server.cwd, env=server.env, stdin=PIPE
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        assert running.stderr is not None
        answers = BufferedByteReceiveStream(running.stdout)
        with anyio.fail_after(30):
            for number, (method, parameters) in enumerate(requests):
                request = (
                    f'{{"jsonrpc": "2.0", "id": {number}, "method": "{method}", '
                    f'"params": {parameters}}}\n'
                )
                await running.stdin.send(request.encode())
                lines.append(await answers.receive_until(b"\n", 1_000_000))
                if method == "initialize":
                    await running.stdin.send(
                        b'{"jsonrpc": "2.0", "method": "notifications/initialized"}\n'
                    )
            await running.stdin.aclose()
            rest = b"".join([chunk async for chunk in running.stdout])
            complaints = b"".join([chunk async for chunk in running.stderr])
            await running.wait()
    messages = [json.loads(line) for line in lines]
    assert [message["id"] for message in messages] == list(range(len(requests)))
    assert all(message["jsonrpc"] == "2.0" for message in messages)
    assert rest == b""
    assert b"Traceback" not in complaints
    for message in messages[3:]:
        assert message["result"]["isError"], message
        text = message["result"]["content"][0]["text"]
        assert text.startswith("Nothing was sent or charged: "), text


async def test_a_process_without_a_key_answers_initialize_and_says_so_when_called(
    tmp_path: Path,
) -> None:
    # Clients give up on an unanswered initialize after 30 seconds.
    with (tmp_path / "stderr.txt").open("w") as errors, anyio.fail_after(30):
        async with Client(stdio_client(process(tmp_path), errors), mode="legacy") as client:
            assert client.server_info is not None
            assert client.server_info.name == "fj-mcp"
            answer = await client.call_tool("list_sessions", {})
            assert answer.is_error
            assert "FJ_API_KEY" in text_of(answer)


def test_files_serve_as_stdin_and_stdout(tmp_path: Path) -> None:
    requests = [
        ("initialize", INITIALIZE),
        ("tools/list", {}),
    ]
    lines = [
        json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": parameters})
        for number, (method, parameters) in enumerate(requests)
    ]
    (tmp_path / "requests.jsonl").write_text("\n".join(lines))
    server = process(tmp_path, "--sandbox")
    with (
        (tmp_path / "requests.jsonl").open() as stdin,
        (tmp_path / "responses.jsonl").open("w") as stdout,
    ):
        subprocess.run(
            [server.command, *server.args],
            cwd=server.cwd,
            env=server.env,
            stdin=stdin,
            stdout=stdout,
            timeout=30,
            check=True,
        )
    written = (tmp_path / "responses.jsonl").read_text()
    responses = [json.loads(line) for line in written.splitlines()]
    assert [response["id"] for response in responses] == [0, 1]
    assert len(responses[1]["result"]["tools"]) == len(TOOLS)
