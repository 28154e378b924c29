"""What one key works with."""

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fj_mcp.api.client import FutureJobs
    from fj_mcp.clock import Clock
    from fj_mcp.ledger.ledger import Ledger
    from fj_mcp.sessions.sent_filters import SentFilters
    from fj_mcp.sessions.watcher import Matching
    from fj_mcp.shortlist.ranking import Shortlists


@dataclass(frozen=True)
class Shop:
    """What an order is carried out with."""

    client: "FutureJobs"
    ledger: "Ledger"
    matching: "Matching"
    shortlists: "Shortlists"
    sent: "SentFilters"
    clock: "Clock"


def workspace_fingerprint(client_key: str, address: str) -> str:
    """A digest of a key and the address it is for; the key cannot be read from it."""
    return hashlib.sha256(f"{client_key}\n{address}".encode()).hexdigest()[:32]
