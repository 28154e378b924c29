"""The client of the FutureJobs API: one method per endpoint. All requests are sent here.

`_request` handles time-outs, retries, rate limits and the mapping of failures to `errors`.
`ENDPOINTS` decides what may be retried: a free request after any transient failure, a paid request
only when it was definitely not carried out, because no connection could be made or the response
was a 429.
"""

from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any, Literal, TypeVar
from urllib.parse import quote

import anyio
import httpx
from msgspec.structs import replace

from fj_mcp.api import network
from fj_mcp.api.call_context import BeforeSend, tool_in_use
from fj_mcp.api.contact_records import Reveal
from fj_mcp.api.endpoints import ENDPOINTS, Endpoint
from fj_mcp.api.errors import (
    ApiError,
    Attempted,
    CannotConnect,
    RateLimited,
    TimedOut,
    Unavailable,
    Unreadable,
)
from fj_mcp.api.profile_records import Candidate, ProfilePage
from fj_mcp.api.rate_limit import RateLimit
from fj_mcp.api.response_bodies import ENCODINGS, NotReadable, read_body
from fj_mcp.api.responses import RequestContext, read_response, spent_seconds_until_reset
from fj_mcp.api.session_records import ListedSession, Session, Started, completions
from fj_mcp.api.spans import OPERATION, AttemptSpan
from fj_mcp.clock import Clock, ServerClock
from fj_mcp.errors import BadSettings, NoKey
from fj_mcp.settings.settings import KEY_HEADER, Settings
from fj_mcp.text import lenient

Channel = Literal["email", "phone"]

Transport = httpx.AsyncBaseTransport
"""The network, or a sandbox in this process."""

Paid = TypeVar("Paid", Started, Reveal)

ATTEMPTS = 3
_FREE_ATTEMPT_SECONDS = 15.0
"""The time-out of one attempt of a free request, so that a hung one leaves time for a retry."""

_CONNECT_SECONDS = 10.0

_NOT_CONNECTED = (
    httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError
)  # fmt: skip
"""Raised before any part of a request was sent."""


