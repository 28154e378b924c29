"""Candidates as the model sees them: cards in a list, or one in full, fitted to the size limit.

Clients truncate or reject larger results, so the more candidates, the shorter their texts.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime

from msgspec import Struct
from msgspec.structs import replace
from pydantic_core import to_json

from fj_mcp.api.profile_records import Candidate, Education, Job, Profile
from fj_mcp.clock import iso_time
from fj_mcp.results.limits import MAX_BYTES
from fj_mcp.results.models import SCORE_SCALE, Card, Employment, FullCandidate, Seen
from fj_mcp.shortlist.outside import CardFilters
from fj_mcp.shortlist.parts import NO_MARK, NO_MARKS
from fj_mcp.shortlist.ranking import Shortlist
from fj_mcp.shortlist.reasons import not_in, reason, says_again
from fj_mcp.storage.memory.people import Mark, Remembered, SeenBefore
from fj_mcp.text.cleaning import cut, first_within
from fj_mcp.text.comparison import normalized

_MARK_BYTES = 200
"""Of a decision, a short note, and the search that showed somebody before."""


class CardBudget(Struct, frozen=True):
    """How much of a card is shown: characters of a text, or items of a list.

    Attributes:
        name: characters of the name, which is shortened last.
        label: characters of the title, the company, the region, each skill, and the title of the
            search that showed the candidate before.
        note: characters of the user's note.
        link: whether the profile's address is shown.
        missing: number of missing skills.
        contacts: bytes of the revealed addresses, and as many of the numbers.
    """

    why: int
    headline: int
    skills: int
    note: int = 500
    highlights: int = 0
    education: int = 0
    name: int = 100
    label: int = 120
    link: bool = True
    missing: int = 100
    contacts: int = 1_200


_CONCISE = (
    CardBudget(240, 120, 8),
    CardBudget(240, 80, 8, note=240),
    CardBudget(180, 80, 8, note=240),
    CardBudget(140, 70, 7, note=160),
    CardBudget(110, 60, 6, note=120),
    CardBudget(80, 40, 5, note=120, missing=20),
    CardBudget(60, 0, 5, note=120, missing=10),
    CardBudget(0, 0, 3, note=80, missing=5, contacts=400),
    CardBudget(0, 0, 3, note=60, label=60, missing=3, contacts=400),
    CardBudget(0, 0, 2, note=60, name=60, label=40, missing=2, contacts=200),
    CardBudget(0, 0, 1, note=40, name=40, label=28, missing=1, contacts=200),
    CardBudget(0, 0, 0, note=20, name=40, label=20, missing=0, contacts=100),
    CardBudget(0, 0, 0, note=0, name=30, label=20, link=False, missing=0, contacts=50),
    CardBudget(0, 0, 0, note=0, name=20, label=10, link=False, missing=0, contacts=50),
    # Fifty of these always fit: an id is never cut, and has at most 64 characters.
    CardBudget(0, 0, 0, note=0, name=8, label=0, link=False, missing=0, contacts=0),
)
_DETAILED = (
    CardBudget(240, 120, 25, highlights=8, education=5),
    CardBudget(240, 120, 25, highlights=4, education=3),
    CardBudget(180, 80, 20, note=240, highlights=3, education=2),
    CardBudget(160, 80, 15, note=160, highlights=2, education=2),
    CardBudget(110, 60, 8, note=120, highlights=1, education=1),
    *_CONCISE[5:],
)


def cards(
    profiles: Sequence[Profile],
    wanted: Sequence[str],
    filters: CardFilters,
    new_ids: Collection[str] = (),
    *,
    marks: Mapping[str, Mark] = NO_MARKS,
    detailed: bool = False,
    reserved: int = 0,
) -> tuple[list[Card], bool]:
    """The cards of some candidates, and whether their texts had to be shortened to fit.

    Candidates without an id are left out, because no tool could refer to them; exports have them.

    Args:
        profiles: in display order.
        wanted: the session's wanted skills, which are shown first.
        filters: the filters in force that a card can contradict.
        new_ids: the candidates that fetch-more found since the last look.
        marks: what the memory knows of candidates, by id.
        detailed: whether to add highlights, education and more skills.
        reserved: bytes for the rest of the result.
    """
    known = [
        (
            replace(profile, recommendation=reason(profile, wanted)),
            filters.unmet(profile),
            marks.get(profile.id, NO_MARK),
        )
        for profile in profiles
        if profile.id
    ]

    def make(budget: CardBudget) -> list[Card]:
        shown = [_card(profile, wanted, unmet, mark, budget) for profile, unmet, mark in known]
        for card in shown:
            card.new = card.candidate_id in new_ids or None
        return shown

    marked = sum(mark is not NO_MARK for *_, mark in known)
    return _fitted(make, len(profiles), marked, detailed=detailed, reserved=reserved)


def remembered_cards(people: Sequence[Remembered], reserved: int) -> tuple[list[Card], bool]:
    """The cards of people from all searches, as `cards` makes those of one."""
    return _fitted(
        lambda budget: [_remembered_card(one, budget) for one in people],
        len(people),
        len(people),
        detailed=False,
        reserved=reserved,
    )


def _fitted(
    make: Callable[[CardBudget], list[Card]],
    count: int,
    marked: int,
    *,
    detailed: bool,
    reserved: int,
) -> tuple[list[Card], bool]:
    # A page of 20 stays under 12,000 bytes, and the largest page under the limit of a result. What
    # is remembered comes on top, and should not cost the reasons.
    concise_limit = 3_500 + 400 * count + _MARK_BYTES * marked
    largest = MAX_BYTES - 1_500 - reserved
    most = largest if detailed else min(concise_limit, largest)
    budgets = _DETAILED if detailed else _CONCISE
    shown: list[Card] = []
    for budget in budgets:
        shown = make(budget)
        if _size(shown) <= most:
            return shown, budget.why < budgets[0].why and budget.why < 110
    return shown, True


def _size(shown: list[Card]) -> int:
    return sum(len(card.model_dump_json(exclude_none=True).encode()) + 1 for card in shown)


def _card(
    profile: Profile, wanted: Sequence[str], unmet: list[str], mark: Mark, budget: CardBudget
) -> Card:
    missing = missing_skills(profile, wanted)
    job = profile.jobs[0] if profile.jobs else Job(None, None)
    return Card(
        candidate_id=profile.id,
        name=_within(profile.name, budget.name),
        headline=_within(profile.headline, budget.headline),
        title=_within(job.title, budget.label),
        company=_within(job.company, budget.label),
        region=_within(profile.region, budget.label),
        years_of_experience=profile.years_of_experience,
        score=profile.score,
        decision=mark.decision,
        outreach=mark.outreach,
        note=_within(mark.note, budget.note),
        seen_before=_seen(mark.seen_before, budget.label),
        outside=unmet if unmet and budget.label else None,
        skills=_first(_wanted_first(profile.skills, wanted), budget.skills, budget.label),
        missing_skills=_counted(missing, budget.missing, budget.label),
        why=_within(profile.recommendation, budget.why),
        linkedin_url=profile.linkedin_url if budget.link else None,
        emails=first_within(profile.email.values, budget.contacts) or None,
        phones=first_within(profile.phone.values, budget.contacts) or None,
        highlights=list(profile.highlights[: budget.highlights]) or None,
        education=[education_line(item) for item in profile.education[: budget.education]] or None,
    )


def _remembered_card(one: Remembered, budget: CardBudget) -> Card:
    """The card of a list over all searches. There is no other one: the card's own is named."""
    person = one.person
    return Card(
        candidate_id=person.candidate_id,
        session_id=one.session_id,
        name=_within(person.name, budget.name),
        title=_within(person.title, budget.label),
        company=_within(person.company, budget.label),
        region=_within(person.region, budget.label),
        score=person.score,
        decision=one.mark.decision,
        outreach=one.mark.outreach,
        note=_within(one.mark.note, budget.note),
        seen_before=_seen(
            SeenBefore(one.session_id, one.session_title, one.decided_at, one.mark.decision),
            budget.label,
        ),
        linkedin_url=person.linkedin_url if budget.link else None,
    )


