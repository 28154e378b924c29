"""What stands in a row, and in one candidate in full: complete, and said once."""

from pathlib import Path
from typing import Any

import pytest

from fj_mcp.sandbox.faults import Fault
from tests.support.assistant import ERAS, Assistant, connected, small_sandbox
from tests.support.profile_pages import page_of, profile

pytestmark = pytest.mark.anyio

PUNE = "Pune, Maharashtra, India"
NAGPUR = "Nagpur, Maharashtra, India"
DUBAI = "Dubai, Dubai, United Arab Emirates"
SCALE = "0 to 5, by FutureJobs' matching"


def of(region: str | None, years: float | None) -> dict[str, Any]:
    return {"name": "Somebody", "region": region, "years_of_experience_raw": years}


async def listed(
    assistant: Assistant, filters: dict[str, Any], *people: dict[str, Any]
) -> list[dict[str, Any]]:
    """The cards of people whom the API lists for some filters."""
    session_id = await assistant.start_search(**{"skills": {"core": ["Python"]}} | filters)
    docs = (profile(number, 3, profile=person) for number, person in enumerate(people, 1))
    assistant.sandbox.fail("profiles", page_of(*docs))
    page = await assistant.call("list_profiles", session_id=session_id)
    found: list[dict[str, Any]] = page["candidates"]
    return found


OUTSIDE: tuple[tuple[dict[str, Any], dict[str, Any], list[str]], ...] = (
    ({"years_of_experience": {"min": 3, "max": 5}}, of(PUNE, 2.9), ["years_of_experience"]),
    ({"years_of_experience": {"min": 3, "max": 5}}, of(PUNE, 6), ["years_of_experience"]),
    ({"years_of_experience": {"min": 3}}, of(PUNE, 40), []),
    ({"years_of_experience": {"max": 5}}, of(PUNE, 5.9), []),
    ({"years_of_experience": {"min": 3}}, of(PUNE, None), []),
    ({"regions": [PUNE]}, of(NAGPUR, 4), ["regions"]),
    ({"regions": [PUNE]}, of("Greater Pune Area", 4), []),
    ({"regions": [PUNE], "within_km": 50}, of(NAGPUR, 4), []),
    ({"countries": ["India"]}, of(DUBAI, 4), ["countries"]),
    ({"countries": ["India"]}, of("Mumbai", 4), []),
    (
        {"countries": ["India"], "years_of_experience": {"min": 9}},
        of(DUBAI, 4),
        ["years_of_experience", "countries"],
    ),
)
"""Filters, a person whom the API lists all the same, and the filters that they do not meet."""


@pytest.mark.parametrize(("filters", "person", "unmet"), OUTSIDE)
async def test_a_row_names_the_filters_that_its_facts_contradict(
    assistant: Assistant, filters: dict[str, Any], person: dict[str, Any], unmet: list[str]
) -> None:
    within, outside = await listed(assistant, filters, of(PUNE, 9), person)
    assert outside.get("outside", []) == unmet
    if "years_of_experience" not in filters:
        assert "outside" not in within


async def test_a_place_in_another_spelling_contradicts_nothing(assistant: Assistant) -> None:
    filters = {"regions": [PUNE], "countries": ["India"]}
    cards = await listed(assistant, filters, of("Poona, Maharashtra, Bharat", 4), of(DUBAI, 4))
    assert not any("outside" in card for card in cards)


async def test_missing_skills_are_complete(assistant: Assistant) -> None:
    wanted = [f"Skill {number}" for number in range(15)]
    session_id = await assistant.start_search(skills={"core": ["Python", *wanted]})
    person = {"name": "Somebody", "skills": ["python", "Skill 3"]}
    assistant.sandbox.fail("profiles", page_of(profile(1, 3, profile=person)))
    (card,) = (await assistant.call("list_profiles", session_id=session_id))["candidates"]
    assert card["missing_skills"] == [one for one in wanted if one != "Skill 3"]


async def test_missing_skills_that_do_not_fit_are_counted(assistant: Assistant) -> None:
    wanted = [f"A skill with a long name {number}" for number in range(40)]
    session_id = await assistant.start_search(skills={"core": ["Python", *wanted]})
    people = [profile(one, 3, profile={"name": "P", "skills": ["Python"]}) for one in range(50)]
    assistant.sandbox.fail("profiles", page_of(*people))
    page = await assistant.call("list_profiles", session_id=session_id, limit=50)
    for card in page["candidates"]:
        *named, rest = card["missing_skills"]
        assert named == wanted[: len(named)]
        assert rest == f"and {40 - len(named)} more"


