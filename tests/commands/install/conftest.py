from pathlib import Path

import pytest

from fj_mcp.commands.install.machine import Machine


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine("linux", tmp_path / "home", {"PATH": ""})