def _seen(before: SeenBefore | None, title: int) -> Seen | None:
    if before is None:
        return None
    return Seen(
        session_id=before.session_id,
        title=_within(before.title, title),
        when=iso_time(datetime.fromtimestamp(before.when, UTC)) or "",
        decision=before.decision,
    )


class DetailBudget(Struct, frozen=True):
    """How much of a full candidate is shown.

    Attributes:
        description: characters of a job's description.
        jobs: number of past jobs.
        text: characters of the summary and of the recommendation.
        line: characters of every other text.
        items: entries of every other list.
        skills: number of skills.
    """

    description: int
    jobs: int
    text: int = 2_000
    line: int = 500
    items: int = 20
    skills: int = 60


_DETAIL_BUDGETS = (
    DetailBudget(600, 15),
    DetailBudget(300, 15),
    DetailBudget(160, 10),
    DetailBudget(0, 10),
    DetailBudget(0, 10, text=1_000, line=240, items=10, skills=40),
    DetailBudget(0, 8, text=700, line=160, items=8, skills=30),
    DetailBudget(0, 6, text=500, line=120, items=6, skills=20),
    DetailBudget(0, 4, text=300, line=80, items=4, skills=15),
    # This always fits.
    DetailBudget(0, 3, text=200, line=60, items=3, skills=10),
)


