from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from fj_mcp.filters.search_filters import FILTERS
from fj_mcp.sandbox.app import Sandbox
from tests.support.sandbox_api import Api, connect, searching

pytestmark = [pytest.mark.anyio, pytest.mark.unmeasured]

_COMMON = ("Communication", "Git", "Excel", "SQL", "Python", "Java", "React")
_LADDER = ["Postdoctoral", "Doctor", "Master", "Bachelor", "Diploma", "Higher"]


def _job(doc: dict[str, Any]) -> dict[str, Any]:
    return dict(doc["profile"]["current_employers_object"][0])


def _full(docs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The documents of people who are not sparse."""
    return [doc for doc in docs if len(str(doc)) > 5000]


def _degrees(doc: dict[str, Any]) -> list[str]:
    return [school["degree_name"] for school in doc["profile"]["education_background"]]


_IN = "IN"
_APPLIED: list[tuple[str, str, Any, Callable[[dict[str, Any]], bool]]] = [
    ("country_region", "(.)", ["United Kingdom"], lambda d: "Kingdom" in d["profile"]["region"]),
    ("region", _IN, ["Chennai, Tamil Nadu, India"], lambda d: "Chennai" in d["profile"]["region"]),
    ("current_employers.title", _IN, ["data engineer"], lambda d: "Data" in _job(d)["job_title"]),
    (
        "past_employers.title",
        _IN,
        ["Data Analyst"],
        lambda d: (
            "Data Analyst" in [job["job_title"] for job in d["profile"]["past_employers_object"]]
        ),
    ),
    (
        "years_of_experience_raw",
        "RANGE",
        [2, 4],
        lambda d: 2 <= d["profile"]["years_of_experience_raw"] <= 4,
    ),
    (
        "current_employers.function_category",
        _IN,
        ["Sales"],
        lambda d: _job(d)["function_category"] == "Sales",
    ),
    (
        "current_employers.seniority_level",
        _IN,
        ["Director", "CXO"],
        lambda d: _job(d)["seniority_level"] in ("Director", "CXO"),
    ),
    ("current_employers.name", _IN, ["Kestrel"], lambda d: "Kestrel" in _job(d)["company_name"]),
    (
        "past_employers.name",
        _IN,
        ["Kestrel"],
        lambda d: "Kestrel" in str(d["profile"]["past_employers_object"]),
    ),
    (
        "current_employers.years_at_company",
        _IN,
        ["6 to 10 years"],
        lambda d: 6 <= _job(d)["years_at_company_raw"] < 11,
    ),
    (
        "current_employers.employment_type",
        _IN,
        ["Part-time"],
        lambda d: _job(d)["employment_type"] == "Part-time",
    ),
    (
        "open_to_cards",
        "=",
        ["CAREER_INTEREST"],
        lambda d: "CAREER_INTEREST" in d["profile"]["open_to_cards"],
    ),
    (
        "all_employers.company_industries",
        _IN,
        ["Technology, Information and Internet"],
        lambda d: "Technology, Information and Internet" in str(d["profile"]),
    ),
    (
        "education_background.institute_name",
        _IN,
        ["Amberfield University"],
        lambda d: "Amberfield University" in d["profile"]["all_schools"],
    ),
    (
        "education_background.field_of_study",
        _IN,
        ["Statistics"],
        lambda d: "Statistics" in str(d["profile"]["education_background"]),
    ),
    (
        "education_background.degree_name",
        _IN,
        ["MASTERS"],
        lambda d: any(name.startswith(tuple(_LADDER[:3])) for name in _degrees(d)),
    ),
    (
        "certifications.name",
        _IN,
        ["Terraform Associate"],
        lambda d: d["profile"]["certifications"][0]["name"] == "Terraform Associate",
    ),
    (
        "honors.title",
        _IN,
        ["Hackathon Winner"],
        lambda d: d["profile"]["honors"] == [{"title": "Hackathon Winner"}],
    ),
    (
        "current_employers.company_type",
        _IN,
        ["Public Company"],
        lambda d: _job(d)["company_type"] == "Public Company",
    ),
    (
        "current_employers.company_hq_location",
        _IN,
        ["Pune, Maharashtra, India"],
        lambda d: _job(d)["company_hq_location"].startswith("Pune"),
    ),
    (
        "current_employers.description",
        _IN,
        ["B2B Saas"],
        lambda d: "B2B SaaS" in _job(d)["description"],
    ),
    (
        "current_employers.company_headcount_latest",
        "RANGE",
        [10, 100],
        lambda d: 10 <= _job(d)["company_headcount_latest"] <= 100,
    ),
    (
        "current_employers.company_headcount_range",
        _IN,
        ["51-200", "10,001+"],
        lambda d: _job(d)["company_headcount_range"] in ("51-200", "10,001+"),
    ),
    ("headcount_growth", "RANGE", [10, 20], lambda d: 10 <= _job(d)["headcount_growth"] <= 20),
    ("funding_stage", _IN, ["series_a"], lambda d: _job(d)["funding_stage"] == "series_a"),
    ("annual_revenue", "=", ["1_10"], lambda d: _job(d)["annual_revenue"] == "1_10"),
    ("total_funding", "=", ["10_50"], lambda d: _job(d)["total_funding"] == "10_50"),
    ("year_founded", "RANGE", [2000, 2010], lambda d: 2000 <= _job(d)["year_founded"] <= 2010),
    ("recently_funded", "=", ["6m"], lambda d: "6m" in _job(d)["recently_funded"]),
]


@pytest.mark.parametrize(
    ("key", "kind", "value", "fits"), _APPLIED, ids=[entry[0] for entry in _APPLIED]
)
async def test_a_filter_leaves_only_the_matching_people(
    api: Api, key: str, kind: str, value: Any, fits: Callable[[dict[str, Any]], bool]
) -> None:
    session_id = await api.created(searching(core=_COMMON) | {key: {"type": kind, "value": value}})
    docs = _full((await api.page(session_id, limit=40)).json()["data"]["docs"])

    assert docs
    assert all(fits(doc) for doc in docs)


def test_every_declared_filter_is_tried_above() -> None:
    tried = {key for key, *_ in _APPLIED} | {"skills", "geo_distance"}

    assert tried == {declared.key for declared in FILTERS.values()}


async def test_a_filter_that_is_not_declared_is_refused(api: Api) -> None:
    answer = await api.create(searching("C#", languages={"type": "IN", "value": ["Marathi"]}))

    assert answer.status_code == 400
    assert answer.json()["errors"] == [{"languages": "is not a known filter"}]


async def test_all_mandatory_skills_are_needed_but_only_one_of_the_others(api: Api) -> None:
    both = await api.docs(await api.created(searching("C#", "React")))
    either = await api.docs(await api.created(searching(core=("C#", "Figma"))))

    assert all({"C#", "React"} <= set(doc["profile"]["skills"]) for doc in _full(both))
    found = [{"C#", "Figma"} & set(doc["profile"]["skills"]) for doc in _full(either)]
    assert all(found)
    assert {"C#"} in found


async def test_a_distance_reaches_the_cities_around_a_region(api: Api) -> None:
    pune = {"region": {"type": "IN", "value": ["Pune, Maharashtra, India"]}}

    async def regions(**filters: Any) -> set[str]:
        docs = await api.docs(await api.created(searching(core=_COMMON, **filters)))
        return {doc["profile"]["region"].split(",")[0] for doc in _full(docs)}

    assert await regions(**pune) == {"Pune"}
    assert await regions(**pune, geo_distance={"type": "=", "value": ["50_km"]}) == {
        "Pune",
        "Pimpri-Chinchwad",
    }
    wide = await regions(**pune, geo_distance={"type": "=", "value": ["150_km"]})
    assert {"Mumbai", "Pune"} < wide
    assert "Nagpur" not in wide


async def test_a_score_follows_from_the_covered_wishes_and_says_why(api: Api) -> None:
    queries = searching(
        "C#",
        core=("React", "Azure"),
        years_of_experience_raw={"type": "RANGE", "value": [1, 9]},
        region={"type": "IN", "value": ["Pune, Maharashtra, India"]},
        geo_distance={"type": "=", "value": ["200_km"]},
        **{"current_employers.title": {"type": "IN", "value": ["Software Developer"]}},
    )
    session_id = await api.created(queries)
    docs = await api.docs(session_id)
    scores = [doc["finalScore"] for doc in docs]
    best = max(docs, key=lambda doc: doc["finalScore"])

    assert all(0 <= score <= 5 for score in scores)
    assert min(scores) < 3.4
    assert max(scores) > 4.3
    assert scores != sorted(scores, reverse=True)
    assert best["profileAnalysis"]["starRating"] == 5
    assert "C#, React, Azure" in best["profileAnalysis"]["recommendation"]
    categories = [one["Category"] for one in best["profileAnalysis"]["highlights"]]
    assert categories == ["Skills", "Experience", "Title", "Location"]
    details = (await api.candidate(session_id, best["_id"])).json()["data"]["profileAnalysis"]
    assert details["analysis"]["finalScore"] == round(best["finalScore"] * 20)
    assert details["recommendation"] == best["profileAnalysis"]["recommendation"]


@pytest.mark.parametrize("tiers", [{"mandatory": [], "core": [], "secondary": []}, {}, None])
async def test_a_search_without_any_skill_is_422(api: Api, tiers: dict[str, Any] | None) -> None:
    queries = {} if tiers is None else {"skills": {"type": "IN", "value": tiers}}
    answer = await api.create(queries)

    assert answer.status_code == answer.json()["statusCode"] == 422
    assert answer.json()["errors"] == [{"skills": "all tiers are empty"}]


@pytest.mark.parametrize(
    ("key", "entry"),
    [
        ("languages", {"type": "IN", "value": ["English"]}),
        ("region", ["Pune, Maharashtra, India"]),
        ("region", {"value": ["Pune, Maharashtra, India"]}),
        ("region", {"type": "=", "value": ["Pune, Maharashtra, India"]}),
        ("region", {"type": "IN", "value": "Pune, Maharashtra, India"}),
        ("region", {"type": "IN", "value": []}),
        ("region", {"type": "IN", "value": ["244001, Moradabad, Uttar Pradesh, India"]}),
        ("years_of_experience_raw", {"type": "RANGE", "value": [5]}),
        ("years_of_experience_raw", {"type": "RANGE", "value": [5, 1]}),
        ("geo_distance", {"type": "=", "value": [50]}),
        ("funding_stage", {"type": "IN", "value": ["Series A"]}),
        ("current_employers.seniority_level", {"type": "IN", "value": ["Junior"]}),
        ("education_background.degree_name", {"type": "IN", "value": ["BACHELORS", "MASTERS"]}),
        ("open_to_cards", {"type": "=", "value": ["YES"]}),
        ("skills", {"type": "IN", "value": ["C#"]}),
    ],
)
async def test_a_filter_of_the_wrong_shape_or_word_is_400(api: Api, key: str, entry: Any) -> None:
    answer = await api.create(searching("C#") | {key: entry})

    assert answer.status_code == 400
    assert [list(error) for error in answer.json()["errors"]] == [[key]]


async def test_an_unknown_word_of_an_open_vocabulary_has_no_matches(api: Api) -> None:
    wrong = {"type": "IN", "value": ["Fulltime"]}
    answer = await api.create(searching("C#") | {"current_employers.employment_type": wrong})

    assert (answer.status_code, answer.json()["message"]) == (400, "No profiles match your filters")


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.integers()
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
_KEYS = st.sampled_from(sorted(declared.key for declared in FILTERS.values()))
_ENTRY = st.fixed_dictionaries(
    {"type": st.sampled_from(["IN", "=", "(.)", "RANGE"]), "value": _JSON}
)


@settings(
    max_examples=150,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.dictionaries(_KEYS, _ENTRY, max_size=4))
@example({"open_to_cards": {"type": "=", "value": [[]]}})
async def test_no_filter_map_breaks_the_sandbox(sandbox: Sandbox, queries: dict[str, Any]) -> None:
    async with connect(sandbox, "fjk_fuzz") as http:
        answer = await Api(http).create(queries)

    assert answer.status_code in (201, 400, 402, 422)
