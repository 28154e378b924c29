"""Never pay twice, with real processes: two on stdio, and one over HTTP with two workers.

They share a database, and a random walk with a fixed seed kills them, disconnects from them, loses
responses, repeats approvals, and opens, locks and deletes its file. `FJ_LONG=1` makes the
walk long. Requests without effect and response are left to the tests with a simulated clock,
because a purchase counts as not carried out only minutes later.
"""

import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from fj_mcp.workspace.open_storage import LEDGER_FILE
from tests.support.assistant import search_for
from tests.support.conditions import until
from tests.support.ledgers import IN_POSTGRES, ledger_environment
from tests.support.processes import (
    CLEAN,
    Api,
    ModernClient,
    Server,
    http_process,
    sandbox_process,
    stdio_process,
)
from tests.support.purchase_world import OtherProcess

pytestmark = [pytest.mark.xdist_group("real-processes"), pytest.mark.unmeasured]

ACTS = 400 if os.environ.get("FJ_LONG") else 45
KEY = "fjk_walk"
LOST = ("drop_after", "502_after", "cut", "empty", "null_data", "unpriced")
"""Faults that spoil the response to a request that was carried out."""

IN_A_200: tuple[dict[str, Any], ...] = (
    {"statusCode": 402, "message": "Payment required", "success": False},
    {"statusCode": 429, "message": "Too many requests", "success": False},
    {"statusCode": 400, "message": "Title is not allowed", "status": "ERROR"},
)
"""Rejections without effect."""


