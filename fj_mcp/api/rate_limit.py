"""The API's rate limit for one key."""

import anyio


class RateLimit:
    """The rate limit of one key, within this process."""

    def __init__(self) -> None:
        self._resume_at = 0.0

    async def wait_seconds(self) -> float:
        """Seconds until the next request may be sent; 0 or less if it may be sent now."""
        return self._resume_at - anyio.current_time()

    async def pause(self, seconds: float) -> None:
        """Hold back all requests for `seconds` from now."""
        self._resume_at = anyio.current_time() + seconds