def full_candidate(
    session_id: str,
    candidate_id: str,
    candidate: Candidate,
    shortlist: Shortlist | None,
    mark: Mark = NO_MARK,
) -> FullCandidate:
    """A candidate in full, completed from `shortlist`, if that could be read, and from `mark`."""
    listed = shortlist.find(candidate_id) if shortlist else None
    step = None
    if shortlist is None:
        step = (
            "The session's list could not be read, so contacts already revealed may be missing "
            f"here: call get_candidate with session_id {session_id}, candidate_id {candidate_id} "
            "again in a minute (free)."
        )
    for budget in _DETAIL_BUDGETS:
        view = _full(session_id, candidate_id, candidate, listed, budget, mark=mark)
        view.next_step = step
        if len(to_json(view.as_dict())) <= MAX_BYTES:
            break
    return view


def _full(
    session_id: str,
    candidate_id: str,
    candidate: Candidate,
    listed: Profile | None,
    budget: DetailBudget,
    *,
    mark: Mark,
) -> FullCandidate:
    def line(text: str | None) -> str | None:
        return _within(text, budget.line)

    def several(texts: Sequence[str], most: int = budget.items) -> list[str] | None:
        return _first(texts, most, budget.line)

    current = candidate.current_jobs[: budget.items]
    past = candidate.past_jobs[: budget.jobs]
    score = listed.score if listed else candidate.rating
    observed = (*candidate.strengths, *candidate.weaknesses)
    why = candidate.recommendation or (listed.recommendation if listed else None)
    highlights = listed.highlights if listed and not observed else ()
    return FullCandidate(
        session_id=session_id,
        candidate_id=candidate_id,
        name=line(candidate.name or (listed.name if listed else None)),
        headline=line(candidate.headline),
        region=line(candidate.region),
        years_of_experience=candidate.years_of_experience,
        score=score,
        score_scale=None if score is None else SCORE_SCALE,
        decision=mark.decision,
        outreach=mark.outreach,
        note=_within(mark.note, budget.text),
        seen_before=_seen(mark.seen_before, budget.line),
        rating=line(candidate.rating_label),
        why=None if says_again(why, candidate) else _within(why, budget.text),
        highlights=several(not_in(highlights, why)),
        strengths=several(candidate.strengths),
        weaknesses=several(candidate.weaknesses),
        score_breakdown=several(candidate.breakdown),
        summary=_within(candidate.summary, budget.text),
        current_jobs=[_employment(job, budget) for job in current] or None,
        past_jobs=[_employment(job, budget) for job in past] or None,
        education=several([education_line(item) for item in candidate.education]),
        skills=several(candidate.skills, budget.skills),
        certifications=several(candidate.certifications),
        honors=several(candidate.honors),
        languages=several(candidate.languages),
        linkedin_url=candidate.linkedin_url or (listed.linkedin_url if listed else None),
        email=list((listed or candidate).email.values) or None,
        phone=list((listed or candidate).phone.values) or None,
    )


def _employment(job: Job, budget: DetailBudget) -> Employment:
    return Employment(
        title=_within(job.title, budget.line),
        company=_within(job.company, budget.line),
        start=job.start,
        end=job.end,
        employees=job.employees,
        industries=_first(job.industries, 3, budget.line),
        description=_within(job.description, budget.description),
    )


def missing_skills(profile: Profile, wanted: Sequence[str]) -> list[str]:
    """The wanted skills that a profile does not list; none if it lists no skills at all."""
    listed = {normalized(skill) for skill in profile.skills}
    return [skill for skill in wanted if normalized(skill) not in listed] if listed else []


def education_line(item: Education) -> str:
    """One entry of a candidate's education, in words."""
    parts = (item.degree, item.field, item.school, item.dates)
    return ", ".join(part for part in parts if part)


def _wanted_first(skills: Sequence[str], wanted: Sequence[str]) -> list[str]:
    names = {normalized(skill) for skill in wanted}
    return sorted(skills, key=lambda skill: normalized(skill) not in names)


def _within(text: str | None, limit: int) -> str | None:
    return cut(text, limit) if text and limit else None


def _counted(texts: Sequence[str], most: int, limit: int) -> list[str] | None:
    """The first `most` texts, and how many more there are."""
    if not limit:
        return None
    shown = [cut(text, limit) for text in texts[:most]]
    if left := len(texts) - len(shown):
        shown.append(f"{'and ' if shown else ''}{left} more")
    return shown or None


def _first(texts: Sequence[str], most: int, limit: int) -> list[str] | None:
    return [cut(text, limit) for text in texts[:most]] or None
