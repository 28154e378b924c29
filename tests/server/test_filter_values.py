"""Looking up the values of a filter."""

import pytest

from fj_mcp.filters.kinds import Choice, Tiers, Values
from fj_mcp.filters.search_filters import FILTERS
from fj_mcp.sandbox.faults import Fault
from tests.support.assistant import Assistant

pytestmark = pytest.mark.anyio

WORDS = [
    name for name, declared in FILTERS.items() if isinstance(declared, Values | Choice | Tiers)
]


@pytest.mark.parametrize("name", WORDS)
async def test_every_filter_of_words_has_values(assistant: Assistant, name: str) -> None:
    result = await assistant.call("search_filter_values", filter=name, query="se", limit=5)
    assert result["filter"] == name
    assert len(result["values"]) <= 5
    asked = assistant.sent("autocomplete")
    assert asked == (0 if FILTERS[name].vocabulary or not FILTERS[name].autocomplete else 1)
    if not result["values"]:
        assert result["next_step"]


async def test_fixed_lists_are_searched_by_value_or_label_without_the_api(
    assistant: Assistant,
) -> None:
    result = await assistant.call("search_filter_values", filter="funding_stages", query="series")
    assert result["values"][0] == "series_a"
    label = await assistant.call("search_filter_values", filter="degree", query="bachelor's")
    assert label["values"] == ["BACHELORS"]
    assert assistant.sandbox.calls == []


async def test_a_word_outside_a_fixed_list_returns_the_list(assistant: Assistant) -> None:
    result = await assistant.call("search_filter_values", filter="degree", query="none", limit=25)
    assert result["values"] == list(FILTERS["degree"].vocabulary)
    assert result["next_step"] == "No match; degree accepts only these values."


@pytest.mark.parametrize(
    "data",
    [
        ["Pune", "Punjab"],
        {"data": ["Pune", "Punjab"]},
        {"data": {"list": ["Pune", "Punjab"]}},
        {"data": [{"label": "Pune!", "value": "Pune"}, {"name": "Punjab"}]},
        {"data": {"list": [{"title": "Pune"}, {"text": "Punjab"}, None, {"odd": 1}]}},
    ],
)
async def test_every_known_shape_of_completions_is_read(assistant: Assistant, data: object) -> None:
    assistant.sandbox.fail("autocomplete", Fault("status", status=200, body=data))
    result = await assistant.call("search_filter_values", filter="regions", query="Pun")
    assert result["values"] == ["Pune", "Punjab"]


async def test_limit_and_query_are_sent(assistant: Assistant) -> None:
    await assistant.call("search_filter_values", filter="regions", query=" Pu ", limit=3)
    (call,) = assistant.sandbox.calls
    assert call.query == {"filter_type": "region", "query": "Pu", "limit": "3"}


@pytest.mark.parametrize(
    ("name", "query", "problem"),
    [
        ("region", "Pune", "filter region is not a filter; did you mean regions?"),
        ("regions", "P", "query must have at least 2 letters."),
        (
            "within_km",
            "50",
            "filter within_km takes no text values, so there are none to look up.",
        ),
    ],
)
async def test_filters_without_a_look_up_are_explained(
    assistant: Assistant, name: str, query: str, problem: str
) -> None:
    text = await assistant.refusal("search_filter_values", filter=name, query=query)
    assert text == f"Nothing was sent or charged: {problem}"
    assert assistant.sandbox.calls == []
