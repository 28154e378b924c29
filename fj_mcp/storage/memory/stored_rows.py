"""What is stored, as a whole: shown, deleted and expired."""

from collections.abc import Collection, Mapping

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    Table,
    func,
    select,
    union,
)

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

    def forget(self, persons: Collection[str]) -> Forgotten:
        """Delete everything about these people."""
        named = {table: table.c.person.in_(persons) for table in (reviews, sightings, people)}
        had = union(*(self._persons(table, condition) for table, condition in named.items()))
        banned = bans.c.person.in_(persons)
        return self._forget(had, banned, named)

    def forget_search(self, session_id: str) -> Forgotten:
        """Delete a search, what was decided in it, and people about whom nothing else is known."""
        here = {table: table.c.session_id == session_id for table in (reviews, sightings)}
        there = union(*(self._persons(table, condition) for table, condition in here.items()))
        elsewhere = self._persons(reviews, reviews.c.session_id != session_id)
        only_here = people.c.person.in_(there) & people.c.person.not_in(elsewhere)
        # The people first, while the other rows still tell who they are.
        forgotten = self._forget(there, bans.c.person.in_(there), {people: only_here, **here})
        for table in (searches, search_changes):
            self.delete(table, table.c.session_id == session_id)
        return forgotten

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
        old = people.c.touched_at < people_before
        gone = self.delete(reviews, reviews.c.person.in_(self._persons(people, old)))
        gone += self.delete(people, old)
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

    def _persons(self, table: Table, condition: ColumnElement[bool]) -> Select[tuple[str]]:
        """The people in a table. As many as there are: a query is not limited as parameters are."""
        return select(table.c.person).where(self.own(table), condition)

    def _forget(
        self,
        had: CompoundSelect[tuple[str]],
        banned: ColumnElement[bool],
        conditions: Mapping[Table, ColumnElement[bool]],
    ) -> Forgotten:
        """Delete rows in this order, and count them and the people."""
        found = self.connection.scalar(select(func.count()).select_from(had.subquery()))
        digests = self.values(select(func.count()).select_from(bans).where(banned), bans)
        counted = {table: self.delete(table, where) for table, where in conditions.items()}
        return Forgotten(
            people=found or 0,
            reviews=counted[reviews],
            sightings=counted[sightings],
            banned=digests[0],
        )


def workspaces_with_old_rows(
    connection: Connection, people_before: float, sightings_before: float
) -> list[str]:
    """The workspaces in which something was not touched since. Some of it may still be needed."""
    old = union(
        select(people.c.workspace).where(people.c.touched_at < people_before),
        select(sightings.c.workspace).where(sightings.c.last_at < sightings_before),
        select(searches.c.workspace).where(searches.c.first_at < people_before),
        select(search_changes.c.workspace).where(search_changes.c.at < people_before),
    )
    return [*connection.scalars(old)]
