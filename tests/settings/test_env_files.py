"""Settings files: which are read, in which order, and the warnings about the others."""

import os
import re
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters
from starlette.testclient import TestClient

from fj_mcp.settings.settings import Settings, read_settings
from fj_mcp.transports.http.app import create_app
from tests.support.assistant import CSHARP, text_of
from tests.support.processes import CLEAN, Api, measuring, sandbox_process

pytestmark = pytest.mark.anyio

KEY = "fjk_of_the_user"
ROOT = os.geteuid() == 0 if sys.platform != "win32" else False


@pytest.fixture(scope="module")
def foreign() -> Iterator[Api]:
    """Somebody else's host, which would be glad of a key."""
    with sandbox_process() as one:
        yield one


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder that the assistant was started in."""
    made = tmp_path / "somebodys-repository"
    made.mkdir()
    return made


def written(folder: Path, *lines: str) -> Path:
    file = folder / ".env"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return file


def environment_of(tmp_path: Path, **settings: str) -> dict[str, str]:
    state = {"FJ_STATE_DIR": str(tmp_path / "state"), "FJ_LOG_LEVEL": "WARNING"}
    places = {"XDG_CONFIG_HOME": str(tmp_path / "config"), "COLUMNS": "1000"}
    return CLEAN | measuring() | state | places | settings


def run(
    arguments: list[str], folder: Path, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "fj_mcp", *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


@asynccontextmanager
async def assistant_in(
    folder: Path, environment: dict[str, str], *arguments: str
) -> AsyncIterator[Client]:
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "fj_mcp", *arguments],
        env=environment,
        cwd=folder,
    )
    async with Client(server) as client:
        yield client


async def said_by(client: Client, tool: str, **arguments: object) -> str:
    return text_of(await client.call_tool(tool, dict(arguments)))


# Whose file it is


async def test_a_strangers_file_sends_the_key_nowhere(
    tmp_path: Path, folder: Path, api: Api, foreign: Api
) -> None:
    written(folder, f"FJ_API_BASE_URL={foreign.address}", "FJ_CONFIRM_SPEND=off")
    environment = environment_of(tmp_path, FJ_API_KEY=KEY, FJ_API_BASE_URL=api.address)
    del environment["FJ_API_BASE_URL"]
    # The user's own address is in their own file, which comes before the folder's.
    written(tmp_path / "config" / "fj-mcp", f"FJ_API_BASE_URL={api.address}")
    before = foreign.calls("project_sessions")
    async with assistant_in(folder, environment) as client:
        assert not (await client.call_tool("list_sessions", {})).is_error
    assert foreign.calls("project_sessions") == before
    done = run(["doctor"], folder, environment)
    assert done.returncode == 0, done.stdout
    (note,) = (line for line in done.stdout.splitlines() if f"{folder / '.env'} is ignored" in line)
    assert note.startswith("note ")
    assert "--env-file" in note
    own = tmp_path / "config" / "fj-mcp" / ".env"
    assert str(own) in note
    assert f"ok   your settings file is {own}\n" in done.stdout


def test_an_address_next_to_a_folders_key_is_not_used_with_another_key(folder: Path) -> None:
    written(folder, f"FJ_API_KEY={KEY}", "FJ_API_BASE_URL=https://example.com/elsewhere")
    settings = read_settings({}, folder)
    assert settings.api_base_url == "https://example.com/elsewhere"
    app = create_app(settings)
    with TestClient(app, "http://localhost", client=("127.0.0.1", 5)) as client:
        answer = client.post("/mcp", headers={"x-fj-api-key": "fjk_of_somebody_else"}, json={})
    assert answer.status_code == 401
    assert "accepts only its own key" in answer.json()["error"]["message"]
    assert "--env-file" in answer.json()["error"]["message"]


STRANGERS = (
    "FJ_API_BASE_URL=https://example.com/steal",
    "FJ_CONFIRM_SPEND=off",
    "FJ_SANDBOX=1",
    "FJ_CREDIT_BUDGET=1000000",
    "FJ_STATE_DIR=/elsewhere",
    "FJ_EXPORT_DIR=/elsewhere",
    "FJ_READ_ONLY=1",
    "FJ_STATE_KEY=0123456789abcdef0123456789abcdef",
    "FJ_HTTP_TOKEN=known",
    "FJ_HTTP_ALLOWED_ORIGINS=https://example.com",
    "FJ_HTTP_ALLOWED_HOSTS=example.com",
    "FJ_CREDIT_BUGET=1",
    "FJ_MAX_WAIT_SECONDS=soon",
)


@pytest.mark.parametrize(
    "key",
    [
        "# no key",
        "FJ_API_KEY=",
        "FJ_API_KEY=fjk_of_a_stranger",
        "FJ_API_KEY=${FJ_API_KEY}",
        'FJ_API_KEY="${FJ_API_KEY}"',
        "FJ_API_KEY: fjk_of_the_user",
    ],
)
def test_a_file_without_the_key_in_use_is_ignored(
    folder: Path, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FJ_API_KEY", KEY)
    written(folder, *STRANGERS, key)
    settings = read_settings({"FJ_API_KEY": KEY}, folder)
    assert settings == read_settings({"FJ_API_KEY": KEY}).model_copy(
        update={"notes": settings.notes}
    )
    assert len(settings.notes) == 1


@pytest.mark.parametrize("line", STRANGERS[:-2])
def test_without_any_key_the_folders_file_is_ignored_too(folder: Path, line: str) -> None:
    # Over HTTP, requests then bring keys of their own.
    written(folder, line)
    settings = read_settings({}, folder)
    assert settings == Settings(notes=settings.notes)
    assert len(settings.notes) == 1


@pytest.mark.parametrize("elsewhere", [None, KEY, f'"{KEY}"', f"Bearer {KEY}"])
def test_a_file_with_the_key_in_use_is_read(folder: Path, elsewhere: str | None) -> None:
    written(folder, f"FJ_API_KEY={KEY}", "FJ_MAX_WAIT_SECONDS=7", "FJ_LOG_LEVEL=INFO")
    environment = {"FJ_LOG_LEVEL": "ERROR"} | ({"FJ_API_KEY": elsewhere} if elsewhere else {})
    settings = read_settings(environment, folder)
    assert (settings.key, settings.max_wait_seconds, settings.log_level) == (KEY, 7, "ERROR")
    assert settings.notes == settings.problems == ()


def test_an_invalid_key_does_not_make_the_folders_file_trusted(folder: Path) -> None:
    written(folder, "FJ_API_KEY=fjk_x", "FJ_API_BASE_URL=https://example.com")
    settings = read_settings({"FJ_API_KEY": "sk-mine"}, folder)
    assert settings.api_key is None
    assert settings.api_base_url == Settings().api_base_url


def test_another_projects_file_is_ignored_silently(folder: Path) -> None:
    written(folder, "DATABASE_URL=postgres://x", "set -e", "no assignment", "1=2")
    assert read_settings({"FJ_API_KEY": KEY}, folder) == read_settings({"FJ_API_KEY": KEY})


def test_sources_have_an_order_of_precedence(tmp_path: Path, folder: Path) -> None:
    sources = ["environment", "named", "own", "folder"]
    names = ("FJ_API_BASE_URL", "FJ_STATE_DIR", "FJ_EXPORT_DIR", "FJ_STATE_KEY")
    values = {
        source: {
            "FJ_API_KEY": KEY,
            **dict.fromkeys(names[: depth + 1], f"https://{source}/{'x' * 40}"),
        }
        for depth, source in enumerate(sources)
    }
    files = {
        source: written(
            folder if source == "folder" else tmp_path / source,
            *(f"{name}={value}" for name, value in values[source].items()),
        )
        for source in sources[1:]
    }
    settings = read_settings(values["environment"], folder, named=files["named"], own=files["own"])
    assert settings.problems == settings.notes == ()
    assert settings.api_base_url.startswith("https://environment/")
    assert "named" in str(settings.state_dir)
    assert "own" in str(settings.export_dir)
    assert settings.state_key is not None
    assert "folder" in settings.state_key.get_secret_value()


def test_an_empty_setting_is_not_set(tmp_path: Path) -> None:
    own = written(tmp_path, "FJ_CREDIT_BUDGET=12", "FJ_API_KEY=fjk_own")
    settings = read_settings({"FJ_CREDIT_BUDGET": "", "FJ_API_KEY": "  "}, own=own)
    assert (settings.credit_budget, settings.key) == (12, "fjk_own")


def test_the_folders_file_is_read_if_it_is_named(folder: Path) -> None:
    file = written(folder, "FJ_MAX_WAIT_SECONDS=7")
    for settings in (
        read_settings({"FJ_API_KEY": KEY}, folder, named=file),
        read_settings({"FJ_API_KEY": KEY}, folder, own=file),
    ):
        assert settings.max_wait_seconds == 7
        assert settings.notes == ()


def test_an_app_under_another_process_manager_ignores_the_folders_file_too(
    tmp_path: Path, folder: Path
) -> None:
    written(folder, "FJ_HTTP_TOKEN=known", "FJ_API_BASE_URL=https://example.com/steal")
    done = subprocess.run(
        [sys.executable, "-c", "from fj_mcp.transports.http.app import create_app; create_app()"],
        cwd=folder,
        env=environment_of(tmp_path, PYTHONPATH=str(ROOT)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (line,) = done.stderr.splitlines()
    assert f"WARNING fj_mcp: {folder / '.env'} is ignored, because" in line


# How it is written


@pytest.mark.parametrize(
    "content",
    [
        b"FJ_API_KEY=fjk_of_the_user\nFJ_MAX_WAIT_SECONDS=7\n",
        b"\xef\xbb\xbfFJ_API_KEY=fjk_of_the_user\r\nFJ_MAX_WAIT_SECONDS=7\r\n",
        b"export FJ_API_KEY='fjk_of_the_user'\n\n# mine\nFJ_MAX_WAIT_SECONDS = \"7\"  # s\n",
        b"FJ_MAX_WAIT_SECONDS=7\nFJ_API_KEY=Bearer fjk_of_the_user",
    ],
    ids=["plain", "windows", "shell", "bearer"],
)
def test_common_formats_of_editors_and_shells_are_accepted(folder: Path, content: bytes) -> None:
    (folder / ".env").write_bytes(content)
    settings = read_settings({}, folder)
    assert (settings.key, settings.max_wait_seconds) == (KEY, 7)
    assert settings.problems == settings.warnings == settings.notes == ()


UNREADABLE = [
    ("FJ_API_KEY=fjk_x\n".encode("utf-16"), "it is not UTF-8; save it as UTF-8 text"),
    ("FJ_API_KEY=fjk_x\n".encode("utf-16-le"), "it is not UTF-8; save it as UTF-8 text"),
    ("# für uns\nFJ_API_KEY=fjk_x\n".encode("latin-1"), "it is not UTF-8; save it as UTF-8 text"),
    (b"\x00\x01\x02", "it is not UTF-8; save it as UTF-8 text"),
    (b"#" * 1_000_001, "it is larger than a megabyte"),
]


@pytest.mark.parametrize(("content", "reason"), UNREADABLE)
def test_a_file_that_cannot_be_read_is_named(folder: Path, content: bytes, reason: str) -> None:
    file = folder / ".env"
    file.write_bytes(content)
    said = f"{file} cannot be read: {reason}"
    # What the user put there may hold a budget, so nothing goes on without it.
    assert read_settings({"FJ_API_KEY": KEY}, named=file).problems == (said,)
    assert read_settings({"FJ_API_KEY": KEY}, own=file).problems == (said,)
    settings = read_settings({"FJ_API_KEY": KEY}, folder)
    assert settings.problems == ()
    (note,) = settings.notes
    assert said in note


@pytest.mark.skipif(ROOT, reason="root may read everything")
def test_a_file_without_read_permission_is_named(folder: Path) -> None:
    file = written(folder, f"FJ_API_KEY={KEY}")
    file.chmod(0)
    assert "Permission denied" in read_settings({}, folder).notes[0]
    assert "Permission denied" in read_settings({}, own=file).problems[0]


@pytest.mark.parametrize(
    "line",
    [
        "FJ_API_KEY: fjk_secret",
        "FJ_API_KEY:fjk_secret",
        "set FJ_API_KEY=fjk_secret",
        "$env:FJ_API_KEY='fjk_secret'",
        "FJ_API_KEY='fjk_secret",
        "let FJ_API_KEY = fjk_secret",
    ],
)
def test_an_invalid_line_is_reported_by_its_number(
    folder: Path, line: str, caplog: pytest.LogCaptureFixture
) -> None:
    file = written(folder, "# mine", "", "FJ_MAX_WAIT_SECONDS=7", "", line)
    settings = read_settings({"FJ_API_KEY": KEY}, own=file)
    said = f"line 5 of {file} cannot be read; write it as NAME=value"
    assert settings.problems == (said,)
    assert settings.max_wait_seconds == 7
    (note,) = read_settings({"FJ_API_KEY": KEY}, folder).notes
    assert said in note
    assert "secret" not in note
    # No word of the library that reads it.
    assert caplog.records == []


def test_a_folder_or_a_pipe_of_that_name_is_ignored(folder: Path) -> None:
    (folder / ".env").mkdir()
    assert read_settings({}, folder) == Settings()
    if sys.platform != "win32":
        (folder / ".env").rmdir()
        os.mkfifo(folder / ".env")
        assert stat.S_ISFIFO((folder / ".env").stat().st_mode)
        assert read_settings({}, folder) == Settings()


# The commands


async def test_a_server_starts_with_an_unreadable_file_and_reports_it_when_called(
    tmp_path: Path, folder: Path
) -> None:
    own = tmp_path / "config" / "fj-mcp" / ".env"
    own.parent.mkdir(parents=True)
    own.write_bytes(UNREADABLE[0][0])
    environment = environment_of(tmp_path, FJ_API_KEY=KEY)
    async with assistant_in(folder, environment) as client:
        assert (await client.list_tools()).tools
        said = await said_by(client, "list_sessions")
    assert said.startswith(f"Nothing was sent or charged: {own} cannot be read: it is not UTF-8")
    served = run([], folder, environment)
    assert served.returncode == 0
    assert len(served.stderr.splitlines()) == 1
    assert f"WARNING fj_mcp: {own} cannot be read" in served.stderr
    examined = run(["doctor"], folder, environment)
    assert examined.returncode == 1
    assert f"fix  {own} cannot be read: it is not UTF-8" in examined.stdout
    assert "Traceback" not in examined.stderr


@pytest.mark.parametrize("place", ["before", "after"])
def test_every_command_reads_the_named_file(tmp_path: Path, folder: Path, place: str) -> None:
    file = tmp_path / "team.env"
    file.write_text("FJ_API_KEY=fjk_named\nFJ_MAX_WAIT_SECONDS=soon\n")
    environment = environment_of(tmp_path, HOME=str(tmp_path))

    def with_file(*words: str) -> subprocess.CompletedProcess[str]:
        option = ["--env-file", str(file)]
        command = [*option, *words] if place == "before" else [*words, *option]
        return run(command, folder, environment)

    assert "FJ_MAX_WAIT_SECONDS must be a whole number" in with_file("doctor").stdout
    assert with_file("install", "cursor").returncode == 0
    assert "fjk_named" in (tmp_path / ".cursor" / "mcp.json").read_text()
    assert "FJ_MAX_WAIT_SECONDS must be" in with_file("serve").stderr
    refused = with_file("serve", "--http", "--host", "0.0.0.0", "--port", "0")
    assert "FJ_API_KEY" in refused.stderr
    assert refused.returncode == 1


async def test_the_server_reads_the_named_file(tmp_path: Path, folder: Path, api: Api) -> None:
    file = tmp_path / "team.env"
    file.write_text(f"FJ_API_KEY=fjk_named\nFJ_API_BASE_URL={api.address}\n")
    environment = environment_of(tmp_path)
    async with assistant_in(folder, environment, "--env-file", str(file)) as client:
        assert not (await client.call_tool("list_sessions", {})).is_error
    gone = str(tmp_path / "gone.env")
    async with assistant_in(folder, environment, "--env-file", gone) as client:
        said = await said_by(client, "list_sessions")
    assert f"{gone} cannot be read: there is no such file." in said


@pytest.mark.parametrize(
    "command", [["doctor"], ["install", "cursor"], ["serve", "--http", "--port", "0"]]
)
def test_a_missing_named_file_is_reported_in_one_sentence(
    tmp_path: Path, folder: Path, command: list[str]
) -> None:
    environment = environment_of(tmp_path, FJ_API_KEY=KEY, HOME=str(tmp_path))
    done = run([*command, "--env-file", "gone.env"], folder, environment)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "gone.env cannot be read: there is no such file.\n"


async def test_a_misspelled_limit_prevents_purchases_and_nothing_else(
    tmp_path: Path, folder: Path, api: Api
) -> None:
    key = "fjk_misspelled"
    environment = environment_of(
        tmp_path, FJ_API_KEY=key, FJ_API_BASE_URL=api.address, FJ_CREDIT_BUGET="10"
    )
    hint = "FJ_CREDIT_BUGET is not a setting (did you mean FJ_CREDIT_BUDGET?)"
    async with assistant_in(folder, environment) as client:
        assert not (await client.call_tool("list_sessions", {})).is_error
        said = await said_by(client, "create_sourcing_session", title="x", filters=CSHARP)
    assert said.startswith(f"Nothing was sent or charged: {hint}. Correct the setting")
    assert api.charges(key) == []
    assert f"WARNING fj_mcp: {hint}" in run([], folder, environment).stderr
    examined = run(["doctor"], folder, environment)
    assert examined.returncode == 1
    assert f"fix  {hint}. No purchases are made until this is corrected." in examined.stdout
    assert "all settings are valid" not in examined.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="a folder in use cannot be deleted there")
@pytest.mark.parametrize("command", [[], ["doctor"], ["install", "cursor"]])
def test_a_deleted_working_directory_is_not_an_error(
    tmp_path: Path, folder: Path, command: list[str]
) -> None:
    environment = environment_of(tmp_path, HOME=str(tmp_path), FJ_SANDBOX="1")
    done = subprocess.run(
        ["sh", "-c", 'rmdir "$PWD"; exec "$@"', "sh", sys.executable, "-m", "fj_mcp", *command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0
    hint = r"Run `.+ doctor` to check that it starts and that the key works\.\n"
    assert re.fullmatch(f"({hint})?", done.stderr)


HOMELESS = """\
import os, pwd, sys
from fj_mcp.commands.cli import main
from tests.support.repository import ROOT

