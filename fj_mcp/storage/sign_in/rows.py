"""The records of signing in as rows of a database, within one transaction."""

from collections.abc import Iterable
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import (
    Connection,
    Table,
    and_,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    true,
    update,
)

from fj_mcp.storage.database.tables import attempts, browsers, clients, grants, tokens
from fj_mcp.storage.sign_in.records import (
    BROWSER_SECONDS,
    CLIENT_SECONDS,
    UNUSED_CLIENT_SECONDS,
    Attempts,
    Browser,
    Client,
    Grant,
    Token,
    TokenKind,
)

R = TypeVar("R", bound=Struct)

_UNREDEEMED_SECONDS = 3_600.0
"""How long a grant may be without tokens."""


class Rows:
    """The records, at one moment."""

    def __init__(self, connection: Connection, now: float) -> None:
        """Args: `connection` in a transaction; `now` in Unix seconds."""
        self._connection = connection
        self._now = now

    def add(self, table: Table, *records: Struct) -> None:
        """Add records."""
        for record in records:
            self._connection.execute(insert(table).values(asdict(record)))

    def client(self, client_id: str) -> Client | None:
        """A registered client, unless its registration has expired."""
        return self._first(
            Client, clients, clients.c.client_id == client_id, ~self._expired_client()
        )

    def clients(self) -> int:
        """The number of registrations."""
        return self._connection.scalar(select(func.count()).select_from(clients)) or 0

    def make_room_for_client(self, most_unused: int) -> None:
        """Remove the oldest registration that was never used, if there are `most_unused` of them,
        otherwise the one whose last use is the longest ago.
        """
        never = clients.c.used_at.is_(None)
        unused = self._connection.scalar(select(func.count()).select_from(clients).where(never))
        kind = never if (unused or 0) >= most_unused else ~never
        times = (clients.c.used_at, clients.c.created_at)
        oldest = select(clients.c.client_id).where(kind).order_by(*times).limit(1).scalar_subquery()
        self._connection.execute(delete(clients).where(clients.c.client_id == oldest))

    def use_client(self, client_id: str) -> None:
        """Remember that a client was used, if it is a registered one."""
        of_client = clients.c.client_id == client_id
        self._connection.execute(update(clients).where(of_client).values(used_at=self._now))

    def token(self, digest: str, kind: TokenKind) -> Token | None:
        """A token that has not expired."""
        mine = (tokens.c.digest == digest, tokens.c.kind == kind)
        return self._first(Token, tokens, *mine, tokens.c.expires_at > self._now)

    def use_token(self, token: Token, expires_at: float) -> None:
        """Mark a code or a refresh token as exchanged, and keep it until `expires_at`."""
        changed = {"used_at": self._now, "expires_at": expires_at}
        of_token = tokens.c.digest == token.digest
        self._connection.execute(update(tokens).where(of_token).values(changed))

    def limit_tokens(self, grant_id: str, most: int) -> None:
        """Remove all but the last `most` tokens of a grant of each kind, used and unused."""
        for kind, moment, state in (
            ("access", tokens.c.expires_at, true()),
            ("refresh", tokens.c.expires_at, tokens.c.used_at.is_(None)),
            ("refresh", tokens.c.used_at, tokens.c.used_at.is_not(None)),
        ):
            alike = and_(tokens.c.grant_id == grant_id, tokens.c.kind == kind, state)
            times = select(moment).where(alike).order_by(moment.desc())
            oldest = times.offset(most).limit(1).scalar_subquery()
            self._connection.execute(delete(tokens).where(alike, moment <= oldest))

    def grant(self, grant_id: str) -> Grant | None:
        """A grant."""
        return self._first(Grant, grants, grants.c.grant_id == grant_id)

    def use_grant(self, grant: Grant) -> None:
        """Remember that tokens of a grant were issued."""
        of_grant = grants.c.grant_id == grant.grant_id
        self._connection.execute(update(grants).where(of_grant).values(used_at=self._now))
        self.use_client(grant.client_id)

    def grants_of(self, workspace: str) -> list[Grant]:
        """The grants of a workspace, the newest first, with those whose code is not used yet."""
        mine = grants.c.workspace == workspace
        found = select(grants).where(mine).order_by(grants.c.created_at.desc())
        return [Grant(**row) for row in self._connection.execute(found).mappings()]

    def allowed_in(self, browser: str, client_id: str, place: str) -> Grant | None:
        """The newest grant to a client that was allowed in a browser."""
        mine = and_(
            grants.c.browser == browser,
            grants.c.client_id == client_id,
            grants.c.place == place,
            grants.c.used_at.is_not(None),
        )
        newest = select(grants).where(mine).order_by(grants.c.created_at.desc()).limit(1)
        row = self._connection.execute(newest).mappings().first()
        return Grant(**row) if row else None

    def remove_grants(self, grant_ids: Iterable[str]) -> None:
        """Remove grants with all their tokens."""
        for grant_id in grant_ids:
            self._connection.execute(delete(tokens).where(tokens.c.grant_id == grant_id))
            self._connection.execute(delete(grants).where(grants.c.grant_id == grant_id))

    def browser(self, digest: str) -> Browser | None:
        """A browser that is signed in."""
        recent = browsers.c.used_at > self._now - BROWSER_SECONDS
        return self._first(Browser, browsers, browsers.c.digest == digest, recent)

    def use_browser(self, digest: str) -> None:
        """Remember that a browser was used."""
        mine = browsers.c.digest == digest
        self._connection.execute(update(browsers).where(mine).values(used_at=self._now))

    def remove_browser(self, digest: str) -> None:
        """Sign a browser out."""
        self._connection.execute(delete(browsers).where(browsers.c.digest == digest))

    def attempts(self, subject: str, seconds: float) -> Attempts:
        """The attempts that count, for `seconds` after the first one."""
        mine = and_(
            attempts.c.subject == subject,
            attempts.c.until > self._now,
            # The clock may have been set back since, and another server's may be ahead.
            attempts.c.until <= self._now + 2 * seconds,
        )
        found = select(attempts.c.count, attempts.c.until).where(mine)
        row = self._connection.execute(found).mappings().first()
        return Attempts(**row) if row else Attempts(0, self._now)

    def set_attempts(self, subject: str, counted: Attempts) -> None:
        """Replace a count."""
        self._connection.execute(delete(attempts).where(attempts.c.subject == subject))
        values = {"subject": subject, **asdict(counted)}
        self._connection.execute(insert(attempts).values(values))

    def expire(self, most: int) -> bool:
        """Remove at most `most` expired records of each kind; return whether that was all.

        Those that another transaction has locked stay until the next time.
        """
        unredeemed = grants.c.created_at <= self._now - _UNREDEEMED_SECONDS
        dead = and_(unredeemed, ~exists().where(tokens.c.grant_id == grants.c.grant_id))
        for key, condition in (
            (tokens.c.digest, tokens.c.expires_at <= self._now),
            (grants.c.grant_id, dead),
            (clients.c.client_id, self._expired_client()),
            (browsers.c.digest, browsers.c.used_at <= self._now - BROWSER_SECONDS),
            (attempts.c.subject, attempts.c.until <= self._now),
        ):
            some = select(key).where(condition).limit(most).with_for_update(skip_locked=True)
            removed = self._connection.execute(delete(key.table).where(key.in_(some)))
            if removed.rowcount >= most:
                return False
        return True

    def _expired_client(self) -> Any:
        never_used = and_(
            clients.c.used_at.is_(None), clients.c.created_at <= self._now - UNUSED_CLIENT_SECONDS
        )
        # Not null, so that the negation holds for those that were never used.
        long_unused = and_(
            clients.c.used_at.is_not(None), clients.c.used_at <= self._now - CLIENT_SECONDS
        )
        return or_(never_used, long_unused)

    def _first(self, kind: type[R], table: Table, *conditions: Any) -> R | None:
        row = self._connection.execute(select(table).where(*conditions)).mappings().first()
        return kind(**row) if row else None
