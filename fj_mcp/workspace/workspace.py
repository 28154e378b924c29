"""What one key works with."""

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from anyio.abc import TaskGroup

from fj_mcp.clock import Clock
from fj_mcp.ledger.ledger import Ledger
from fj_mcp.ledger.storage import Storage
from fj_mcp.sessions.sent_filters import SentFilters
from fj_mcp.sessions.watcher import Matching
from fj_mcp.settings.settings import Settings
from fj_mcp.shortlist.ranking import Shortlists

if TYPE_CHECKING:
    from fj_mcp.api.client import FutureJobs, Transport
    from fj_mcp.api.rate_limit import Pace


@dataclass(frozen=True)
class Workspace:
    """The API's client for one key, and what is built on it."""

    client: "FutureJobs"
    ledger: Ledger
    watcher: Matching
    shortlists: Shortlists
    sent_filters: SentFilters
    clock: Clock


def open_workspace(
    settings: Settings,
    storage: Storage,
    tasks: TaskGroup,
    clock: Clock,
    *,
    transport: "Transport | None" = None,
    pace: "Pace | None" = None,
    brought_key: bool = False,
) -> Workspace:
    """The workspace of the key in `settings`. Nothing is sent yet; close its client at the end.

    Args:
        settings: with a key, and without problems.
        storage: where purchases are remembered.
        tasks: in which sessions are watched.
        clock: the time of this machine.
        transport: how to reach the API, if not over the network.
        pace: of the key, if other processes use it as well.
        brought_key: whether the key came with a request.
    """
    # httpx is a tenth of the start-up time, and listing tools needs none of it.
    from fj_mcp.api.client import FutureJobs

    client = FutureJobs(settings, transport, pace, brought_key, clock)
    return Workspace(
        client=client,
        ledger=Ledger(storage, clock.now),
        watcher=Matching(client, tasks),
        shortlists=Shortlists(client),
        sent_filters=SentFilters(),
        clock=clock,
    )


def workspace_fingerprint(client_key: str, address: str) -> str:
    """A digest of a key and the address it is for; the key cannot be read from it."""
    return hashlib.sha256(f"{client_key}\n{address}".encode()).hexdigest()[:32]
