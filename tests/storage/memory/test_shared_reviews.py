"""One memory for several server processes, some of which are killed, in both databases."""

import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.assistant import search_for
from tests.support.ledgers import on_a_file, postgres_server
from tests.support.processes import Api, Server, stdio_process

pytestmark = [pytest.mark.unmeasured, pytest.mark.xdist_group("shared-memory"), on_a_file]

ROUNDS = 40 if os.environ.get("FJ_LONG") else 6

Engine = dict[str, str]
"""The settings that choose a database."""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    if request.param == "sqlite":
        yield {}
    else:
        with postgres_server() as server:
            yield {"FJ_DATABASE_URL": server.address}


def reviews_of(server: Server, session: str) -> dict[str, str]:
    """The decisions in a session, by candidate, as a server lists them."""
    found: dict[str, str] = {}
    more: dict[str, Any] = {"has_more": True}
    page = 0
    while more["has_more"]:
        page += 1
        more = server.call(
            "list_profiles",
            session_id=session,
            limit=50,
            page=page,
            decisions=["shortlisted", "maybe", "rejected"],
        )
        found |= {one["candidate_id"]: one["decision"] for one in more["candidates"]}
    return found


def test_no_decision_is_lost_when_servers_are_killed_at_any_moment(
    api: Api, key: str, tmp_path: Path, engine: Engine
) -> None:
    chance = random.Random(14)
    confirmed: dict[str, str] = {}
    with stdio_process(api, key, tmp_path, **engine) as survivor:
        session = survivor.search(**search_for("Killed"))
        page = survivor.call("list_profiles", session_id=session, limit=50)
        people = [one["candidate_id"] for one in page["candidates"]]
        for _ in range(ROUNDS):
            with stdio_process(api, key, tmp_path, **engine) as victim:
                victim.call("list_profiles", session_id=session)
                for server in (victim, survivor, victim):
                    chosen, decision = (
                        chance.sample(people, 5),
                        chance.choice(("maybe", "rejected")),
                    )
                    server.call(
                        "review_candidates",
                        session_id=session,
                        candidate_ids=chosen,
                        decision=decision,
                    )
                    confirmed |= dict.fromkeys(chosen, decision)
                doubtful = chance.sample(people, 20)
                victim.ask(
                    "review_candidates",
                    session_id=session,
                    candidate_ids=doubtful,
                    decision="shortlisted",
                )
                if chance.random() < 0.5:
                    # Give it the time to be somewhere in the middle.
                    survivor.call("get_session", session_id=session)
                victim.kill()
            made = reviews_of(survivor, session)
            expected = confirmed | dict.fromkeys(doubtful, "shortlisted")
            # The last review is there as a whole, or not at all.
            assert made in (expected, confirmed)
            confirmed = made


def test_reviews_that_three_servers_record_at_the_same_time_are_all_kept(
    api: Api, key: str, tmp_path: Path, engine: Engine
) -> None:
    with (
        stdio_process(api, key, tmp_path, **engine) as one,
        stdio_process(api, key, tmp_path, **engine) as two,
        stdio_process(api, key, tmp_path, **engine) as three,
    ):
        servers = (one, two, three)
        session = one.search(**search_for("At once"))
        people = []
        for server in servers:
            page = server.call("list_profiles", session_id=session, limit=50)
            people = [card["candidate_id"] for card in page["candidates"]][:12]
        shared = people[0]
        for decision in ("maybe", "rejected", "shortlisted"):
            asked: list[list[int]] = [[], [], []]
            for number, person in enumerate(people):
                # Each server has people of its own, and all write about one.
                for who, change in ((person, {"decision": decision}), (shared, {"note": person})):
                    of_one = {"session_id": session, "candidate_ids": [who]}
                    request = servers[number % 3].ask("review_candidates", **of_one, **change)
                    asked[number % 3].append(request)
            for server, requests in zip(servers, asked, strict=True):
                assert not [one for one in server.answers(requests) if one.get("isError")]
            for server in servers:
                assert reviews_of(server, session) == dict.fromkeys(people, decision)
