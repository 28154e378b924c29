"""A recruiter's week: searches, decisions, a restart, a kept list, an ATS file, a deletion."""

from pathlib import Path
from typing import Any

import pytest

from fj_mcp.settings.settings import SANDBOX_KEY
from tests.support.assistant import connected, small_sandbox
from tests.support.ledgers import on_a_file
from tests.support.memories import bytes_of
from tests.support.recruiter_week import Office, live_a_recruiters_week


@on_a_file
@pytest.mark.anyio
async def test_what_a_recruiter_decides_on_monday_is_known_all_week(tmp_path: Path) -> None:
    api = small_sandbox()
    folder: dict[str, Any] = {"state_dir": str(tmp_path), "export_dir": str(tmp_path)}

    async def nothing() -> None:
        pass

    office = Office(
        # The server starts anew on each day.
        day=lambda: connected(api, sandbox=False, api_key=SANDBOX_KEY, **folder),
        charges=lambda: len(api.charges),
        stored=lambda: bytes_of(tmp_path),
        incident=nothing,
    )
    await live_a_recruiters_week(office)
