"""Task ids. Each holds, sealed, everything needed to continue its task.

So tasks are not stored: an id works after a restart, and in every process with the same secret. The
secret is FJ_STATE_KEY, or else a random one stored with the purchases (in memory for the sandbox,
whose sessions end with the process).

Only the end of a task is stored, with the purchases and for a day, so that no ended task starts
again. If the database cannot be written, that protection is lost.
"""

import hashlib
import json
import secrets
from collections.abc import Callable
from contextlib import suppress
from typing import Literal

from mcp.server.request_state import AESGCMRequestStateCodec, InvalidRequestState
from msgspec import Struct
from pydantic import SecretStr

from fj_mcp.storage.errors import StorageUnavailable
from fj_mcp.storage.ledger.storage import Storage

TTL_SECONDS = 24 * 3600
"""How long a task can be queried after its creation."""

EndStatus = Literal["completed", "cancelled"]


class Wait(Struct, frozen=True):
    """A task that waits for a session.

    Attributes:
        session_id: the session.
        created_at: Unix seconds.
        limit: seconds after which the task completes, even if the session is still running.
    """

    session_id: str
    created_at: float
    limit: float


class End(Struct, frozen=True):
    """The end of a task: its status, and the time in Unix seconds."""

    status: EndStatus
    at: float


class TaskIds:
    """The task ids of one workspace."""

    def __init__(
        self,
        storage: Storage,
        state_key: SecretStr | None,
        workspace: str,
        clock: Callable[[], float],
    ) -> None:
        """Args: `storage` and `workspace` (its fingerprint); `state_key` is FJ_STATE_KEY."""
        self._storage = storage
        self._secret = state_key.get_secret_value() if state_key else None
        self._workspace = workspace
        self._clock = clock

    async def issue(self, wait: Wait) -> str:
        """Make an id. Raises `StorageUnavailable` if there is no secret to seal it with."""
        facts = (wait.session_id, wait.created_at, wait.limit)
        return (await self._codec()).seal(json.dumps(facts).encode())

    async def read(self, task_id: str) -> Wait | None:
        """The task with an id; None if it is not one of this key's.

        Raises `StorageUnavailable` if there is no secret to unseal it with.
        """
        try:
            return Wait(*json.loads((await self._codec()).unseal(task_id)))
        except InvalidRequestState:
            return None

    async def end(self, task_id: str, status: EndStatus) -> End:
        """Record that a task has ended; return its first recorded end."""
        end = End(status, self._clock())
        with suppress(StorageUnavailable):
            facts = json.dumps([end.status, end.at])
            return End(*json.loads(await self._storage.agree(_name(task_id), facts, TTL_SECONDS)))
        return end

    async def ended(self, task_id: str) -> End | None:
        """The recorded end of a task; None without one."""
        with suppress(StorageUnavailable):
            facts = await self._storage.agreed(_name(task_id))
            return End(*json.loads(facts)) if facts is not None else None
        return None

    async def _codec(self) -> AESGCMRequestStateCodec:
        if self._secret is None:
            self._secret = await self._storage.agree("tasks", secrets.token_hex(32))
        # The same secret also seals questions, and the tasks of other keys.
        return AESGCMRequestStateCodec([f"task {self._workspace} {self._secret}".encode()])


def _name(task_id: str) -> str:
    return f"task:{hashlib.sha256(task_id.encode()).hexdigest()}"
