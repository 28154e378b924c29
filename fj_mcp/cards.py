"""Candidates as the model sees them: a card in a list, or one in full, fitted to a size.

Clients cut or refuse what is larger, so texts get shorter as there are more of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic_core import to_json

from fj_mcp.candidates import Candidate, Education, Job, Profile
from fj_mcp.results import Card, Employment, FullCandidate
from fj_mcp.text import cut, folded

MOST_BYTES = 24_000
"""Of one result as JSON: 8,000 tokens at 3 bytes a token, which is what names and ids take."""


@dataclass(frozen=True)
class Room:
    """How much of a card's text is shown."""

    why: int
    headline: int
    skills: int
    highlights: int = 0
    education: int = 0


_CONCISE = (
    Room(240, 120, 8),
    Room(240, 80, 8),
    Room(180, 80, 8),
    Room(140, 70, 7),
    Room(110, 60, 6),
    Room(80, 40, 5),
    Room(60, 0, 5),
    Room(0, 0, 3),
)
_DETAILED = (
    Room(240, 120, 25, 8, 5),
    Room(240, 120, 25, 4, 3),
    Room(180, 80, 20, 3, 2),
    Room(160, 80, 15, 2, 2),
    Room(110, 60, 8, 1, 1),
    *_CONCISE[5:],
)


def cards(
    profiles: Sequence[Profile], wanted: Sequence[str], *, detailed: bool = False
) -> tuple[list[Card], bool]:
    """The cards of some candidates, and whether their texts had to be shortened to fit.

    Args:
        profiles: in the order to show.
        wanted: the skills that the session asks for, which are shown first.
        detailed: with highlights, education and more skills.
    """
    # A page of 20 stays under 12,000 bytes, and the largest page under the limit of a result.
    concise_room = 3_500 + 400 * len(profiles)
    most = MOST_BYTES - 1_500 if detailed else min(concise_room, MOST_BYTES - 1_500)
    shown: list[Card] = []
    rooms = _DETAILED if detailed else _CONCISE
    for room in rooms:
        shown = [_card(profile, wanted, room) for profile in profiles]
        if _size(shown) <= most:
            return shown, room.why < rooms[0].why and room.why < 110
    return shown, True


def _size(shown: list[Card]) -> int:
    return sum(len(card.model_dump_json(exclude_none=True).encode()) + 1 for card in shown)


def _card(profile: Profile, wanted: Sequence[str], room: Room) -> Card:
    job = profile.jobs[0] if profile.jobs else Job(None, None)
    return Card(
        candidate_id=profile.id,
        name=profile.name,
        headline=_within(profile.headline, room.headline),
        title=job.title,
        company=job.company,
        region=profile.region,
        years_of_experience=profile.years_of_experience,
        score=profile.score,
        skills=_wanted_first(profile.skills, wanted)[: room.skills] or None,
        why=_within(profile.recommendation, room.why),
        linkedin_url=profile.linkedin_url,
        email_revealed=profile.email.revealed or None,
        phone_revealed=profile.phone.revealed or None,
        highlights=list(profile.highlights[: room.highlights]) or None,
        education=[_studied(item) for item in profile.education[: room.education]] or None,
    )


def full_candidate(session_id: str, candidate: Candidate, listed: Profile | None) -> FullCandidate:
    """A candidate in full; `listed` is the same person in the session's list, if it is there."""
    for description, jobs in ((600, 15), (300, 15), (160, 10), (0, 10)):
        view = _full(session_id, candidate, listed, description, jobs)
        if len(to_json(view.shown())) <= MOST_BYTES:
            break
    return view


def _full(
    session_id: str, candidate: Candidate, listed: Profile | None, description: int, jobs: int
) -> FullCandidate:
    email = listed.email if listed else None
    phone = listed.phone if listed else None
    candidate_id = listed.id if listed else candidate.id
    return FullCandidate(
        session_id=session_id,
        candidate_id=candidate_id,
        name=candidate.name or (listed.name if listed else None),
        headline=candidate.headline,
        region=candidate.region,
        years_of_experience=candidate.years_of_experience,
        score=listed.score if listed else candidate.rating,
        rating=candidate.rating_label,
        why=candidate.recommendation or (listed.recommendation if listed else None),
        highlights=list(listed.highlights) or None if listed else None,
        strengths=list(candidate.strengths) or None,
        weaknesses=list(candidate.weaknesses) or None,
        score_breakdown=list(candidate.breakdown) or None,
        summary=candidate.summary,
        current_jobs=[_employment(job, description) for job in candidate.current_jobs] or None,
        past_jobs=[_employment(job, description) for job in candidate.past_jobs[:jobs]] or None,
        education=[_studied(item) for item in candidate.education] or None,
        skills=list(candidate.skills) or None,
        certifications=list(candidate.certifications) or None,
        honors=list(candidate.honors) or None,
        linkedin_url=candidate.linkedin_url or (listed.linkedin_url if listed else None),
        email=list(email.values) or None if email else None,
        phone=list(phone.values) or None if phone else None,
    )


def _employment(job: Job, description: int) -> Employment:
    return Employment(
        title=job.title,
        company=job.company,
        start=job.start,
        end=job.end,
        description=_within(job.description, description),
    )


def _studied(item: Education) -> str:
    parts = (item.degree, item.field, item.school, item.dates)
    return ", ".join(part for part in parts if part)


def _wanted_first(skills: Sequence[str], wanted: Sequence[str]) -> list[str]:
    names = {folded(skill) for skill in wanted}
    return sorted(skills, key=lambda skill: folded(skill) not in names)


def _within(text: str | None, limit: int) -> str | None:
    return cut(text, limit) if text and limit else None