class FutureJobs:
    """A client for one API key.

    Every method raises an `ApiError` (or `NoKey`, `BadSettings`) whose message can be shown to the
    model. All attempts of a method together end before the enclosing cancel scope's deadline, or
    before the call deadline of the settings if there is none.
    """

    def __init__(
        self,
        settings: Settings,
        transport: Transport | None = None,
        rate_limit: RateLimit | None = None,
        brought_key: bool = False,
        clock: Clock | None = None,
    ) -> None:
        """Args: `transport`: replaces the network; `rate_limit`: shared with other users of the
        key; `brought_key`: the key comes from the client's requests, not from the settings;
        `clock`: this machine's.
        """
        self._settings = settings
        self._rate_limit = rate_limit or RateLimit()
        self._brought_key = brought_key
        self._remaining: int | None = None
        self._server_clock = ServerClock(clock or Clock())
        self.key_accepted: bool | None = None
        self._transport = transport
        self._http: httpx.AsyncClient | None = None

    async def close(self) -> None:
        """Close the connections."""
        if self._http is not None:
            await self._http.aclose()

    async def create_session(
        self,
        title: str,
        queries: dict[str, Any],
        text: str,
        sample_profile_url: str,
        before_send: BeforeSend | None = None,
    ) -> Started:
        """Start a search (5 credits). `queries` is the filter map. Matching goes on after that."""
        body = {
            "sessionTitle": title,
            "jdDetail": _job_description(text, sample_profile_url),
            "queries": queries,
        }
        response = await self._request("create_session", body=body, before_send=before_send)
        started = Started.read(response, self._key)
        if not started.session.id:
            raise Unreadable(ENDPOINTS["create_session"].attempted)
        return self._remember_remaining(started)

    async def update_session(
        self,
        session_id: str,
        *,
        queries: dict[str, Any] | None = None,
        title: str | None = None,
        text: str | None = None,
        sample_profile_url: str | None = None,
        before_send: BeforeSend | None = None,
    ) -> Started:
        """Change a session and search again (costs credits). `queries` replaces the whole map."""
        body: dict[str, Any] = {}
        if title is not None:
            body["sessionTitle"] = title
        if text is not None or sample_profile_url is not None:
            body["jdDetail"] = _job_description(text or "", sample_profile_url or "")
        if queries is not None:
            body["queries"] = queries
        ids = {"session_id": session_id}
        response = await self._request("update_session", ids, body=body, before_send=before_send)
        return self._remember_remaining(Started.read(response, self._key))

    async def fetch_more(self, session_id: str, before_send: BeforeSend | None = None) -> Started:
        """Fetch more profiles (5 credits). Matching continues afterwards."""
        ids = {"session_id": session_id}
        response = await self._request("fetch_more", ids, body={}, before_send=before_send)
        return self._remember_remaining(Started.read(response, self._key))

    async def reveal(
        self,
        session_id: str,
        profile_url: str,
        channel: Channel,
        before_send: BeforeSend | None = None,
    ) -> Reveal:
        """Reveal one contact (costs credits) by the LinkedIn address in the profile."""
        query = {
            "sourcingSessionId": session_id,
            "linkedin_profile_url": profile_url,
            "revealType": channel.upper(),
        }
        response = await self._request("reveal", query=query, before_send=before_send)
        return self._remember_remaining(Reveal.read(response, channel))

    async def get_session(self, session_id: str) -> Session:
        """The current state of a session."""
        response = await self._request("get_session", {"session_id": session_id})
        session = Session.read(response.get("data"))
        if session.id.lower() not in ("", session_id.lower()):
            raise Unreadable(self._attempted("get_session"))
        # The response may omit the id.
        return replace(session, id=session_id)

    async def profiles(self, session_id: str, page: int, limit: int) -> ProfilePage:
        """One page (from 1) of a session's profiles, in the API's order."""
        response = await self._request(
            "profiles", {"session_id": session_id}, query={"page": page, "limit": limit}
        )
        return ProfilePage.read(response.get("data"))

    async def candidate(self, session_id: str, candidate_id: str) -> Candidate:
        """A candidate's full profile."""
        ids = {"session_id": session_id, "candidate_id": candidate_id}
        response = await self._request("candidate", ids, query={"sessionId": session_id})
        return Candidate.read(response.get("data"))

    async def project_sessions(self) -> list[ListedSession]:
        """Every session of the key's project, in the API's order."""
        response = await self._request("project_sessions")
        listed = [ListedSession.read(doc) for doc in lenient.mappings(response.get("data"))]
        # A session without an id cannot be opened.
        return [one for one in listed if one.id]

    async def annotation(self, job_description: str, sample_profile_url: str) -> dict[str, Any]:
        """The filter map suggested by a job description: `{key: {presence, value}}`."""
        body = {"userText": job_description, "linkedin_profile_url": sample_profile_url}
        response = await self._request("annotation", body=body)
        # The map comes bare, or under `data`.
        return lenient.mapping(response["data"]) if "data" in response else response

    async def autocomplete(self, filter_type: str, query: str, limit: int) -> list[str]:
        """Filter values that start with `query`."""
        parameters: dict[str, str | int] = {
            "filter_type": filter_type,
            "query": query,
            "limit": limit,
        }
        response = await self._request("autocomplete", query=parameters)
        return completions(response.get("data"))

    @property
    def server_time(self) -> float | None:
        """The server's clock in the last response, in Unix seconds; None if it had none."""
        return self._server_clock.last

    def server_now(self) -> float | None:
        """The server's current time, never too late; None if no response had one."""
        return self._server_clock.now()

    def _attempted(self, name: str) -> Attempted:
        """The description of an operation for its errors, which name the current tool."""
        words = ENDPOINTS[name].attempted
        return replace(
            words,
            tool=tool_in_use.get(words.tool),
            brought_key=self._brought_key,
            signs_in=self._settings.signs_in_with_keys,
        )

    @property
    def _key(self) -> str:
        return self._settings.key or ""

    def open(self) -> None:
        """Open the HTTP client before a request needs it."""
        # That request reports settings that cannot be used.
        with suppress(CannotConnect):
            self._client(self._attempted("get_session"))

    def _client(self, attempted: Attempted) -> httpx.AsyncClient:
        """The HTTP client, opened by the first request. Raises `CannotConnect`."""
        if self._http is None:
            self._http = network.open_client(
                attempted,
                base_url=self._settings.api_base_url,
                transport=self._transport,
                headers={
                    KEY_HEADER: self._key,
                    "accept": "application/json",
                    "accept-encoding": ENCODINGS,
                },
                timeout=None,  # `_send` sets one for each attempt
            )
        return self._http

    def _remember_remaining(self, paid: Paid) -> Paid:
        """Remember the remaining credits, because the API's 402 response does not contain them."""
        if paid.credits.remaining is not None:
            self._remaining = paid.credits.remaining
        return paid

    async def _request(
        self,
        name: str,
        ids: Mapping[str, str] | None = None,
        *,
        query: Mapping[str, str | int] | None = None,
        body: Mapping[str, Any] | None = None,
        before_send: BeforeSend | None = None,
    ) -> dict[str, Any]:
        """Send a request, with retries, and return the JSON of its response."""
        if self._settings.problems:
            raise BadSettings(self._settings.problems)
        if self._settings.key is None:
            raise NoKey
        endpoint = replace(ENDPOINTS[name], attempted=self._attempted(name))
        ids = ids or {}
        path = endpoint.path.format_map({key: quote(value, safe="") for key, value in ids.items()})
        http = self._client(endpoint.attempted)
        request = http.build_request(endpoint.method, path, params=query, json=body)
        request.extensions[OPERATION] = name
        ends = self._ends()
        # A paid request sent too late to receive its response would leave its outcome unknown.
        latest = ends - (self._settings.time_to_pay if endpoint.attempted.costs else 0.0)

        def pause(error: Exception) -> bool | float:
            """Whether to retry after `error`, and after how many seconds."""
            if not isinstance(error, ApiError) or not endpoint.may_retry(error):
                return False
            if isinstance(error, RateLimited):
                return error.seconds if anyio.current_time() + error.seconds < latest else False
            return anyio.current_time() + 1.0 < latest

        send = partial(
            self._send,
            http,
            endpoint,
            request,
            ids=ids,
            ends=ends,
            latest=latest,
            before_send=before_send,
        )
        try:
            return await send()
        except ApiError as error:
            if pause(error) is False:
                raise
            # Its traceback would keep the response in memory until the retries are over.
            failed = error.with_traceback(None)
        # Only for a retry: its import and setup take longer than everything else here.
        import stamina

        attempts = stamina.retry_context(
            on=pause, attempts=ATTEMPTS, timeout=None, wait_initial=0.3, wait_jitter=0.3
        )
        async for attempt in attempts:
            with attempt:
                if attempt.num == 1:
                    raise failed
                return await send()
        raise AssertionError("stamina always returns or raises")

    def _ends(self) -> float:
        """The end of all attempts, which leaves time to report the outcome before the deadline."""
        deadline = self._settings.call_deadline_seconds
        limit = min(anyio.current_effective_deadline(), anyio.current_time() + deadline)
        return limit - min(1.0, deadline * 0.05)

    async def _send(
        self,
        http: httpx.AsyncClient,
        endpoint: Endpoint,
        request: httpx.Request,
        *,
        ids: Mapping[str, str],
        ends: float,
        latest: float,
        before_send: BeforeSend | None,
    ) -> dict[str, Any]:
        """Make one attempt."""
        attempted = endpoint.attempted
        await self._wait_for_rate_limit(attempted, latest)
        if before_send is not None:
            await before_send()
        left = ends - anyio.current_time()
        seconds = left if attempted.costs else min(left, _FREE_ATTEMPT_SECONDS)
        connect = min(_CONNECT_SECONDS, seconds)
        request.extensions["timeout"] = {"connect": connect, "pool": connect}
        try:
            with AttemptSpan(request) as attempt, anyio.fail_after(seconds):
                response = attempt.response = await http.send(request, stream=True)
                try:
                    content = await read_body(response)
                finally:
                    await response.aclose()
        except _NOT_CONNECTED as error:
            raise network.not_connected(attempted, error, request.url) from None
        except (TimeoutError, httpx.TimeoutException):
            raise TimedOut(attempted, self._settings.call_deadline_seconds) from None
        except NotReadable:
            raise Unreadable(attempted) from None
        except httpx.TransportError:
            raise Unavailable(attempted) from None
        if response.status_code < 500 and response.status_code != 429:
            self.key_accepted = response.status_code not in (401, 403)
        self._server_clock.observe(response.headers.get("date"))
        if (wait := spent_seconds_until_reset(response)) is not None:
            await self._rate_limit.pause(wait)
        known = RequestContext(ids, self._remaining, self._key)
        return read_response(endpoint, response, content, known)

    async def _wait_for_rate_limit(self, attempted: Attempted, latest: float) -> None:
        """Wait for the end of the rate limit, if that is before `latest`.

        Raises:
            RateLimited: if it is later; nothing was sent.
        """
        wait = await self._rate_limit.wait_seconds()
        if wait > 0:
            if anyio.current_time() + wait >= latest:
                raise RateLimited(attempted, wait)
            await anyio.sleep(wait)


async def is_reachable(base_url: str, seconds: float) -> bool:
    """Whether the API responds at all; a request without a key normally gets a 401."""
    endpoint = ENDPOINTS["project_sessions"]
    try:
        with anyio.fail_after(seconds):
            async with (
                network.open_client(endpoint.attempted) as http,
                http.stream(endpoint.method, f"{base_url}{endpoint.path}") as response,
            ):
                return response.status_code < 500
    except (httpx.HTTPError, ApiError, TimeoutError):
        return False


def _job_description(text: str, sample_profile_url: str) -> dict[str, str]:
    fields = {"userText": text, "sampleProfileURL": sample_profile_url}
    return {name: value for name, value in fields.items() if value}
