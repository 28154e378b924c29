"""Decode a page of profiles without the fields that nobody reads, which are nine tenths of it.

Half of the time of a list of 500 candidates would go into decoding and dropping those.
"""

from functools import cache
from typing import TYPE_CHECKING, Any, TypedDict

from msgspec.json import Decoder

if TYPE_CHECKING:
    from fj_mcp.api.response_bodies import Body


class _Job(TypedDict, total=False):
    job_title: Any
    title: Any
    company_name: Any
    name: Any


class _Education(TypedDict, total=False):
    institute_name: Any
    degree_name: Any
    field_of_study: Any
    dates: Any
    start_date: Any
    end_date: Any


class _Person(TypedDict, total=False):
    _id: Any
    name: Any
    headline: Any
    region: Any
    years_of_experience_raw: Any
    skills: Any
    current_employers_object: list[_Job] | None
    current_employers: list[_Job] | None
    past_employers_object: list[_Job] | None
    past_employers: list[_Job] | None
    education_background: list[_Education] | None
    languages: Any
    linkedin_profile_url: Any
    linkedin_flagship_url: Any
    flagship_profile_url: Any


class _Document(TypedDict, total=False):
    _id: Any
    profile: _Person | None
    profileAnalysis: Any
    revealStatus: Any
    finalScore: Any


class _Outcome(TypedDict, total=False):
    statusCode: Any
    status: Any
    success: Any
    message: Any
    detail: Any
    error: Any
    errors: Any
    creditInfo: Any


class _Page(_Outcome, total=False):
    docs: list[_Document]
    totalDocs: Any
    totalPages: Any
    sourcing: Any


class _Response(_Outcome):
    data: _Page


def decode_profiles(content: "Body") -> dict[str, Any] | None:
    """A response with a page of profiles; None if it has another shape or is not valid JSON.

    Args:
        content: the whole body.
    """
    try:
        return _decoder().decode(content)
    except (ValueError, RecursionError):
        return None


@cache
def _decoder() -> Decoder[dict[str, Any]]:
    # Made by the first list of candidates.
    return Decoder(_Response)
