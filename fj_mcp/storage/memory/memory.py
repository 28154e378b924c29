"""The memory of one workspace: what was decided about people, and which searches showed them."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec.structs import replace

from fj_mcp.storage.database.database import Database, Row
from fj_mcp.storage.errors import DeletionFailed, StorageUnavailable
from fj_mcp.storage.memory.expiry import Expiry
from fj_mcp.storage.memory.identity import digest, identity
from fj_mcp.storage.memory.people import (
    By,
    Change,
    Decided,
    Forgotten,
    Mark,
    Person,
    Remembered,
    Review,
    SearchChange,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fj_mcp.storage.memory.memory_rows import MemoryRows

T = TypeVar("T")

_DIGESTS_KEPT = 16_000
"""As many as the cached shortlists have people."""


class Memory:
    """The memory of one workspace: one API key at one address.

    Every method raises `StorageUnavailable` if the database cannot be used.
    """

    def __init__(
        self,
        database: Database,
        workspace: str,
        secret: bytes,
        clock: Callable[[], float],
        expiry: Expiry | None = None,
    ) -> None:
        """Open nothing yet.

        Args:
            database: of this process.
            workspace: the id of the workspace.
            secret: without which nobody can tell whom a digest stands for.
            clock: Unix seconds.
            expiry: of what is too old, if it is to run before the memory is used.
        """
        self._database = database
        self._workspace = workspace
        self._clock = clock
        self._expiry = expiry

        @lru_cache(_DIGESTS_KEPT)
        def digest_of(linkedin_url: str | None, session_id: str, candidate_id: str) -> str:
            return digest(secret, identity(linkedin_url, session_id, candidate_id))

        self._digest_of = digest_of

    @property
    def place(self) -> str:
        """The location of the database, for messages to the user."""
        return self._database.place

    async def review(
        self,
        session_id: str,
        title: str | None,
        people: Sequence[Person],
        change: Change,
        *,
        by: By,
        who: str | None = None,
    ) -> set[str]:
        """Record the same change about all these people, or nothing.

        A person for whom it changes nothing gets no review. Returns the candidate ids of those who
        must not be contacted and of whom the change says that they were; nothing is recorded then.

        Args:
            session_id: in which the decision is made.
            title: of the session, if known.
            people: as they are now.
            change: what to record.
            by: who or what decided.
            who: the signed-in user, if one is known.
        """
        given = {self._digest(session_id, one): one for one in people}
        now = self._clock()
        refused = await self._change(
            lambda rows: rows.review(session_id, title, given, change, by=by, who=who, now=now)
        )
        return {given[person].candidate_id for person in refused}

    async def marks(self, session_id: str, people: Sequence[Person]) -> dict[str, Mark]:
        """What is known of these people, by candidate id; nobody of whom nothing is known."""
        persons = {one.candidate_id: self._digest(session_id, one) for one in people}
        found = await self._read(lambda rows: rows.marks(session_id, {*persons.values()}))
        return {one: found[person] for one, person in persons.items() if person in found}

    async def standing(self, session_id: str, people: Sequence[Person]) -> dict[str, Mark]:
        """What decides whether these people are listed, in a fraction of the time.

        That is the decisions of this session, and do_not_contact; `marks` has everything.
        """
        found = await self._read(lambda rows: rows.standing(session_id))
        if not found:
            return {}
        persons = {one.candidate_id: self._digest(session_id, one) for one in people}
        return {one: found[person] for one, person in persons.items() if person in found}

    async def show(
        self, session_id: str, title: str | None, people: Sequence[Person]
    ) -> dict[str, Mark]:
        """Record that a search shows these people; return their marks, as `marks` does."""
        persons = {one.candidate_id: self._digest(session_id, one) for one in people}
        shown = {*persons.values()}
        now = self._clock()

        found, unseen = await self._read(lambda rows: rows.look(session_id, shown, now))
        # Looking at a list again and again must not wait for those who write, and a list is worth
        # more than the trace of it.
        if unseen:
            with suppress(StorageUnavailable):
                await self._change(lambda rows: rows.see(session_id, title, shown, now))
        return {one: found[person] for one, person in persons.items() if person in found}

    async def counts(self, session_id: str, people: Sequence[Person]) -> dict[str, int]:
        """The number of people by their decision in a session, and by their outreach.

        Counted are these people, and those who left the session after a review in it.
        """
        persons = self._digests(session_id, people)
        return await self._read(lambda rows: rows.counts(session_id, persons))

    async def shown(self, session_id: str) -> int:
        """How many people a session has shown to somebody."""
        return await self._read(lambda rows: rows.shown(session_id))

    async def banned(self, session_id: str, people: Sequence[Person]) -> set[str]:
        """The candidate ids of those who must not be contacted."""
        persons = self._digests(session_id, people)
        found = await self._read(lambda rows: rows.banned(persons))
        return {one.candidate_id for one in people if self._digest(session_id, one) in found}

    async def revealed(self, session_id: str, people: Sequence[Person]) -> None:
        """Record that contacts of these people were revealed, which starts the notice period."""
        given = {self._digest(session_id, one): one for one in people}
        now = self._clock()

        def reveal(rows: "MemoryRows") -> None:
            rows.see(session_id, None, given, now)
            rows.reveal(session_id, given, now)

        await self._change(reveal)

    async def known(self, session_id: str, candidate_ids: Sequence[str]) -> dict[str, Person]:
        """The people with these ids who were reviewed or revealed in a session."""
        return await self._read(lambda rows: rows.known(session_id, candidate_ids))

    async def decided(self) -> list[Decided]:
        """Every decision over all sessions, and who has only an outreach, newest first."""
        return await self._read(lambda rows: rows.decided())

    async def describe(self, decided: Sequence[Decided]) -> list[Remembered]:
        """The same people with what is known of them. Those forgotten meanwhile are missing."""
        return await self._read(lambda rows: rows.describe(decided))

    async def reviews(self, session_id: str) -> list[Review]:
        """All reviews in a session, oldest first."""
        return await self._read(lambda rows: rows.reviews(session_id))

    async def notices(self, session_id: str) -> list[tuple[Person, float]]:
        """The people of a session who are still to be informed, and until when (Unix seconds)."""
        return await self._read(lambda rows: rows.notices(session_id))

    async def searched(
        self,
        session_id: str,
        title: str | None,
        operation: str,
        filters: Mapping[str, Any],
        credits: int | None,
        *,
        at: float | None = None,
    ) -> None:
        """Record what was asked for, now if it is not said when. See `SearchChange`."""
        moment = self._clock() if at is None else at
        change = SearchChange(moment, operation, dict(filters), credits)
        await self._change(lambda rows: rows.searched(session_id, title, change))

    async def changes(self, session_id: str) -> list[SearchChange]:
        """What was asked for in a session, oldest first."""
        return await self._read(lambda rows: rows.changes(session_id))

    async def title(self, session_id: str) -> str | None:
        """The title of a session, if known."""
        titles = await self._read(lambda rows: rows.titles({session_id}))
        return titles.get(session_id)

    async def forget(
        self,
        *,
        session_id: str | None = None,
        people: Sequence[Person] = (),
        linkedin_urls: Sequence[str] = (),
        candidate_ids: Sequence[str] = (),
    ) -> Forgotten:
        """Delete everything about some people, in all sessions.

        Args:
            session_id: whose ids the people have. Without people or addresses: of everybody in this
                session, but only what is of this session.
            people: whom to forget.
            linkedin_urls: of others to forget.
            candidate_ids: of others, who were reviewed or revealed in any session.

        Raises:
            DeletionFailed: if nothing was deleted.
        """
        persons = self._named(session_id, people, linkedin_urls)
        whole = session_id if not (persons or candidate_ids) else None

        def forget(rows: "MemoryRows") -> Forgotten:
            if whole is not None:
                return rows.forget_search(whole)
            others = rows.known_as(candidate_ids) if candidate_ids else set()
            return rows.forget(persons | others)

        try:
            forgotten = await self._change(forget)
        except StorageUnavailable as error:
            raise DeletionFailed(error) from error
        return await self._overwritten(forgotten)

    async def known_since(
        self,
        *,
        session_id: str | None = None,
        people: Sequence[Person] = (),
        linkedin_urls: Sequence[str] = (),
    ) -> float | None:
        """Since when something is stored that `forget` would delete (Unix seconds).

        None if there is nothing. The arguments are as for `forget`.
        """
        persons = self._named(session_id, people, linkedin_urls)
        if session_id is None or persons:
            return await self._read(lambda rows: rows.known_since(persons))
        return await self._read(lambda rows: rows.search_known_since(session_id))

    async def row_counts(self) -> dict[str, int]:
        """How many rows are stored, by table."""
        return await self._read(lambda rows: rows.row_counts())

    async def stored_rows(self, table: str) -> AsyncIterator[Row]:
        """All rows of a table, some at a time, so that no call waits for many."""
        last: Row | None = None
        while page := await self._read(partial(_page, table=table, after=last)):
            for row in page:
                yield row
            last = page[-1]

    async def erase(self) -> Forgotten:
        """Delete all that is stored, also who must not be contacted.

        Raises:
            DeletionFailed: if not everything was deleted.
        """
        gone = Forgotten()
        while True:
            try:
                some = await self._change(lambda rows: rows.erase_some())
            except StorageUnavailable as error:
                raise DeletionFailed(error, partly=gone.people > 0) from error
            if not some.people:
                return await self._overwritten(gone)
            gone = Forgotten(
                people=gone.people + some.people,
                reviews=gone.reviews + some.reviews,
                sightings=gone.sightings + some.sightings,
            )

    async def _overwritten(self, forgotten: Forgotten) -> Forgotten:
        # They are deleted even if another program still reads the log.
        with suppress(StorageUnavailable):
            if await self._database.overwrite_deleted():
                return forgotten
        if self._expiry is not None:
            self._expiry.soon()
        return replace(forgotten, in_log=True)

    def _named(
        self, session_id: str | None, people: Sequence[Person], linkedin_urls: Sequence[str]
    ) -> set[str]:
        addresses = {self._digest_of(url, "", "") for url in linkedin_urls}
        return self._digests(session_id or "", people) | addresses

    def _digest(self, session_id: str, one: Person) -> str:
        return self._digest_of(one.linkedin_url, session_id, one.candidate_id)

    def _digests(self, session_id: str, people: Iterable[Person]) -> set[str]:
        return {self._digest(session_id, one) for one in people}

    async def _read(self, work: "Callable[[MemoryRows], T]") -> T:
        await self._expire()
        return await self._database.read(lambda connection: work(self._rows(connection)))

    async def _change(self, work: "Callable[[MemoryRows], T]") -> T:
        await self._expire()
        return await self._database.transact(
            self._workspace, lambda connection: work(self._rows(connection))
        )

    async def _expire(self) -> None:
        if self._expiry is not None:
            await self._expiry.in_time(self._workspace)

    def _rows(self, connection: "Connection") -> "MemoryRows":
        from fj_mcp.storage.memory.memory_rows import MemoryRows

        return MemoryRows(connection, self._workspace)


def _page(rows: "MemoryRows", table: str, after: Row | None) -> list[Row]:
    return rows.page(table, after)
