"""Settings: from the environment, then from `.env`."""

import re
from pathlib import Path

import pytest

from fj_mcp.settings import Settings, read_settings

ROOT = Path(__file__).parent.parent


def test_the_environment_comes_before_the_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("FJ_API_KEY=fjk_file\nFJ_MAX_WAIT_SECONDS=7\n")
    settings = read_settings({"FJ_API_KEY": "fjk_environment"}, tmp_path)
    assert settings.key == "fjk_environment"
    assert settings.max_wait_seconds == 7
    assert settings.problems == ()


def test_nothing_set_gives_the_documented_defaults(tmp_path: Path) -> None:
    assert read_settings({}, tmp_path) == Settings()


def test_the_example_lists_every_setting_with_its_default(tmp_path: Path) -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    listed = re.findall(r"^(FJ_\w+)=", text, re.MULTILINE)
    fields = [f"FJ_{name.upper()}" for name in Settings.model_fields if name != "problems"]
    assert sorted(listed) == sorted(fields)
    (tmp_path / ".env").write_text(text, encoding="utf-8")
    assert read_settings({}, tmp_path) == Settings()


@pytest.mark.parametrize(
    ("variable", "value", "problem"),
    [
        ("FJ_API_KEY", "sk-123", "must be a FutureJobs key, which starts with fjk_"),
        ("FJ_API_KEY", "fjk_a\nb", "must be a FutureJobs key, which starts with fjk_"),
        ("FJ_API_BASE_URL", "http://example.com", "must start with https:// (http:// only for"),
        ("FJ_SANDBOX", "maybe", "must be 1 or 0"),
        ("FJ_CALL_DEADLINE_SECONDS", "soon", "must be a number"),
        ("FJ_CALL_DEADLINE_SECONDS", "0", "must be at least 1"),
        ("FJ_MAX_WAIT_SECONDS", "9999", "must be at most 540"),
        ("FJ_LOG_LEVEL", "LOUD", "must be 'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_and_keeps_its_default(
    tmp_path: Path, variable: str, value: str, problem: str
) -> None:
    settings = read_settings({variable: value}, tmp_path)
    (said,) = settings.problems
    assert said.startswith(f"{variable} {problem}")
    assert value not in said
    assert settings.model_copy(update={"problems": ()}) == Settings()


def test_a_wait_leaves_time_before_the_deadline() -> None:
    assert Settings(call_deadline_seconds=10, max_wait_seconds=40).longest_wait == 9


def test_this_machine_may_be_reached_without_encryption(tmp_path: Path) -> None:
    settings = read_settings({"FJ_API_BASE_URL": "http://127.0.0.1:8787/api/v1/wl/"}, tmp_path)
    assert settings.api_base_url == "http://127.0.0.1:8787/api/v1/wl"
