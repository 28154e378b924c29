"""The searches that the memory knows, and what was asked for in each."""

from collections.abc import Collection

from msgspec.json import decode, encode
from sqlalchemy import insert, select, update

from fj_mcp.storage.database.tables import search_changes, searches
from fj_mcp.storage.memory.own_rows import OwnRows
from fj_mcp.storage.memory.people import SearchChange


class SearchRows(OwnRows):
    """The searches of one workspace, in one transaction."""

    def know_search(self, session_id: str, title: str | None, now: float) -> None:
        """Record a search and its title, if that is known."""
        known = self.rows(
            select(searches.c.title).where(searches.c.session_id == session_id), searches
        )
        if not known:
            self.connection.execute(
                insert(searches).values(
                    workspace=self.workspace, session_id=session_id, title=title, first_at=now
                )
            )
        elif title is not None and known[0].title != title:
            self.connection.execute(
                update(searches)
                .where(self.own(searches), searches.c.session_id == session_id)
                .values(title=title)
            )

    def titles(self, session_ids: Collection[str]) -> dict[str, str | None]:
        """The titles of these searches."""
        if not session_ids:
            return {}
        query = select(searches.c.session_id, searches.c.title).where(
            searches.c.session_id.in_(session_ids)
        )
        return self.pairs(query, searches)

    def searched(self, session_id: str, title: str | None, change: SearchChange) -> None:
        """Record what was asked for, unless it is what was asked for last."""
        self.know_search(session_id, title, change.at)
        filters = encode(change.filters, order="sorted").decode()
        last = self.rows(
            select(search_changes.c.operation, search_changes.c.filters)
            .where(search_changes.c.session_id == session_id)
            .order_by(search_changes.c.id.desc())
            .limit(1),
            search_changes,
        )
        if change.filters and [tuple(row) for row in last] == [(change.operation, filters)]:
            return
        self.connection.execute(
            insert(search_changes).values(
                workspace=self.workspace,
                session_id=session_id,
                at=change.at,
                operation=change.operation,
                filters=filters,
                credits=change.credits,
            )
        )

    def changes(self, session_id: str) -> list[SearchChange]:
        """What was asked for in a search, oldest first."""
        rows = self.rows(
            select(search_changes)
            .where(search_changes.c.session_id == session_id)
            .order_by(search_changes.c.id),
            search_changes,
        )
        return [
            SearchChange(row.at, row.operation, decode(row.filters), row.credits) for row in rows
        ]
