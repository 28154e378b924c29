"""The ids of tasks. Each holds, sealed, all that it takes to go on with its task.

So no task has to be stored: its id works in every process that has the same secret, and after a
restart. The secret is FJ_STATE_KEY, else a random one beside the purchases (for the sandbox, whose
sessions end with it, in memory).

Remembered is only which tasks have ended, so that none begins again: beside the purchases too, and
for a day. Where nothing can be written that is forgotten.
"""

import hashlib
import json
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from mcp.server.request_state import AESGCMRequestStateCodec, InvalidRequestState
from pydantic import SecretStr

from fj_mcp.ledger.errors import LedgerBroken
from fj_mcp.ledger.storage import Storage

TTL_SECONDS = 24 * 3600
"""How long after its creation a task can be asked for."""

EndStatus = Literal["completed", "cancelled"]


@dataclass(frozen=True)
class Wait:
    """A task: waiting for a session.

    Attributes:
        session_id: the session.
        created_at: Unix seconds.
        limit: seconds after which the task is over, whatever the session is.
    """

    session_id: str
    created_at: float
    limit: float


@dataclass(frozen=True)
class End:
    """How a task ended, and when (Unix seconds)."""

    status: EndStatus
    at: float


class TaskIds:
    """The ids of the tasks of one workspace: one API key at one address."""

    def __init__(
        self,
        storage: Storage,
        state_key: SecretStr | None,
        workspace: str,
        clock: Callable[[], float],
    ) -> None:
        """Args: `storage` and fingerprint of the workspace, `state_key`: FJ_STATE_KEY."""
        self._storage = storage
        self._secret = state_key.get_secret_value() if state_key else None
        self._workspace = workspace
        self._clock = clock

    async def issue(self, wait: Wait) -> str:
        """A new id. Raises `LedgerBroken` if there is no secret to seal it with."""
        facts = (wait.session_id, wait.created_at, wait.limit)
        return (await self._codec()).seal(json.dumps(facts).encode())

    async def read(self, task_id: str) -> Wait | None:
        """What an id stands for; None if this key has none such.

        Raises `LedgerBroken` if there is no secret to open it with.
        """
        try:
            return Wait(*json.loads((await self._codec()).unseal(task_id)))
        except InvalidRequestState:
            return None

    async def end(self, task_id: str, status: EndStatus) -> End:
        """Remember that a task has ended. Its first end stands, and is returned."""
        end = End(status, self._clock())
        with suppress(LedgerBroken):
            facts = json.dumps([end.status, end.at])
            return End(*json.loads(await self._storage.note(_name(task_id), facts, TTL_SECONDS)))
        return end

    async def ended(self, task_id: str) -> End | None:
        """How a task ended; None if that is not known."""
        with suppress(LedgerBroken):
            facts = await self._storage.noted(_name(task_id))
            return End(*json.loads(facts)) if facts is not None else None
        return None

    async def _codec(self) -> AESGCMRequestStateCodec:
        if self._secret is None:
            self._secret = await self._storage.note("tasks", secrets.token_hex(32))
        # The same secret seals other things, and those of other keys.
        return AESGCMRequestStateCodec([f"task {self._workspace} {self._secret}".encode()])


def _name(task_id: str) -> str:
    return f"task:{hashlib.sha256(task_id.encode()).hexdigest()}"
