"""`fj-mcp demo`: a complete sourcing run in the terminal.

It starts the real server on the sandbox, over stdio as a client does, and prints the results of the
tools. Nothing in it is scripted.
"""

import sys
from typing import Any

import anyio
from mcp import Client, StdioServerParameters
from mcp_types import TextContent
from rich.console import Console
from rich.panel import Panel
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

EXAMPLE = """\
.NET Developer, Pune, Bengaluru or Hyderabad

For our product teams we want .NET developers with 1 to 8 years of experience. You must know C#.
ASP.NET Core, SQL Server and Azure are wanted; Docker is nice to have."""

SHOWN = 8


class DemoFailed(Exception):
    """A tool returned an error; the text is the tool's sentence."""


def run_demo(job_description: str) -> int:
    """Run the demo for a job description. Returns the exit status: 0, or 1 if a tool failed."""
    return anyio.run(_connect, Console(highlight=False), job_description)


async def _connect(console: Console, job_description: str) -> int:
    server = StdioServerParameters(command=sys.executable, args=["-m", "fj_mcp", "--sandbox"])
    console.print(Panel(Text(job_description), title="Job description", title_align="left"))
    async with Client(server) as client:
        assistant = _Assistant(client, console)
        try:
            await _source(assistant, console, job_description)
        except DemoFailed as error:
            console.print(Text(str(error), "red"))
            return 1
    left = "" if assistant.remaining is None else f", {assistant.remaining} left"
    console.print(
        Text(f"\nSpent {assistant.spent} sandbox credits{left}. No real credits were used.", "bold")
    )
    return 0


class _Assistant:
    """Stands in for the assistant: calls the tools and shows every call."""

    def __init__(self, client: Client, console: Console) -> None:
        self._client = client
        self._console = console
        self.spent = 0
        self.remaining: int | None = None

    async def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Call a tool, show the call, and add up the credits."""
        with self._console.status(tool):
            response = await self._client.call_tool(tool, arguments)
        return self._show_call(tool, response)

    async def wait(self, session_id: str) -> dict[str, Any]:
        """Wait for a session with a progress bar, calling the tool as often as needed."""
        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self._console, transient=True) as bar:
            task = bar.add_task("matching", total=None)

            async def show(
                progress: float, total: float | None = None, message: str | None = None
            ) -> None:
                bar.update(task, completed=progress, total=total, description=message or "matching")

            while True:
                response = await self._client.call_tool(
                    "wait_for_session", {"session_id": session_id}, progress_callback=show
                )
                result = self._show_call("wait_for_session", response)
                if result["status"] != "running":
                    return result

    def _show_call(self, tool: str, response: Any) -> dict[str, Any]:
        if response.is_error:
            words = [part.text for part in response.content if isinstance(part, TextContent)]
            raise DemoFailed(f"{tool}: {' '.join(words)}")
        result: dict[str, Any] = response.structured_content
        credits = result.get("credits", {})
        self.spent += credits.get("charged", 0)
        self.remaining = credits.get("remaining", self.remaining)
        cost = _credits(credits["charged"]) if credits.get("charged") else "free"
        self._console.print(Text.assemble(("→ ", "dim"), (tool, "bold cyan"), (f"  {cost}", "dim")))
        return result


async def _source(assistant: _Assistant, console: Console, job_description: str) -> None:
    suggested = await assistant.call("suggest_filters", job_description=job_description)
    filters = suggested["filters"]
    if "skills" not in filters:
        raise DemoFailed(suggested["next_step"])
    console.print(_filters_table(filters))
    session = await assistant.call(
        "create_sourcing_session",
        title=job_description.strip().splitlines()[0][:80],
        filters=filters,
        job_description=job_description,
    )
    if "session_id" not in session:
        raise DemoFailed(session["next_step"])
    session_id = session["session_id"]
    await assistant.wait(session_id)
    first = await assistant.call("list_profiles", session_id=session_id, limit=SHOWN)
    console.print(_candidates_table(first, "Best candidates"))
    more = await assistant.call("fetch_more_profiles", session_id=session_id)
    if more.get("exhausted"):
        console.print(Text(more["next_step"], "dim"))
    else:
        await assistant.wait(session_id)
        second = await assistant.call("list_profiles", session_id=session_id, limit=SHOWN)
        console.print(_candidates_table(second, "Best candidates, including new ones"))
    if first["candidates"]:
        await _look_closer(assistant, console, session_id, first["candidates"][0])


async def _look_closer(
    assistant: _Assistant, console: Console, session_id: str, card: dict[str, Any]
) -> None:
    """Open the best candidate, and reveal their email address."""
    ids = {"session_id": session_id, "candidate_id": card["candidate_id"]}
    candidate = await assistant.call("get_candidate", **ids)
    console.print(_candidate_panel(candidate))
    revealed = await assistant.call(
        "reveal_contacts",
        session_id=session_id,
        candidate_ids=[card["candidate_id"]],
        channel="email",
    )
    for contact in revealed["results"]:
        values = ", ".join(contact.get("values", [])) or contact["status"]
        console.print(Text(f"{contact.get('name', 'The candidate')}: {values}", "bold green"))


def _credits(credits: int) -> str:
    return f"{credits} credit" if credits == 1 else f"{credits} credits"


def _filters_table(filters: dict[str, Any]) -> Table:
    table = Table(title="Filters", title_justify="left", show_header=False)
    for name, value in filters.items():
        table.add_row(Text(name, "bold"), Text(_readable(value)))
    return table


def _readable(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_readable(part)}" for name, part in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _candidates_table(page: dict[str, Any], title: str) -> Table:
    table = Table(title=f"{title} ({page['total']} in total)", title_justify="left")
    for name in ("Score", "Name", "Current role", "Location", "Years"):
        table.add_column(name, no_wrap=name in ("Score", "Years"))
    for card in page["candidates"]:
        role = " at ".join(card[name] for name in ("title", "company") if name in card)
        table.add_row(
            Text(str(card.get("score", "")), "bold green"),
            Text(card.get("name", "")),
            Text(role),
            Text(card.get("region", "")),
            Text(str(card.get("years_of_experience", ""))),
        )
    return table


def _candidate_panel(candidate: dict[str, Any]) -> Panel:
    lines = [candidate.get("headline", ""), candidate.get("why", "")]
    jobs = candidate.get("current_jobs", []) + candidate.get("past_jobs", [])
    for job in jobs[:4]:
        dates = f"{job['start']} – {job.get('end', 'now')}" if "start" in job else ""
        role = " at ".join(job[name] for name in ("title", "company") if name in job)
        lines.append(f"• {role}  {dates}")
    lines.append("Skills: " + ", ".join(candidate.get("skills", [])[:12]))
    text = Text("\n".join(line for line in lines if line))
    return Panel(text, title=candidate.get("name", "Candidate"), title_align="left")
