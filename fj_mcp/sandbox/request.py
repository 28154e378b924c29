"""The input of an operation: the sandbox's rules, and one request."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from fj_mcp.sandbox.faults import Fault
from fj_mcp.sandbox.population.odd_people import population
from fj_mcp.sandbox.population.people import Person
from fj_mcp.sandbox.population.places import City
from fj_mcp.sandbox.population.trade_people import people_with
from fj_mcp.sandbox.responses import Refusal
from fj_mcp.sandbox.workspaces import Workspace

SEARCH_PRICE = 5
REVEAL_PRICES = {"EMAIL": 1, "PHONE": 2}


@dataclass(frozen=True)
class Rules:
    """How this sandbox behaves; see the parameters of `Sandbox`."""

    match_seconds: float
    first_batch: int
    more_batch: int
    people: int
    phone_delay_seconds: float
    lose_ranges_on_update: bool
    only_new_batch_after_fetch: bool
    refuse_without_match: bool

    def everyone(self, skills: Collection[str], cities: Collection[City]) -> Sequence[Person]:
        """All whom a search for any of these skills in these cities can find.

        They are invented on first use.
        """
        return [*population(self.people), *people_with(skills, cities)]


@dataclass(frozen=True)
class Request:
    """One request to an operation, at the moment `now` in Unix seconds.

    Attributes:
        id: the session's or candidate's id in the path, if any.
        fault: the fault that will befall the request.
    """

    rules: Rules
    workspace: Workspace
    now: float
    id: str = ""
    query: dict[str, str] = field(default_factory=dict)
    raw_body: bytes = b""
    fault: Fault | None = None

    def body(self, *fields: str) -> dict[str, Any]:
        """The JSON object in the body, with no fields other than `fields`.

        Raises:
            Refusal: 400 for anything else.
        """
        try:
            body = json.loads(self.raw_body)
        except ValueError:
            raise Refusal(400, "The body is not JSON") from None
        if not isinstance(body, dict):
            raise Refusal(400, "The body must be a JSON object")
        if unknown := body.keys() - set(fields):
            raise Refusal(400, "Validation failed", dict.fromkeys(unknown, "should not exist"))
        return body

    def page(self) -> tuple[int, int]:
        """The `page` and `limit` of the query.

        Raises:
            Refusal: 400 unless the page is at least 1 and the limit 1 to 300.
        """
        page, limit = self.query.get("page", "1"), self.query.get("limit", "20")
        if not (page.isdecimal() and limit.isdecimal() and int(page) and 1 <= int(limit) <= 300):
            reason = {"page": "must be at least 1", "limit": "must be from 1 to 300"}
            raise Refusal(400, "Validation failed", reason)
        return int(page), int(limit)
