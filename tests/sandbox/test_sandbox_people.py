import json
import re
from typing import Any

import pytest

from fj_mcp.sandbox.app import Sandbox
from fj_mcp.sandbox.population.countries import COUNTRIES
from fj_mcp.sandbox.population.odd_people import (
    HOSTILE_SKILL,
    HOSTILE_TEXTS,
    SPARSE_SKILL,
    population,
)
from fj_mcp.sandbox.population.places import CITIES
from fj_mcp.sandbox.population.trade_people import begun, people_with
from tests.support.clocks import SteppedClock
from tests.support.sandbox_api import Api, connect, searching

pytestmark = pytest.mark.anyio


def test_the_people_are_the_same_each_time_and_shared() -> None:
    assert population(300) is population(300)
    few, many = population(100), population(300)
    same = [a.record for a, b in zip(few, many, strict=False) if a.kind == b.kind == "ordinary"]
    assert same == [b.record for a, b in zip(few, many, strict=False)
                    if a.kind == b.kind == "ordinary"]  # fmt: skip


def test_the_people_are_obviously_fictional() -> None:
    for person in population(5000):
        assert person.email is None or person.email.endswith("@example.com")
        assert person.phone is None or re.fullmatch(r"\+1-\d{3}-555-01\d\d", person.phone)
        assert person.address.startswith("https://www.linkedin.com/in/sandbox-")
        assert re.fullmatch("[0-9a-f]{24}", person.id)


def test_a_small_sandbox_has_people_too() -> None:
    assert len(population(5)) == 5
    assert len(population(0)) == 0


async def test_documents_are_as_large_as_real_ones(api: Api) -> None:
    docs = await api.docs(await api.created())

    sizes = sorted(len(json.dumps(doc)) for doc in docs if "finalScore" in doc)
    assert sizes[0] >= 20_000
    assert sizes[-1] < 60_000


async def test_pages_report_their_position(api: Api) -> None:
    session_id = await api.created()
    pages = [(await api.page(session_id, page, 40)).json()["data"] for page in (1, 2, 3, 4)]

    assert [len(page["docs"]) for page in pages] == [40, 40, 20, 0]
    assert len({doc["_id"] for page in pages for doc in page["docs"]}) == 100
    assert {key: value for key, value in pages[0].items() if key != "docs"} == {
        "totalDocs": 100,
        "limit": 40,
        "page": 1,
        "totalPages": 3,
        "hasNextPage": True,
        "nextPage": 2,
        "hasPrevPage": False,
        "prevPage": None,
    }
    assert (pages[2]["hasNextPage"], pages[2]["nextPage"], pages[2]["prevPage"]) == (False, None, 2)


@pytest.mark.parametrize(("page", "limit"), [(0, 20), ("x", 20), (1, 0), (1, 301), (1, "-1")])
async def test_an_impossible_page_is_refused(api: Api, page: Any, limit: Any) -> None:
    assert (await api.page(await api.created(), page, limit)).status_code == 400


async def test_candidate_details_use_other_names_than_the_list(api: Api) -> None:
    session_id = await api.created()
    doc = next(doc for doc in await api.docs(session_id) if "finalScore" in doc)
    data = (await api.candidate(session_id, doc["_id"])).json()["data"]
    details = data["candidate"]

    assert details["name"] == doc["profile"]["name"]
    listed = doc["profile"]["current_employers_object"][0]
    job = details["current_employers"][0]
    assert (job["name"], job["title"]) == (listed["company_name"], listed["job_title"])
    assert details["all_employers"] == details["current_employers"] + details["past_employers"]
    assert details["education_background"][0]["dates"]
    assert data["profileAnalysis"]["starLabel"] == doc["profileAnalysis"]["starLabel"]
    assert data["revealStatus"] == doc["revealStatus"]


async def test_a_candidate_of_another_session_is_not_found(api: Api) -> None:
    session_id = await api.created(searching("Figma"))
    other = (await api.docs(await api.created(searching("Tally"))))[0]["_id"]

    assert (await api.candidate(session_id, other)).status_code == 404
    assert (await api.candidate("", other)).status_code == 404


