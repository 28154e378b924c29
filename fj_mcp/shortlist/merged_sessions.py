"""The people of one session or of several, where each person is listed once."""

from collections.abc import Mapping, Sequence
from functools import cached_property

from msgspec import Struct, field

from fj_mcp.api.profile_records import Profile
from fj_mcp.api.session_records import Session
from fj_mcp.filters.query_map import wanted_skills
from fj_mcp.shortlist.parts import NO_MARK, Part
from fj_mcp.shortlist.ranking import Shortlist, score_of
from fj_mcp.storage.memory.identity import identity
from fj_mcp.storage.memory.people import Mark, SeenBefore


class ExportedSession(Struct, frozen=True, dict=True):
    """A session with its candidates, and what is remembered about them.

    Attributes:
        session: as it is now.
        shortlist: its candidates.
        marks: by candidate id.
    """

    session: Session
    shortlist: Shortlist
    marks: Mapping[str, Mark] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its title, or else its id."""
        return self.session.title or self.session.id

    def mark(self, profile: Profile) -> Mark:
        """What is remembered about one of its candidates."""
        return self.marks.get(profile.id, NO_MARK)

    @cached_property
    def wanted(self) -> list[str]:
        """The wanted skills."""
        return wanted_skills(self.session.queries)


class MergedPerson(Struct, frozen=True):
    """A person in one session or in several.

    Attributes:
        places: the sessions with this person, the one with the best score first.
    """

    places: tuple[tuple[ExportedSession, Profile], ...]

    @property
    def profile(self) -> Profile:
        """As in the session with the best score."""
        return self.places[0][1]

    @property
    def session(self) -> ExportedSession:
        """The session with the best score."""
        return self.places[0][0]

    @property
    def sessions(self) -> list[str]:
        """The names of all sessions with this person."""
        return list(dict.fromkeys(session.name for session, _ in self.places))

    @property
    def banned(self) -> bool:
        """Whether this person must not be contacted."""
        return any(
            session.mark(profile).outreach == "do_not_contact" for session, profile in self.places
        )

    @property
    def seen_before(self) -> SeenBefore | None:
        """Another search that showed them, which is none of these sessions."""
        here = {session.session.id for session, _ in self.places}
        others = (session.mark(profile).seen_before for session, profile in self.places)
        return next((one for one in others if one is not None and one.session_id not in here), None)

    def contacts(self, channel: str) -> list[str]:
        """The revealed contacts of a channel, from all sessions."""
        found = (profile.contact(channel).values for _, profile in self.places)
        return list(dict.fromkeys(value for values in found for value in values))

    def mark(self, part: Part) -> Mark:
        """What is remembered: in the first session in which the part takes them with a decision
        that it names, or else in the first with a decision.

        Who was decided about in one session is undecided in none.
        """
        marks = [session.mark(profile) for session, profile in self.places]
        known = [mark for mark in marks if mark.decision is not None] or marks
        taken = [mark for mark in known if part.decisions and part.takes(mark)]
        return [*taken, *known][0]


def people_of(sessions: Sequence[ExportedSession]) -> list[MergedPerson]:
    """The people of some sessions, best score first.

    Of one session everybody is listed as they are there; of several each person once.
    """
    if len(sessions) == 1:
        (only,) = sessions
        return [MergedPerson(((only, profile),)) for profile in only.shortlist.profiles]
    found: dict[str, list[tuple[ExportedSession, Profile]]] = {}
    for session in sessions:
        for place, profile in enumerate(session.shortlist.profiles):
            # Nothing tells that two people without an id are the same.
            own = profile.id or f"#{place}"
            who = identity(profile.linkedin_url, session.session.id, own)
            found.setdefault(who, []).append((session, profile))
    people = [
        MergedPerson(tuple(sorted(places, key=lambda one: score_of(one[1]), reverse=True)))
        for places in found.values()
    ]
    return sorted(people, key=lambda one: score_of(one.profile), reverse=True)
