"""Pages of profiles, decoded without the fields that are not read."""

import json
from typing import Any

import pytest
from msgspec.structs import fields

from fj_mcp.api.profile_fields import decode_profiles
from fj_mcp.api.profile_records import ProfilePage

ADDRESS = "https://www.linkedin.com/in/asha"
REVEALED = {"email": {"revealed": True, "values": ["a@example.com"]}}
PERSON = {
    "name": "Asha Rao",
    "headline": "Engineer",
    "region": "Pune",
    "years_of_experience_raw": 7,
    "skills": ["C#"],
    "languages": ["English"],
}
ANALYSIS = {"recommendation": "Fits", "highlights": [{"Highlight": "Ten years"}], "starRating": 4}

USUAL = {
    "_id": "6b07b96b6602268483bd7c7f",
    "finalScore": 4.5,
    "revealStatus": REVEALED,
    "profileAnalysis": ANALYSIS,
    "profile": PERSON
    | {
        "current_employers_object": [{"job_title": "Engineer", "company_name": "Foo"}],
        "past_employers_object": [{"job_title": "Trainee", "company_name": "Bar"}],
        "education_background": [
            {
                "institute_name": "School",
                "degree_name": "BTech",
                "field_of_study": "Physics",
                "start_date": "2022-05-01T00:00:00+00:00",
                "end_date": "2026-01-01T00:00:00+00:00",
            }
        ],
        "linkedin_profile_url": ADDRESS,
        "linkedin_flagship_url": f"{ADDRESS}-rao",
    },
}
OTHER_NAMES = {
    "revealStatus": REVEALED,
    "profileAnalysis": ANALYSIS,
    "profile": PERSON
    | {
        "_id": "6b07b96b6602268483bd7c7f",
        "current_employers": [{"title": "Engineer", "name": "Foo"}],
        "past_employers": [{"title": "Trainee", "name": "Bar"}],
        "education_background": [{"institute_name": "School", "dates": "2022 to 2026"}],
        "flagship_profile_url": ADDRESS,
    },
}
"""The same facts in the other fields that the API has for them."""

NOT_READ = {"also_viewed": [{"name": "Someone else"}], "profile_text": "Asha Rao, Engineer", "x": 1}


def page(*documents: Any) -> dict[str, Any]:
    data = {"docs": [*documents], "totalDocs": 1, "totalPages": 1}
    return {"statusCode": 200, "data": data, "message": "Success", "status": "SUCCESS"}


@pytest.mark.parametrize("document", [USUAL, OTHER_NAMES])
def test_everything_that_is_read_of_a_candidate_is_decoded(document: dict[str, Any]) -> None:
    person = document["profile"] | NOT_READ
    body = page(document | NOT_READ | {"profile": person})
    decoded = decode_profiles(json.dumps(body).encode())
    assert decoded is not None
    (candidate,) = ProfilePage.read(decoded["data"]).profiles
    assert [candidate] == ProfilePage.read(body["data"]).profiles
    empty = [field.name for field in fields(candidate) if not getattr(candidate, field.name)]
    assert empty == []
    assert "profile_text" not in str(decoded)


@pytest.mark.parametrize(
    "report",
    [{"success": False}, {"statusCode": 500}, {"error": {"code": 402}}, {"detail": "Locked"}],
)
def test_a_reported_failure_is_decoded(report: dict[str, Any]) -> None:
    decoded = decode_profiles(json.dumps(page(USUAL) | report).encode())
    assert decoded is not None
    assert decoded.items() >= report.items()


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(page(None)),
        json.dumps(page(USUAL | {"profile": "Asha"})),
        json.dumps(page(USUAL | {"profile": {"current_employers_object": {"name": "Foo"}}})),
        json.dumps(page(USUAL | {"profile": {"name": "\ud83d"}})),
        json.dumps({"data": [USUAL]}),
        json.dumps([USUAL]),
        "[" * 100_000,
        "<html>",
        "",
    ],
)
def test_any_other_body_is_left_to_the_decoder_of_all_fields(content: str) -> None:
    assert decode_profiles(content.encode()) is None
