"""What the demo prints: any width from 40 columns on, any encoding, also into a file."""

import sys
from collections.abc import Sequence
from typing import Any

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from fj_mcp.filters.vocabularies import DEGREES

_WIDE = 72
"""Columns from which a table of candidates has room for whole words."""

_MOST_LINES = 24
_MOST_CHARACTERS = 1_200
_EXCLUDED = ("excluded skills", "not needed")
_PLAIN_SIGNS = {"→": "->", "•": "-", "–": "-", "…": "..."}


class OutputClosed(Exception):
    """Nobody reads the output any more, as after `| head`, or it cannot be written."""


class _Output(Console):
    def on_broken_pipe(self) -> None:
        # Rich would exit, in the middle of the tasks of a connection.
        raise OutputClosed


class Screen:
    """The terminal, or the file, that the demo writes to."""

    def __init__(self, console: Console | None = None) -> None:
        if console is None:
            # A name that an old encoding lacks a letter of is no reason to stop.
            if hasattr(sys.stdout, "reconfigure"):
                sys.stdout.reconfigure(errors="replace")
            console = _Output(highlight=False)
        self.console = console

    @property
    def wide(self) -> bool:
        """Whether there is room for tables."""
        return self.console.width >= _WIDE

    def write(self, what: RenderableType) -> None:
        """Print something.

        Raises:
            OutputClosed: if the output can take no more.
        """
        try:
            self.console.print(what)
        except OSError as error:
            raise OutputClosed(error.strerror or str(error)) from None

    def sign(self, sign: str) -> str:
        """A typographic sign, or a plain one where the encoding has none."""
        try:
            sign.encode(self.console.encoding)
        except (UnicodeEncodeError, LookupError):
            return _PLAIN_SIGNS[sign]
        return sign

    def line(self, text: str, style: str = "") -> None:
        """Print one paragraph."""
        self.write(Text(text, style))

    def job_description(self, text: str) -> None:
        """Print a job description, or how it begins."""
        lines: list[str] = []
        left = _MOST_CHARACTERS
        for line in text.strip().splitlines()[:_MOST_LINES]:
            lines.append(line if len(line) <= left else _begun(line, left))
            left -= len(line)
            if left <= 0:
                break
        shown = "\n".join(lines).rstrip()
        more = len(text.strip()) - len(shown)
        if more > 0:
            shown += f"\n{self.sign('…')} ({more:,} more characters)"
        self.write(Panel(Text(shown), title="Job description", title_align="left"))

    def call(self, tool: str, cost: str) -> None:
        """Print a call of a tool."""
        arrow = self.sign("→")
        self.write(Text.assemble((f"{arrow} ", "dim"), (tool, "bold cyan"), (f"  {cost}", "dim")))

    def filters(self, filters: dict[str, Any], unused: Sequence[str]) -> None:
        """Print filters, and what of a job description is not among them."""
        rows = [(in_words(name), readable(name, value)) for name, value in filters.items()]
        excluded: list[str] = []
        others: list[str] = []
        for name in dict.fromkeys(map(in_words, unused)):
            kind, _, named = name.partition(".")
            (excluded if kind in _EXCLUDED else others).append(named or name)
        if excluded:
            rows.append(("not needed", f"{', '.join(excluded)} (no filter excludes people)"))
        if others:
            rows.append(("not used", ", ".join(others)))
        if not self.wide:
            for name, value in rows:
                self.write(Text.assemble((f"{name}: ", "bold"), value))
            return
        table = Table(title="Filters", title_justify="left", show_header=False)
        for name, value in rows:
            table.add_row(Text(name, "bold"), Text(value))
        self.write(table)

    def candidates(self, title: str, cards: Sequence[dict[str, Any]]) -> None:
        """Print candidates; the new ones are marked."""
        marks = any(card.get("new") for card in cards)
        if not self.wide:
            self.line(f"{title}:", "italic")
            for card in cards:
                self._card(card)
            return
        table = Table(title=title, title_justify="left")
        names = ["Score", "Name", "Current role", "Location", "Years"]
        for name in [*names, *(["New"] if marks else [])]:
            table.add_column(name, no_wrap=name in ("Score", "Years", "New"))
        for card in cards:
            row = [
                Text(_score(card), "bold green"),
                Text(card.get("name", "")),
                Text(_role(card)),
                Text(_place(card)),
                Text(_years(card)),
            ]
            table.add_row(*row, *([Text(_new(card), "bold yellow")] if marks else []))
        self.write(table)

    def _card(self, card: dict[str, Any]) -> None:
        facts = ", ".join(part for part in (_place(card), _years(card, " years")) if part)
        new = f"  ({_new(card)})" if card.get("new") else ""
        self.write(
            Text.assemble(
                (f"{_score(card)}  ", "bold green"),
                (card.get("name", "Candidate"), "bold"),
                (new, "bold yellow"),
            )
        )
        for text in (_role(card), facts):
            if text:
                self.write(Padding(Text(text), (0, 0, 0, len("0.00  ")), expand=False))

    def candidate(self, candidate: dict[str, Any]) -> None:
        """Print one candidate in full."""
        lines = [candidate.get("headline", ""), candidate.get("why", "")]
        jobs = candidate.get("current_jobs", []) + candidate.get("past_jobs", [])
        for job in jobs[:4]:
            dates = ""
            if "start" in job:
                dates = f"{job['start'][:7]} {self.sign('–')} {job.get('end', 'now')[:7]}"
            lines.append(f"{self.sign('•')} {_role(job)}  {dates}")
        lines.append("Skills: " + ", ".join(candidate.get("skills", [])[:12]))
        text = Text("\n".join(line for line in lines if line))
        self.write(Panel(text, title=candidate.get("name", "Candidate"), title_align="left"))


def credits(number: int) -> str:
    """An amount of credits in words."""
    return f"{number} credit" if number == 1 else f"{number} credits"


def readable(name: str, value: Any) -> str:
    """The value of a filter in words."""
    if isinstance(value, dict):
        if value.keys() <= {"min", "max"}:
            low, high = value.get("min"), value.get("max")
            if high is None:
                return f"{low} or more"
            return f"up to {high}" if not low else f"{low} to {high}"
        parts = (f"{tier}: {readable(tier, part)}" for tier, part in value.items() if part)
        return "; ".join(parts)
    if isinstance(value, list):
        # Places have commas of their own.
        return ("; " if any("," in str(one) for one in value) else ", ").join(map(str, value))
    return DEGREES.get(value, value) if name == "degree" else str(value)


def in_words(name: str) -> str:
    """The name of a filter, or of what no filter covers, in words."""
    if name == "within_km":
        return "the places nearby"
    return name.partition(":")[0].replace("_", " ")


def _begun(line: str, length: int) -> str:
    begun = line[: max(length, 0)]
    return begun.rpartition(" ")[0] or begun


def _score(card: dict[str, Any]) -> str:
    score = card.get("score")
    return f"{score:.2f}" if isinstance(score, int | float) else ""


def _new(card: dict[str, Any]) -> str:
    return "new" if card.get("new") else ""


def _role(job: dict[str, Any]) -> str:
    return " at ".join(job[name] for name in ("title", "company") if job.get(name))


def _place(card: dict[str, Any]) -> str:
    """The city and the country."""
    parts = card.get("region", "").split(", ")
    return ", ".join(dict.fromkeys((parts[0], parts[-1])))


def _years(card: dict[str, Any], unit: str = "") -> str:
    years = card.get("years_of_experience")
    return "" if years is None else f"{years}{unit}"
