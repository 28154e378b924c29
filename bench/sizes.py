"""How much a model has to read: the tools, and a page of candidates."""

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
    # A session of 20 has the same candidates on its page of the API as in the tool's answer.
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
                    raise RuntimeError(f"{skill} brought {len(page['candidates'])} candidates")
                path = f"/sourcing-session/{session_id}/profiles"
                answer = await http.get(path, params={"page": 1, "limit": _CARDS})
                cards.append(_size(page))
                documents.append(len(answer.raise_for_status().content))
    share = max(mine / theirs for mine, theirs in zip(cards, documents, strict=True))
    told = f"of {documents[0]:,} bytes and the like"
    what = f"{_CARDS} concise cards, largest of {len(_SKILLS)} searches"
    return [
        at_most(
            f"Names, descriptions and input schemas of {len(tools)} tools",
            _size(tools),
            20_000,
            "{:,.0f} bytes",
        ),
        at_most(what, max(cards), 12_000, "{:,.0f} bytes"),
        at_most(f"{what}, of the API's documents", share, 0.03, "{:.2%}", told),
    ]


def _size(value: Any) -> int:
    """Bytes as compact JSON."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
