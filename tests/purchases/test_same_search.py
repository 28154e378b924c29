"""Identical searches: returned for free instead of bought again."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from mcp.client import ClientRequestContext
from mcp_types import ElicitRequestParams, ElicitResult

from fj_mcp.filters.kinds import Choice, Range, Tiers, Values
from fj_mcp.filters.query_map import to_queries
from fj_mcp.filters.search_filters import FILTERS, SearchFilters
from fj_mcp.purchases.order import fingerprint
from fj_mcp.purchases.same_search import search_digests
from fj_mcp.sandbox.faults import Fault
from fj_mcp.storage.ledger.evidence import Evidence
from tests.support.assistant import CSHARP, Assistant, connected, small_sandbox
from tests.support.clocks import SteppedClock
from tests.support.filter_strategies import all_filters, values_of
from tests.support.ledgers import put_back, rows_of
from tests.support.purchase_world import Result, World, in_order

pytestmark = pytest.mark.unmeasured


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world where a search that matches nobody is a session too."""
    one = World(tmp_path, refuse_without_match=False)
    yield one
    one.close()


def searched(world: World, *several: dict[str, Any]) -> list[Result]:
    """The results of creates with these filters, in a new world."""
    world.begin()
    results = []
    for number, filters in enumerate(several):
        arguments = {"title": f"Backend {number}", "filters": filters}
        result = world.run(world.call(0, "create_sourcing_session", arguments))
        # Filters that no result could repeat are refused.
        assume(isinstance(result, dict))
        assert isinstance(result, dict)
        results.append(result)
    return results


def told_otherwise(draw: st.DrawFn, name: str, value: Any) -> Any:
    """The same value of a filter in other words."""
    wire = FILTERS[name]
    match wire:
        case Tiers():
            return {tier: reworded(draw, words) for tier, words in value.items()}
        case Range():
            both = {"min": wire.lowest, "max": wire.highest} | value
            left_out = {
                side for side, bound in (("min", wire.lowest), ("max", wire.highest))
                if both[side] == bound and draw(st.booleans())
            }  # fmt: skip
            return {side: bound for side, bound in both.items() if side not in left_out}
        case Choice():
            codes = {label: code for code, label in wire.vocabulary.items()}
            return draw(st.sampled_from([value, codes.get(value, value)]))
        case Values():
            return reworded(draw, value)
    return value


def reworded(draw: st.DrawFn, words: list[str]) -> list[str]:
    """Words in another order, another case and with other blanks; some of them twice."""
    words = draw(st.permutations(words + words[: draw(st.integers(0, 1))]))
    changes = st.sampled_from([_as_it_is, _other_case, _among_blanks])
    return [draw(changes)(word) for word in words]


def _as_it_is(word: str) -> str:
    return word


def _among_blanks(word: str) -> str:
    return f" {word}\t "


def _other_case(word: str) -> str:
    # Beyond ASCII a letter may not survive the change of its case.
    return "".join(letter.swapcase() if letter.isascii() else letter for letter in word)


