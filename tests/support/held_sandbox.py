"""A sandbox that holds one response back until a test releases it."""

import anyio
import httpx

from fj_mcp.sandbox.app import Sandbox
from tests.support.clocks import SteppedClock


class HeldSandbox(Sandbox):
    """A sandbox whose first answer to one purchase is on its way until it is let through."""

    def __init__(self, clock: SteppedClock, operation: str) -> None:
        super().__init__(match_seconds=0, clock=clock.now)
        self.operation = operation
        self.reached, self.let_through = anyio.Event(), anyio.Event()

    def transport(self) -> httpx.AsyncBaseTransport:
        inner, world = super().transport(), self

        class Gate(httpx.AsyncBaseTransport):
            async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
                response = await inner.handle_async_request(request)
                held = world.calls[-1].operation == world.operation
                if held and not world.reached.is_set():
                    world.reached.set()
                    await world.let_through.wait()
                return response

        return Gate()
