"""docs/troubleshooting.md quotes the sentences of the code, and leaves none out."""

import re
from collections.abc import Iterator

import pytest

from tests.support.repository import ROOT
from tests.support.sentences import GAP, all_texts, parsed, subclasses, texts_in

PAGE = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")

EXPLAINED_WHOLE = [
    "api/network.py",
    "api/public_documents.py",
    "settings/env_files.py",
    "settings/predefined_clients.py",
    "settings/settings.py",
    "settings/sign_in.py",
    "storage/database/database.py",
    "storage/database/postgres.py",
    "storage/database/postgres_server.py",
    "storage/database/sqlite.py",
    "storage/database/sqlite_file.py",
    "transports/http/credentials.py",
    "transports/http/gate.py",
    "transports/http/host_names.py",
    "transports/http/request_bodies.py",
    "transports/http/responses.py",
    "transports/http/signed_in.py",
    "transports/http/tenants.py",
    "transports/http/uvicorn_server.py",
    "transports/sign_in/clients.py",
    "transports/sign_in/company/assertions.py",
    "transports/sign_in/company/sign_in.py",
    "transports/sign_in/endpoints.py",
    "transports/sign_in/forms.py",
    "transports/sign_in/keys.py",
    "transports/sign_in/pages.py",
    "transports/sign_in/provider.py",
    "transports/sign_in/redirects.py",
    "transports/sign_in/sign_in.py",
    "transports/sign_in/sign_in_page.py",
    "transports/sign_in/with_keys.py",
]
"""Modules whose every sentence a user can meet."""

NO_MESSAGES = re.compile(
    r"(SELECT|SET|PRAGMA|database|role) .*|[(|\\].*|.*\\[sd(].*"  # statements and patterns
    r"|the server is not running|the address cannot be used"  # never shown, or within another
    r"|keys that FutureJobs has not accepted yet|Invalid username/password"
    r"|the company's identity provider"
    r"|… is ignored\. .*|To use it, pass it .*|, or move it to …|did you mean …\?"
    r"|\.env\.example .*|.*%[sd].*"  # where to look, and lines of the log
    r"|default-src .*|An unnamed app|Go back to …|FJ_OAUTH_ALLOW_LOOPBACK_CLIENTS is set: .*"
)
"""Other texts in these modules, and parts of messages that say nothing by themselves."""


def quotes(page: str, heading: str) -> Iterator[str]:
    """The quoted sentences in tables whose first column has a heading."""
    in_table = False
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|"):
            in_table = False
        elif cells[0] == heading:
            in_table = True
        elif in_table:
            yield from re.findall(r'"([^"]+)"', " ".join(cells))


QUOTES = list(dict.fromkeys(quotes(PAGE, "Message")))


def occurs(quote: str, text: str) -> bool:
    """Whether a sentence of the page is in a text of the code; `…` stands for anything."""
    place = 0
    for part in quote.split(GAP):
        found = text.find(part, place)
        if found < 0:
            return False
        place = found + len(part)
    return True


@pytest.mark.parametrize("quote", QUOTES)
def test_every_quoted_sentence_is_one_of_the_code(quote: str) -> None:
    assert any(occurs(quote, text) for text in all_texts())


@pytest.mark.parametrize(
    ("page", "heading"), [("sign-in", "The last line"), ("company-accounts", "The log")]
)
def test_what_the_log_is_said_to_say_is_what_it_says(page: str, heading: str) -> None:
    text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    said = list(quotes(text, heading))
    steps = re.findall(r"\bstep=(\w+)", text)
    assert steps
    texts = list(all_texts())
    assert [one for one in said if not any(occurs(one, text) for text in texts)] == []
    # Some are put together, see `endpoints`.
    logged = {*re.findall(r"step=(\w+)", " ".join(texts)), "register", "authorize", "token"}
    assert set(steps) <= logged


def is_explained(text: str) -> bool:
    return any(occurs(quote, text) or (len(text) > 12 and text in quote) for quote in QUOTES)


@pytest.mark.parametrize("place", EXPLAINED_WHOLE)
def test_every_sentence_of_a_module_that_users_meet_is_explained(place: str) -> None:
    sentences = [
        text
        for text in texts_in(parsed(place))
        if text.count(" ") >= 3 and not NO_MESSAGES.fullmatch(text)
    ]
    assert [text for text in sentences if not is_explained(text)] == []


def test_every_kind_of_error_is_explained() -> None:
    unexplained = []
    for name, node in subclasses("FutureJobsError").items():
        texts = [text for text in texts_in(node) if text.count(" ") >= 3]
        if texts and not any(is_explained(text) for text in texts):
            unexplained.append(name)
    assert unexplained == []
