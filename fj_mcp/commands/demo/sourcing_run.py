"""The run: what an assistant does between a job description and an email address.

It starts the real server on the sandbox, over stdio as a client does, and prints the results of the
tools. Nothing in it is scripted.
"""

import logging
import os
import re
import sys
from contextlib import nullcontext, suppress
from typing import Any

import anyio
from mcp import Client, StdioServerParameters
from mcp_types import TextContent
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from fj_mcp.commands.demo.screen import OutputClosed, Screen, credits, in_words
from fj_mcp.server.arguments import LONGEST_JOB_DESCRIPTION

EXAMPLE = """\
.NET Developer, Pune, Bengaluru or Hyderabad

For our product teams we want .NET developers with 1 to 8 years of experience. You must know C#.
ASP.NET Core, SQL Server and Azure are wanted; Docker is nice to have."""

SHOWN = 8
_BEST_AGAIN = 3
"""Of the candidates that were there before, in the list with the new ones."""

_MOST_REVEALS = 4
"""Candidates who are tried until one has an email address."""

_PAGE = 50
_MOST_SEARCHES = 12
_LETTERS = re.compile(r"[^\W\d_]{4,}")
_NO_SKILLS = frozenset(
    ("with", "want", "wanted", "need", "needed", "team", "teams", "join", "senior", "junior",
     "time", "full", "part", "work", "working", "good", "nice", "somebody", "someone", "person",
     "people", "manager", "specialist", "expert", "officer", "assistant", "chief", "head", "lead",
     "deputy", "trainee", "graduate", "urgent", "urgently", "hiring", "vacancy", "care", "service",
     "services", "support", "management", "control", "system", "systems",
     "first", "second", "third", "fourth", "erste", "erster", "zweite", "zweiter", "premier",
     "première", "deuxième", "primer", "primero", "primera", "segundo", "segunda")
)  # fmt: skip
"""Words of titles that say nothing about what people know."""

_NAME_END = re.compile(r"[,;:|(/]|\s[-–—]\s|\s(?:in|at|near|for|für|pour|para|à|en)\s")
"""Ends the name of the job in its title; what follows is a place, an employer or a detail."""

_LOOSENED = ("certifications", "degree", "years_of_experience", "within_km", "regions",
             "countries", "current_titles")  # fmt: skip
"""Removed one by one where no suggestion is left that was not followed."""

_TITLE_AND_PLACE = frozenset(("current_titles", "regions", "countries"))
"""Without all of them, a search finds people of other jobs elsewhere."""


class DemoFailed(Exception):
    """The run cannot go on; the text is a sentence for the person who started it."""


def run_demo(job_description: str) -> int:
    """Run the demo for a job description; the exit status is 1 if it could not go on."""
    # After Ctrl-C, asyncio warns of a server that it has stopped itself.
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    try:
        return anyio.run(_connect, Screen(), job_description)
    except KeyboardInterrupt:
        print("\nThe demo was stopped.", file=sys.stderr)  # noqa: T201 - Ctrl-C
        return 130
    except OutputClosed as closed:
        return _output_closed(closed)
    except BaseExceptionGroup as group:
        closed_output, others = group.split(OutputClosed)
        if closed_output is None or others is not None:
            raise
        first: BaseException = closed_output
        while isinstance(first, BaseExceptionGroup):
            first = first.exceptions[0]
        return _output_closed(first)


def _output_closed(closed: BaseException) -> int:
    with suppress(OSError, ValueError):
        # Python flushes standard output at its end, and would report the same again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if str(closed):
        text = f"The demo was stopped: its output cannot be written ({closed})."
        print(text, file=sys.stderr)  # noqa: T201 - the terminal's own output is closed
    return 1


async def _connect(screen: Screen, job_description: str) -> int:
    server = StdioServerParameters(command=sys.executable, args=["-m", "fj_mcp", "--sandbox"])
    screen.job_description(job_description)
    async with Client(server) as client:
        return await show_run(client, screen, job_description)


