"""Filter values are looked up, for free, before a search is paid for."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp.client import ClientRequestContext
from mcp_types import ElicitRequestParams, ElicitResult

from fj_mcp.sandbox.app import Sandbox
from fj_mcp.sandbox.faults import Fault
from tests.support.assistant import CSHARP, ERAS, Assistant, connected, small_sandbox

pytestmark = pytest.mark.anyio

MOST_LOOKUPS = 24
MOST_VALUES = 12
PUNNE = CSHARP | {"regions": ["Punne, Maharashtra, India"]}
PUNE = "Pune, Maharashtra, India"


def completing(*values: str) -> Fault:
    return Fault("status", status=200, body=list(values))


async def create(assistant: Assistant, filters: dict[str, Any], title: str = "T") -> dict[str, Any]:
    return await assistant.call("create_sourcing_session", title=title, filters=filters)


@asynccontextmanager
async def server_of_a_team(sandbox: Sandbox, folder: Path) -> AsyncIterator[Assistant]:
    """One of several servers with the same ledger."""
    async with connected(sandbox, sandbox=False, api_key="fjk_team", state_dir=folder) as assistant:
        yield assistant


SPELLED = [
    ("regions", "pune, maharashtra, india", PUNE),
    ("regions", "Pune", PUNE),
    ("regions", "Pune, India", PUNE),
    ("regions", "Berlin, Berlin, Germany", "Berlin, Germany"),
    ("regions", "Bangalore, Karnataka, India", "Bengaluru, Karnataka, India"),
    ("regions", "Bangalore", "Bengaluru, Karnataka, India"),
    ("regions", "Gurgaon, India", "Gurugram, Haryana, India"),
    ("regions", "Delhi, India", "New Delhi, Delhi, India"),
    ("regions", "München", "Munich, Bavaria, Germany"),
    ("regions", "Muenchen, Bayern, Deutschland", "Munich, Bavaria, Germany"),
    ("regions", "Wien, Wien, Österreich", "Vienna, Austria"),
    ("regions", "Paris, Ile-de-France, France", "Paris, Île-de-France, France"),
    ("regions", "NYC", "New York, New York, United States"),
    ("regions", "Austin, TX", "Austin, Texas, United States"),
    ("regions", "California", "California"),
    ("regions", "california, USA", "California, United States"),
    ("regions", "Maharashtra", "Maharashtra"),
    ("regions", "England", "England"),
    ("regions", "Bayern", "Bavaria"),
    ("regions", "Goa", "Goa"),
    ("regions", "LA", "Los Angeles, California, United States"),
    ("company_headquarters", "Germany", "Germany"),
    ("company_headquarters", "Bombay, India", "Mumbai, Maharashtra, India"),
    ("countries", "Deutschland", "Germany"),
    ("countries", "USA", "United States"),
    ("countries", "UK", "United Kingdom"),
    ("fields_of_study", "computer science", "Computer Science"),
]


@pytest.mark.parametrize(("name", "given", "sent"), SPELLED)
async def test_a_value_is_sent_as_futurejobs_spells_it(
    assistant: Assistant, name: str, given: str, sent: str
) -> None:
    result = await create(assistant, CSHARP | {name: [given]})
    assert result["filters"] == CSHARP | {name: [sent]}
    assert "unknown_values" not in result
    (call,) = (one for one in assistant.sandbox.calls if one.operation == "create_session")
    assert [sent] in [entry["value"] for entry in call.body["queries"].values()]


@pytest.mark.parametrize(
    ("given", "sent"),
    [("Golang", "Go"), ("React.js", "React"), ("reactjs", "React"), ("K8s", "Kubernetes"),
     ("Postgres", "PostgreSQL"), ("c#", "C#")],
)  # fmt: skip
async def test_a_technology_is_sent_as_futurejobs_spells_it_in_its_tier(
    assistant: Assistant, given: str, sent: str
) -> None:
    result = await create(assistant, {"skills": {"mandatory": ["Docker"], "core": [given]}})
    assert result["filters"] == {"skills": {"mandatory": ["Docker"], "core": [sent]}}


async def test_two_spellings_of_a_place_are_the_same_search(assistant: Assistant) -> None:
    first = await create(assistant, CSHARP | {"regions": ["Bangalore, Karnataka, India"]})
    again = await create(assistant, CSHARP | {"regions": ["Bengaluru"]})
    assert again["session_id"] == first["session_id"]
    assert len(assistant.sandbox.charges) == 1


async def test_an_unknown_place_is_refused_once_with_the_known_spelling(
    assistant: Assistant,
) -> None:
    refusal = await assistant.refusal("create_sourcing_session", title="T", filters=PUNNE)
    assert refusal == (
        "Nothing was sent or charged: FutureJobs does not know filters.regions “Punne, "
        f"Maharashtra, India” (it has “{PUNE}”). Correct that, or repeat the call unchanged to "
        "search all the same."
    )
    assert {call.operation for call in assistant.sandbox.calls} == {"autocomplete"}
    before = assistant.sent("autocomplete")
    searched = await create(assistant, PUNNE)
    again = await create(assistant, PUNNE, title="Another title")
    assert searched["filters"] == PUNNE
    assert searched["unknown_values"] == [
        f"regions “Punne, Maharashtra, India” (nearest: “{PUNE}”)"
    ]
    assert again["unknown_values"] == searched["unknown_values"]
    assert assistant.sent("autocomplete") == before
    assert assistant.sent("create_session") == 2


async def test_without_questions_an_unknown_place_is_searched_and_named() -> None:
    sandbox = small_sandbox(refuse_without_match=False)
    async with connected(sandbox, confirm_spend="off") as assistant:
        searched = await create(assistant, PUNNE)
    assert searched["unknown_values"] == [
        f"regions “Punne, Maharashtra, India” (nearest: “{PUNE}”)"
    ]


async def test_after_the_refusal_the_same_call_buys_exactly_once(assistant: Assistant) -> None:
    assistant.sandbox.fail("autocomplete", completing(), times=20)
    unknown = CSHARP | {"countries": ["India"]}
    await assistant.refusal("create_sourcing_session", title="T", filters=unknown)
    bought = await create(assistant, unknown)
    again = await create(assistant, unknown)
    assert bought["unknown_values"] == ["skills “C#”", "countries “India”"][::-1]
    assert again["session_id"] == bought["session_id"]
    assert again["already_existed"] is True
    assert len(assistant.sandbox.charges) == 1


async def test_another_call_with_an_unknown_place_is_refused_again(assistant: Assistant) -> None:
    for years in (3, 4):
        filters = PUNNE | {"years_of_experience": {"min": years}}
        await assistant.refusal("create_sourcing_session", title="T", filters=filters)
    assert assistant.sandbox.charges == []


async def test_a_refusal_holds_for_all_servers_of_a_team(tmp_path: Path) -> None:
    sandbox = small_sandbox()
    async with (
        server_of_a_team(sandbox, tmp_path) as one,
        server_of_a_team(sandbox, tmp_path) as other,
    ):
        await one.refusal("create_sourcing_session", title="T", filters=PUNNE)
        assert (await create(other, PUNNE))["unknown_values"]


async def test_a_search_stays_the_same_when_the_look_up_worked_only_later(tmp_path: Path) -> None:
    sandbox = small_sandbox()
    filters = CSHARP | {"regions": ["Pune"]}
    sandbox.fail("autocomplete", Fault("502_before"), times=20)
    async with server_of_a_team(sandbox, tmp_path) as assistant:
        first = await create(assistant, filters)
        assert first["filters"] == filters
    sandbox.mend()
    async with server_of_a_team(sandbox, tmp_path) as assistant:
        again = await create(assistant, filters)
    assert again["session_id"] == first["session_id"]
    assert len(sandbox.charges) == 1


AUSTIN_AND_BOSTON = {"regions": ["Austin, TX", "Boston, MA"]}
AUSTIN, BOSTON = "Austin, Texas, United States", "Boston, Massachusetts, United States"


@pytest.mark.parametrize("times", [1, 99], ids=["of one place", "of all"])
async def test_a_failed_look_up_is_forgotten_if_nothing_was_bought(times: int) -> None:
    sandbox = small_sandbox()
    filters = CSHARP | AUSTIN_AND_BOSTON
    sandbox.fail("autocomplete", Fault("delay_before", seconds=60), times=times)
    sandbox.fail("create_session", Fault("status", status=402, body={"message": "No credits"}))
    async with connected(sandbox, call_deadline_seconds=7.5) as assistant:
        await assistant.refusal("create_sourcing_session", title="T", filters=filters)
        sandbox.mend()
        bought = await create(assistant, filters)
    assert bought["filters"]["regions"] == [AUSTIN, BOSTON]
    assert "warning" not in bought
    assert len(sandbox.charges) == 1


@pytest.mark.parametrize("times", [1, 99], ids=["of one place", "of all"])
async def test_a_search_bought_without_a_look_up_is_the_same_once_it_works(times: int) -> None:
    sandbox = small_sandbox(refuse_without_match=False)
    filters = CSHARP | AUSTIN_AND_BOSTON
    sandbox.fail("autocomplete", Fault("delay_before", seconds=60), times=times)
    async with connected(sandbox, call_deadline_seconds=7.5) as assistant:
        bought = await create(assistant, filters)
        assert "Austin, TX" in bought["filters"]["regions"]
        assert "Not looked up before the search: " in bought["warning"]
        sandbox.mend()
        again = await create(assistant, filters, title="Again")
    assert again["session_id"] == bought["session_id"]
    assert again["already_existed"] is True
    assert len(sandbox.charges) == 1


@pytest.mark.parametrize("times", [1, 99], ids=["of one place", "of all"])
async def test_a_lost_search_is_found_whatever_its_look_up_found(times: int) -> None:
    sandbox = small_sandbox(refuse_without_match=False)
    filters = CSHARP | AUSTIN_AND_BOSTON
    sandbox.fail("autocomplete", Fault("delay_before", seconds=60), times=times)
    sandbox.fail("create_session", Fault("drop_after"))
    sandbox.fail("project_sessions", Fault("delay_before"))
    sandbox.fail("project_sessions", Fault("502_before"), times=99)
    async with connected(sandbox, call_deadline_seconds=7.5) as assistant:
        await assistant.refusal("create_sourcing_session", title="T", filters=filters)
        sandbox.mend()
        found = await create(assistant, filters)
    assert found["credits"]["charged"] == 5
    assert assistant.sent("create_session") == len(sandbox.charges) == 1


async def test_a_bought_search_is_returned_although_its_place_proves_unknown() -> None:
    sandbox = small_sandbox(refuse_without_match=False)
    sandbox.fail("autocomplete", Fault("502_before"), times=99)
    async with connected(sandbox) as assistant:
        bought = await create(assistant, PUNNE)
        sandbox.mend()
        again = await create(assistant, PUNNE)
    assert again["session_id"] == bought["session_id"]
    assert again["unknown_values"] == [f"regions “Punne, Maharashtra, India” (nearest: “{PUNE}”)"]
    assert len(sandbox.charges) == 1


async def test_a_refusal_counts_although_another_look_up_failed() -> None:
    sandbox = small_sandbox(refuse_without_match=False)
    filters = PUNNE | {"countries": ["India"]}
    async with connected(sandbox, call_deadline_seconds=7.5) as assistant:
        sandbox.fail("autocomplete", Fault("delay_before", seconds=60))
        await assistant.refusal("create_sourcing_session", title="T", filters=filters)
        sandbox.fail("autocomplete", Fault("delay_before", seconds=60))
        searched = await create(assistant, filters)
    assert "Not looked up before the search: 1 filter value;" in searched["warning"]
    assert searched["unknown_values"]


async def test_a_place_with_several_meanings_is_refused_with_them(assistant: Assistant) -> None:
    meanings = ("Springfield, Illinois, United States", "Springfield, Missouri, United States")
    assistant.sandbox.fail("autocomplete", completing(*meanings), times=2)
    refusal = await assistant.refusal(
        "create_sourcing_session", title="T", filters=CSHARP | {"regions": ["Springfield"]}
    )
    assert all(meaning in refusal for meaning in meanings)


NEW_YORK = ("New York, United States", "New York, New York, United States")
WASHINGTON = (
    "Washington, United States",
    "Washington, District of Columbia, United States",
    "Washington, Pennsylvania, United States",
)
QUEBEC = ("Quebec, Canada", "Quebec, Quebec, Canada")
MEXICO_CITY = ("Mexico City, Mexico", "Mexico City, Mexico City, Mexico")


@pytest.mark.parametrize(
    ("given", "listed", "sent"),
    [
        ("New York, NY", NEW_YORK, NEW_YORK[1]),
        ("New York, NY, USA", NEW_YORK, NEW_YORK[1]),
        ("New York, New York", NEW_YORK, NEW_YORK[1]),
        ("New York City", NEW_YORK, NEW_YORK[1]),
        ("NYC, USA", NEW_YORK, NEW_YORK[1]),
        ("New York, United States", NEW_YORK, NEW_YORK[0]),
        ("Washington, DC", WASHINGTON, WASHINGTON[1]),
        ("Washington D.C.", WASHINGTON, WASHINGTON[1]),
        ("Washington, D.C., United States", WASHINGTON, WASHINGTON[1]),
        ("Quebec, QC", QUEBEC, QUEBEC[1]),
        ("Québec, Québec, Canada", QUEBEC, QUEBEC[1]),
        ("Quebec City, QC", QUEBEC, QUEBEC[1]),
        ("Mexico City", MEXICO_CITY, MEXICO_CITY[1]),
        ("CDMX", MEXICO_CITY, MEXICO_CITY[1]),
        ("Mexico City, Mexico", MEXICO_CITY, MEXICO_CITY[0]),
        (
            "Luxembourg City",
            ("Luxembourg, Belgium", "Luxembourg, Luxembourg"),
            "Luxembourg, Luxembourg",
        ),
        (
            "Singapore",
            ("Singapore, Michigan, United States", "Singapore, Singapore"),
            "Singapore, Singapore",
        ),
        (
            "Toronto, ON",
            ("Toronto, Ohio, United States", "Toronto, Ontario, Canada"),
            "Toronto, Ontario, Canada",
        ),
    ],
)
async def test_a_city_with_its_state_is_not_the_state_of_the_same_name(
    assistant: Assistant, given: str, listed: tuple[str, ...], sent: str
) -> None:
    assistant.sandbox.fail("autocomplete", completing(*listed), times=4)
    result = await create(assistant, CSHARP | {"regions": [given]})
    assert result["filters"]["regions"] == [sent]
    assert result.get("unknown_values", []) in ([], ["skills “C#”"])


@pytest.mark.parametrize(
    ("given", "listed", "said"),
    [
        ("New York", NEW_YORK, NEW_YORK),
        ("Washington", WASHINGTON, WASHINGTON),
        ("Quebec", QUEBEC, QUEBEC),
        ("New York, NY", NEW_YORK[:1], NEW_YORK[:1]),
        ("NYC", ("Buffalo, New York, United States",), ("it has nothing like it",)),
        ("Washington DC", ("Seattle, Washington, United States",), ("it has nothing like it",)),
        ("Luxembourg", ("Luxembourg, Luxembourg",), ('use countries: ["Luxembourg"]',)),
        ("Mexico", ("Mexico, Missouri, United States",), ('use countries: ["Mexico"]',)),
    ],
)
async def test_a_name_of_a_city_and_of_what_it_lies_in_is_no_guess(
    assistant: Assistant, given: str, listed: tuple[str, ...], said: tuple[str, ...]
) -> None:
    assistant.sandbox.fail("autocomplete", completing(*listed), times=20)
    refusal = await assistant.refusal(
        "create_sourcing_session", title="T", filters=CSHARP | {"regions": [given]}
    )
    assert f"filters.regions “{given}” (" in refusal
    assert all(one in refusal for one in said)


@pytest.mark.parametrize("country", ["Germany", "United Kingdom", "India", "UK", "Poland"])
async def test_a_country_among_the_regions_is_refused_once_with_where_it_belongs(
    assistant: Assistant, country: str
) -> None:
    filters = CSHARP | {"regions": [country]}
    refusal = await assistant.refusal("create_sourcing_session", title="T", filters=filters)
    assert f'filters.regions “{country}” (use countries: ["{country}"])' in refusal
    searched = await create(assistant, filters)
    assert searched["unknown_values"] == [f"regions “{country}”"]
    for suggestion in searched.get("suggestions", []):
        assert suggestion["filters"] == CSHARP | {"countries": [country]}
        assert f"“{country}” moved to countries" in suggestion["reason"]


@pytest.mark.parametrize(
    ("given", "known"),
    [
        ("CA", "it has “California”"),
        ("GA", "it has nothing like it"),
        ("IN", "it has nothing like it"),
        ("Georgia", "it has nothing like it"),
        ("Paris, Texas", "it has nothing like it"),
        ("Mumbai Metropolitan Region", "it has “Mumbai, Maharashtra, India”"),
        ("Greater Mumbai", "it has “Mumbai, Maharashtra, India”"),
        ("Delhi NCR", "it has “New Delhi, Delhi, India”"),
        ("Bangalore Urban, Karnataka", "it has “Bengaluru, Karnataka, India”"),
        ("Chennai Area, India", "it has “Chennai, Tamil Nadu, India”"),
        ("San Francisco Bay Area", "it has “San Francisco, California, United States”"),
        ("Bay Area", "it has nothing like it"),
    ],
)
async def test_a_refused_place_names_only_what_may_be_meant(
    assistant: Assistant, given: str, known: str
) -> None:
    filters = CSHARP | {"regions": [given]}
    refusal = await assistant.refusal("create_sourcing_session", title="T", filters=filters)
    assert f"filters.regions “{given}” ({known})" in refusal


async def test_a_code_is_no_city_although_the_list_is_cut_off(assistant: Assistant) -> None:
    many = [f"Inville {number}, Ohio, United States" for number in range(25)]
    assistant.sandbox.fail("autocomplete", completing(*many), times=3)
    filters = CSHARP | {"regions": ["IN"]}
    refusal = await assistant.refusal("create_sourcing_session", title="T", filters=filters)
    assert "Inville" not in refusal


async def test_a_state_is_known_although_the_list_is_cut_off(assistant: Assistant) -> None:
    many = [f"Town {number}, Georgia, United States" for number in range(25)]
    assistant.sandbox.fail("autocomplete", completing(*many), times=3)
    result = await create(assistant, CSHARP | {"regions": ["Georgia"]})
    assert result["filters"]["regions"] == ["Georgia"]
    assert "unknown_values" not in result


@pytest.mark.parametrize(
    ("name", "value", "named"),
    [
        ("company_types", "Product Company", "“Product Company” (nearest: “Public Company”)"),
        ("company_headcount_ranges", "1-200", "“1-200”"),
        ("company_headcount_ranges", "51-20", "“51-20”"),
        ("industries", "Fintech", "“Fintech”"),
        ("employment_types", "Gig", "“Gig”"),
    ],
)
async def test_a_value_outside_a_list_of_known_ones_is_searched_and_named(
    assistant: Assistant, name: str, value: str, named: str
) -> None:
    result = await create(assistant, CSHARP | {name: [value]})
    assert result["filters"] == CSHARP | {name: [value]}
    assert result["unknown_values"] == [f"{name} {named}"]
    assert assistant.sent("create_session") == 1


async def test_a_list_that_may_hide_the_value_proves_nothing(assistant: Assistant) -> None:
    many = [f"Springfield {number}, Ohio, United States" for number in range(25)]
    assistant.sandbox.fail("autocomplete", completing(*many), times=2)
    result = await create(assistant, CSHARP | {"regions": ["Springfield, Ohio, United States"]})
    assert "unknown_values" not in result


async def test_other_unknown_values_are_searched_and_named(assistant: Assistant) -> None:
    filters = {
        "skills": {"mandatory": ["C#"], "core": ["Entity Framwork", "C"]},
        "current_titles": ["Software Developer", "Code Whisperer"],
        "schools": ["Nowhere University"],
        "honors": ["Dean's List"],
    }
    result = await create(assistant, filters)
    assert result["filters"] == filters
    assert result["unknown_values"] == [
        "skills “Entity Framwork” (nearest: “Entity Framework”)",
        "current_titles “Code Whisperer”",
        "schools “Nowhere University”",
    ]


async def test_look_ups_are_few_and_free(assistant: Assistant) -> None:
    names = [f"Zzyzx {letter}" for letter in "abcdefghijklmnopqrst"]
    result = await create(assistant, {"skills": {"core": ["C#", *names]}})
    asked = [call.query["query"] for call in assistant.sandbox.calls if call.query]
    assert len(asked) == assistant.sent("autocomplete") <= MOST_LOOKUPS
    assert len({one for one in asked if one in {"C#", *names}}) <= MOST_VALUES
    unchecked = len(names) - len(result["unknown_values"])
    assert unchecked >= len(names) + 1 - MOST_VALUES
    assert result["warning"].startswith(
        f"Not looked up before the search: {unchecked} filter values;"
    )
    assert len(assistant.sandbox.charges) == assistant.sent("create_session") == 1


async def test_places_are_looked_up_before_anything_else(assistant: Assistant) -> None:
    skills = {"core": ["C#", *(f"Zzyzx {number}" for number in range(20))]}
    refusal = await assistant.refusal(
        "create_sourcing_session", title="T", filters={"skills": skills, "countries": ["Atlantis"]}
    )
    assert "filters.countries “Atlantis” (it has nothing like it)" in refusal


async def test_known_values_are_looked_up_once_for_several_searches(assistant: Assistant) -> None:
    await create(assistant, CSHARP)
    await create(assistant, CSHARP | {"years_of_experience": {"min": 3}})
    assert assistant.sent("autocomplete") == 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault("502_before"),
        Fault("status", status=500, body={"message": "Broken"}),
        Fault("status", status=401, body={"message": "Unauthorized"}),
        Fault("status", status=400, body={"message": "filter_type is not known"}),
        Fault("html", status=200),
        Fault("null_data"),
        Fault("cut"),
        Fault("drop_before"),
        Fault("429", retry_after=0),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.status}",
)
async def test_a_failing_completion_never_fails_a_search(
    assistant: Assistant, fault: Fault
) -> None:
    assistant.sandbox.fail("autocomplete", fault, times=50)
    filters = CSHARP | {"regions": ["pune"], "countries": ["india"]}
    result = await create(assistant, filters)
    assert result["session_id"]
    assert result["filters"] == filters
    assert "unknown_values" not in result
    assert len(assistant.sandbox.charges) == 1


async def test_a_hanging_completion_leaves_a_search_its_time() -> None:
    sandbox = small_sandbox()
    sandbox.fail("autocomplete", Fault("delay_before", seconds=60), times=50)
    async with connected(sandbox, call_deadline_seconds=7.5) as assistant:
        pune = CSHARP | {"regions": ["Pune"]}
        assert (await create(assistant, pune))["filters"] == pune


async def test_what_was_found_in_time_counts_although_another_look_up_hangs() -> None:
    sandbox = small_sandbox()
    sandbox.fail("autocomplete", Fault("delay_before", seconds=60))
    async with connected(sandbox, call_deadline_seconds=7.5) as assistant:
        both = {"countries": ["India"], "regions": ["Pune, India"]}
        result = await create(assistant, CSHARP | both)
        assert result["filters"] == CSHARP | {"countries": ["India"], "regions": [PUNE]}


async def test_a_filter_type_that_the_api_rejects_is_not_asked_for_again(
    assistant: Assistant,
) -> None:
    rejected = Fault("status", status=400, body={"message": "Validation failed"})
    assistant.sandbox.fail("autocomplete", rejected)
    await create(assistant, CSHARP)
    await create(assistant, {"skills": {"core": ["Java"]}})
    assert assistant.sent("autocomplete") == 1


@pytest.mark.parametrize("era", ERAS)
async def test_the_user_is_asked_about_the_search_only_once_its_places_are_settled(
    era: str,
) -> None:
    asked: list[str] = []

    async def agree(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        asked.append(params.message)
        return ElicitResult(action="accept", content={"approve": True})

    async with connected(era=era, answer=agree) as assistant:
        await assistant.refusal("create_sourcing_session", title="T", filters=PUNNE)
        assert asked == []
        result = await create(assistant, CSHARP | {"regions": ["Bangalore"]})
        assert result["filters"]["regions"] == ["Bengaluru, Karnataka, India"]
        assert len(asked) == 1
        words = [call.query.get("query") for call in assistant.sandbox.calls]
        assert words.count("Bangalore") == 1


# Updates


async def test_an_update_is_matched_too_and_only_where_it_changes_something(
    assistant: Assistant,
) -> None:
    session_id = await assistant.search(**CSHARP | {"regions": [PUNE]})
    before = assistant.sent("autocomplete")
    updated = await assistant.call(
        "update_sourcing_session",
        session_id=session_id,
        filters={"regions": ["Bangalore"], "within_km": 50, "schools": ["Nowhere University"]},
    )
    (sent,) = [call for call in assistant.sandbox.calls if call.operation == "update_session"]
    assert sent.body["queries"]["region"]["value"] == ["Bengaluru, Karnataka, India"]
    assert updated["unknown_values"] == ["schools “Nowhere University”"]
    asked = [call for call in assistant.sandbox.calls if call.operation == "autocomplete"]
    assert "C#" not in [call.query["query"] for call in asked[before:]]


async def test_an_update_to_an_unknown_place_is_refused_once(assistant: Assistant) -> None:
    session_id = await assistant.search()
    change = {"session_id": session_id, "filters": {"regions": ["Punne"]}}
    refusal = await assistant.refusal("update_sourcing_session", **change)
    assert f"(it has “{PUNE}”)" in refusal
    assert assistant.sent("update_session") == 0
    await assistant.call("update_sourcing_session", **change)
    assert assistant.sent("update_session") == 1


@pytest.mark.parametrize("times", [1, 99], ids=["of one place", "of all"])
async def test_a_repeated_update_is_the_same_whatever_its_look_up_found(times: int) -> None:
    sandbox = small_sandbox(refuse_without_match=False)
    async with connected(sandbox, call_deadline_seconds=7.5) as assistant:
        session_id = await assistant.search()
        change = {"session_id": session_id, "filters": AUSTIN_AND_BOSTON}
        sandbox.fail("autocomplete", Fault("delay_before", seconds=60), times=times)
        updated = await assistant.call("update_sourcing_session", **change)
        assert "Austin, TX" in updated["filters"]["regions"]
        sandbox.mend()
        await assistant.call("wait_for_session", session_id=session_id)
        again = await assistant.call("update_sourcing_session", **change)
    assert again["credits"] == {"charged": 0}
    assert "nothing was sent or charged" in again["next_step"]
    assert assistant.sent("update_session") == 1


@pytest.mark.parametrize("times", [1, 99], ids=["of one place", "of all"])
async def test_a_lost_update_is_found_whatever_its_look_up_found(times: int) -> None:
    sandbox = small_sandbox(refuse_without_match=False)
    async with connected(sandbox, call_deadline_seconds=7.5) as assistant:
        session_id = await assistant.search()
        change = {"session_id": session_id, "filters": AUSTIN_AND_BOSTON}
        sandbox.fail("autocomplete", Fault("delay_before", seconds=60), times=times)
        sandbox.fail("update_session", Fault("drop_after"))
        sandbox.fail("get_session", Fault("delay_before"))
        sandbox.fail("get_session", Fault("502_before"), times=99)
        await assistant.refusal("update_sourcing_session", **change)
        sandbox.mend()
        await assistant.call("update_sourcing_session", **change)
    assert assistant.sent("update_session") == 1


async def test_an_update_with_other_bad_arguments_looks_nothing_up(assistant: Assistant) -> None:
    session_id = await assistant.search()
    before = len(assistant.sandbox.calls)
    await assistant.refusal(
        "update_sourcing_session",
        session_id=session_id,
        filters={"regions": ["Bangalore"]},
        remove_filters=["regions"],
    )
    assert len(assistant.sandbox.calls) == before


async def test_an_update_of_the_title_looks_nothing_up(assistant: Assistant) -> None:
    session_id = await assistant.search()
    before = assistant.sent("autocomplete")
    change = {"session_id": session_id, "title": "Another"}
    await assistant.refusal("update_sourcing_session", **change)
    await assistant.call("update_sourcing_session", **change)
    assert assistant.sent("update_session") == 1
    assert assistant.sent("autocomplete") == before


@pytest.mark.parametrize("places", ["Berlin, Munich, Germany", "Madrid, Barcelona, Spain"])
async def test_a_place_that_names_two_cities_is_not_cut_to_one(
    assistant: Assistant, places: str
) -> None:
    arguments = {"title": "Two cities", "filters": CSHARP | {"regions": [places]}}
    refusal = await assistant.refusal("create_sourcing_session", **arguments)
    assert places in refusal
    assert assistant.sent("create_session") == 0
