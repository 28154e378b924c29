"""When the API takes requests of a key again, after it said that no more are allowed for now."""

import anyio


class RateLimit:
    """The pace of one key, as this process knows it."""

    def __init__(self) -> None:
        self._resume_at = 0.0

    async def wait_seconds(self) -> float:
        """How long the next request has to wait; 0 or less if it need not."""
        return self._resume_at - anyio.current_time()

    async def pause(self, seconds: float) -> None:
        """Let the next request wait until `seconds` from now."""
        self._resume_at = anyio.current_time() + seconds
