"""The pages that users see, as HTML without any script."""

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse, Response

_FOLDER = Path(__file__).parent / "templates"

NOT_STORED = {"cache-control": "no-store", "referrer-policy": "no-referrer"}
"""For every response that holds a code, or whose address does."""


class Problem(Exception):
    """What went wrong on a page, in a sentence for the user, who can try again there.

    Attributes:
        status: of the response.
        headers: of the response.
    """

    def __init__(self, text: str, status: int = 400, wait_seconds: int | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.headers = {} if wait_seconds is None else {"retry-after": str(wait_seconds)}


def out_of_date() -> Problem:
    """The problem of a form that this page did not make for this browser."""
    return Problem(
        "This page was out of date, so nothing was done. Try again. If you see this again, allow "
        "cookies for this site.",
        403,
    )


@cache
def _environment() -> Environment:
    loader = FileSystemLoader(_FOLDER)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined)


@cache
def _style() -> tuple[str, str]:
    """The style sheet, and its digest for the Content-Security-Policy."""
    text = (_FOLDER / "page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return text, f"'sha256-{digest}'"


def page(
    template: str,
    title: str,
    *,
    status: int = 200,
    problem: Problem | None = None,
    form_targets: Sequence[str] = (),
    headers: dict[str, str] | None = None,
    **values: Any,
) -> Response:
    """Render a page.

    Args:
        template: its file.
        title: its heading.
        status: of the response, if there is no problem.
        problem: what went wrong before.
        form_targets: where its form may lead besides this server.
        headers: of the response, besides those that protect it.
        values: for the template.
    """
    style, digest = _style()
    html = _environment().get_template(template)
    targets = " ".join(["'self'", *form_targets])
    policy = (
        f"default-src 'none'; style-src {digest}; form-action {targets}; frame-ancestors 'none'; "
        "base-uri 'none'"
    )
    return HTMLResponse(
        html.render(style=style, title=title, problem=str(problem or ""), **values),
        problem.status if problem else status,
        {
            **NOT_STORED,
            "content-security-policy": policy,
            "x-frame-options": "DENY",
            "x-content-type-options": "nosniff",
            **(problem.headers if problem else headers or {}),
        },
    )


def message(
    title: str,
    *lines: str,
    status: int,
    headers: dict[str, str] | None = None,
    link: tuple[str, str] | None = None,
) -> Response:
    """Render a page that only says something. A `link` has an address and a text."""
    return page("message.html", title, status=status, headers=headers, lines=lines, link=link)


def send_back(address: str) -> Response:
    """Send the browser on, with a GET whatever it sent before."""
    return RedirectResponse(address, 303, NOT_STORED)


def unavailable() -> Response:
    """The page for a database that cannot be used."""
    return message(
        "Sign-in is not available right now",
        "The server cannot reach its database. Nothing was changed; try again in a minute.",
        status=503,
        headers={"retry-after": "60"},
    )
