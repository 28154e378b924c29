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
    whole = list(FILTERS[name].vocabulary)
    assert len(result["values"]) <= 5 or result["values"] == whole
    asked = assistant.sent("autocomplete") > 0
    assert asked == (not FILTERS[name].vocabulary and FILTERS[name].autocomplete is not None)
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


@pytest.mark.parametrize(
    ("query", "step"),
    [("none", "No match; functions accepts only these values."),
     ("all", "functions accepts only these values."),
     ("", "functions accepts only these values.")],
)  # fmt: skip
@pytest.mark.parametrize("limit", [1, 10, 25])
async def test_without_a_match_in_a_fixed_list_all_of_it_is_returned(
    assistant: Assistant, query: str, step: str, limit: int
) -> None:
    result = await assistant.call(
        "search_filter_values", filter="functions", query=query, limit=limit
    )
    assert result["values"] == list(FILTERS["functions"].vocabulary)
    assert result["next_step"] == step


async def test_matches_that_are_cut_off_are_counted(assistant: Assistant) -> None:
    result = await assistant.call(
        "search_filter_values", filter="funding_stages", query="series", limit=2
    )
    assert result["values"] == ["series_a", "series_b"]
    assert result["next_step"] == "2 of 6 matches."


@pytest.mark.parametrize(
    ("name", "query", "first", "step"),
    [
        ("skills", "ML", "Machine Learning",
         "FutureJobs has no value for “ML”; the first are for “Machine Learning”."),
        ("regions", "CA", "San Francisco, California, United States",
         "FutureJobs has no value for “CA”; the first are for “California”."),
        ("regions", "California", "San Francisco, California, United States", None),
        ("regions", "Germany", "Berlin, Germany", "“Germany” is a country: use countries."),
        ("company_headquarters", "Germany", "Berlin, Germany", None),
        ("skills", "React", "React", None),
    ],
)  # fmt: skip
async def test_what_is_meant_comes_before_what_has_the_same_letters(
    assistant: Assistant, name: str, query: str, first: str, step: str | None
) -> None:
    result = await assistant.call("search_filter_values", filter=name, query=query)
    assert result["values"][0] == first
    assert result.get("next_step") == step


async def test_a_name_is_not_looked_up_as_the_letters_of_its_code(assistant: Assistant) -> None:
    result = await assistant.call("search_filter_values", filter="regions", query="Georgia")
    assert result["values"] == []


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
            "skills",
            "C",
            "query must have at least 2 letters; use a skill of one letter, such as C, as it is.",
        ),
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


@pytest.mark.parametrize(
    ("name", "query", "first", "by"),
    [
        ("regions", "Bangalore", "Bengaluru, Karnataka, India", "these are for “Bengaluru”"),
        ("regions", "Bang", "Bengaluru, Karnataka, India", "these are for “Bengaluru”"),
        ("regions", "München", "Munich, Bavaria, Germany", "these are for “Munich”"),
        (
            "regions",
            "NYC",
            "New York, New York, United States",
            "these are for “New York, New York”",
        ),
        ("regions", "Berlin, Berlin, Germany", "Berlin, Germany", "these are for “Berlin”"),
        ("regions", "Hyderbad", "Hyderabad, Telangana, India", "these are for “Hyderabad”"),
        ("regions", "Greater Mumbai", "Mumbai, Maharashtra, India", "these are for “Mumbai”"),
        ("regions", "Delhi NCR", "New Delhi, Delhi, India", "these are for “Delhi”"),
        ("regions", "Moradabat", "Moradabad, Uttar Pradesh, India", "start with “Mora”"),
        ("countries", "Deutschland", "Germany", "these are for “Germany”"),
        ("skills", "Golang", "Go", "these are for “Go”"),
        ("skills", "Kubernets", "Kubernetes", "these are for “Kubernetes”"),
        ("skills", "Photoshopp", "", "for other spellings or for fewer letters"),
        ("current_titles", "Senior Python Developer", "Python Developer", "for “Python Developer”"),
        ("current_titles", "Sofware Developer", "Software Developer", "start with “Sof”"),
    ],
)
async def test_without_a_value_other_spellings_and_fewer_letters_are_tried_in_the_same_call(
    assistant: Assistant, name: str, query: str, first: str, by: str
) -> None:
    result = await assistant.call("search_filter_values", filter=name, query=query)
    assert result["values"][:1] == ([first] if first else [])
    assert result["next_step"].startswith(f"FutureJobs has no value for “{query}”")
    assert by in result["next_step"]
    assert 1 < assistant.sent("autocomplete") <= 6


async def test_a_look_up_is_repeated_only_for_another_query_or_limit(assistant: Assistant) -> None:
    for _ in range(2):
        await assistant.call("search_filter_values", filter="regions", query="Pun")
        await assistant.call("search_filter_values", filter="regions", query="pun", limit=3)
    assert assistant.sent("autocomplete") == 2


async def test_a_failure_of_the_look_up_is_reported(assistant: Assistant) -> None:
    rejected = Fault("status", status=400, body={"message": "filter_type is not known"})
    assistant.sandbox.fail("autocomplete", rejected)
    text = await assistant.refusal("search_filter_values", filter="regions", query="Pun")
    assert text.startswith("Nothing was charged:")