async def test_hostile_people_share_a_skill_and_have_their_texts(api: Api) -> None:
    session_id = await api.created(searching(HOSTILE_SKILL))
    docs = await api.docs(session_id)

    assert sorted(doc["profile"]["name"] for doc in docs) == sorted(HOSTILE_TEXTS)
    for doc in docs:
        profile = doc["profile"]
        text = profile["name"]
        assert text in profile["headline"]
        assert text in profile["summary"]
        assert text in profile["current_employers_object"][0]["description"]
        assert (await api.candidate(session_id, doc["_id"])).status_code == 200
    addresses = [doc["profile"]["flagship_profile_url"] for doc in docs]
    assert any(address.startswith("javascript:") for address in addresses)


async def test_ordinary_searches_meet_hostile_people_too() -> None:
    people = population(5000)
    ordinary = {skill for person in people if person.kind == "ordinary" for skill in person.skills}

    assert all(ordinary & set(p.skills) for p in people if p.kind == "hostile")


async def test_sparse_people_share_a_skill_and_lack_nearly_everything(api: Api) -> None:
    session_id = await api.created(searching(SPARSE_SKILL))
    docs = await api.docs(session_id)

    assert len(docs) == 6
    assert [list(doc) for doc in docs if len(doc) == 1] == [["_id"]]
    assert {type(doc.get("finalScore")) for doc in docs} >= {type(None), str, int}
    details = [(await api.candidate(session_id, doc["_id"])).json()["data"] for doc in docs]
    assert {"_id": docs[0]["_id"]}.items() <= details[0]["candidate"].items()
    assert "42" in str([one["candidate"].get("name") for one in details])


async def _found(api: Api, session_id: str, **has: bool) -> dict[str, Any]:
    """A document of a person with or without an email address or a phone number."""
    known = {person.id: person for person in population(5000)}
    for doc in await api.docs(session_id):
        person = known[doc["_id"]]
        facts = {"email": bool(person.email), "phone": bool(person.phone)}
        if person.kind == "ordinary" and has.items() <= facts.items():
            return doc
    raise AssertionError("no such person")


async def test_an_email_is_found_at_once_and_paid_each_time(api: Api, sandbox: Sandbox) -> None:
    session_id = await api.created()
    doc = await _found(api, session_id, email=True)
    answers = [
        await api.reveal(session_id, doc["profile"]["linkedin_profile_url"]) for _ in range(2)
    ]

    for answer in answers:
        email, phone = answer.json()["data"]
        assert (email["type"], email["status"]) == ("EMAIL", "FOUND")
        assert email["values"][0].endswith("@example.com")
        assert phone == {"type": "PHONE", "values": [], "status": None}
    assert answers[1].json()["creditInfo"]["remainingCredits"] == 93
    assert [charge.amount for charge in sandbox.charges] == [5, 1, 1]
    after = {one["_id"]: one for one in await api.docs(session_id)}[doc["_id"]]
    assert after["revealStatus"]["email"] == {"revealed": True, "values": email["values"]}


async def test_a_phone_number_arrives_later_and_is_then_read_for_free(clock: SteppedClock) -> None:
    sandbox = Sandbox(match_seconds=0, phone_delay_seconds=30, clock=clock.now)
    async with connect(sandbox) as http:
        api = Api(http)
        session_id = await api.created()
        doc = await _found(api, session_id, phone=True)
        address = doc["profile"]["linkedin_profile_url"]
        _, phone = (await api.reveal(session_id, address, "PHONE")).json()["data"]
        assert phone == {"type": "PHONE", "values": [], "status": None}
        clock.time += 30
        details = (await api.candidate(session_id, doc["_id"])).json()["data"]
        assert details["revealStatus"]["phone"]["revealed"] is True
        assert "555-01" in details["revealStatus"]["phone"]["values"][0]
        _, phone = (await api.reveal(session_id, address, "PHONE")).json()["data"]
        assert phone["status"] == "FOUND"

    assert [charge.amount for charge in sandbox.charges] == [5, 2, 2]


async def test_a_number_that_nobody_has_never_arrives(api: Api, clock: SteppedClock) -> None:
    session_id = await api.created()
    doc = await _found(api, session_id, phone=False)
    await api.reveal(session_id, doc["profile"]["linkedin_profile_url"], "PHONE")
    clock.time += 1000

    after = {one["_id"]: one for one in await api.docs(session_id)}[doc["_id"]]
    assert after["revealStatus"]["phone"] == {"revealed": False, "values": []}


