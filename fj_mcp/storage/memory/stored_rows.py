"""What is stored, as a whole: shown, deleted and expired."""

from collections.abc import Collection, Mapping

from sqlalchemy import ColumnElement, Table, select

from fj_mcp.storage.database import database
from fj_mcp.storage.database.tables import (
    bans,
    people,
    reviews,
    search_changes,
    searches,
    sightings,
)
from fj_mcp.storage.memory.own_rows import OwnRows
from fj_mcp.storage.memory.people import Forgotten

_TABLES = (searches, search_changes, people, reviews, sightings, bans)


class StoredRows(OwnRows):
    """All rows of one workspace, in one transaction."""

    def everything(self) -> dict[str, list[database.Row]]:
        """All rows, by table."""
        return {
            table.name: [row._asdict() for row in self.rows(select(table), table)]
            for table in _TABLES
        }

    def forget(self, persons: Collection[str], session_id: str | None) -> Forgotten:
        """Delete everything about these people, and about everybody in one search."""
        touched = {*persons}
        deleted = Forgotten()
        if touched:
            deleted = self._forget_where(
                {table: table.c.person.in_(touched) for table in (reviews, sightings, people)},
                touched,
            )
        if session_id is None:
            return deleted
        there = {
            person
            for table in (reviews, sightings)
            for person in self.values(
                select(table.c.person).where(table.c.session_id == session_id), table
            )
        }
        more = self._forget_where(
            {table: table.c.session_id == session_id for table in (reviews, sightings)}, there
        )
        for table in (searches, search_changes):
            self.delete(table, table.c.session_id == session_id)
        elsewhere = self.values(
            select(reviews.c.person).where(reviews.c.person.in_(there)), reviews
        )
        self.delete(people, people.c.person.in_(there.difference(elsewhere)))
        return Forgotten(
            people=deleted.people + more.people,
            reviews=deleted.reviews + more.reviews,
            sightings=deleted.sightings + more.sightings,
            banned=deleted.banned + more.banned,
        )

    def erase(self) -> Forgotten:
        """Delete all rows, those of people who must not be contacted too."""
        known = {
            person
            for table in (people, reviews, sightings, bans)
            for person in self.values(select(table.c.person), table)
        }
        counted = {table: self.delete(table) for table in _TABLES}
        return Forgotten(people=len(known), reviews=counted[reviews], sightings=counted[sightings])

    def expire(self, people_before: float, sightings_before: float) -> int:
        """Delete what was not touched since, and return the number of rows."""
        old = self.values(
            select(people.c.person).where(people.c.touched_at < people_before), people
        )
        gone = 0
        for table in (reviews, sightings, people) if old else ():
            gone += self.delete(table, table.c.person.in_(old))
        gone += self.delete(sightings, sightings.c.last_at < sightings_before)
        used = [select(table.c.session_id).where(self.own(table)) for table in (reviews, sightings)]
        gone += self.delete(
            searches,
            searches.c.first_at < people_before,
            *(searches.c.session_id.not_in(one) for one in used),
        )
        kept = select(searches.c.session_id).where(self.own(searches))
        gone += self.delete(
            search_changes,
            search_changes.c.at < people_before,
            search_changes.c.session_id.not_in(kept),
        )
        return gone

    def _forget_where(
        self, conditions: Mapping[Table, ColumnElement[bool]], persons: Collection[str]
    ) -> Forgotten:
        """Delete rows, and count the people among `persons` who had some."""
        had: set[str] = set()
        counted = {}
        for table, condition in conditions.items():
            had |= {*self.values(select(table.c.person).where(condition), table)}
            counted[table] = self.delete(table, condition)
        return Forgotten(
            people=len(had),
            reviews=counted[reviews],
            sightings=counted[sightings],
            banned=len(self.values(select(bans.c.person).where(bans.c.person.in_(persons)), bans)),
        )