async def show_run(client: Client, screen: Screen, job_description: str) -> int:
    """Run the demo with a connected client. Returns the exit status."""
    assistant = _Assistant(client, screen)
    if len(job_description) > LONGEST_JOB_DESCRIPTION:
        job_description = job_description[:LONGEST_JOB_DESCRIPTION].rsplit(None, 1)[0]
        screen.line(f"Only the first {LONGEST_JOB_DESCRIPTION:,} characters are used.", "yellow")
    try:
        await _source(assistant, screen, job_description)
    except DemoFailed as error:
        screen.line(str(error), "red")
        return 1
    left = "" if assistant.remaining is None else f", {assistant.remaining} left"
    screen.line("")
    screen.line(
        f"Spent {assistant.spent} sandbox credits{left}. No real credits were used, and all these "
        "people are invented.",
        "bold",
    )
    return 0


class _Assistant:
    """Stands in for the assistant: calls the tools and shows every call."""

    def __init__(self, client: Client, screen: Screen) -> None:
        self._client = client
        self._screen = screen
        self.spent = 0
        self.remaining: int | None = None

    async def call(self, tool: str, *, show: bool = True, **arguments: Any) -> dict[str, Any]:
        """Call a tool, show the call, and add up the credits."""
        console = self._screen.console
        with console.status(tool) if console.is_terminal else nullcontext():
            response = await self._client.call_tool(tool, arguments)
        return self._result(tool, response, show=show)

    async def wait(self, session_id: str) -> dict[str, Any]:
        """Wait for a session with a progress bar, calling the tool as often as needed."""
        console = self._screen.console
        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        with bar:
            task = bar.add_task("matching", total=None)

            async def show(
                progress: float, total: float | None = None, message: str | None = None
            ) -> None:
                bar.update(task, completed=progress, total=total, description=message or "matching")

            while True:
                response = await self._client.call_tool(
                    "wait_for_session", {"session_id": session_id}, progress_callback=show
                )
                result = self._result("wait_for_session", response)
                if result["status"] != "running":
                    return result

    async def new_candidates(self, session_id: str) -> list[dict[str, Any]]:
        """The candidates that fetching more has added, best first."""
        found: list[dict[str, Any]] = []
        page = 1
        while True:
            listed = await self.call(
                "list_profiles", show=page == 1, session_id=session_id, page=page, limit=_PAGE
            )
            found += [card for card in listed["candidates"] if card.get("new")]
            if page >= listed["pages"] or not listed["candidates"]:
                return found
            page += 1

    def _result(self, tool: str, response: Any, *, show: bool = True) -> dict[str, Any]:
        if response.is_error:
            words = [part.text for part in response.content if isinstance(part, TextContent)]
            raise DemoFailed(f"{tool}: {' '.join(words)}")
        result: dict[str, Any] = response.structured_content
        charged = result.get("credits", {}).get("charged", 0)
        self.spent += charged
        self.remaining = result.get("credits", {}).get("remaining", self.remaining)
        if show:
            self._screen.call(tool, credits(charged) if charged else "free")
        return result


async def _source(assistant: _Assistant, screen: Screen, job_description: str) -> None:
    suggested = await assistant.call("suggest_filters", job_description=job_description)
    title = job_description.strip().splitlines()[0][:80]
    filters = suggested["filters"]
    if "skills" not in filters:
        filters["skills"] = {"core": await _skills_of_title(assistant, screen, title, filters)}
    screen.filters(filters, suggested.get("ignored", []))
    session_id = await _search(assistant, screen, title, filters, job_description)
    if session_id is None:
        screen.line(
            "The sandbox has nobody for this job: its people are invented, and work in the usual "
            "trades of seventeen countries. Try another job description.",
            "yellow",
        )
        return
    await assistant.wait(session_id)
    first = await assistant.call("list_profiles", session_id=session_id, limit=SHOWN)
    screen.candidates(f"Best candidates ({first['total']} in total)", first["candidates"])
    more = await assistant.call("fetch_more_profiles", session_id=session_id)
    if more.get("exhausted"):
        screen.line("These are all candidates that the sandbox has for these filters.", "dim")
    else:
        await assistant.wait(session_id)
        new = await assistant.new_candidates(session_id)
        shown = [*first["candidates"][:_BEST_AGAIN], *new[: SHOWN - _BEST_AGAIN]]
        total = f"{len(new)} new, {first['total'] + len(new)} in total"
        shown.sort(key=lambda card: -float(card.get("score") or 0))
        screen.candidates(f"Best candidates, with the new ones ({total})", shown)
    if best := first["candidates"]:
        ids = {"session_id": session_id, "candidate_id": best[0]["candidate_id"]}
        screen.candidate(await assistant.call("get_candidate", **ids))
    await _reveal_one(assistant, screen, session_id, best[:_MOST_REVEALS])


