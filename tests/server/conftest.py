from collections.abc import AsyncIterator

import pytest

from tests.support.assistant import ERAS, Assistant, connected


@pytest.fixture(params=ERAS)
async def either(request: pytest.FixtureRequest) -> AsyncIterator[Assistant]:
    """An assistant of each era."""
    async with connected(era=request.param) as one:
        yield one
