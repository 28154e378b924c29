"""The tables, the same in SQLite and PostgreSQL. Moments are in Unix seconds.

`workspace` is the fingerprint of a key and its address, `person` a keyed digest of who it is. A
change here needs a migration, see `schema`.
"""

from typing import Any

from sqlalchemy import (
    REAL,
    BigInteger,
    Column,
    Double,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy.types import TypeEngine

metadata = MetaData()

_Id = BigInteger().with_variant(Integer(), "sqlite")
# SQLite's strict tables know no other name for it, and in PostgreSQL REAL is less exact.
_Number: TypeEngine[float] = Double().with_variant(REAL(), "sqlite")


def _strict(name: str, *contents: Column[Any] | Index) -> Table:
    return Table(name, metadata, *contents, sqlite_strict=True)


def _id() -> Column[int]:
    return Column("id", _Id, primary_key=True)


def _key(name: str) -> Column[str]:
    return Column(name, Text, primary_key=True)


def _needed(name: str, kind: TypeEngine[Any] | type[TypeEngine[Any]]) -> Column[Any]:
    return Column(name, kind, nullable=False)


purchases = _strict(
    "purchases",
    _id(),
    _needed("workspace", Text),
    _needed("operation", Text),
    _needed("slot", Text),
    _needed("fingerprint", Text),
    Column("session_id", Text),
    _needed("state", Text),
    _needed("claimed_at", _Number),
    _needed("lease_until", _Number),
    _needed("process", Integer),
    _needed("token", Text),
    _needed("sent", Integer),
    _needed("expected", Integer),
    Column("credits", Integer),
    Column("remaining", Integer),
    _needed("told", Integer),
    _needed("traces", Text),
    Column("subject", Text),
    Column("who", Text),
    Index("by_state", "workspace", "state"),
    Index("by_intent", "workspace", "fingerprint"),
    Index("by_session", "workspace", "session_id"),
    Index("by_time", "workspace", "claimed_at"),
)
"""The ledger, see `ledger.Ledger` and `ledger.Purchase`.

`subject` and `who` are the user's, if one is known, and are removed before the purchase is.
"""

agreed_values = _strict(
    "notes",
    _key("workspace"),
    _key("name"),
    _needed("value", Text),
    Column("until", _Number),
)
"""What all processes must agree on; forgotten after `until`."""

searches = _strict(
    "searches",
    _key("workspace"),
    _key("session_id"),
    Column("title", Text),
    _needed("first_at", _Number),
    Index("searches_by_time", "workspace", "first_at"),
)
"""The sessions that the memory knows."""

search_changes = _strict(
    "search_changes",
    _id(),
    _needed("workspace", Text),
    _needed("session_id", Text),
    _needed("at", _Number),
    _needed("operation", Text),
    _needed("filters", Text),
    Column("credits", Integer),
    Index("search_changes_by_session", "workspace", "session_id"),
)
"""What was asked for, and each change of it: `filters` is JSON."""

people = _strict(
    "people",
    _key("workspace"),
    _key("person"),
    _needed("identity", Text),
    Column("name", Text),
    Column("title", Text),
    Column("company", Text),
    Column("region", Text),
    Column("linkedin_url", Text),
    _needed("touched_at", _Number),
    Column("notice_from", _Number),
    Index("people_by_time", "workspace", "touched_at"),
)
"""The people about whom a decision was made, or whose contact was revealed.

`notice_from` starts the time to inform them.
"""

reviews = _strict(
    "reviews",
    _id(),
    _needed("workspace", Text),
    _needed("person", Text),
    _needed("session_id", Text),
    _needed("candidate_id", Text),
    _needed("at", _Number),
    _needed("by", Text),
    Column("who", Text),
    Column("decision", Text),
    Column("outreach", Text),
    Column("reason", Text),
    Column("note", Text),
    Column("score", _Number),
    Column("rank", Integer),
    Index("reviews_by_person", "workspace", "person"),
    Index("reviews_by_session", "workspace", "session_id"),
)
"""Every review, never changed; the last one counts."""

reveals = _strict(
    "reveals",
    _key("workspace"),
    _key("person"),
    _key("session_id"),
    _needed("candidate_id", Text),
    _needed("at", _Number),
    Index("reveals_by_session", "workspace", "session_id"),
)
"""The searches in which a contact of a person was revealed."""

sightings = _strict(
    "sightings",
    _key("workspace"),
    _key("person"),
    _key("session_id"),
    _needed("first_at", _Number),
    _needed("last_at", _Number),
    Index("sightings_by_session", "workspace", "session_id"),
    Index("sightings_by_time", "workspace", "last_at"),
)
"""The searches that showed a person."""

bans = _strict("bans", _key("workspace"), _key("person"), _needed("at", _Number))
"""The people who must not be contacted. It outlives all else about them."""

clients = _strict(
    "clients",
    _key("client_id"),
    _needed("metadata", Text),
    Column("secret_digest", Text),
    _needed("created_at", _Number),
    Column("used_at", _Number),
    Index("clients_by_time", "used_at", "created_at"),
)
"""The clients that registered. `used_at` is null until a user has allowed one of them something."""

grants = _strict(
    "grants",
    _key("grant_id"),
    _needed("workspace", Text),
    _needed("client_id", Text),
    _needed("client_name", Text),
    _needed("place", Text),
    _needed("browser", Text),
    Column("person", Text),
    _needed("scopes", Text),
    _needed("resource", Text),
    _needed("sealed_key", Text),
    _needed("created_at", _Number),
    Column("used_at", _Number),
    Index("grants_by_workspace", "workspace"),
    Index("grants_by_browser", "browser"),
)
"""What users have allowed clients. `used_at` is when tokens were last issued."""

tokens = _strict(
    "tokens",
    _key("digest"),
    _needed("grant_id", Text),
    _needed("kind", Text),
    _needed("scopes", Text),
    Column("request", Text),
    _needed("expires_at", _Number),
    Column("used_at", _Number),
    Index("tokens_by_grant", "grant_id"),
    Index("tokens_by_time", "expires_at"),
)
"""Codes, access and refresh tokens, by digest. `request` is what a code was asked for with."""

browsers = _strict(
    "browsers",
    _key("digest"),
    _needed("workspace", Text),
    _needed("sealed_key", Text),
    _needed("used_at", _Number),
    Index("browsers_by_time", "used_at"),
)
"""The browsers that are signed in, by the digest of their cookie."""

attempts = _strict(
    "attempts",
    _key("subject"),
    _needed("count", Integer),
    _needed("until", _Number),
    Index("attempts_by_time", "until"),
)
"""How often something was tried that is limited, until it counts from one again."""

revisions = Table("fj_mcp_version", metadata, Column("version_num", String(32), primary_key=True))
"""The version of these tables, in the form that Alembic keeps.

Not under its usual name, which another program in the same database may use.
"""
