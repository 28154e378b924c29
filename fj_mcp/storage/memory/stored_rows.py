"""What is stored, as a whole: shown, deleted and expired."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    Table,
    func,
    select,
    tuple_,
    union,
    update,
)

from fj_mcp.storage.database import database
from fj_mcp.storage.database.tables import (
    bans,
    people,
    purchases,
    reveals,
    reviews,
    search_changes,
    searches,
    sightings,
)
from fj_mcp.storage.memory.own_rows import OwnRows
from fj_mcp.storage.memory.people import Forgotten

_ABOUT_PEOPLE = (people, reviews, reveals, sightings, bans)
_TABLES = {table.name: table for table in (searches, search_changes, *_ABOUT_PEOPLE)}

_AT_ONCE = 2_000
"""As many are read or deleted at a time, while other calls wait."""

_BEGINNINGS = {
    searches: searches.c.first_at,
    search_changes: search_changes.c.at,
    people: people.c.touched_at,
    reviews: reviews.c.at,
    reveals: reveals.c.at,
    sightings: sightings.c.first_at,
}
"""When a row began, by table."""


class StoredRows(OwnRows):
    """All rows of one workspace, in one transaction."""

    def row_counts(self) -> dict[str, int]:
        """How many rows there are, by table."""
        count = select(func.count())
        return {
            name: self.values(count.select_from(table), table)[0] for name, table in _TABLES.items()
        }

    def page(self, name: str, after: database.Row | None) -> list[database.Row]:
        """The rows of a table that follow this one, or the first; as many as are read at once."""
        table = _TABLES[name]
        key = [column for column in table.primary_key if column.name != "workspace"]
        query: Select[Any] = select(table).order_by(*key).limit(_AT_ONCE)
        if after is not None:
            query = query.where(tuple_(*key) > tuple_(*(after[column.name] for column in key)))
        return [row._asdict() for row in self.rows(query, table)]

    def known_since(self, persons: Collection[str]) -> float | None:
        """Since when something is stored that `forget` would delete; None if there is nothing."""
        return self._since(_about(persons))

    def search_known_since(self, session_id: str) -> float | None:
        """The same of `forget_search`."""
        return self._since({**_of_search(session_id), **_search(session_id)})

    def forget(self, persons: Collection[str]) -> Forgotten:
        """Delete everything about these people."""
        named = _about(persons)
        had = union(*(self._persons(table, condition) for table, condition in named.items()))
        banned = bans.c.person.in_(persons)
        return self._forget(had, banned, named)

    def forget_search(self, session_id: str) -> Forgotten:
        """Delete a search and what was done in it.

        People stay who were reviewed in another search, or whose contact was revealed there.
        """
        here = _of_search(session_id)
        there = union(*(self._persons(table, condition) for table, condition in here.items()))
        elsewhere = union(
            *(
                self._persons(table, table.c.session_id != session_id)
                for table in (reviews, reveals)
            )
        )
        only_here = people.c.person.in_(there) & people.c.person.not_in(elsewhere)
        # The people first, while the other rows still tell who they are.
        forgotten = self._forget(there, bans.c.person.in_(there), {people: only_here, **here})
        for table, condition in _search(session_id).items():
            self.delete(table, condition)
        return forgotten

    def erase_some(self) -> Forgotten:
        """Delete some people, those who must not be contacted too, and return what was deleted.

        If nobody is left, the searches are deleted, and who made the purchases.
        """
        for table in _ABOUT_PEOPLE:
            some = self.values(select(table.c.person).distinct().limit(_AT_ONCE), table)
            if some:
                counted = {one: self.delete(one, one.c.person.in_(some)) for one in _ABOUT_PEOPLE}
                return Forgotten(
                    people=len(some), reviews=counted[reviews], sightings=counted[sightings]
                )
        for table in (searches, search_changes):
            self.delete(table)
        self._forget_users()
        return Forgotten()

    def expire(self, people_before: float, sightings_before: float) -> bool:
        """Delete some of what was not touched since. Returns whether there may be more."""
        self._forget_users(purchases.c.claimed_at < people_before)
        old = select(people.c.person).where(people.c.touched_at < people_before).limit(_AT_ONCE)
        persons = self.values(old, people)
        for table in (reviews, reveals, people):
            self.delete(table, table.c.person.in_(persons))
        if len(persons) == _AT_ONCE:
            return True
        key = (sightings.c.person, sightings.c.session_id)
        seen = select(*key).where(self.own(sightings), sightings.c.last_at < sightings_before)
        if self.delete(sightings, tuple_(*key).in_(seen.limit(_AT_ONCE))) == _AT_ONCE:
            return True
        used = [
            select(table.c.session_id).where(self.own(table))
            for table in (reviews, reveals, sightings)
        ]
        self.delete(
            searches,
            searches.c.first_at < people_before,
            *(searches.c.session_id.not_in(one) for one in used),
        )
        kept = select(searches.c.session_id).where(self.own(searches))
        self.delete(
            search_changes,
            search_changes.c.at < people_before,
            search_changes.c.session_id.not_in(kept),
        )
        return False

    def _forget_users(self, *conditions: ColumnElement[bool]) -> None:
        """Remove who made purchases; the purchases stay."""
        named = (self.own(purchases), purchases.c.who.is_not(None), *conditions)
        self.connection.execute(update(purchases).where(*named).values(subject=None, who=None))

    def _since(self, conditions: Mapping[Table, ColumnElement[bool]]) -> float | None:
        """When the oldest row that meets a condition began; None if there is none."""
        found = [
            moment
            for table, condition in conditions.items()
            for moment in self.values(select(func.min(_BEGINNINGS[table])).where(condition), table)
        ]
        return min((moment for moment in found if moment is not None), default=None)

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


def _about(persons: Collection[str]) -> dict[Table, ColumnElement[bool]]:
    """What is stored about these people."""
    return {table: table.c.person.in_(persons) for table in (reviews, reveals, sightings, people)}


def _of_search(session_id: str) -> dict[Table, ColumnElement[bool]]:
    """What was done in a search."""
    return {table: table.c.session_id == session_id for table in (reviews, reveals, sightings)}


def _search(session_id: str) -> dict[Table, ColumnElement[bool]]:
    """A search itself."""
    return {table: table.c.session_id == session_id for table in (searches, search_changes)}
