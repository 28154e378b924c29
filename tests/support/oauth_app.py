"""The program of `app_process`. It imports no more than an app needs, so that it starts fast.

It is the SDK's OAuth client, with its tokens in a file. It reads a command a line, and writes the
answer in a line: `{"open": address}` if the user must sign in first, in a browser; then
`{"result": …}` or `{"error": …}`.
"""

import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import anyio
import anyio.to_thread
import httpx2
from anyio.abc import SocketAttribute, SocketStream
from mcp import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import (
    AuthorizationCodeResult,
    OAuthClientInformationFull,
    OAuthClientMetadata,
    OAuthToken,
)
from pydantic import AnyUrl

from tests.support import moved_clocks

NAME = "Recruiting desk"
_BACK = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n<h1>Back</h1>"


class _File:
    """The SDK's token storage, in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def get_tokens(self) -> OAuthToken | None:
        stored = self._read()
        if "tokens" not in stored:
            return None
        tokens = OAuthToken.model_validate(stored["tokens"])
        # The SDK only knows how long tokens last that it was given since it was started.
        over = time.time() >= stored["expires_at"]
        return tokens.model_copy(update={"access_token": ""}) if over else tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        expires_at = time.time() + (tokens.expires_in or 0)
        self._write(tokens=tokens.model_dump(mode="json"), expires_at=expires_at)

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        stored = self._read().get("info")
        return OAuthClientInformationFull.model_validate(stored) if stored else None

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self._write(info=client_info.model_dump(mode="json", exclude_none=True))

    def _read(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._path.read_text()) if self._path.exists() else {}
        return found

    def _write(self, **changed: Any) -> None:
        written = self._path.with_suffix(".new")
        written.write_text(json.dumps(self._read() | changed))
        written.replace(self._path)


class _Desk:
    """The app in its process."""

    def __init__(self, address: str, stored: _File, era: str, port: int) -> None:
        self._address = address
        self._stored = stored
        self._era = era
        self._sent_back, self._came_back = anyio.create_memory_object_stream[dict[str, str]](1)
        self._auth = OAuthClientProvider(
            address,
            OAuthClientMetadata(
                redirect_uris=[AnyUrl(f"http://127.0.0.1:{port}/callback")], client_name=NAME
            ),
            stored,
            self._open_browser,
            self._callback,
        )

    async def serve_callback(self, stream: SocketStream) -> None:
        """One request of the browser that was sent back."""
        target = ""
        # Browsers open connections that they may need, and close them.
        with suppress(anyio.EndOfStream, anyio.BrokenResourceError):
            async with stream:
                target = (await stream.receive()).split()[1].decode()
                await stream.send(_BACK)
        if target.startswith("/callback?"):
            await self._sent_back.send(dict(parse_qsl(urlsplit(target).query)))

    async def run(self) -> None:
        """Carry out commands until there are no more."""
        more = True
        while more:
            try:
                async with AsyncExitStack() as stack:
                    await self._carry_out(stack)
                more = False
            except Exception as lost:
                _say(error=repr(lost))

    async def _carry_out(self, stack: AsyncExitStack) -> None:
        """Carry out commands on one connection, which is made for the first of them."""
        client: Client | None = None
        while line := await anyio.to_thread.run_sync(sys.stdin.readline):
            command = json.loads(line)
            if "revoke" in command:
                await self._revoke()
                _say(result={})
                continue
            if client is None:
                client = await stack.enter_async_context(self._connected())
            answer = await client.call_tool(command["tool"], command["arguments"])
            said = answer.structured_content
            _say(**({"error": str(answer.content)} if answer.is_error else {"result": said}))

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Client]:
        limits = httpx2.Limits(max_keepalive_connections=0)
        async with httpx2.AsyncClient(
            auth=self._auth, limits=limits, timeout=60, trust_env=False
        ) as http:
            transport = streamable_http_client(self._address, http_client=http)
            async with Client(transport, mode=self._era) as client:
                yield client

    async def _revoke(self) -> None:
        tokens, info = await self._stored.get_tokens(), await self._stored.get_client_info()
        assert tokens is not None
        assert info is not None
        form = {"token": tokens.refresh_token, "client_id": info.client_id}
        if info.client_secret:
            form["client_secret"] = info.client_secret
        async with httpx2.AsyncClient(timeout=60, trust_env=False) as http:
            root = self._address.removesuffix("/mcp")
            metadata = await http.get(f"{root}/.well-known/oauth-authorization-server")
            endpoint = metadata.raise_for_status().json()["revocation_endpoint"]
            (await http.post(endpoint, data=form)).raise_for_status()

    async def _open_browser(self, address: str) -> None:
        _say(open=address)

    async def _callback(self) -> AuthorizationCodeResult:
        back = await self._came_back.receive()
        return AuthorizationCodeResult(code=back["code"], state=back["state"], iss=back["iss"])


def _say(**what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


async def _main(*arguments: str) -> None:
    address, stored, era = arguments
    async with (
        await anyio.create_tcp_listener(local_host="127.0.0.1") as listener,
        anyio.create_task_group() as tasks,
    ):
        port = listener.extra(SocketAttribute.local_port)
        desk = _Desk(address, _File(Path(stored)), era, port)
        tasks.start_soon(listener.serve, desk.serve_callback)
        await desk.run()
        tasks.cancel_scope.cancel()


if __name__ == "__main__":
    moved_clocks.follow()
    anyio.run(_main, *sys.argv[1:])
