"""The people that the memory knows, and what was decided about them.

They are named by digests here, see `identity`.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence, Set
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace
from sqlalchemy import ColumnElement, Row, Select, bindparam, insert, select, update

from fj_mcp.storage.database.tables import bans, people, reviews, sightings
from fj_mcp.storage.memory.identity import identity
from fj_mcp.storage.memory.people import (
    By,
    Change,
    Decided,
    Decision,
    Mark,
    Outreach,
    Person,
    Reason,
    Remembered,
    Review,
    SeenBefore,
)
from fj_mcp.storage.memory.search_rows import SearchRows

_NOTICE_SECONDS = 30 * 86_400.0
"""The time to inform somebody whose data one keeps (GDPR, Art. 14)."""

_SIGHTING_SECONDS = 3_600.0
"""A sighting of the last hour is not written again."""

_AT_ONCE = 10_000
"""SQLite takes 32,766 parameters at most, PostgreSQL twice as many."""

_UNDONE = ("undecided", "none", "")
"""What takes back a decision, an outreach and a note."""


class _InSession(Struct):
    """What the reviews of one person in one search came to."""

    at: float = 0.0
    decision: Decision | None = None
    reason: Reason | None = None
    note: str | None = None


class _Reviewed(Struct):
    """What all reviews of one person came to."""

    outreach: Outreach | None = None
    sessions: dict[str, _InSession] = field(default_factory=dict)

    def add(self, row: Row[Any]) -> None:
        """Take in the next review."""
        here = self.sessions.setdefault(row.session_id, _InSession())
        here.at = row.at
        if row.outreach is not None:
            self.outreach = _kept(row.outreach)
        if row.decision is not None:
            here.decision = _kept(row.decision)
        if row.decision is not None or row.reason is not None:
            here.reason = row.reason
        if row.note is not None:
            here.note = _kept(row.note)

    def decision_outside(self, session_id: str) -> Decision | None:
        """The newest decision made in another search."""
        others = [one for session, one in self.sessions.items() if session != session_id]
        decided = [one for one in others if one.decision is not None]
        return max(decided, key=lambda one: one.at).decision if decided else None


_NOTHING = _Reviewed()
_NOTHING_HERE = _InSession()


class PeopleRows(SearchRows):
    """The people of one workspace, in one transaction."""

    def look(
        self, session_id: str, persons: Collection[str], now: float
    ) -> tuple[dict[str, Mark], set[str]]:
        """The marks of these people, and whom this search did not show within the last hour."""
        seen = self._seen(persons)
        here = {person: times.pop(session_id, 0.0) for person, times in seen.items()}
        unseen = {one for one in persons if here.get(one, 0.0) <= now - _SIGHTING_SECONDS}
        return self._marks(session_id, persons, seen), unseen

    def marks(self, session_id: str, persons: Collection[str]) -> dict[str, Mark]:
        """What is known of these people, by digest; nobody of whom nothing is known."""
        seen = self._seen(persons)
        for times in seen.values():
            times.pop(session_id, None)
        return self._marks(session_id, persons, seen)

    def _seen(self, persons: Collection[str]) -> dict[str, dict[str, float]]:
        """When each session showed each of these people."""
        seen: dict[str, dict[str, float]] = {}
        columns = (sightings.c.person, sightings.c.session_id, sightings.c.last_at)
        query = select(*columns).where(sightings.c.person.in_(persons))
        for person, session_id, last_at in map(tuple, self.rows(query, sightings)):
            seen.setdefault(person, {})[session_id] = last_at
        return seen

    def _marks(
        self, session_id: str, persons: Collection[str], seen: dict[str, dict[str, float]]
    ) -> dict[str, Mark]:
        """The marks of these people, whom other sessions have `seen`."""
        reviewed = self._reviewed(reviews.c.person.in_(persons))
        banned = self.banned(persons)
        for person, known in reviewed.items():
            for session, there in known.sessions.items():
                if session != session_id:
                    times = seen.setdefault(person, {})
                    times[session] = max(there.at, times.get(session, 0.0))
        newest = {
            person: max(times, key=times.__getitem__) for person, times in seen.items() if times
        }
        titles = self.titles({*newest.values()})
        marks = {}
        for person in {*reviewed, *newest, *banned}:
            known = reviewed.get(person, _NOTHING)
            before = None
            if (last := newest.get(person)) is not None:
                when, decision = seen[person][last], known.decision_outside(session_id)
                before = SeenBefore(last, titles.get(last), when, decision)
            here = known.sessions.get(session_id, _NOTHING_HERE)
            marks[person] = Mark(
                decision=here.decision,
                outreach="do_not_contact" if person in banned else known.outreach,
                reason=here.reason,
                note=here.note,
                seen_before=before,
            )
        return marks

    def standing(self, session_id: str) -> dict[str, Mark]:
        """The decisions of this search, and who must not be contacted at all, by digest."""
        here = self._reviewed(reviews.c.session_id == session_id)
        banned = {*self.values(select(bans.c.person), bans)}
        return {
            person: Mark(
                decision=decided.decision,
                reason=decided.reason,
                note=decided.note,
                outreach="do_not_contact" if person in banned else None,
            )
            for person in here.keys() | banned
            for decided in [here.get(person, _NOTHING).sessions.get(session_id, _NOTHING_HERE)]
        }

    def counts(self, session_id: str, persons: Set[str]) -> dict[str, int]:
        """The number of these people by their decision in this search, and by their outreach."""
        decided = self._reviewed(reviews.c.session_id == session_id)
        decisions = [decided[one].sessions[session_id].decision for one in persons & decided.keys()]
        states = [*decisions, *self._outreach(persons).values()]
        return dict(Counter[str](state for state in states if state is not None))

    def banned(self, persons: Collection[str]) -> set[str]:
        """Those who must not be contacted."""
        return {*self.values(select(bans.c.person).where(bans.c.person.in_(persons)), bans)}

    def review(
        self,
        session_id: str,
        title: str | None,
        given: Mapping[str, Person],
        change: Change,
        *,
        by: By,
        who: str | None,
        now: float,
    ) -> None:
        """Add a review of each person for whom it changes anything."""
        marks = self.marks(session_id, given)
        changed = {
            person: one
            for person, one in given.items()
            if _differs(marks.get(person, Mark()), change)
        }
        if not changed:
            return
        self.know_search(session_id, title, now)
        self._touch(session_id, changed, now, starts_notice=change.decision == "shortlisted")
        self.connection.execute(
            insert(reviews),
            [
                {
                    "workspace": self.workspace,
                    "person": person,
                    "session_id": session_id,
                    "candidate_id": one.candidate_id,
                    "at": now,
                    "by": by,
                    "who": who,
                    "decision": change.decision,
                    "outreach": change.outreach,
                    "reason": change.reason,
                    "note": change.note,
                    "score": one.score,
                    "rank": one.rank,
                }
                for person, one in changed.items()
            ],
        )
        if change.outreach is not None:
            self.delete(bans, bans.c.person.in_(changed))
        if change.outreach == "do_not_contact":
            row = {"workspace": self.workspace, "at": now}
            self.connection.execute(insert(bans), [row | {"person": one} for one in changed])

    def reveal(self, session_id: str, given: Mapping[str, Person], now: float) -> None:
        """Record that these people's contacts were revealed, which starts the notice period."""
        self._touch(session_id, given, now, starts_notice=True)

    def see(self, session_id: str, title: str | None, persons: Collection[str], now: float) -> None:
        """Record that this search showed these people."""
        self.know_search(session_id, title, now)
        here = sightings.c.session_id == session_id
        known = {
            *self.values(
                select(sightings.c.person).where(sightings.c.person.in_(persons), here), sightings
            )
        }
        if known:
            self.connection.execute(
                update(sightings)
                .where(self.own(sightings), sightings.c.person.in_(known), here)
                .values(last_at=now)
            )
        row = {
            "workspace": self.workspace,
            "session_id": session_id,
            "first_at": now,
            "last_at": now,
        }
        if new := [row | {"person": person} for person in persons if person not in known]:
            self.connection.execute(insert(sightings), new)

    def known(self, session_id: str, candidate_ids: Collection[str]) -> dict[str, Person]:
        """The people of a search with these ids about whom a decision was made."""
        query = self._reviewed_people().where(
            reviews.c.session_id == session_id, reviews.c.candidate_id.in_(candidate_ids)
        )
        found = self.rows(query.order_by(reviews.c.id), reviews)
        return {row.candidate_id: _described(row, row.candidate_id) for row in found}

    def decided(self) -> list[Decided]:
        """Everybody with a decision or an outreach in force, newest decision first."""
        columns = (
            reviews.c.id,
            reviews.c.person,
            reviews.c.session_id,
            reviews.c.at,
            reviews.c.decision,
            reviews.c.outreach,
        )
        decisions: dict[tuple[str, str], Decided] = {}
        written: dict[str, Decided] = {}
        for row in self.rows(select(*columns).order_by(reviews.c.id), reviews):
            review_id, person, session_id, at, decision, outreach = tuple(row)
            one = Decided(review_id, person, session_id, at, _kept(decision))
            if decision is not None:
                decisions[person, session_id] = one
            if outreach is not None:
                written[person] = replace(one, decision=None, outreach=_kept(outreach))
        banned = {*self.values(select(bans.c.person), bans)}
        found: dict[str, Decided] = {}
        for one in sorted(decisions.values(), key=lambda one: one.review_id):
            if one.decision is not None:
                found[one.person] = one
        for person, one in written.items():
            outreach = "do_not_contact" if person in banned else one.outreach
            if outreach is not None:
                found[person] = replace(found.get(person, one), outreach=outreach)
        return sorted(found.values(), key=lambda one: one.review_id, reverse=True)

    def describe(self, decided: Sequence[Decided]) -> list[Remembered]:
        """The same people with what is known of them."""
        rows: dict[int, Row[Any]] = {}
        noted: dict[str, _Reviewed] = {}
        for start in range(0, len(decided), _AT_ONCE):
            some = decided[start : start + _AT_ONCE]
            query = self._reviewed_people().where(reviews.c.id.in_([one.review_id for one in some]))
            rows |= {row.id: row for row in self.rows(query, reviews)}
            noted |= self._reviewed(reviews.c.person.in_([one.person for one in some]))
        titles = self.titles({one.session_id for one in decided})
        return [
            Remembered(
                person=_described(rows[one.review_id], rows[one.review_id].candidate_id),
                session_id=one.session_id,
                session_title=titles.get(one.session_id),
                decided_at=one.at,
                mark=Mark(
                    decision=one.decision,
                    outreach=one.outreach,
                    reason=noted[one.person].sessions[one.session_id].reason,
                    note=noted[one.person].sessions[one.session_id].note,
                ),
            )
            for one in decided
            if one.review_id in rows and one.person in noted
        ]

    def reviews(self, session_id: str) -> list[Review]:
        """Every review in a search, oldest first."""
        query = self._reviewed_people().where(reviews.c.session_id == session_id)
        return [
            Review(
                at=row.at,
                by=row.by,
                who=row.who,
                person=_described(row, row.candidate_id),
                change=Change(
                    decision=row.decision, outreach=row.outreach, reason=row.reason, note=row.note
                ),
            )
            for row in self.rows(query.order_by(reviews.c.id), reviews)
        ]

    def notices(self, session_id: str) -> list[tuple[Person, float]]:
        """The people of a search who are still to be informed, and until when."""
        here = [
            select(table.c.person).where(self.own(table), table.c.session_id == session_id)
            for table in (reviews, sightings)
        ]
        due = self.rows(
            select(people)
            .where(people.c.notice_from.is_not(None))
            .where(people.c.person.in_(here[0]) | people.c.person.in_(here[1]))
            .order_by(people.c.notice_from, people.c.person),
            people,
        )
        outreach = self._outreach([row.person for row in due])
        columns = (reviews.c.person, reviews.c.candidate_id)
        of_session = select(*columns).where(reviews.c.session_id == session_id)
        ids = self.pairs(of_session, reviews)
        return [
            (_described(row, ids.get(row.person, "")), row.notice_from + _NOTICE_SECONDS)
            for row in due
            # Who was written to was informed, and who must not be written to cannot be.
            if row.person not in outreach
        ]

    def _reviewed(self, condition: ColumnElement[bool]) -> dict[str, _Reviewed]:
        """What the reviews that meet a condition came to, by person."""
        columns = (
            reviews.c.person,
            reviews.c.session_id,
            reviews.c.at,
            reviews.c.decision,
            reviews.c.outreach,
            reviews.c.reason,
            reviews.c.note,
        )
        found: dict[str, _Reviewed] = {}
        for row in self.rows(select(*columns).where(condition).order_by(reviews.c.id), reviews):
            found.setdefault(row.person, _Reviewed()).add(row)
        return found

    def _outreach(self, persons: Collection[str] | None = None) -> dict[str, Outreach]:
        """The outreach of these people, or of all; nobody whom nobody wrote to."""
        query = select(reviews.c.person, reviews.c.outreach).where(reviews.c.outreach.is_not(None))
        banned = select(bans.c.person)
        if persons is not None:
            query = query.where(reviews.c.person.in_(persons))
            banned = banned.where(bans.c.person.in_(persons))
        last = self.pairs(query.order_by(reviews.c.id), reviews)
        found = {person: outreach for person, outreach in last.items() if _kept(outreach)}
        return found | dict.fromkeys(self.values(banned, bans), "do_not_contact")

    def _reviewed_people(self) -> Select[Any]:
        """Reviews with what is known of the person."""
        known = [column for column in people.c if column.name not in ("workspace", "person")]
        return select(reviews, *known).join_from(
            reviews,
            people,
            (reviews.c.workspace == people.c.workspace) & (reviews.c.person == people.c.person),
            isouter=True,
        )

    def _touch(
        self, session_id: str, given: Mapping[str, Person], now: float, *, starts_notice: bool
    ) -> None:
        """Write what is known of these people, and that they were touched now."""
        from_now = now if starts_notice else None
        before = {
            row.person: row.notice_from
            for row in self.rows(
                select(people.c.person, people.c.notice_from).where(people.c.person.in_(given)),
                people,
            )
        }
        # A parameter may not have the name of a column that it is compared with.
        values = {
            person: {
                "of": person,
                "name": one.name,
                "title": one.title,
                "company": one.company,
                "region": one.region,
                "linkedin_url": one.linkedin_url,
                "touched_at": now,
                "notice_from": before.get(person) or from_now,
            }
            for person, one in given.items()
        }
        own = self.own(people)
        change = update(people).where(own, people.c.person == bindparam("of"))
        if known := [row for person, row in values.items() if person in before]:
            self.connection.execute(change, known)
        new = [
            {name: value for name, value in row.items() if name != "of"}
            | {
                "workspace": self.workspace,
                "person": person,
                "identity": identity(
                    given[person].linkedin_url, session_id, given[person].candidate_id
                ),
            }
            for person, row in values.items()
            if person not in before
        ]
        if new:
            self.connection.execute(insert(people), new)


def _kept(value: Any) -> Any:
    return None if value in _UNDONE else value


def _differs(mark: Mark, change: Change) -> bool:
    """Whether a change would change anything."""
    given = {
        "decision": change.decision,
        "outreach": change.outreach,
        "reason": change.reason,
        "note": change.note,
    }
    return any(
        value is not None and _kept(value) != getattr(mark, name) for name, value in given.items()
    )


def _described(row: Row[Any], candidate_id: str) -> Person:
    return Person(
        candidate_id=candidate_id,
        linkedin_url=row.linkedin_url,
        name=row.name,
        title=row.title,
        company=row.company,
        region=row.region,
        score=getattr(row, "score", None),
        rank=getattr(row, "rank", None),
    )
