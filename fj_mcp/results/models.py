"""The tools' results. Their field names are published.

A field without a value is omitted, never null.
"""

from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, BaseModel, Field, PlainSerializer, PrivateAttr, WithJsonSchema

from fj_mcp.api.session_records import Status
from fj_mcp.storage.memory.people import Decision, Outreach
from fj_mcp.text.cleaning import first_within

_MAX_CONTACT_BYTES = 1_200
"""Of one candidate's addresses or numbers: one of the longest possible, or many usual ones."""


def _short(value: float) -> int | float:
    """4 instead of 4.0, and at most two decimals."""
    # As an integer, 1e308 would have 309 digits.
    return int(value) if value == int(value) and abs(value) < 1e15 else round(value, 2)


def _fitting(values: list[str]) -> list[str]:
    return first_within(values, _MAX_CONTACT_BYTES)


Number = Annotated[float, PlainSerializer(_short)]
Contacts = Annotated[list[str], AfterValidator(_fitting)]
"""Whole addresses or numbers: half of one is useless, so the last ones are dropped instead."""


NAMED_ELSEWHERE = "named elsewhere"
"""Marks a list of objects whose fields another published schema, or another field, names."""


class Link(NamedTuple):
    """Something that a client can open."""

    uri: str
    name: str


class Result(BaseModel):
    """A tool's result."""

    sandbox: bool | None = Field(default=None, description="true: people, credits are invented.")
    next_step: str | None = Field(default=None, description="What to do next.")
    _for_view: dict[str, Any] = PrivateAttr(default_factory=dict)

    def links(self) -> list[Link]:
        """Links to files and resources; nothing essential, because some clients show no links."""
        return []

    def tell_view(self, name: str, value: Any) -> None:
        """Add something for the interactive view, which models do not see."""
        if value:
            self._for_view[f"fj-mcp/{name}"] = value

    def for_view(self) -> dict[str, Any] | None:
        """What the client gives to the interactive view, but not to the model."""
        return self._for_view or None

    def as_dict(self, *, sandbox: bool = False) -> dict[str, Any]:
        """The result without empty fields; `next_step` comes last, where models notice it.

        Args:
            sandbox: whether the server runs on its sandbox, as the result then says.
        """
        self.sandbox = sandbox or None
        fields = self.model_dump(mode="json", exclude_none=True)
        if (step := fields.pop("next_step", None)) is not None:
            fields["next_step"] = step
        return fields


class Credits(BaseModel):
    """Credits charged and remaining, where FutureJobs reports them."""

    charged: int | None = None
    estimated: int | None = Field(default=None, description="Charged, without a stated price.")
    remaining: int | None = None


class SessionResult(Result):
    """The fields that all results about one session share."""

    session_id: str | None = None
    status: Status
    api_status: str | None = Field(default=None, description="FutureJobs' word, if unusual.")
    warning: str | None = None


class Suggestion(BaseModel):
    """One change that would let a search find more people."""

    filters: dict[str, Any] | None = None
    remove_filters: list[str] | None = None
    reason: str


Suggestions = Annotated[
    list[Suggestion] | None,
    Field(description="Changes for update_sourcing_session, the least loosening first."),
]


class StartedSession(SessionResult):
    """The result of creating or updating a session."""

    title: str | None = None
    expected_profiles: int | None = None
    credits: Credits | None = None
    filters: dict[str, Any] = Field(default_factory=dict, description="The filters in force.")
    unknown_values: list[str] | None = Field(default=None, description="Not known to FutureJobs.")
    suggestions: list[Suggestion] | None = Field(default=None, description="If nobody matched.")
    already_existed: bool | None = None


class MoreProfiles(SessionResult):
    """The result of fetching more."""

    expected_profiles: int | None = None
    credits: Credits | None = None
    exhausted: bool | None = None


class Seen(BaseModel):
    """The newest other search with a decision about a candidate, or else that showed them."""

    session_id: str
    title: str | None = None
    when: str
    decision: Decision | None = None


class Card(BaseModel):
    """A candidate in a list."""

    candidate_id: str
    session_id: str | None = Field(default=None, description="In a list over all searches.")
    name: str | None = None
    headline: str | None = None
    title: str | None = None
    company: str | None = None
    region: str | None = None
    years_of_experience: Number | None = None
    score: Number | None = Field(default=None, description="0 to 5.")
    decision: Decision | None = None
    outreach: Outreach | None = None
    note: str | None = Field(default=None, description="The user's.")
    seen_before: Seen | None = None
    new: bool | None = Field(default=None, description="Found by fetch-more.")
    outside: list[str] | None = Field(default=None, description="Filters not met.")
    skills: list[str] | None = Field(default=None, description="Wanted ones first.")
    missing_skills: list[str] | None = Field(default=None, description="Wanted, not listed.")
    why: str | None = None
    linkedin_url: str | None = None
    emails: list[str] | None = Field(default=None, description="Those revealed.")
    phones: list[str] | None = Field(default=None, description="Those revealed.")
    highlights: list[str] | None = None
    education: list[str] | None = None


SCORE_SCALE = "0 to 5, by FutureJobs' matching"
ScoreScale = Annotated[str | None, Field(description="What a score measures.")]


LeftOut = Annotated[
    dict[str, int] | None, Field(description="How many are not listed, by decision or outreach.")
]


