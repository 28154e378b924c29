"""What was asked for in a search and how it changed, for its record."""

from contextlib import suppress

from fj_mcp.results.models import MoreProfiles, StartedSession
from fj_mcp.storage.errors import StorageUnavailable
from fj_mcp.storage.ledger.purchase import Purchase
from fj_mcp.storage.memory.memory import Memory
from fj_mcp.workspace.workspace import Workspace


async def record_search(
    workspace: Workspace, operation: str, result: StartedSession | MoreProfiles, *, sent: bool
) -> None:
    """Remember what a purchase asked for, if the database can be used.

    Args:
        workspace: of the key.
        operation: the API's.
        result: of the purchase.
        sent: whether this call made it; otherwise it may have found an earlier one.
    """
    if workspace.memory is None:
        # The database is open for the purchase anyway.
        await workspace.expiry.in_time(workspace.id)
        return
    started = result if isinstance(result, StartedSession) else None
    credits = result.credits
    existed = started is not None and started.already_existed
    charged = credits is not None and credits.charged != 0
    if result.session_id is None:
        return
    with suppress(StorageUnavailable):
        at, price = None, credits.charged if credits else None
        if not (sent or charged) or existed:
            lost = await _not_remembered(workspace, workspace.memory, result.session_id, operation)
            if lost is None:
                return
            at, price = lost.claimed_at, lost.credits
        await workspace.memory.searched(
            result.session_id,
            started.title if started else None,
            operation,
            started.filters if started else {},
            price,
            at=at,
        )


async def _not_remembered(
    workspace: Workspace, memory: Memory, session_id: str, operation: str
) -> Purchase | None:
    """The purchase behind the filters in force, if it is one that was recorded only as paid for.

    That is so if the process ended in between, or if the memory was off.
    """
    made = ("create_session", "update_session")
    last = await workspace.ledger.newest_in(session_id, made, {"charged"})
    if last is None or last.operation != operation:
        return None
    changes = await memory.changes(session_id)
    known = any(one.operation == operation and one.at >= last.claimed_at for one in changes)
    return None if known else last