def unknown(_):
    raise KeyError

pwd.getpwuid = unknown
os.environ.pop("HOME", None)
main()
"""
"""The command, for a user whom the machine does not know."""


@pytest.mark.skipif(sys.platform == "win32", reason="every user has a home there")
@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (["doctor"], "fix  FJ_STATE_DIR must be a folder for the database, because"),
        (["install", "cursor"], "Nothing was changed: this user has no home folder. Set HOME."),
    ],
)
def test_a_user_without_a_home_learns_what_to_set(
    tmp_path: Path, command: list[str], sentence: str
) -> None:
    environment = environment_of(tmp_path, FJ_API_KEY=KEY, FJ_STATE_DIR="")
    del environment["XDG_CONFIG_HOME"]
    done = subprocess.run(
        [sys.executable, "-c", HOMELESS, *command],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert (done.stdout + done.stderr).count(sentence) == 1
    assert (done.stdout + done.stderr).count("FJ_STATE_DIR") == sentence.count("FJ_STATE_DIR")
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="every user has a home there")
async def test_a_server_without_a_home_reports_what_to_set(tmp_path: Path, api: Api) -> None:
    environment = environment_of(tmp_path, FJ_API_KEY=KEY, FJ_API_BASE_URL=api.address)
    del environment["XDG_CONFIG_HOME"]
    for state, wrong in (("", True), (str(tmp_path), False)):
        server = StdioServerParameters(
            command=sys.executable,
            args=["-c", HOMELESS],
            env=environment | {"FJ_STATE_DIR": state, "HOME": ""},
        )
        async with Client(server) as client:
            for tool in ("list_sessions", "get_spending"):
                answer = await client.call_tool(tool, {})
                assert answer.is_error is wrong, text_of(answer)
                explained = "charged: FJ_STATE_DIR must be a folder" in text_of(answer)
                assert explained is wrong