async def test_revealed_contacts_stand_in_the_rows(assistant: Assistant) -> None:
    session_id = await assistant.search()
    rows = (await assistant.call("list_profiles", session_id=session_id))["candidates"]
    ids = [card["candidate_id"] for card in rows[:4]]
    revealed = await assistant.call(
        "reveal_contacts", session_id=session_id, candidate_ids=ids, channel="email"
    )
    values = {one["candidate_id"]: one["values"] for one in revealed["results"] if one["values"]}
    assert values
    page = await assistant.call("list_profiles", session_id=session_id)
    shown = {card["candidate_id"]: card.get("emails", []) for card in page["candidates"]}
    assert {one: found for one, found in shown.items() if found} == values
    assert not any("phones" in card for card in page["candidates"])


async def test_one_free_call_shows_all_pending_numbers() -> None:
    now = [1_800_000_000.0]
    sandbox = small_sandbox(phone_delay_seconds=120, clock=lambda: now[0])
    async with connected(sandbox) as assistant:
        session_id = await assistant.search()
        rows = (await assistant.call("list_profiles", session_id=session_id))["candidates"]
        ids = [card["candidate_id"] for card in rows[:10]]
        revealed = await assistant.call(
            "reveal_contacts", session_id=session_id, candidate_ids=ids, channel="phone"
        )
        late = [one["candidate_id"] for one in revealed["results"] if one["status"] == "pending"]
        assert len(late) > 1
        named = f"list_profiles with session_id {session_id}, candidate_ids [{', '.join(late)}]"
        assert named in revealed["next_step"]
        now[0] += 180
        paid = len(sandbox.charges)
        page = await assistant.call("list_profiles", session_id=session_id, candidate_ids=late)
        assert len(sandbox.charges) == paid
    assert any("phones" in card for card in page["candidates"])


@pytest.mark.parametrize(
    ("recommendation", "why"),
    [
        (
            "Strong match: has 2 of 3 wanted skills (C#, SQL Server); 8 years, 3 to 15 wanted.",
            "Strong match: 8 years, 3 to 15 wanted.",
        ),
        ("Strong match: 8 years; has 1 of 3 wanted skills (c#).", "Strong match: 8 years."),
        ("Strong match: has 2 of 3 wanted skills (C#, SQL Server).", "Strong match."),
        ("Knows C# from the compiler up.", "Knows C# from the compiler up."),
        ("Ran a team of ten. Has C#.", "Ran a team of ten."),
        ("Has all wanted skills.", "Has all wanted skills."),
        ("Has C#, Docker.", None),
    ],
)
async def test_a_reason_does_not_repeat_the_skills_of_its_card(
    assistant: Assistant, recommendation: str, why: str | None
) -> None:
    session_id = await assistant.start_search(skills={"core": ["C#", "SQL Server", "Docker"]})
    person = profile(
        1,
        4,
        profile={"name": "Ana", "skills": ["C#", "SQL Server", "R"]},
        profileAnalysis={"recommendation": recommendation},
    )
    assistant.sandbox.fail("profiles", page_of(person))
    (card,) = (await assistant.call("list_profiles", session_id=session_id))["candidates"]
    assert card.get("why") == why


async def test_a_candidate_in_full_says_nothing_twice(assistant: Assistant) -> None:
    session_id = await assistant.search(
        skills={"core": ["C#", "Docker"]}, years_of_experience={"min": 1, "max": 20}
    )
    rows = (await assistant.call("list_profiles", session_id=session_id))["candidates"]
    for card in rows[:5]:
        full = await assistant.call(
            "get_candidate", session_id=session_id, candidate_id=card["candidate_id"]
        )
        observed = full["strengths"] + full.get("weaknesses", [])
        assert "highlights" not in full
        for clause in full.get("why", "").split("; "):
            assert not any(clause and clause in text for text in observed)
        assert full["rating"]
        assert len(observed) == len(set(observed))


async def test_what_only_the_recommendation_says_is_kept(assistant: Assistant) -> None:
    session_id = await assistant.search()
    rows = (await assistant.call("list_profiles", session_id=session_id, limit=1))["candidates"]
    ids = {"session_id": session_id, "candidate_id": rows[0]["candidate_id"]}
    why = "Led two migrations. Knows C#."
    strengths = [{"observation": "Knows C#"}]
    for analysis, kept in (
        ({"recommendation": why, "analysis": {"keyStrengths": strengths}}, why),
        ({"recommendation": "Knows C#.", "analysis": {"keyStrengths": strengths}}, None),
        ({"recommendation": why}, why),
    ):
        data = {"candidate": {"_id": ids["candidate_id"]}, "profileAnalysis": analysis}
        assistant.sandbox.fail("candidate", Fault("status", status=200, body={"data": data}))
        full = await assistant.call("get_candidate", **ids)
        assert full.get("why") == kept
        assert ("highlights" in full) is ("analysis" not in analysis)


