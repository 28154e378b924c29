import pytest

from tests.support.clocks import SteppedClock
from tests.support.task_client import TaskWorld


@pytest.fixture
def world() -> TaskWorld:
    return TaskWorld(SteppedClock())
