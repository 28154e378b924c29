"""What was asked for in a search and how it changed, for its record."""

from contextlib import suppress

from fj_mcp.results.models import MoreProfiles, StartedSession
from fj_mcp.storage.errors import StorageUnavailable
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
    if result.session_id is None or not (sent or charged) or existed:
        return
    with suppress(StorageUnavailable):
        await workspace.memory.searched(
            result.session_id,
            started.title if started else None,
            operation,
            started.filters if started else {},
            credits.charged if credits else None,
        )
