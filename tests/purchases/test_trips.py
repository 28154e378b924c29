"""How far a reader has to travel to follow a purchase through the packages.

Counted is what runs until `Checkout.buy` ends: the packages entered, the ways from one package to
another (each once, calls and returns), and those of them that lead upward by the layer rule.
"""

import asyncio
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

import fj_mcp
from tests.support.assistant import CSHARP, connected
from tests.support.ledgers import on_a_file
from tests.support.repository import ROOT

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.unmeasured,
    # While PostgreSQL is waited for, what goes on beside it would be counted between.
    on_a_file,
]

PACKAGE = Path(fj_mcp.__file__).parent
GROUND = {"settings", "text", "clock", "errors", "telemetry"}
"""Packages that a reader knows anyway."""

START = 12
"""The bytes of instructions before the body of a coroutine."""

LIMITS = {
    "create_sourcing_session": (4, 10, 5),
    "reveal_contacts": (3, 5, 2),
    "update_sourcing_session": (5, 10, 5),
    "fetch_more_profiles": (4, 7, 2),
}
"""Packages, ways, ways upward: none may grow without a reason."""


def floors() -> dict[str, int]:
    """Each package's floor, the lowest is 0, from the layer rule."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    contracts = tomllib.loads(text)["tool"]["importlinter"]["contracts"]
    (layers,) = [one["layers"] for one in contracts if one["id"] == "layers"]
    return {
        name.strip(): floor
        for floor, layer in enumerate(reversed(layers))
        for name in layer.split("|")
    }


@cache
def home(code: CodeType) -> str | None:
    """The package of a function of fj_mcp."""
    file = Path(code.co_filename)
    if not file.is_relative_to(PACKAGE) or code.co_name.startswith("<"):
        return None
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


def serves_the_sandbox(frame: FrameType) -> bool:
    """Whether a function runs for the API, which is no part of the trip."""
    caller: FrameType | None = frame
    while caller is not None:
        if home(caller.f_code) == "sandbox":
            return True
        caller = caller.f_back
    return False


@contextmanager
def journal() -> Iterator[list[str]]:
    """The packages of the functions called from the start of `Checkout.buy` to its end."""
    visited: list[str] = []
    buying = False

    def note(frame: FrameType, event: str, value: Any) -> None:
        nonlocal buying
        package = home(frame.f_code)
        if package is None or package in GROUND:
            return
        if frame.f_code.co_qualname == "Checkout.buy":
            # A coroutine that waits returns what it waits for.
            waits = value is None or asyncio.isfuture(value)
            buying = event == "call" or (event == "return" and waits)
        # A coroutine that goes on after an `await` is not called again.
        if buying and event == "call" and frame.f_lasti <= START and not serves_the_sandbox(frame):
            visited.append(package)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield visited
    finally:
        sys.setprofile(before)


def trip(visited: list[str]) -> tuple[int, int, int]:
    """The numbers of packages, of ways and of ways upward."""
    floor = floors()
    ways = {(one, other) for one, other in pairwise(visited) if one != other}
    return len(set(visited)), len(ways), sum(floor[one] < floor[other] for one, other in ways)


async def test_a_purchase_is_followed_through_few_packages() -> None:
    trips = {}
    async with connected(era="legacy") as assistant:

        async def buy(tool: str, **arguments: Any) -> dict[str, Any]:
            with journal() as visited:
                result = await assistant.call(tool, **arguments)
            trips[tool] = trip(visited)
            return result

        bought = await buy("create_sourcing_session", title="A search", filters=CSHARP)
        session_id = bought["session_id"]
        await assistant.call("wait_for_session", session_id=session_id)
        years = {"years_of_experience": {"min": 1}}
        await buy("update_sourcing_session", session_id=session_id, filters=years)
        waited = await assistant.call("wait_for_session", session_id=session_id)
        ids = [waited["top_candidates"][0]["candidate_id"]]
        await buy("reveal_contacts", session_id=session_id, candidate_ids=ids, channel="email")
        await buy("fetch_more_profiles", session_id=session_id)
        assert assistant.sent("fetch_more") == 1
    longer = {
        tool: (found, LIMITS[tool])
        for tool, found in trips.items()
        if any(one > most for one, most in zip(found, LIMITS[tool], strict=True))
    }
    assert trips.keys() == LIMITS.keys()
    assert min(ways for _, ways, _ in trips.values()) >= 4, "nothing was recorded"
    assert not longer, longer
