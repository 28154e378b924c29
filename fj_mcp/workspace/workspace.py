"""The workspace of one key."""

import hashlib
import hmac
from typing import TYPE_CHECKING

from anyio.abc import TaskGroup
from msgspec import Struct

from fj_mcp.api.client import FutureJobs, Transport
from fj_mcp.clock import Clock
from fj_mcp.sessions.sent_filters import SentFilters
from fj_mcp.sessions.watcher import SessionWatcher
from fj_mcp.settings.settings import Settings
from fj_mcp.shortlist.ranking import Shortlists
from fj_mcp.storage.ledger.ledger import Ledger
from fj_mcp.storage.ledger.storage import Storage
from fj_mcp.storage.memory.expiry import Expiry
from fj_mcp.storage.memory.memory import Memory
from fj_mcp.workspace.known_values import KnownValues

if TYPE_CHECKING:
    from fj_mcp.api.rate_limit import RateLimit


class Workspace(Struct, frozen=True):
    """The API client of one key, and everything that is built on it.

    Attributes:
        id: a fingerprint of the key and the API's address.
        memory: None if nothing is to be remembered.
        stored_memory: the same, which has earlier rows even if it is switched off.
        expiry: of what was remembered, with this key or another.
    """

    id: str
    client: FutureJobs
    ledger: Ledger
    memory: Memory | None
    stored_memory: Memory
    expiry: Expiry
    watcher: SessionWatcher
    shortlists: Shortlists
    sent_filters: SentFilters
    known_values: KnownValues
    clock: Clock


def open_workspace(
    settings: Settings,
    storage: Storage,
    tasks: TaskGroup,
    clock: Clock,
    *,
    expiry: Expiry,
    stored_memory: Memory,
    transport: Transport | None = None,
    rate_limit: "RateLimit | None" = None,
    brought_key: bool = False,
) -> Workspace:
    """Open the workspace of the key in `settings`. Sends nothing; close its client at the end.

    Args:
        settings: with a key, and without problems.
        storage: for the ledger.
        tasks: runs the watchers of sessions.
        clock: of this machine.
        expiry: of what is remembered.
        stored_memory: of the key, in use if the settings say so.
        transport: replaces the network.
        rate_limit: of the key, if it is shared with other processes.
        brought_key: whether the key came with a request.
    """
    client = FutureJobs(settings, transport, rate_limit, brought_key, clock)
    return Workspace(
        id=storage.workspace,
        client=client,
        ledger=Ledger(storage, clock.now),
        memory=stored_memory if settings.memory else None,
        stored_memory=stored_memory,
        expiry=expiry,
        watcher=SessionWatcher(client, tasks),
        shortlists=Shortlists(client),
        sent_filters=SentFilters(),
        known_values=KnownValues(client, storage, settings.call_deadline_seconds),
        clock=clock,
    )


def workspace_fingerprint(client_key: str, address: str) -> str:
    """A digest of a key and its API address, from which the key cannot be recovered."""
    return hashlib.sha256(f"{client_key}\n{address}".encode()).hexdigest()[:32]


def derived_key(client_key: str, purpose: str) -> bytes:
    """A secret for one purpose, the same wherever the key is used; it does not tell the key."""
    return hmac.digest(client_key.encode(), f"fj-mcp {purpose}".encode(), "sha256")