async def _skills_of_title(
    assistant: _Assistant, screen: Screen, title: str, filters: dict[str, Any]
) -> list[str]:
    """Skills that have a word of the job's title, where its description names none."""
    found: dict[str, None] = {}
    places = " ".join(filters.get("regions", []) + filters.get("countries", []))
    nothing = {*_NO_SKILLS, *_LETTERS.findall(places.casefold())}
    named = (
        [word for word in _LETTERS.findall(part) if word.casefold() not in nothing]
        for part in (_NAME_END.split(title)[0], title)
    )
    words = next(filter(None, named), [])[:6]
    for word in words:
        looked_up = await assistant.call(
            "search_filter_values", show=word == words[0], filter="skills", query=word
        )
        # What is not known is answered with what is similar.
        holds = re.compile(rf"\b{re.escape(word)}\b", re.IGNORECASE)
        found |= dict.fromkeys(list(filter(holds.search, looked_up["values"]))[:3])
    skills = list(found)[:6] or words[:3]
    if not skills:
        raise DemoFailed(
            "The demo found no skill and no job title in this text, and a search needs at least "
            "one skill: add what the person should know, or a title such as Nurse or Accountant."
        )
    screen.line(f"The text names no skills, so the demo looks for {', '.join(skills)}.", "yellow")
    return skills


async def _search(
    assistant: _Assistant, screen: Screen, title: str, filters: dict[str, Any], text: str
) -> str | None:
    """Search, with fewer filters as long as nobody fits them all; the session's id, if any."""
    followed: set[str] = set()
    for _ in range(_MOST_SEARCHES):
        session = await assistant.call(
            "create_sourcing_session", title=title, filters=filters, job_description=text
        )
        if "session_id" in session:
            session_id: str = session["session_id"]
            return session_id
        looser, change = _loosened(filters, session.get("suggestions") or [], followed)
        if looser is None:
            return None
        screen.line(f"Nobody fits all of these filters. {change}", "yellow")
        filters = looser
    return None


def _loosened(
    filters: dict[str, Any], suggestions: list[dict[str, Any]], followed: set[str]
) -> tuple[dict[str, Any] | None, str]:
    """The filters after the first suggestion, and the change in words.

    Suggestions widen a filter step by step, so one for a filter in `followed` is skipped. The title
    or the place stays.
    """
    for suggestion in suggestions:
        looser: dict[str, Any] = suggestion.get("filters") or {}
        changed = {name for name in {*looser, *filters} if looser.get(name) != filters.get(name)}
        usable = "skills" in looser and changed and not changed & followed
        if usable and _same_job(filters, looser):
            followed |= changed
            if removed := [in_words(name) for name in filters if name not in looser]:
                return looser, f"As suggested, the next search is without {' and '.join(removed)}."
            return looser, f"The next search follows a suggestion: {suggestion['reason']}"
    for name in (name for name in _LOOSENED if name in filters):
        looser = {key: value for key, value in filters.items() if key != name}
        if _same_job(filters, looser):
            return looser, f"The next search is without {in_words(name)}."
    return None, ""


def _same_job(filters: dict[str, Any], looser: dict[str, Any]) -> bool:
    return not _TITLE_AND_PLACE & filters.keys() or bool(_TITLE_AND_PLACE & looser.keys())


async def _reveal_one(
    assistant: _Assistant, screen: Screen, session_id: str, cards: list[dict[str, Any]]
) -> None:
    """Reveal the email address of the first of these candidates who has one."""
    for card in cards:
        revealed = await assistant.call(
            "reveal_contacts",
            session_id=session_id,
            candidate_ids=[card["candidate_id"]],
            channel="email",
        )
        (contact,) = revealed["results"]
        name = contact.get("name", card.get("name", "The candidate"))
        if values := contact.get("values"):
            screen.line(f"{name}: {', '.join(values)}", "bold green")
            return
        screen.line(f"{name}: no email address was found, and nothing was charged.", "yellow")
