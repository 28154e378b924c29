"""The documents: links lead somewhere, commands exist, examples are what they say."""

import csv
import json
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout, suppress
from io import StringIO
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
import typer
from ruamel.yaml import YAML

from fj_mcp.commands.typer_app import app
from fj_mcp.server.catalog import list_tools
from fj_mcp.settings.settings import Settings
from tests.support.processes import CLEAN
from tests.support.repository import ROOT

EXAMPLES = ROOT / "docs" / "examples"
DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "plugin/**/*.md", "bench/*.md", ".github/**/*.md")
    for path in ROOT.glob(pattern)
)

ON_THE_HOST = {"../../releases/latest"}
"""Links relative to the repository's page, where there are no files."""


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def prose(text: str) -> str:
    """A document without its blocks of code."""
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def anchors(text: str) -> set[str]:
    """The anchors of a document's headings."""
    headings = re.findall(r"^#+ (.+)$", prose(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(text: str) -> Iterator[str]:
    """Every link and picture of a document that is not on the web."""
    bare = re.sub(r"`[^`\n]*`", "", prose(text))
    found = re.findall(r"\]\(([^)\s]+)\)", bare) + re.findall(r'(?:src|href)="([^"]+)"', bare)
    return (link for link in found if not re.match(r"https?:|mailto:", link))


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_link_of_a_document_leads_somewhere(path: Path) -> None:
    wrong = []
    for link in links(text_of(path)):
        file, _, anchor = link.partition("#")
        target = path.parent / file if file else path
        if link in ON_THE_HOST:
            continue
        if not target.exists() or (anchor and anchor not in anchors(text_of(target))):
            wrong.append(link)
    assert wrong == []


def test_the_index_lists_every_document() -> None:
    index = ROOT / "docs" / "index.md"
    listed = {(index.parent / link.partition("#")[0]).resolve() for link in links(text_of(index))}
    missing = {path for path in ROOT.glob("docs/*.md") if path != index} - listed
    assert [name_of(path) for path in missing] == []


def shell_lines(text: str) -> Iterator[str]:
    """Every command in the blocks of a document, with continued lines joined."""
    for block in re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            yield from re.split(r"\s&&\s", re.sub(r"(^|\s)#\s.*", "", line).strip())


def quoted_commands(text: str) -> Iterator[str]:
    """Every command of ours in the prose of a document. Those with `…` are not complete."""
    for code in re.findall(r"`([^`]+)`", prose(text)):
        words = " ".join(code.split())
        if (
            re.match(r"(\.uv/bin/)?uv run |fj-mcp( |$)|claude |uv tool ", words)
            and "…" not in words
        ):
            yield words


def commands() -> dict[str, list[str]]:
    """The documents that hold each command."""
    found: dict[str, list[str]] = {}
    for path in DOCUMENTS:
        if path.name != "CHANGELOG.md":
            for command in {*shell_lines(text_of(path)), *quoted_commands(text_of(path))}:
                if command:
                    found.setdefault(command, []).append(name_of(path))
    return found


OTHERS = re.compile(
    r"claude mcp (add|get|list|login|logout|remove)\b.*"
    r"|claude plugin (install|marketplace add|uninstall|update|validate)\b.*"
    r"|codex mcp (add|logout)\b.*|opencode mcp auth\b.*|npx mcp-remote https:\S+"
    r"|(apt|sudo|docker|git|uvicorn|which|where|ruff|mypy|lint-imports|pre-commit)\b.*"
    r"|(\.uv/bin/)?uv (sync|tool|pip|export)\b.*"
    r"|(python3|py) -m pip install (--quiet )?--target \.uv uv"
    r"|python3? (-c .*|-m bench( \w+)*|scripts/.*)"
    r"|(pytest|just)( .*)?"
    r"|pip install \.\[(postgres|otel)\]"
    r"|(\.ci|scripts)/\S+"
)
"""Commands of other programs, and scripts of this project, whose paths are checked.

scripts/try_clients.py runs most of what is said of `claude`.
"""

PLACEHOLDERS = {
    "ADDRESS": "https://mcp.example.com/mcp",
    "NAME": "cursor",
    "X": "cursor",
    "FILE": name_of(EXAMPLES / "job-description.txt"),
    "PERSON": "https://www.linkedin.com/in/somebody",
    "LINKEDIN-ADDRESS": "https://www.linkedin.com/in/somebody",
}


def words_of(command: str) -> list[str]:
    """The words of a command, without variables before it and redirections after it."""
    words = shlex.split(re.sub(r"<[^>]*>", "value", command), comments=True)
    while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
        del words[0]
    return list(takewhile(lambda word: word not in (">", "<", "|"), words))


def check(words: list[str]) -> None:
    """Fail if a command does not exist, or does not take these words."""
    program, *rest = words
    if program.endswith("uv") and rest[0] == "run":
        del rest[0]
        while rest[0].startswith("--"):
            del rest[: 2 if rest[0] in ("--directory", "--extra", "--group") else 1]
        check(rest)
    elif program == "fj-mcp":
        parse([PLACEHOLDERS.get(word, word) for word in rest])
    else:
        assert OTHERS.fullmatch(" ".join(words))
        named = [word for word in words if re.match(r"(\.ci|bench|scripts|tests)/", word)]
        assert all((ROOT / path).exists() for path in named)
        if program == "just" and rest:
            assert re.search(rf"^{rest[0]}\b", text_of(ROOT / "justfile"), re.MULTILINE)


def parse(arguments: list[str]) -> None:
    """Parse the arguments of `fj-mcp` as the program does, without running anything."""
    group: Any = typer.main.get_command(app)
    before = list(takewhile(lambda word: word.startswith("-"), arguments))
    # --help and --version end while they are parsed.
    with suppress(typer.Exit), redirect_stdout(StringIO()):
        group.make_context("fj-mcp", before)
        if rest := arguments[len(before) :]:
            group.commands[rest[0]].make_context(rest[0], rest[1:])


@pytest.mark.parametrize("command", sorted(commands()), ids=lambda command: command[:60])
def test_every_command_in_the_documents_exists(command: str) -> None:
    check(words_of(command))


def test_commands_are_found_in_blocks_and_in_the_prose() -> None:
    found = commands()
    assert ".uv/bin/uv run --no-dev fj-mcp demo" in found
    assert "fj-mcp doctor" in found
    assert len(found) > 40


READERS: dict[str, Callable[[str], dict[str, Any]]] = {
    "json": json.loads,
    "toml": tomllib.loads,
    "yaml": YAML(typ="safe").load,
}

URL = "https://mcp.example.com/mcp"


def entries() -> Iterator[tuple[str, bool, str, dict[str, Any]]]:
    """Every example of a configuration: the assistant, whether for a URL, the format, the whole."""
    alone, shared = text_of(EXAMPLES / "assistants.md").split("## A shared server")
    pattern = re.compile(
        r"^<!-- (\S+) -->\n\n```(json|toml|yaml)\n(.*?)^```$", re.MULTILINE | re.DOTALL
    )
    for part, remote in ((alone, False), (shared, True)):
        for assistant, kind, block in pattern.findall(part):
            yield assistant, remote, kind, READERS[kind](block)


ENTRIES = [
    pytest.param(*entry, id=f"{entry[0]}-{'url' if entry[1] else 'command'}") for entry in entries()
]


def test_every_block_of_the_example_entries_is_checked() -> None:
    page = text_of(EXAMPLES / "assistants.md")
    assert len(re.findall(r"^```(?:json|toml|yaml)$", page, re.MULTILINE)) == len(ENTRIES) > 6


@pytest.mark.parametrize(("assistant", "remote", "kind", "example"), ENTRIES)
def test_an_example_entry_is_the_one_that_install_prints(
    assistant: str, remote: bool, kind: str, example: dict[str, Any], tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "fj_mcp", "install", assistant, "--print"]
    printed = subprocess.run(
        [*command, *(["--url", URL] if remote else [])],
        env=CLEAN | {"HOME": str(tmp_path), "PYTHONPATH": str(ROOT)},
        check=True,
        timeout=60,
        capture_output=True,
        text=True,
        encoding="utf-8",
    ).stdout
    expected = READERS[kind](printed.partition("\n\n")[2])
    if not remote:
        (entry,), (own,) = example.values(), expected.values()
        entry, own = entry["fj-mcp"], own["fj-mcp"]
        start = "cmd" if "cmd" in own else "command"
        assert entry[start].startswith("/")
        # Tools of development would be downloaded while the assistant waits.
        assert "--no-dev" in entry["args"]
        # Where a clone is, and how it is started, is the machine's.
        own |= {start: entry[start], "args": entry["args"]}
    assert example == expected


def test_the_conversation_and_the_file_are_what_the_server_returns_now(tmp_path: Path) -> None:
    """The fictional candidates may be others, the form of everything must be the same."""
    subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "examples.py"), str(tmp_path)],
        env=CLEAN | {"PYTHONPATH": str(ROOT)},
        check=True,
        timeout=120,
        capture_output=True,
    )
    called = re.compile(r"called <code>(\w+)</code>")
    told = re.compile(r"^\*\*\w+:\*\*", re.MULTILINE)
    now, then = text_of(tmp_path / "conversation.md"), text_of(EXAMPLES / "conversation.md")
    assert list(dict.fromkeys(called.findall(now))) == list(dict.fromkeys(called.findall(then)))
    assert told.findall(now) == told.findall(then)
    assert len(set(called.findall(then))) > 5
    assert {tool.name for tool in list_tools(Settings())} >= set(called.findall(then))
    headings = [
        next(csv.reader(text_of(folder / "shortlist.csv").lstrip("\ufeff").splitlines()))
        for folder in (tmp_path, EXAMPLES)
    ]
    assert headings[0] == headings[1], "run: uv run python scripts/examples.py"