class Walk:
    """A random walk: the calls made, their results, and the servers."""

    def __init__(self, api: Api, state: Path, chance: random.Random, stack: ExitStack) -> None:
        self.api = api
        self.state = state
        self.chance = chance
        self.stack = stack
        self.stdio = [self.start(), self.start()]
        served = stack.enter_context(http_process(state, "--workers", "2", api=api, measured=False))
        self.http = stack.enter_context(ModernClient(served, KEY))
        self.other = OtherProcess()
        stack.callback(self.other.end)
        self.titles: list[str] = []
        self.told: dict[str, str] = {}
        self.wishes_for_more: Counter[str] = Counter()
        self.done: Counter[str] = Counter()
        self._numbers = count(1)

    def start(self) -> Server:
        return self.stack.enter_context(stdio_process(self.api, KEY, self.state))

    def server(self) -> Server:
        return self.chance.choice(self.stdio)

    def title(self) -> str:
        """A new title, or an earlier one."""
        if self.titles and self.chance.random() < 0.5:
            return self.chance.choice(self.titles)
        self.titles.append(f"Search {next(self._numbers)}")
        return self.titles[-1]

    def search(self, title: str, times: int = 1) -> None:
        arguments = search_for(title)
        if self.chance.random() < 0.4:
            results = self.http.approved_often("create_sourcing_session", arguments, times)
        else:
            (answered,) = self.answers(self.server(), "create_sourcing_session", arguments)
            results = [answered]
        for result in results:
            self.note(title, result)

    def answers(self, server: Server, tool: str, arguments: dict[str, Any]) -> list[dict[str, Any]]:
        return server.answers([server.ask(tool, **arguments)])

    def note(self, title: str, result: dict[str, Any]) -> None:
        if result.get("isError"):
            text = result["content"][0]["text"]
            sure = text.startswith(("Nothing was", "FutureJobs", "An earlier", "The connection"))
            assert sure or "not certain" in text, text
            return
        if "structuredContent" in result:
            session_id = result["structuredContent"]["session_id"]
            assert self.told.setdefault(title, session_id) == session_id, title

    # Actions

    def buy(self) -> None:
        self.search(self.title())

    def lose_a_response(self) -> None:
        self.api.fail("create_session", self.chance.choice(LOST), 0)
        self.search(self.title())

    def be_refused_inside_a_200(self) -> None:
        title = f"Refused {next(self._numbers)}"
        body = self.chance.choice(IN_A_200)
        self.api.fail("create_session", "status", 0, times=3, status=200, body=body)
        server = self.server()
        text = server.refusal("create_sourcing_session", **search_for(title))
        assert text.startswith("Nothing was charged"), text
        self.api.mend()

    def fetch_more(self) -> None:
        if not self.told:
            return self.buy()
        session_id = self.chance.choice(list(self.told.values()))
        self.wishes_for_more[session_id] += 1
        if self.chance.random() < 0.5:
            self.api.fail("fetch_more", self.chance.choice(("drop_after", "unpriced", "cut")), 0)
        arguments = {"session_id": session_id}
        if self.chance.random() < 0.5:
            self.http.approved_often("fetch_more_profiles", arguments, self.chance.randint(1, 3))
        else:
            self.answers(self.server(), "fetch_more_profiles", arguments)
        self.api.mend()
        return None

    def paying(self, seconds: float) -> int:
        """The server whose new search is paid for and has no response yet."""
        self.titles.append(f"Search {next(self._numbers)}")
        which = self.chance.randrange(2)
        before = len(self.api.charges(KEY))
        self.api.fail("create_session", "delay_after", seconds)
        self.stdio[which].ask("create_sourcing_session", **search_for(self.titles[-1]))
        until(lambda: len(self.api.charges(KEY)) > before)
        return which

    def be_killed(self) -> None:
        which = self.paying(20)
        self.stdio[which].kill()
        self.stdio[which] = self.start()

    def be_hung_up_on(self) -> None:
        which = self.paying(self.chance.choice([0.3, 20]))
        self.stdio[which].hang_up()
        assert self.stdio[which].process.wait(timeout=10) == 0
        self.stdio[which] = self.start()

    def send_an_approval_often(self) -> None:
        self.titles.append(f"Search {next(self._numbers)}")
        arguments = search_for(self.titles[-1]) | {"allow_duplicate": True}
        self.api.fail("create_session", "unpriced", 0)
        for result in self.http.approved_often("create_sourcing_session", arguments, 3):
            if not result.get("isError"):
                self.note(self.titles[-1], result)
        self.api.mend()

    def open_elsewhere(self) -> None:
        self.http.ready()
        environment = CLEAN | ledger_environment(self.state)
        environment |= {"FJ_API_KEY": KEY, "FJ_API_BASE_URL": self.api.address}
        command = [sys.executable, "-m", "fj_mcp", "doctor"]
        subprocess.run(command, env=environment, capture_output=True, timeout=60, check=True)

    def hold(self) -> None:
        if IN_POSTGRES:
            return self.buy()
        self.server().call("get_spending")
        self.other.hold(self.state / LEDGER_FILE)
        server, title = self.server(), self.title()
        asked = server.ask("create_sourcing_session", **search_for(title))
        assert "sessions" in server.call("list_sessions")
        self.other.close()
        (result,) = server.answers([asked])
        self.note(title, result)
        return None

    def delete(self) -> None:
        if IN_POSTGRES:
            return self.buy()
        # A server that has the file open knows its content.
        server = self.server()
        server.call("get_spending")
        for end in self.chance.choice([("",), ("", "-wal", "-shm")]):
            Path(f"{self.state / LEDGER_FILE}{end}").unlink()
        server.call("get_spending")
        return None

    # Invariants

    def check(self) -> None:
        made = self.api.charges(KEY, "create_session")
        assert len(made) == len(set(made))
        assert set(self.told.values()) <= set(made)
        assert len(made) <= len(self.titles)
        more = Counter(self.api.charges(KEY, "fetch_more"))
        assert not more - self.wishes_for_more, more - self.wishes_for_more

    def settle(self) -> None:
        """Without faults, every paid search is delivered and the account adds up."""
        for title in self.titles:
            arguments = search_for(title)
            (result,) = self.answers(self.server(), "create_sourcing_session", arguments)
            self.note(title, result)
        self.check()
        assert set(self.told.values()) == set(self.api.charges(KEY, "create_session"))
        for server in self.stdio:
            report = server.call("get_spending")
            assert report["spent_today"] == 5 * len(self.api.charges(KEY)), report


@contextmanager
def walking(state: Path, number: int) -> Iterator[Walk]:
    with sandbox_process(credits=100_000) as api, ExitStack() as stack:
        yield Walk(api, state, random.Random(number), stack)


@pytest.mark.parametrize("number", [1, 2])
def test_on_a_walk_through_everything_that_goes_wrong_nothing_is_paid_twice_or_lost(
    tmp_path: Path, number: int
) -> None:
    with walking(tmp_path, number) as walk:
        acts: dict[Callable[[], None], int] = {
            walk.buy: 4,
            walk.lose_a_response: 4,
            walk.fetch_more: 4,
            walk.be_refused_inside_a_200: 2,
            walk.be_killed: 2,
            walk.be_hung_up_on: 3,
            walk.send_an_approval_often: 2,
            walk.open_elsewhere: 1,
            walk.hold: 2,
            walk.delete: 2,
        }
        # Each at least once, and the rest as chance has it.
        rest = walk.chance.choices(list(acts), list(acts.values()), k=ACTS - len(acts))
        steps = [*acts, *rest]
        walk.chance.shuffle(steps)
        for step in steps:
            step()
            walk.check()
        with suppress(OSError):
            walk.api.mend()
        walk.settle()