async def test_languages_and_the_size_and_industry_of_employers_are_told(
    assistant: Assistant,
) -> None:
    session_id = await assistant.search()
    rows = (await assistant.call("list_profiles", session_id=session_id, limit=1))["candidates"]
    ids = {"session_id": session_id, "candidate_id": rows[0]["candidate_id"]}
    full = await assistant.call("get_candidate", **ids)
    assert "English" in full["languages"]
    assert full["current_jobs"][0]["employees"]
    assert full["current_jobs"][0]["industries"]
    document = {
        "_id": ids["candidate_id"],
        "languages": [{"name": "German"}, {"language": "Hindi"}, {"title": "Dutch"}, {}, None],
        "current_employers": [
            {"name": "Acme", "company_headcount_latest": 1234, "company_industries": "Software"}
        ],
    }
    fault = Fault("status", status=200, body={"data": {"candidate": document}})
    assistant.sandbox.fail("candidate", fault)
    full = await assistant.call("get_candidate", **ids)
    assert full["languages"] == ["German", "Hindi", "Dutch"]
    assert full["current_jobs"] == [
        {"company": "Acme", "employees": "1,234", "industries": ["Software"]}
    ]


async def test_scores_say_once_what_they_measure(assistant: Assistant) -> None:
    session_id = await assistant.search()
    waited = await assistant.call("wait_for_session", session_id=session_id)
    first = waited["top_candidates"][0]["candidate_id"]
    page = await assistant.call("list_profiles", session_id=session_id)
    shown = await assistant.call("show_candidates", session_id=session_id)
    full = await assistant.call("get_candidate", session_id=session_id, candidate_id=first)
    assert [one["score_scale"] for one in (waited, page, shown, full)] == [SCALE] * 4
    assistant.sandbox.fail("profiles", page_of(profile(1)))
    unscored = await assistant.start_search(skills={"core": ["Java"]})
    page = await assistant.call("list_profiles", session_id=unscored)
    assert "score_scale" not in page


async def test_the_sandbox_says_that_it_is_one_in_every_result(tmp_path: Path) -> None:
    started: dict[str, Any] = {"sandbox": True, "export_dir": tmp_path}
    # Clients of this era get the instructions as they connect.
    async with connected(small_sandbox(), ERAS[1], **started) as assistant:
        told = assistant.client.instructions or ""
        assert "every candidate, contact and credit is invented" in told
        await every_result(assistant, sandbox=True)
    (export,) = tmp_path.iterdir()
    assert '"sandbox": true' in export.read_text(encoding="utf-8")


async def test_a_real_server_says_nothing_of_a_sandbox(tmp_path: Path) -> None:
    started: dict[str, Any] = {
        "sandbox": False,
        "api_key": "fjk_test",
        "export_dir": tmp_path,
        "state_dir": tmp_path / "state",
    }
    async with connected(small_sandbox(), ERAS[1], **started) as assistant:
        told = assistant.client.instructions or ""
        assert told
        assert "invented" not in told
        await every_result(assistant, sandbox=False)
    (export,) = tmp_path.glob("*.json")
    assert "sandbox" not in export.read_text(encoding="utf-8").replace(
        "linkedin.com/in/sandbox", ""
    )


async def every_result(assistant: Assistant, *, sandbox: bool) -> None:
    """Call each tool, and check what its result says."""
    results = {}

    async def call(tool: str, **arguments: Any) -> dict[str, Any]:
        results[tool] = await assistant.call(tool, **arguments)
        return results[tool]

    await call("suggest_filters", job_description="C# developer in Pune")
    await call("search_filter_values", filter="skills", query="Pyt")
    filters = {"skills": {"mandatory": ["C#"]}}
    started = await call("create_sourcing_session", title="T", filters=filters)
    ids = {"session_id": started["session_id"]}
    await call("wait_for_session", **ids)
    page = await call("list_profiles", **ids)
    one = page["candidates"][0]["candidate_id"]
    await call("get_candidate", **ids, candidate_id=one)
    await call("show_candidates", **ids)
    await call("review_candidates", **ids, candidate_ids=[one], outreach="contacted")
    await call("export_profiles", **ids, format="json")
    await call("reveal_contacts", **ids, candidate_ids=[one], channel="email")
    await call("fetch_more_profiles", **ids)
    await call("wait_for_session", **ids)
    # Contacts were revealed, so an update is refused once.
    years = {"years_of_experience": {"min": 1}}
    await assistant.refusal("update_sourcing_session", **ids, filters=years)
    await call("update_sourcing_session", **ids, filters=years)
    await assistant.refusal("forget_candidates", **ids)
    await call("forget_candidates", **ids)
    for tool in ("get_session", "list_sessions", "get_spending"):
        await call(tool, **(ids if tool == "get_session" else {}))
    tools = {tool.name for tool in (await assistant.client.list_tools()).tools}
    assert results.keys() == tools
    for tool, result in results.items():
        assert result.get("sandbox") is (True if sandbox else None), tool
