"""The people that the memory knows, and what was decided about them.

They are named by digests here, see `identity`.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Set

from sqlalchemy import ColumnElement, bindparam, insert, select, update

from fj_mcp.storage.database.tables import bans, people, reveals, reviews, sightings
from fj_mcp.storage.memory.identity import identity
from fj_mcp.storage.memory.people import (
    By,
    Change,
    Decision,
    Mark,
    Outreach,
    Person,
    SeenBefore,
)
from fj_mcp.storage.memory.reviewed import NOTHING, NOTHING_HERE, Reviewed, differs, kept
from fj_mcp.storage.memory.search_rows import SearchRows

AT_ONCE = 10_000
"""SQLite takes 32,766 parameters at most, PostgreSQL twice as many."""

_SIGHTING_SECONDS = 3_600.0
"""A sighting of the last hour is not written again."""


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
        query = select(*columns).where(self.among(sightings.c.person, persons))
        for person, session_id, last_at in map(tuple, self.rows(query, sightings)):
            seen.setdefault(person, {})[session_id] = last_at
        return seen

    def _marks(
        self, session_id: str, persons: Collection[str], seen: dict[str, dict[str, float]]
    ) -> dict[str, Mark]:
        """The marks of these people, whom other sessions have `seen`."""
        reviewed = self.reviewed(self.among(reviews.c.person, persons))
        banned = self.banned(persons)
        for person, known in reviewed.items():
            for session, there in known.sessions.items():
                if session != session_id:
                    times = seen.setdefault(person, {})
                    times[session] = max(there.at, times.get(session, 0.0))

        def decision_in(person: str, session: str) -> Decision | None:
            return reviewed.get(person, NOTHING).sessions.get(session, NOTHING_HERE).decision

        newest = {
            # A search in which somebody decided says more than one that showed them later.
            person: max(times, key=lambda one: (decision_in(person, one) is not None, times[one]))
            for person, times in seen.items()
            if times
        }
        titles = self.titles({*newest.values()})
        marks = {}
        for person in {*reviewed, *newest, *banned}:
            known = reviewed.get(person, NOTHING)
            before = None
            if (last := newest.get(person)) is not None:
                decision = decision_in(person, last)
                before = SeenBefore(last, titles.get(last), seen[person][last], decision)
            here = known.sessions.get(session_id, NOTHING_HERE)
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
        here = self.reviewed(reviews.c.session_id == session_id)
        banned = {*self.values(select(bans.c.person), bans)}
        return {
            person: Mark(
                decision=decided.decision,
                reason=decided.reason,
                note=decided.note,
                outreach="do_not_contact" if person in banned else None,
            )
            for person in here.keys() | banned
            for decided in [here.get(person, NOTHING).sessions.get(session_id, NOTHING_HERE)]
        }

    def counts(self, session_id: str, persons: Set[str]) -> dict[str, int]:
        """The number of people by their decision in this search, and by their outreach.

        Counted are these people, and those who left the search after a review in it.
        """
        decided = self.reviewed(reviews.c.session_id == session_id)
        decisions = [one.sessions[session_id].decision for one in decided.values()]
        states = [*decisions, *self.outreach(persons | decided.keys()).values()]
        return dict(Counter[str](state for state in states if state is not None))

    def banned(self, persons: Collection[str]) -> set[str]:
        """Those who must not be contacted."""
        return {*self.values(select(bans.c.person).where(self.among(bans.c.person, persons)), bans)}

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
    ) -> set[str]:
        """Add a review of each person for whom it changes anything.

        Nothing is added if somebody must not be contacted and was: returns who, or else nobody.
        """
        if change.outreach in ("contacted", "replied") and (banned := self.banned(given)):
            return banned
        marks = self._marks(session_id, given, {})
        changed = {
            person: one
            for person, one in given.items()
            if differs(marks.get(person, Mark()), change)
        }
        if not changed:
            return set()
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
            self.delete(bans, self.among(bans.c.person, changed))
        if change.outreach == "do_not_contact":
            row = {"workspace": self.workspace, "at": now}
            self.connection.execute(insert(bans), [row | {"person": one} for one in changed])
        return set()

    def reveal(self, session_id: str, given: Mapping[str, Person], now: float) -> None:
        """Record that these people's contacts were revealed, which starts the notice period."""
        self._touch(session_id, given, now, starts_notice=True)
        known = {
            *self.values(
                select(reveals.c.person).where(
                    self.among(reveals.c.person, given), reveals.c.session_id == session_id
                ),
                reveals,
            )
        }
        row = {"workspace": self.workspace, "session_id": session_id, "at": now}
        new = [
            row | {"person": person, "candidate_id": one.candidate_id}
            for person, one in given.items()
            if person not in known
        ]
        if new:
            self.connection.execute(insert(reveals), new)

    def shown(self, session_id: str) -> int:
        """How many people this search has shown."""
        query = select(sightings.c.person).where(sightings.c.session_id == session_id)
        return len(self.values(query, sightings))

    def see(self, session_id: str, title: str | None, persons: Collection[str], now: float) -> None:
        """Record that this search showed these people."""
        self.know_search(session_id, title, now)
        here = sightings.c.session_id == session_id
        known = {
            *self.values(
                select(sightings.c.person).where(self.among(sightings.c.person, persons), here),
                sightings,
            )
        }
        if known:
            self.connection.execute(
                update(sightings)
                .where(self.own(sightings), self.among(sightings.c.person, known), here)
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

    def reviewed(self, condition: ColumnElement[bool]) -> dict[str, Reviewed]:
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
        found: dict[str, Reviewed] = {}
        query = select(*columns).where(condition).order_by(reviews.c.id)
        # There may be very many, and the columns of a tuple are found faster than those of a row.
        for row in map(tuple, self.rows(query, reviews)):
            person, review = row[0], row[1:]
            if (known := found.get(person)) is None:
                known = found[person] = Reviewed()
            known.add(review)
        return found

    def outreach(self, persons: Collection[str]) -> dict[str, Outreach]:
        """The outreach of these people; nobody whom nobody wrote to."""
        query = select(reviews.c.person, reviews.c.outreach).where(reviews.c.outreach.is_not(None))
        banned = select(bans.c.person)
        if len(persons) <= AT_ONCE:
            query = query.where(self.among(reviews.c.person, persons))
            banned = banned.where(self.among(bans.c.person, persons))
        last = self.pairs(query.order_by(reviews.c.id), reviews)
        found = {person: outreach for person, outreach in last.items() if kept(outreach)}
        found |= dict.fromkeys(self.values(banned, bans), "do_not_contact")
        return {person: found[person] for person in persons if person in found}

    def _touch(
        self, session_id: str, given: Mapping[str, Person], now: float, *, starts_notice: bool
    ) -> None:
        """Write what is known of these people, and that they were touched now."""
        from_now = now if starts_notice else None
        before = {
            row.person: row.notice_from
            for row in self.rows(
                select(people.c.person, people.c.notice_from).where(
                    self.among(people.c.person, given)
                ),
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