class WaitedSession(SessionResult):
    """The result of waiting."""

    matched: int
    total: int
    waited_seconds: int
    new_profiles: int | None = Field(default=None, description="Found by fetch-more.")
    score_scale: ScoreScale = None
    top_candidates: list[Card] | None = None
    left_out: LeftOut = None
    suggestions: Suggestions = None


class CandidateList(SessionResult):
    """A page of the ranked candidates."""

    total: int
    page: int
    pages: int
    has_more: bool
    score_scale: ScoreScale = None
    candidates: list[Card]
    left_out: LeftOut = None
    suggestions: Suggestions = None


class Prices(BaseModel):
    """Expected credits for the next purchase, where known."""

    fetch_more: int | None = None
    reveal: int | None = None
    reveal_email: int | None = None
    reveal_phone: int | None = None


class ShownCandidates(CandidateList):
    """The interactive shortlist's first data."""

    candidates: list[Card] = Field(json_schema_extra={NAMED_ELSEWHERE: True})
    title: str | None = None
    matched: int
    min_score: Number = 0
    query: str | None = None
    candidate_ids: list[str] | None = None
    wanted_skills: list[str]
    can_spend: bool
    prices: Prices
    counts: dict[str, int] | None = Field(
        default=None, description="Candidates by decision and outreach, if remembered."
    )


class ReviewedCandidates(Result):
    """A review, and what the whole session has come to."""

    session_id: str
    reviewed: int
    counts: dict[str, int] = Field(description="Candidates by decision and outreach.")


class ForgottenCandidates(Result):
    """What was deleted about candidates: how many people and what."""

    forgotten: int
    deleted: dict[str, int] = Field(description="Records by kind.")


class ExportedProfiles(Result):
    """An export and its location."""

    session_id: str | None = Field(default=None, description="If it is only one.")
    rows: int
    columns: list[str]
    path: str | None = Field(default=None, description="The file, on this machine.")
    uri: str | None = Field(default=None, description="The resource to read it from.")
    further: list[str] | None = Field(default=None, description="More files or resources.")
    warning: str | None = None

    def links(self) -> list[Link]:
        """The files or the resources."""
        places = [place for place in (self.path or self.uri, *(self.further or ())) if place]
        return [
            Link(Path(place).as_uri(), Path(place).name)
            if self.path
            else Link(place, Path(place.partition("?")[0]).name)
            for place in places
        ]


class Employment(BaseModel):
    """One job of a candidate."""

    title: str | None = None
    company: str | None = None
    start: str | None = None
    end: str | None = None
    employees: str | None = Field(default=None, description="The employer's size.")
    industries: list[str] | None = None
    description: str | None = None


class FullCandidate(Result):
    """One candidate in full."""

    session_id: str
    candidate_id: str
    name: str | None = None
    headline: str | None = None
    region: str | None = None
    years_of_experience: Number | None = None
    score: Number | None = Field(default=None, description="0 to 5.")
    score_scale: ScoreScale = None
    # The schemas of lists have the words.
    decision: Annotated[Decision | None, WithJsonSchema({"type": "string"})] = None
    outreach: Annotated[Outreach | None, WithJsonSchema({"type": "string"})] = None
    note: str | None = None
    seen_before: Seen | None = None
    rating: str | None = None
    why: str | None = None
    highlights: list[str] | None = None
    strengths: list[str] | None = None
    weaknesses: list[str] | None = None
    score_breakdown: list[str] | None = None
    summary: str | None = None
    current_jobs: list[Employment] | None = None
    past_jobs: list[Employment] | None = Field(
        default=None, json_schema_extra={NAMED_ELSEWHERE: True}
    )
    education: list[str] | None = None
    skills: list[str] | None = None
    certifications: list[str] | None = None
    honors: list[str] | None = None
    languages: list[str] | None = None
    linkedin_url: str | None = None
    email: Contacts | None = Field(default=None, description="Revealed email addresses.")
    phone: Contacts | None = Field(default=None, description="Revealed phone numbers.")


class FullSession(SessionResult):
    """One session, in this server's terms."""

    title: str | None = None
    job_description: str | None = None
    sample_profile_url: str | None = None
    filters: dict[str, Any] = Field(default_factory=dict)
    matched: int
    total: int
    available_profiles: int
    times_fetched_more: int
    created_at: str | None = None


class SessionLine(BaseModel):
    """A session in a list."""

    session_id: str
    title: str | None = None
    profiles: int | None = None
    created_at: str | None = None


class SessionList(Result):
    """A page of sessions, newest first."""

    sessions: list[SessionLine]
    total: int
    has_more: bool
    warning: str | None = None


RevealStatus = Literal["found", "not_found", "pending", "already_revealed", "unknown"]


class RevealedContact(BaseModel):
    """One candidate's contact, or why there is none."""

    candidate_id: str
    name: str | None = None
    status: RevealStatus
    values: Contacts = []


class RevealedContacts(Result):
    """The requested contacts, in the order requested."""

    results: list[RevealedContact]
    credits: Credits | None = None
    warning: str | None = None


class SuggestedFilters(Result):
    """Filters from a job description, ready for create_sourcing_session."""

    filters: dict[str, Any]
    ignored: list[str] = Field(default=[], description="Not covered by a filter.")


class FilterValues(Result):
    """Values for one filter."""

    filter: str
    values: list[str]
    warning: str | None = None


WithWarning = SessionResult | SessionList | FilterValues
"""The results of which something can be done otherwise than requested."""


def warn(result: WithWarning, note: str) -> None:
    """Add a sentence to the warning of a result."""
    result.warning = f"{result.warning} {note}" if result.warning else note
