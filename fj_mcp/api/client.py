"""The FutureJobs API: one method an endpoint, typed records out. The only place that speaks HTTP.

`_request` owns time-outs, retries, rate limits and the mapping of failures to `errors`. What may
be sent twice is decided by `ENDPOINTS`: a free call is repeated on anything that may pass; a call
that costs is repeated only when it certainly was not carried out, which is when no connection
could be made or the answer was 429.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Literal, TypeVar
from urllib.parse import quote

import anyio
import httpx
import stamina

from fj_mcp.api import network
from fj_mcp.api.call_context import BeforeSend, tool_in_use
from fj_mcp.api.contact_records import Reveal
from fj_mcp.api.endpoints import ENDPOINTS, Endpoint
from fj_mcp.api.errors import ApiError, Attempted, RateLimited, TimedOut, Unavailable, Unreadable
from fj_mcp.api.profile_records import Candidate, ProfilePage
from fj_mcp.api.rate_limit import RateLimit
from fj_mcp.api.response_bodies import ENCODINGS, NotReadable, read_body
from fj_mcp.api.responses import RequestContext, read_response, spent_seconds_until_reset
from fj_mcp.api.session_records import ListedSession, Session, Started, completions
from fj_mcp.api.spans import OPERATION, AttemptSpan
from fj_mcp.clock import Clock, ServerClock
from fj_mcp.errors import BadSettings, NoKey
from fj_mcp.settings.settings import Settings
from fj_mcp.text import lenient

Channel = Literal["email", "phone"]

Transport = httpx.AsyncBaseTransport
"""What carries requests: the network, or a sandbox in this process."""

Bought = TypeVar("Bought", Started, Reveal)

ATTEMPTS = 3
_FREE_ATTEMPT_SECONDS = 15.0
"""How long one try of a free call may take, so that a hung one leaves time for the next."""

_CONNECT_SECONDS = 10.0

_NOT_CONNECTED = (
    httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError
)  # fmt: skip
"""What is raised before anything of a request has left."""


class FutureJobs:
    """The API, until it is closed.

    Every method raises an `ApiError` (or `NoKey`, `BadSettings`) whose text is fit for the model.
    All attempts of one method together stay inside the enclosing cancel scope's deadline, or
    inside the call deadline of the settings where there is none.
    """

    def __init__(
        self,
        settings: Settings,
        transport: Transport | None = None,
        rate_limit: RateLimit | None = None,
        brought_key: bool = False,
        clock: Clock | None = None,
    ) -> None:
        """Args: `transport`: if not over the network; `pace`: if others use the key as well;
        `brought_key`: if requests bring it, and it is not the server's own; `clock`: the time of
        this machine.
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
        """Start a search (5 credits). `queries` is the filter map; matching goes on after this."""
        body = {
            "sessionTitle": title,
            "jdDetail": _described(text, sample_profile_url),
            "queries": queries,
        }
        response = await self._request("create_session", body=body, before_send=before_send)
        started = Started.read(response, self._key)
        if not started.session.id:
            raise Unreadable(ENDPOINTS["create_session"].attempted)
        return self._counted(started)

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
        """Change a session and search again (costs credits). `queries` must be the whole map."""
        body: dict[str, Any] = {}
        if title is not None:
            body["sessionTitle"] = title
        if text is not None or sample_profile_url is not None:
            body["jdDetail"] = _described(text or "", sample_profile_url or "")
        if queries is not None:
            body["queries"] = queries
        ids = {"session_id": session_id}
        answer = await self._request("update_session", ids, body=body, before_send=before_send)
        return self._counted(Started.read(answer, self._key))

    async def fetch_more(self, session_id: str, before_send: BeforeSend | None = None) -> Started:
        """Ask for further profiles (5 credits); they are matched after this returns."""
        ids = {"session_id": session_id}
        answer = await self._request("fetch_more", ids, body={}, before_send=before_send)
        return self._counted(Started.read(answer, self._key))

    async def reveal(
        self,
        session_id: str,
        profile_url: str,
        channel: Channel,
        before_send: BeforeSend | None = None,
    ) -> Reveal:
        """Reveal one contact (costs credits) by the profile's own LinkedIn address."""
        query = {
            "sourcingSessionId": session_id,
            "linkedin_profile_url": profile_url,
            "revealType": channel.upper(),
        }
        answer = await self._request("reveal", query=query, before_send=before_send)
        return self._counted(Reveal.read(answer, channel))

    async def get_session(self, session_id: str) -> Session:
        """The session as it is now."""
        answer = await self._request("get_session", {"session_id": session_id})
        session = Session.read(answer.get("data"))
        if session.id.lower() not in ("", session_id.lower()):
            raise Unreadable(self._attempted("get_session"))
        # It is the one that was asked for, even where the answer leaves its id out.
        return replace(session, id=session_id)

    async def profiles(self, session_id: str, page: int, limit: int) -> ProfilePage:
        """One page (from 1) of a session's profiles, in the API's order."""
        answer = await self._request(
            "profiles", {"session_id": session_id}, query={"page": page, "limit": limit}
        )
        return ProfilePage.read(answer.get("data"))

    async def candidate(self, session_id: str, candidate_id: str) -> Candidate:
        """One candidate in full."""
        ids = {"session_id": session_id, "candidate_id": candidate_id}
        answer = await self._request("candidate", ids, query={"sessionId": session_id})
        return Candidate.read(answer.get("data"))

    async def project_sessions(self) -> list[ListedSession]:
        """Every session of the key's project, in the API's order."""
        answer = await self._request("project_sessions")
        listed = [ListedSession.read(doc) for doc in lenient.mappings(answer.get("data"))]
        # Without an id nobody could ask for them.
        return [one for one in listed if one.id]

    async def annotation(self, job_description: str, sample_profile_url: str) -> dict[str, Any]:
        """The filter map that a job description suggests: `{key: {presence, value}}`."""
        body = {"userText": job_description, "linkedin_profile_url": sample_profile_url}
        answer = await self._request("annotation", body=body)
        # The map comes bare, or under `data`.
        return lenient.mapping(answer["data"]) if "data" in answer else answer

    async def autocomplete(self, filter_type: str, query: str, limit: int) -> list[str]:
        """Values that begin like `query`."""
        parameters: dict[str, str | int] = {
            "filter_type": filter_type,
            "query": query,
            "limit": limit,
        }
        answer = await self._request("autocomplete", query=parameters)
        return completions(answer.get("data"))

    @property
    def server_time(self) -> float | None:
        """The server's clock at its last response, in Unix seconds; None if that did not say."""
        return self._server_clock.said

    def server_now(self) -> float | None:
        """The server's clock now, or at least that; None if no response ever told it."""
        return self._server_clock.now()

    def _attempted(self, name: str) -> Attempted:
        """The words for the errors of an operation, for the tool that is being called."""
        words = ENDPOINTS[name].attempted
        return replace(words, tool=tool_in_use.get(words.tool), brought_key=self._brought_key)

    @property
    def _key(self) -> str:
        return self._settings.key or ""

    def _opened(self, attempted: Attempted) -> httpx.AsyncClient:
        """The connections, opened for the first request. Raises `CannotConnect`."""
        if self._http is None:
            self._http = network.open_client(
                attempted,
                base_url=self._settings.api_base_url,
                transport=self._transport,
                headers={
                    "x-fj-api-key": self._key,
                    "accept": "application/json",
                    "accept-encoding": ENCODINGS,
                },
                timeout=None,  # every attempt has its own, in `_send`
                limits=httpx.Limits(max_connections=20, max_keepalive_connections=20),
            )
        return self._http

    def _counted(self, bought: Bought) -> Bought:
        """Remember what was left after a purchase; the API does not say it when that is too few."""
        if bought.credits.remaining is not None:
            self._remaining = bought.credits.remaining
        return bought

    async def _request(
        self,
        name: str,
        ids: Mapping[str, str] | None = None,
        *,
        query: Mapping[str, str | int] | None = None,
        body: Mapping[str, Any] | None = None,
        before_send: BeforeSend | None = None,
    ) -> dict[str, Any]:
        """The JSON of the answer to one operation, after as many attempts as it may have."""
        if self._settings.problems:
            raise BadSettings(self._settings.problems)
        if self._settings.key is None:
            raise NoKey
        endpoint = replace(ENDPOINTS[name], attempted=self._attempted(name))
        ids = ids or {}
        path = endpoint.path.format_map({key: quote(value, safe="") for key, value in ids.items()})
        http = self._opened(endpoint.attempted)
        request = http.build_request(endpoint.method, path, params=query, json=body)
        request.extensions[OPERATION] = name
        ends = self._ends()
        # A paid request that leaves with no time for its answer would end as uncertain.
        latest = ends - (self._settings.time_to_pay if endpoint.attempted.costs else 0.0)

        def pause(error: Exception) -> bool | float:
            """Whether to try again after `error`, and after how many seconds."""
            if not isinstance(error, ApiError) or not endpoint.may_repeat(error):
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
            # Its traceback would hold what was read until the retries are over.
            failed = error.with_traceback(None)
        # Made for a retry only: it takes longer to make than all else here.
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
        """When the answer must be known, so that there is time to say so before the deadline."""
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
        """One attempt."""
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
        self._server_clock.hear(response.headers.get("date"))
        if (wait := spent_seconds_until_reset(response)) is not None:
            await self._rate_limit.pause(wait)
        known = RequestContext(ids, self._remaining, self._key)
        return read_response(endpoint, response, content, known)

    async def _wait_for_rate_limit(self, attempted: Attempted, latest: float) -> None:
        """Wait until the API takes requests again, if that is before `latest`.

        Raises:
            RateLimited: if it is not; nothing was sent.
        """
        wait = await self._rate_limit.wait_seconds()
        if wait > 0:
            if anyio.current_time() + wait >= latest:
                raise RateLimited(attempted, wait)
            await anyio.sleep(wait)


async def is_reachable(base_url: str, seconds: float) -> bool:
    """Whether the API at an address answers at all: without a key, that it wants one."""
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


def _described(text: str, sample_profile_url: str) -> dict[str, str]:
    described = {"userText": text, "sampleProfileURL": sample_profile_url}
    return {name: value for name, value in described.items() if value}