async def test_a_missing_email_address_is_404_and_free(api: Api, sandbox: Sandbox) -> None:
    session_id = await api.created()
    doc = await _found(api, session_id, email=False)
    answer = await api.reveal(session_id, doc["profile"]["linkedin_profile_url"])

    assert (answer.status_code, sandbox.credits_left("fjk_sandbox")) == (404, 95)


async def test_only_the_exact_address_of_a_found_profile_resolves(api: Api) -> None:
    session_id = await api.created()
    profile = (await _found(api, session_id, email=True))["profile"]
    address = profile["linkedin_profile_url"]

    async def status(address: str, kind: str = "EMAIL") -> int:
        return (await api.reveal(session_id, address, kind)).status_code

    assert await status(address.lower()) == 404
    assert await status(profile["flagship_profile_url"]) == 404
    assert await status(f"{address} ") == 422
    assert await status("") == 400
    assert await status(address, "FAX") == 400


async def test_a_job_description_becomes_filters(api: Api) -> None:
    text = (
        "Senior Software Developer in Pune, India. One to five years of experience.\n"
        "Must have C# and SQL Server. Works with React, Go and Docker.\n"
        "Kafka is a plus; you go far. Bachelor's degree. Fluent English and Marathi."
    )
    found = (await api.annotate(text)).json()["data"]

    assert {key: one["value"] for key, one in found.items() if one["presence"]} == {
        "skills": {
            "mandatory": ["C#", "SQL Server"],
            "core": ["React", "Docker", "Go"],
            "secondary": ["Kafka"],
        },
        "current_employers.title": ["Senior Software Developer"],
        "region": ["Pune, Maharashtra, India"],
        "country_region": ["India"],
        "years_of_experience_raw": [1, 5],
        "education_background.degree_name": ["BACHELORS"],
        "languages": ["English", "Marathi"],
    }


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("1 to 5 years", [1, 5]),
        ("2-4 yrs", [2, 4]),
        ("3+ years", [3, 60]),
        ("ten years", [10, 60]),
        ("no number of years", None),
    ],
)
async def test_years_are_read_in_their_usual_forms(api: Api, text: str, years: Any) -> None:
    found = (await api.annotate(text)).json()["data"]["years_of_experience_raw"]

    assert found == {"presence": years is not None, "value": years}


async def test_a_scrum_master_needs_no_degree(api: Api) -> None:
    for text, degree in (("Scrum Master wanted", None), ("Master's degree", ["MASTERS"])):
        found = (await api.annotate(text)).json()["data"]["education_background.degree_name"]
        assert found["value"] == degree


async def test_a_filter_that_a_text_does_not_name_has_the_templates_default(api: Api) -> None:
    found = (await api.annotate("Come and work with us")).json()["data"]

    assert not any(one["presence"] for one in found.values())
    assert found["country_region"]["value"] == ["India"]
    assert found["region"]["value"] is None
    assert found["skills"]["value"] == {"mandatory": None, "core": None, "secondary": None}
    assert "languages" not in found


@pytest.mark.parametrize("text", ["", "  ", None, 5])
async def test_an_empty_job_description_is_refused(api: Api, text: Any) -> None:
    assert (await api.annotate(text)).status_code == 400


@pytest.mark.parametrize(
    ("kind", "query", "first"),
    [
        ("region", "pune", "Pune, Maharashtra, India"),
        ("skill", "pyt", "Python"),
        ("title", "software dev", "Software Developer"),
        ("country_region", "ind", "India"),
        ("location_country", "united k", "United Kingdom"),
        ("current_employers.name", "KESTREL LOOM", "Kestrel Loom Retail"),
        ("education_background.institute_name", "glass", "Glasswater"),
        ("education_background.field_of_study", "comp", "Computer"),
        ("certifications.name", "cissp", "CISSP"),
    ],
)
async def test_autocomplete_knows_the_peoples_values(
    api: Api, kind: str, query: str, first: str
) -> None:
    values = (await api.complete(kind, query, 25)).json()

    assert isinstance(values, list)
    assert len(values) <= 25
    assert values[0].split(maxsplit=1)[0] == first.split(maxsplit=1)[0]
    assert all(query.lower() in value.lower() for value in values)


