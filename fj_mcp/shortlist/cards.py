"""Candidates as the model sees them: a card in a list, or one in full, fitted to a size.

Clients cut or refuse what is larger, so texts get shorter as there are more of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic_core import to_json

from fj_mcp.api.profile_records import Candidate, Education, Job, Profile
from fj_mcp.results.limits import MOST_BYTES
from fj_mcp.results.models import Card, Employment, FullCandidate
from fj_mcp.shortlist.ranking import Shortlist
from fj_mcp.text.cleaning import cut
from fj_mcp.text.comparison import folded


@dataclass(frozen=True)
class Room:
    """How much of a card is shown: characters of a text, or how many of several.

    Attributes:
        name: characters of the name, which is the last to go.
        label: characters of the title, the company, the region and each skill.
        link: whether the address of the profile is shown.
    """

    why: int
    headline: int
    skills: int
    highlights: int = 0
    education: int = 0
    name: int = 100
    label: int = 120
    link: bool = True


_CONCISE = (
    Room(240, 120, 8),
    Room(240, 80, 8),
    Room(180, 80, 8),
    Room(140, 70, 7),
    Room(110, 60, 6),
    Room(80, 40, 5),
    Room(60, 0, 5),
    Room(0, 0, 3),
    Room(0, 0, 3, label=60),
    Room(0, 0, 2, name=60, label=40),
    Room(0, 0, 1, name=40, label=28),
    Room(0, 0, 0, name=40, label=20),
    Room(0, 0, 0, name=30, label=20, link=False),
    Room(0, 0, 0, name=20, label=10, link=False),
    # Fifty of these fit whatever is in them: the id is never cut, and 64 characters at most.
    Room(0, 0, 0, name=8, label=0, link=False),
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
    profiles: Sequence[Profile],
    wanted: Sequence[str],
    *,
    detailed: bool = False,
    reserved: int = 0,
) -> tuple[list[Card], bool]:
    """The cards of some candidates, and whether their texts had to be shortened to fit.

    Whoever has no id gets none, because nobody could ask for them; exports name them.

    Args:
        profiles: in the order to show.
        wanted: the skills that the session asks for, which are shown first.
        detailed: with highlights, education and more skills.
        reserved: bytes that something else in the result takes.
    """
    # A page of 20 stays under 12,000 bytes, and the largest page under the limit of a result.
    concise_room = 3_500 + 400 * len(profiles)
    largest = MOST_BYTES - 1_500 - reserved
    most = largest if detailed else min(concise_room, largest)
    shown: list[Card] = []
    rooms = _DETAILED if detailed else _CONCISE
    for room in rooms:
        shown = [_card(profile, wanted, room) for profile in profiles if profile.id]
        if _size(shown) <= most:
            return shown, room.why < rooms[0].why and room.why < 110
    return shown, True


def _size(shown: list[Card]) -> int:
    return sum(len(card.model_dump_json(exclude_none=True).encode()) + 1 for card in shown)


def _card(profile: Profile, wanted: Sequence[str], room: Room) -> Card:
    missing = missing_skills(profile, wanted)
    job = profile.jobs[0] if profile.jobs else Job(None, None)
    return Card(
        candidate_id=profile.id,
        name=_within(profile.name, room.name),
        headline=_within(profile.headline, room.headline),
        title=_within(job.title, room.label),
        company=_within(job.company, room.label),
        region=_within(profile.region, room.label),
        years_of_experience=profile.years_of_experience,
        score=profile.score,
        skills=_first(_wanted_first(profile.skills, wanted), room.skills, room.label),
        missing_skills=_first(missing, room.skills, room.label),
        why=_within(profile.recommendation, room.why),
        linkedin_url=profile.linkedin_url if room.link else None,
        email_revealed=profile.email.revealed or None,
        phone_revealed=profile.phone.revealed or None,
        highlights=list(profile.highlights[: room.highlights]) or None,
        education=[studied(item) for item in profile.education[: room.education]] or None,
    )


@dataclass(frozen=True)
class Depth:
    """How much of a candidate in full is shown.

    Attributes:
        description: characters of what was done in a job.
        jobs: how many past jobs.
        text: characters of the summary and of the recommendation.
        line: characters of every other text.
        items: how many of everything else there is several of.
        skills: how many skills.
    """

    description: int
    jobs: int
    text: int = 2_000
    line: int = 500
    items: int = 20
    skills: int = 60


_DEPTHS = (
    Depth(600, 15),
    Depth(300, 15),
    Depth(160, 10),
    Depth(0, 10),
    Depth(0, 10, text=1_000, line=240, items=10, skills=40),
    Depth(0, 8, text=700, line=160, items=8, skills=30),
    Depth(0, 6, text=500, line=120, items=6, skills=20),
    Depth(0, 4, text=300, line=80, items=4, skills=15),
    # It fits whatever is in it.
    Depth(0, 3, text=200, line=60, items=3, skills=10),
)


def full_candidate(
    session_id: str, candidate_id: str, candidate: Candidate, shortlist: Shortlist | None
) -> FullCandidate:
    """A candidate in full, with what `shortlist` tells of them, if it could be read."""
    listed = shortlist.find(candidate_id) if shortlist else None
    step = None
    if shortlist is None:
        step = (
            "The session's list could not be read, so contacts already revealed may be missing "
            f"here: call get_candidate with session_id {session_id}, candidate_id {candidate_id} "
            "again in a minute (free)."
        )
    for depth in _DEPTHS:
        view = _full(session_id, candidate_id, candidate, listed, depth)
        view.next_step = step
        if len(to_json(view.shown())) <= MOST_BYTES:
            break
    return view


def _full(
    session_id: str,
    candidate_id: str,
    candidate: Candidate,
    listed: Profile | None,
    depth: Depth,
) -> FullCandidate:
    def line(text: str | None) -> str | None:
        return _within(text, depth.line)

    def several(texts: Sequence[str], most: int = depth.items) -> list[str] | None:
        return _first(texts, most, depth.line)

    current = candidate.current_jobs[: depth.items]
    past = candidate.past_jobs[: depth.jobs]
    return FullCandidate(
        session_id=session_id,
        candidate_id=candidate_id,
        name=line(candidate.name or (listed.name if listed else None)),
        headline=line(candidate.headline),
        region=line(candidate.region),
        years_of_experience=candidate.years_of_experience,
        score=listed.score if listed else candidate.rating,
        rating=line(candidate.rating_label),
        why=_within(
            candidate.recommendation or (listed.recommendation if listed else None), depth.text
        ),
        highlights=several(listed.highlights) if listed else None,
        strengths=several(candidate.strengths),
        weaknesses=several(candidate.weaknesses),
        score_breakdown=several(candidate.breakdown),
        summary=_within(candidate.summary, depth.text),
        current_jobs=[_employment(job, depth) for job in current] or None,
        past_jobs=[_employment(job, depth) for job in past] or None,
        education=several([studied(item) for item in candidate.education]),
        skills=several(candidate.skills, depth.skills),
        certifications=several(candidate.certifications),
        honors=several(candidate.honors),
        linkedin_url=candidate.linkedin_url or (listed.linkedin_url if listed else None),
        email=list(listed.email.values) or None if listed else None,
        phone=list(listed.phone.values) or None if listed else None,
    )


def _employment(job: Job, depth: Depth) -> Employment:
    return Employment(
        title=_within(job.title, depth.line),
        company=_within(job.company, depth.line),
        start=job.start,
        end=job.end,
        description=_within(job.description, depth.description),
    )


def missing_skills(profile: Profile, wanted: Sequence[str]) -> list[str]:
    """The wanted skills that a profile does not list; of one that lists none nothing is known."""
    listed = {folded(skill) for skill in profile.skills}
    return [skill for skill in wanted if folded(skill) not in listed] if listed else []


def studied(item: Education) -> str:
    """A course of study in words."""
    parts = (item.degree, item.field, item.school, item.dates)
    return ", ".join(part for part in parts if part)


def _wanted_first(skills: Sequence[str], wanted: Sequence[str]) -> list[str]:
    names = {folded(skill) for skill in wanted}
    return sorted(skills, key=lambda skill: folded(skill) not in names)


def _within(text: str | None, limit: int) -> str | None:
    return cut(text, limit) if text and limit else None


def _first(texts: Sequence[str], most: int, limit: int) -> list[str] | None:
    return [cut(text, limit) for text in texts[:most]] or None
