from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from fj_mcp.sandbox.app import Sandbox

BASE = "http://sandbox.example.com/api/v1/wl"


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


class Api:
    """A client of a sandbox, by operation."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def create(self, queries: dict[str, Any] | None = None, **change: Any) -> httpx.Response:
        body = {"sessionTitle": "A search", "jdDetail": {"userText": "A text"}}
        body |= {"queries": searching("C#") if queries is None else queries} | change
        return await self.http.post("/sourcing-session", json=body)

    async def created(self, queries: dict[str, Any] | None = None) -> str:
        answer = await self.create(queries)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["data"]["session"]["_id"])

    async def session(self, session_id: str) -> dict[str, Any]:
        answer = await self.http.get(f"/sourcing-session/{session_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json()["data"]["session"])

    async def update(self, session_id: str, **body: Any) -> httpx.Response:
        return await self.http.patch(f"/sourcing-session/update-session/{session_id}", json=body)

    async def more(self, session_id: str) -> httpx.Response:
        return await self.http.post(f"/sourcing-session/{session_id}/fetch-more", json={})

    async def page(self, session_id: str, page: Any = 1, limit: Any = 300) -> httpx.Response:
        query = {"page": page, "limit": limit}
        return await self.http.get(f"/sourcing-session/{session_id}/profiles", params=query)

    async def docs(self, session_id: str) -> list[dict[str, Any]]:
        return list((await self.page(session_id)).json()["data"]["docs"])

    async def candidate(self, session_id: str, candidate_id: str) -> httpx.Response:
        return await self.http.get(
            f"/sourcing-session/candidate/{candidate_id}/details", params={"sessionId": session_id}
        )

    async def reveal(self, session_id: str, address: str, kind: str = "EMAIL") -> httpx.Response:
        query = {"sourcingSessionId": session_id, "linkedin_profile_url": address}
        return await self.http.post(
            "/sourcing-session/contact/reveal", params=query | {"revealType": kind}
        )

    async def annotate(self, text: Any) -> httpx.Response:
        body = {"userText": text, "linkedin_profile_url": ""}
        return await self.http.post("/sourcing-session/get-annotation", json=body)

    async def complete(self, kind: str, query: str, limit: Any = 10) -> httpx.Response:
        params = {"filter_type": kind, "query": query, "limit": limit}
        return await self.http.get("/sourcing-session/filters/autocomplete", params=params)


def searching(*mandatory: str, core: tuple[str, ...] = (), **filters: Any) -> dict[str, Any]:
    """A filter map with only skills, in the API's format."""
    tiers = {"mandatory": list(mandatory), "core": list(core), "secondary": []}
    return {"skills": {"type": "IN", "value": tiers}} | filters


def connect(sandbox: Sandbox, key: str = "fjk_sandbox") -> httpx.AsyncClient:
    headers = {"x-fj-api-key": key} if key else {}
    return httpx.AsyncClient(transport=sandbox.transport(), base_url=BASE, headers=headers)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock) -> Sandbox:
    return Sandbox(match_seconds=0, clock=clock)


@pytest.fixture
async def api(sandbox: Sandbox) -> AsyncIterator[Api]:
    async with connect(sandbox) as http:
        yield Api(http)
