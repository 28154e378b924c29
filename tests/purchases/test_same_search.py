"""Identical searches: returned for free instead of bought again."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from fj_mcp.filters.kinds import Choice, Range, Tiers, Values
from fj_mcp.filters.query_map import to_queries
from fj_mcp.filters.search_filters import FILTERS, SearchFilters
from tests.support.filter_strategies import all_filters, values_of
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
    for filters in several:
        arguments = {"title": "Backend", "filters": filters}
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
