"""The people about whom a decision was made, with what is known of them."""

from collections.abc import Collection, Sequence
from typing import Any

from msgspec.structs import replace
from sqlalchemy import Row, Select, Table, select

from fj_mcp.storage.database.tables import bans, people, reveals, reviews
from fj_mcp.storage.memory.people import Change, Decided, Mark, Person, Remembered, Review
from fj_mcp.storage.memory.people_rows import AT_ONCE, PeopleRows
from fj_mcp.storage.memory.reviewed import Reviewed, kept

_NOTICE_SECONDS = 30 * 86_400.0
"""The time to inform somebody whose data one keeps (GDPR, Art. 14)."""


class KeptRows(PeopleRows):
    """The people of one workspace whose names are known, in one transaction."""

    def known(self, session_id: str, candidate_ids: Collection[str]) -> dict[str, Person]:
        """The people of a search with these ids who were reviewed or revealed in it."""
        known: dict[str, Person] = {}
        for table, order in ((reveals, reveals.c.at), (reviews, reviews.c.id)):
            query = _with_people(table).where(
                table.c.session_id == session_id, table.c.candidate_id.in_(candidate_ids)
            )
            found = self.rows(query.order_by(order), table)
            known |= {row.candidate_id: _described(row, row.candidate_id) for row in found}
        return known

    def known_as(self, candidate_ids: Collection[str]) -> set[str]:
        """The people who were reviewed or revealed under these ids, in any search."""
        return {
            person
            for table in (reviews, reveals)
            for person in self.values(
                select(table.c.person).where(table.c.candidate_id.in_(candidate_ids)), table
            )
        }

    def decided(self) -> list[Decided]:
        """Every decision in force of everybody, and who has only an outreach, newest first."""
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
            one = Decided(review_id, person, session_id, at, kept(decision))
            if decision is not None:
                decisions[person, session_id] = one
            if outreach is not None:
                written[person] = replace(one, decision=None, outreach=kept(outreach))
        banned = {*self.values(select(bans.c.person), bans)}
        outreaches = {
            person: "do_not_contact" if person in banned else one.outreach
            for person, one in written.items()
        }
        found = [
            replace(one, outreach=outreaches.get(one.person))
            for one in decisions.values()
            if one.decision is not None
        ]
        with_decision = {one.person for one in found}
        found += [
            replace(one, outreach=outreach)
            for person, one in written.items()
            if (outreach := outreaches[person]) is not None and person not in with_decision
        ]
        return sorted(found, key=lambda one: one.review_id, reverse=True)

    def describe(self, decided: Sequence[Decided]) -> list[Remembered]:
        """The same people with what is known of them."""
        rows: dict[int, Row[Any]] = {}
        reviewed: dict[str, Reviewed] = {}
        for start in range(0, len(decided), AT_ONCE):
            some = decided[start : start + AT_ONCE]
            query = _with_people(reviews).where(reviews.c.id.in_([one.review_id for one in some]))
            rows |= {row.id: row for row in self.rows(query, reviews)}
            reviewed |= self.reviewed(reviews.c.person.in_([one.person for one in some]))
        titles = self.titles({one.session_id for one in decided})
        return [
            Remembered(
                digest=one.person,
                person=_described(rows[one.review_id], rows[one.review_id].candidate_id),
                session_id=one.session_id,
                session_title=titles.get(one.session_id),
                decided_at=one.at,
                mark=Mark(
                    decision=one.decision,
                    outreach=one.outreach,
                    reason=reviewed[one.person].sessions[one.session_id].reason,
                    note=reviewed[one.person].sessions[one.session_id].note,
                ),
            )
            for one in decided
            if one.review_id in rows and one.person in reviewed
        ]

    def reviews(self, session_id: str) -> list[Review]:
        """Every review in a search, oldest first."""
        query = _with_people(reviews).where(reviews.c.session_id == session_id)
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
        """The people reviewed or revealed in a search who are still to be informed, by when."""
        here = [
            select(table.c.person).where(self.own(table), table.c.session_id == session_id)
            for table in (reviews, reveals)
        ]
        due = self.rows(
            select(people)
            .where(people.c.notice_from.is_not(None))
            .where(people.c.person.in_(here[0]) | people.c.person.in_(here[1]))
            .order_by(people.c.notice_from, people.c.person),
            people,
        )
        outreach = self.outreach([row.person for row in due])
        ids: dict[str, str] = {}
        for table in (reveals, reviews):
            columns = (table.c.person, table.c.candidate_id)
            ids |= self.pairs(select(*columns).where(table.c.session_id == session_id), table)
        return [
            (_described(row, ids[row.person]), row.notice_from + _NOTICE_SECONDS)
            for row in due
            # Who was written to was informed, and who must not be written to cannot be.
            if row.person not in outreach
        ]


def _with_people(table: Table) -> Select[Any]:
    """Reviews, or reveals, with what is known of the person."""
    known = [column for column in people.c if column.name not in ("workspace", "person")]
    return select(table, *known).join_from(
        table,
        people,
        (table.c.workspace == people.c.workspace) & (table.c.person == people.c.person),
        isouter=True,
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
