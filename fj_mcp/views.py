"""What the model sees: the smallest result that supports the next step, and what that step is.

Every list of candidates is fitted to a size, because clients cut or refuse what is larger.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic_core import to_json

from fj_mcp.candidates import Candidate, Education, Job, Profile
from fj_mcp.records import DOCUMENTED_STATUSES, CreditInfo, ListedSession, Session, Started
from fj_mcp.results import (
    CandidateList,
    Card,
    Credits,
    Employment,
    FullCandidate,
    FullSession,
    SessionLine,
    SessionList,
    WaitedSession,
)
from fj_mcp.shortlists import MOST_PROFILES, Shortlist
from fj_mcp.text import cut, folded

MOST_BYTES = 24_000
"""Of one result as JSON: 8,000 tokens at 3 bytes a token, which is what names and ids take."""

TOP_CANDIDATES = 10
MATCHING_HINT = "matching usually takes under a minute and waiting is free"


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


def credits(info: CreditInfo) -> Credits | None:
    """The credits, or None where the API said nothing about them."""
    if info.charged is None and info.remaining is None:
        return None
    return Credits(charged=info.charged, remaining=info.remaining)


def unusual(word: str) -> str | None:
    """The API's word for a status, if it is not one that it documents."""
    return word if word and word.lower() not in DOCUMENTED_STATUSES else None


def unfinished(started: Started) -> str | None:
    """The warning for a session that was saved without its search having completed."""
    if started.unfinished is None:
        return None
    return (
        f"FutureJobs saved the session, but its search did not complete ({started.unfinished}). "
        "Waiting is free and tells whether it recovers."
    )


def wait_step(session_id: str) -> str:
    """The next step after anything that started a search."""
    return f"Call wait_for_session with session_id {session_id}; {MATCHING_HINT}."


def session_step(session: Session) -> str:
    """The next step for a session in the state it is in."""
    if session.status == "running":
        return wait_step(session.id)
    if session.status == "failed":
        return (
            f"The search failed at FutureJobs. Call list_profiles with session_id {session.id} to "
            "see whether it found anyone (free) before paying for another search."
        )
    return f"Call list_profiles with session_id {session.id} for the candidates, best first."


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


def candidate_list(
    session: Session,
    shortlist: Shortlist,
    chosen: list[Profile],
    wanted: Sequence[str],
    *,
    page: int,
    limit: int,
    detailed: bool,
) -> CandidateList:
    """One page of `chosen`, which are the candidates of `shortlist` that the caller wants."""
    pages = max(1, -(-len(chosen) // limit))
    shown, shortened = cards(chosen[(page - 1) * limit : page * limit], wanted, detailed=detailed)
    warnings = []
    if shortlist.unread:
        warnings.append(
            f"Only the first {MOST_PROFILES:,} of {shortlist.available:,} candidates were read "
            "and ranked."
        )
    if shortened:
        warnings.append(
            "Texts are shortened to fit; ask for a smaller limit, or call get_candidate."
        )
    return CandidateList(
        session_id=session.id,
        status=session.status,
        api_status=unusual(session.api_status),
        total=len(chosen),
        page=page,
        pages=pages,
        has_more=page < pages,
        candidates=shown,
        warning=" ".join(warnings) or None,
        next_step=_list_step(session, len(chosen), page, pages),
    )


def _list_step(session: Session, total: int, page: int, pages: int) -> str:
    if session.status == "running":
        return f"More may come: call wait_for_session with session_id {session.id}; it is free."
    if page < pages:
        return (
            f"For the next ones call list_profiles with session_id {session.id}, page {page + 1}."
        )
    if not total:
        return widen_step(session.id)
    return (
        "Show these to the person. get_candidate tells more about one (free); fetch_more_profiles "
        f"with session_id {session.id} finds others and reveal_contacts gets their contacts "
        "(both cost credits: ask first)."
    )


def widen_step(session_id: str | None) -> str:
    """The next step when nobody fits."""
    how = "move a mandatory skill to core, add regions or within_km, widen years_of_experience"
    if session_id is None:
        return f"Nobody fits all of these filters. Loosen one ({how}), then search again."
    return (
        f"Nobody fits all of these filters. Loosen one ({how}) with update_sourcing_session and "
        f"session_id {session_id}, which costs credits: ask first."
    )


def waited(
    session: Session, seconds: float, found: tuple[list[Profile], list[str]] | None
) -> WaitedSession:
    """The result of a wait; `found` is the ranked candidates and the wanted skills, when done."""
    profiles, wanted = found or ([], [])
    best, _ = cards(profiles[:TOP_CANDIDATES], wanted)
    return WaitedSession(
        session_id=session.id,
        status=session.status,
        api_status=unusual(session.api_status),
        matched=session.matched,
        total=session.total,
        waited_seconds=round(seconds),
        top_candidates=best or None,
        next_step=_waited_step(session, len(profiles)),
    )


def _waited_step(session: Session, count: int) -> str:
    if session.status == "running":
        progress = f", {session.matched} of {session.total}" if session.total else ""
        return f"Still matching{progress}. Call wait_for_session again; it costs nothing."
    if session.status == "done" and count:
        return (
            f"Show the person the best of {count}. list_profiles with session_id {session.id} has "
            "all of them, best first; get_candidate tells more about one. Both are free."
        )
    return widen_step(session.id) if session.status == "done" else session_step(session)


def full_session(session: Session, filters: dict[str, Any], ignored: list[str]) -> FullSession:
    """A session as stored, with its filters by this server's names."""
    warning = None
    if ignored:
        warning = f"The session also has filters without a name here: {', '.join(ignored[:20])}."
    return FullSession(
        session_id=session.id,
        title=session.title,
        status=session.status,
        api_status=unusual(session.api_status),
        job_description=_within(session.job_description, 2000),
        sample_profile_url=session.sample_profile_url,
        filters=filters,
        matched=session.matched,
        total=session.total,
        available_profiles=session.available,
        times_fetched_more=session.search_more_counter,
        created_at=_told(session.created_at),
        warning=warning,
        next_step=session_step(session),
    )


def session_list(sessions: list[ListedSession], page: int, limit: int) -> SessionList:
    """One page of sessions, newest first."""
    oldest = datetime.min.replace(tzinfo=UTC)
    newest = sorted(sessions, key=lambda item: item.created_at or oldest, reverse=True)
    chosen = newest[(page - 1) * limit : page * limit]
    has_more = page * limit < len(newest)
    if has_more:
        step = f"For older ones call list_sessions with page {page + 1}."
    elif chosen:
        step = "Call list_profiles with a session_id for its candidates; it is free."
    else:
        step = "There is no search here yet; create_sourcing_session starts one (5 credits)."
    return SessionList(
        sessions=[
            SessionLine(
                session_id=item.id,
                title=_within(item.title, 120),
                profiles=item.profiles,
                created_at=_told(item.created_at),
            )
            for item in chosen
        ],
        total=len(newest),
        has_more=has_more,
        next_step=step,
    )


def _told(moment: datetime | None) -> str | None:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


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
