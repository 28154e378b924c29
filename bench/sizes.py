"""The amount of text that a model reads: the tools, and a page of candidates."""

import json
from typing import Any

from bench.bare_session_server import bare_http
from bench.calls import call, search
from bench.loopback import sandbox_apart, server_on
from bench.table import Row, at_most

_CARDS = 20
_SKILLS = ("C#", "Java", "Python", "React", "SQL", "Recruiting")


async def sizes() -> list[Row]:
    """The tools as a client receives them, and the largest of a few pages of cards."""
    # With 20 profiles in a session, the API's page and the tool's result have the same candidates.
    with sandbox_apart(match_seconds=0, first_batch=_CARDS) as api:
        async with server_on(api) as client, bare_http(api) as http:
            tools = [
                {
                    "name": tool.name,
                    "description": tool.description,
                    "inputSchema": tool.input_schema,
                }
                for tool in (await client.list_tools()).tools
            ]
            cards: list[int] = []
            documents: list[int] = []
            for skill in _SKILLS:
                session_id = await search(client, skill)
                page = await call(client, "list_profiles", session_id=session_id, limit=_CARDS)
                if len(page["candidates"]) != _CARDS:
                    raise RuntimeError(f"{skill} found {len(page['candidates'])} candidates")
                path = f"/sourcing-session/{session_id}/profiles"
                response = await http.get(path, params={"page": 1, "limit": _CARDS})
                cards.append(_size(page))
                documents.append(len(response.raise_for_status().content))
    share = max(mine / theirs for mine, theirs in zip(cards, documents, strict=True))
    note = f"of {documents[0]:,} bytes, for example"
    what = f"{_CARDS} concise cards, largest of {len(_SKILLS)} searches"
    return [
        at_most(
            f"Names, descriptions and input schemas of {len(tools)} tools",
            _size(tools),
            17_500,
            "{:,.0f} bytes",
        ),
        at_most(what, max(cards), 12_000, "{:,.0f} bytes"),
        at_most(f"{what}, share of the API's documents", share, 0.03, "{:.2%}", note),
    ]


def _size(value: Any) -> int:
    """Bytes as compact JSON."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