@pytest.mark.parametrize(
    ("kind", "query", "limit", "field"),
    [
        ("region", "p", 10, "query"),
        ("shoe_size", "pune", 10, "filter_type"),
        ("geo_distance", "50", 10, "filter_type"),
        ("honors.title", "hack", 10, "filter_type"),
        ("region", "pune", 26, "limit"),
        ("region", "pune", "x", "limit"),
    ],
)
async def test_autocomplete_refuses_by_field(
    api: Api, kind: str, query: str, limit: Any, field: str
) -> None:
    answer = await api.complete(kind, query, limit)

    assert answer.status_code == 400
    assert [list(error) for error in answer.json()["errors"]] == [[field]]


def test_the_people_of_a_trade_are_the_same_in_any_order_and_fictional() -> None:
    cities = [city for city in CITIES if city.name in ("Lyon", "Leeds", "Singapore")]
    once = [person.record for person in people_with(["HACCP", "Patient Care"], set(cities))]
    begun.cache_clear()
    again = [list(people_with(["HACCP", "Patient Care"], {city})) for city in cities]
    assert sorted(str(record) for record in once) == sorted(
        str(person.record) for found in again for person in found
    )
    ids = {person.id for found in again for person in found}
    assert len(ids) == len(once) > 500
    for person in (person for found in again for person in found):
        assert person.email is None or person.email.endswith("@example.com")
        assert person.phone is None or re.fullmatch(r"\+1-\d{3}-555-01\d\d", person.phone)
        assert person.address.startswith("https://www.linkedin.com/in/sandbox-")
        assert re.fullmatch("[0-9a-f]{24}", person.id)


def test_a_search_everywhere_invents_few_people_of_each_city_who_are_the_same_in_that_city() -> (
    None
):
    skills = ["Patient Care", "Excel", "Team Leadership", "Communication", "Negotiation"]
    everywhere = [
        person for person in people_with(skills, set(CITIES)) if person.city.name == "Leeds"
    ]
    assert everywhere
    assert sum(1 for _ in people_with(skills, set(CITIES))) <= 10_000
    leeds = {city for city in CITIES if city.name == "Leeds"}
    in_leeds = list(people_with(skills, leeds))
    assert len(in_leeds) > len(everywhere)
    assert {person.id for person in everywhere} < {person.id for person in in_leeds}


_BRANDS = frozenset(
    ("Banksia", "Barjeel", "Beaurivage", "Billabong", "Cedar", "Evergreen", "Granite", "Hilal",
     "Lotus", "Magnolia", "Miramar", "Nilgiri", "Prairie", "Redwood", "Sidra", "Summit", "Waratah")
)  # fmt: skip
"""First words of real employers."""


def test_no_employer_begins_like_a_real_one() -> None:
    assert not {word for country in COUNTRIES.values() for word in country.words} & _BRANDS


def test_a_search_in_one_country_reaches_all_of_its_people() -> None:
    for country in {city.country for city in CITIES}:
        cities = {city for city in CITIES if city.country == country}
        one_by_one = [person.id for city in cities for person in people_with(["HACCP"], {city})]
        assert sorted(one_by_one) == sorted(person.id for person in people_with(["HACCP"], cities))


_SKILLS = (
    *("Patient Care", "Internal Medicine", "Field Sales", "Brand Management", "General Ledger"),
    *("Credit Analysis", "SolidWorks", "Power Systems", "Structural Analysis", "Aspen Plus"),
    *("Truck Driving", "Supply Chain Management", "Food Preparation", "Lesson Planning"),
    *("Front Office Operations", "Contract Law", "HR Administration"),
)
"""One of each field that recruiters fill."""


@pytest.mark.parametrize(
    "country",
    ["India", "United States", "United Kingdom", "Germany", "France", "Spain", "Netherlands",
     "Poland", "Brazil", "Australia", "Singapore", "United Arab Emirates"],
)  # fmt: skip
async def test_every_trade_is_found_in_every_country(api: Api, country: str) -> None:
    for skill in _SKILLS:
        queries = searching(skill, country_region={"type": "(.)", "value": [country]})
        page = (await api.page(await api.created(queries), limit=5)).json()["data"]
        assert page["totalDocs"] >= 20, skill
        regions = [doc["profile"]["region"] for doc in page["docs"] if "region" in str(doc)]
        assert {region.split(", ")[-1] for region in regions} <= {country}