@st.composite
def same_searches(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    one = draw(all_filters())
    other = {name: told_otherwise(draw, name, value) for name, value in one.items()}
    names = draw(st.permutations(sorted(other)))
    return one, {name: other[name] for name in names}


@st.composite
def different_searches(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    one = draw(all_filters())
    name = draw(st.sampled_from(sorted(FILTERS)))
    other = one | {name: draw(values_of(FILTERS[name]))}
    assume(meant(one) != meant(other))
    return one, other


def meant(filters: dict[str, Any]) -> str:
    """Filters as they travel, without what their wording leaves open."""
    queries = to_queries(SearchFilters.model_validate(filters))
    return json.dumps(in_order(queries), sort_keys=True)


of_a_world = settings(
    max_examples=80,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much],
)


@of_a_world
@given(pair=same_searches())
def test_the_same_search_in_other_words_is_returned_for_free(
    world: World, pair: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    first, again = searched(world, *pair)
    assert again["session_id"] == first["session_id"]
    assert again["already_existed"] is True
    assert again["credits"]["charged"] == 0
    assert len(world.sandbox.charges) == 1


@of_a_world
@given(pair=different_searches())
def test_a_search_in_which_one_filter_differs_is_another_search(
    world: World, pair: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    first, second = searched(world, *pair)
    assert second["session_id"] != first["session_id"]
    assert "already_existed" not in second
    assert len(world.sandbox.charges) == 2


SEARCH = {"title": "C# people", "filters": CSHARP}
FINGERPRINT_WITH_TITLE = "4e2565efbd67de8c85097f7186399e7b8de88f81a2576f523ea48aec50071481"
"""What versions that counted title and text recorded for `SEARCH`."""


@pytest.mark.anyio
async def test_a_search_that_was_bought_says_as_what_and_how_to_buy_it_again(
    assistant: Assistant,
) -> None:
    text = "We are looking for developers who have written banking software in C# for years."
    first = await assistant.call("create_sourcing_session", **SEARCH, job_description=text)
    again = await assistant.call(
        "create_sourcing_session", title="Developers, bank", filters=CSHARP
    )
    assert again["session_id"] == first["session_id"]
    assert again["title"] == "C# people"
    assert again["already_existed"] is True
    assert again["credits"] == {"charged": 0}
    said, _, rest = again["next_step"].partition("…”")
    assert said.startswith(
        "This search was already bought as “C# people” with the text “We are looking for"
    )
    assert rest.startswith(", so nothing was charged; allow_duplicate true buys it again. Call ")
    bought = await assistant.call(
        "create_sourcing_session", title="Developers, bank", filters=CSHARP, allow_duplicate=True
    )
    assert bought["session_id"] != first["session_id"]
    assert bought["title"] == "Developers, bank"


@pytest.mark.anyio
async def test_a_session_with_new_filters_since_then_is_not_passed_off_as_the_old_search(
    assistant: Assistant,
) -> None:
    session_id = await assistant.search()
    await assistant.call(
        "update_sourcing_session", session_id=session_id, filters={"open_to_work": True}
    )
    again = await assistant.call("create_sourcing_session", **SEARCH)
    assert again["session_id"] != session_id
    assert again["filters"] == CSHARP
    assert "already_existed" not in again


@pytest.mark.anyio
async def test_a_search_that_an_update_made_of_another_one_is_not_paid_for_again(
    assistant: Assistant,
) -> None:
    session_id = await assistant.search()
    await assistant.call(
        "update_sourcing_session",
        session_id=session_id,
        title="Open",
        filters={"open_to_work": True},
    )
    wish = {"title": "Another", "filters": CSHARP | {"open_to_work": True}}
    again = await assistant.call("create_sourcing_session", **wish)
    assert again["session_id"] == session_id
    assert again["already_existed"] is True
    assert again["next_step"].startswith("This search was already bought as “Open”")
    assert len(assistant.sandbox.charges) == 2


@pytest.mark.anyio
async def test_a_new_title_does_not_make_a_session_another_search(assistant: Assistant) -> None:
    session_id = await assistant.search()
    update = {"session_id": session_id, "title": "New name"}
    await assistant.refusal("update_sourcing_session", **update)
    await assistant.call("update_sourcing_session", **update)
    again = await assistant.call("create_sourcing_session", **SEARCH)
    assert again["session_id"] == session_id
    assert again["next_step"].startswith("This search was already bought as “New name”")


PUNE = "Pune, Maharashtra, India"
SPELLINGS = [
    ({"regions": ["Bangalore", PUNE]}, {"regions": ["Bengaluru, Karnataka, India", PUNE]}),
    ({"regions": ["Bengaluru, Karnataka, India"]}, {"regions": ["bangalore, india"]}),
    ({"regions": ["Poona", "Mumbai"]}, {"regions": ["Bombay, India", PUNE]}),
    ({"regions": ["NYC"]}, {"regions": ["New York City"]}),
    ({"regions": ["NYC"]}, {"regions": ["New York, New York, United States"]}),
    ({"regions": ["Washington DC"]}, {"regions": ["Washington, D.C., USA"]}),
    ({"regions": ["Austin, TX"]}, {"regions": ["Austin, Texas, United States"]}),
    ({"regions": ["Atlanta, GA"]}, {"regions": ["Atlanta, Georgia"]}),
    ({"regions": ["NYC, USA"]}, {"regions": ["New York, NY"]}),
    ({"regions": ["Toronto, ON"]}, {"regions": ["Toronto, Ontario, Canada"]}),
    ({"countries": ["UK"]}, {"countries": ["United Kingdom"]}),
    ({"skills": {"mandatory": ["ReactJS"]}}, {"skills": {"mandatory": ["React.js"]}}),
]
OTHER_PLACES = [
    ("York", "New York"),
    ("New York, United States", "New York, New York, United States"),
    ("New York", "New York, United States"),
    ("Georgia", "Georgia, United States"),
    ("Portland, OR", "Portland, ME"),
    ("Portland", "Portland, Oregon, United States"),
    ("Vienna", "Vienna, Virginia, United States"),
    ("Austin", "Austin, Texas, United States"),
    ("NYC", "New York"),
    ("Washington DC", "Washington"),
    ("Batumi, Georgia", "Batumi, Georgia, United States"),
    ("Delhi, India", "New Delhi, Delhi, India"),
    ("Hyderabad, Sindh, Pakistan", "Hyderabad, Telangana, India"),
    ("London", "London, Ontario, Canada"),
]


@pytest.mark.anyio
@pytest.mark.parametrize(("one", "other"), SPELLINGS)
@pytest.mark.parametrize("turned", [False, True], ids=["", "the other way round"])
async def test_a_failed_look_up_does_not_make_two_searches_of_one(
    one: dict[str, Any], other: dict[str, Any], turned: bool
) -> None:
    first, second = (CSHARP | filters for filters in ((other, one) if turned else (one, other)))
    sandbox = small_sandbox(refuse_without_match=False)
    sandbox.fail("autocomplete", Fault("502_before"), times=99)
    async with connected(sandbox) as assistant:
        bought = await assistant.call("create_sourcing_session", title="T", filters=first)
        again = await assistant.call("create_sourcing_session", title="T", filters=second)
    assert again["session_id"] == bought["session_id"]
    assert again["already_existed"] is True
    assert len(sandbox.charges) == 1


DOUBTFUL = [
    (["Austin"], ["Austin, Texas, United States"]),
    (["Austin", "Boston"], ["Boston, MA", "Austin"]),
    (["Austin, United States"], ["Austin, TX"]),
    (["Vienna"], ["Vienna, Virginia, United States"]),
    (["Georgia"], ["Georgia, United States"]),
    (["New York"], ["NYC"]),
]
"""Places of which one may be the other."""

CLEARLY_OTHERS = [
    ("Portland, OR", "Portland, ME"),
    ("Paris, Texas", "Paris, Île-de-France, France"),
    ("Austin", "Boston"),
]


@asynccontextmanager
async def without_look_ups(**options: Any) -> AsyncIterator[Assistant]:
    sandbox = small_sandbox(refuse_without_match=False)
    sandbox.fail("autocomplete", Fault("502_before"), times=99)
    async with connected(sandbox, **options) as assistant:
        yield assistant


def search_in(*regions: str) -> dict[str, Any]:
    return {"title": "Places", "filters": CSHARP | {"regions": list(regions)}}


@pytest.mark.anyio
@pytest.mark.parametrize(("one", "other"), DOUBTFUL)
@pytest.mark.parametrize("turned", [False, True], ids=["", "the other way round"])
async def test_a_place_that_may_be_one_searched_in_is_paid_for_only_when_asked_for_twice(
    one: list[str], other: list[str], turned: bool
) -> None:
    first, second = (other, one) if turned else (one, other)
    async with without_look_ups() as assistant:
        bought = await assistant.call("create_sourcing_session", **search_in(*first))
        refusal = await assistant.refusal("create_sourcing_session", **search_in(*second))
        assert f"“Places” (session {bought['session_id']}), bought already" in refusal
        assert len(assistant.sandbox.charges) == 1
        again = await assistant.call("create_sourcing_session", **search_in(*second))
        assert again["session_id"] != bought["session_id"]


@pytest.mark.anyio
@pytest.mark.parametrize("state", ["charged", "unknown"])
async def test_the_question_names_a_search_that_may_be_the_same(state: str) -> None:
    asked: list[str] = []

    async def agree(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        asked.append(params.message)
        return ElicitResult(action="accept", content={"approve": True})

    async with without_look_ups(answer=agree) as assistant:
        if state == "unknown":
            assistant.sandbox.fail("create_session", Fault("drop_after"))
            assistant.sandbox.fail("project_sessions", Fault("delay_before"), times=3)
            assistant.sandbox.fail("project_sessions", Fault("502_before"), times=99)
            await assistant.refusal("create_sourcing_session", **search_in("Austin"))
        else:
            await assistant.call("create_sourcing_session", **search_in("Austin"))
        assistant.sandbox.mend()
        assistant.sandbox.fail("create_session", Fault("status", status=402, body={}))
        await assistant.refusal("create_sourcing_session", **search_in("Austin, TX"))
    which = "“Places” (session" if state == "charged" else "a search whose outcome is not known yet"
    assert assistant.sent("create_session") == 2
    assert "It may be the same as" not in asked[0]
    assert f"It may be the same as {which}" in asked[1]


@pytest.mark.anyio
@pytest.mark.parametrize(("one", "other"), CLEARLY_OTHERS)
async def test_clearly_another_place_is_searched_at_once(one: str, other: str) -> None:
    async with without_look_ups() as assistant:
        await assistant.call("create_sourcing_session", **search_in(one))
        await assistant.call("create_sourcing_session", **search_in(other))
        assert len(assistant.sandbox.charges) == 2


@pytest.mark.anyio
async def test_an_update_that_may_change_nothing_is_paid_for_only_when_asked_for_twice() -> None:
    async with without_look_ups() as assistant:
        session_id = await assistant.search(**search_in("Austin")["filters"])
        change = {"session_id": session_id, "filters": {"regions": ["Austin, TX"]}}
        refusal = await assistant.refusal("update_sourcing_session", **change)
        assert "It may search for the same again" in refusal
        assert len(assistant.sandbox.charges) == 1
        await assistant.call("update_sourcing_session", **change)
        assert len(assistant.sandbox.charges) == 2


@pytest.mark.parametrize(("one", "other"), OTHER_PLACES)
def test_two_places_are_never_taken_for_one(one: str, other: str) -> None:
    first, second = (
        Evidence(
            **search_digests(SearchFilters.model_validate(CSHARP | {"regions": [place]}), None)
        )
        for place in (one, other)
    )
    assert not first.is_search_of(second)
    assert not second.is_search_of(first)


@pytest.mark.anyio
async def test_the_spelling_found_after_a_failed_look_up_is_the_same_search(
    assistant: Assistant,
) -> None:
    assistant.sandbox.fail("autocomplete", Fault("502_before"), times=99)
    filters = CSHARP | {"regions": ["Bangalore", PUNE]}
    await assistant.call("create_sourcing_session", title="T", filters=filters)
    assistant.sandbox.mend()
    filters = CSHARP | {"regions": ["Bengaluru", "Pune"]}
    again = await assistant.call("create_sourcing_session", title="U", filters=filters)
    assert again["already_existed"] is True
    assert len(assistant.sandbox.charges) == 1


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("address", "same"),
    [
        ("https://www.linkedin.com/in/jane/", True),
        ("http://linkedin.com/in/jane", True),
        ("https://www.LinkedIn.com/in/jane?utm_source=x", True),
        ("https://www.linkedin.com/in/Jane", False),
        ("https://www.linkedin.com/in/john", False),
    ],
)
async def test_a_sample_profile_is_the_same_at_any_address_of_it(
    assistant: Assistant, address: str, same: bool
) -> None:
    first = SEARCH | {"sample_profile_url": "https://www.linkedin.com/in/jane"}
    await assistant.call("create_sourcing_session", **first)
    again = await assistant.call(
        "create_sourcing_session", **SEARCH, **{"sample_profile_url": address}
    )
    assert again.get("already_existed", False) is same


@pytest.mark.anyio
async def test_one_search_under_several_titles_at_once_is_one_charge(assistant: Assistant) -> None:
    results: list[dict[str, Any]] = []

    async def search(title: str) -> None:
        wish = {"title": title, "filters": CSHARP, "job_description": f"{title} wanted"}
        results.append(await assistant.call("create_sourcing_session", **wish))

    async with anyio.create_task_group() as tasks:
        for title in ("Backend", "Bank", ".NET"):
            tasks.start_soon(search, title)
    assert len({result["session_id"] for result in results}) == 1
    assert sum("already_existed" in result for result in results) == 2
    assert len(assistant.sandbox.charges) == 1


@pytest.mark.anyio
@pytest.mark.parametrize("kind", ["drop_after", "cut"])
async def test_a_lost_search_is_found_by_its_own_title_whatever_the_next_call_says(
    kind: str,
) -> None:
    clock = SteppedClock()
    sandbox = small_sandbox(clock=clock.now)
    async with connected(sandbox, clock=clock) as assistant:
        sandbox.fail("create_session", Fault(kind))  # type: ignore[arg-type]
        sandbox.fail("project_sessions", Fault("delay_before"))
        sandbox.fail("project_sessions", Fault("502_before"), times=9)
        await assistant.refusal("create_sourcing_session", **SEARCH)
        sandbox.mend()
        found = await assistant.call("create_sourcing_session", title="Bank", filters=CSHARP)
    assert found["title"] == "C# people"
    assert found["credits"] == {"charged": 5}
    assert len(sandbox.charges) == 1


@pytest.mark.anyio
@pytest.mark.parametrize("lost", [False, True], ids=["charged", "response lost"])
@pytest.mark.parametrize("title", ["C# people", "Another title"])
@pytest.mark.parametrize("regions", [[], ["Pune"]], ids=["", "respelled place"])
async def test_a_search_of_a_version_that_counted_titles_is_not_paid_for_again(
    tmp_path: Path, lost: bool, title: str, regions: list[str]
) -> None:
    filters = CSHARP | {"regions": regions}
    search = {"title": "C# people", "filters": filters}
    clock = SteppedClock()
    sandbox = small_sandbox(clock=clock.now)
    own: dict[str, Any] = {"sandbox": False, "api_key": "fjk_upgrade", "state_dir": tmp_path}
    async with connected(sandbox, clock=clock, **own) as assistant:
        if lost:
            sandbox.fail("create_session", Fault("drop_after"))
            sandbox.fail("project_sessions", Fault("delay_before"))
            sandbox.fail("project_sessions", Fault("502_before"), times=9)
            await assistant.refusal("create_sourcing_session", **search)
        else:
            await assistant.call("create_sourcing_session", **search)
    (row,) = rows_of(tmp_path)
    given = SearchFilters.model_validate(filters)
    identity = fingerprint(
        "create_session", title="C# people", filters=given.as_dict(), text="", sample=""
    )
    assert regions or identity == FINGERPRINT_WITH_TITLE
    # It sent places as they were given, and recorded neither places nor what is equal to them.
    traces = json.loads(row["traces"])
    traces = {name: value for name, value in traces.items() if name not in ("search", "places")}
    traces["filters"] = fingerprint("filters", filters=given.as_dict())
    (session,) = sandbox.sessions.values()
    session.queries = session.echo = to_queries(given)
    as_before = {"fingerprint": identity, "slot": f"create:{identity}"}
    put_back(tmp_path, [row | as_before | {"traces": json.dumps(traces)}])
    sandbox.mend()
    async with connected(sandbox, clock=clock, **own) as assistant:
        found = await assistant.call("create_sourcing_session", **search | {"title": title})
    assert [found["session_id"]] == [charge.session_id for charge in sandbox.charges]
    assert ("already_existed" in found) is not lost
