"""Who is the same person in several searches."""

import re
from unicodedata import normalize
from urllib.parse import unquote

_PROFILE = re.compile(
    r"\s*(?:https?:)?(?://)?(?:[\w-]+\.)*linkedin\.com(?::\d+)?/+in/+([^/?#\s]+)", re.IGNORECASE
)
_MEMBER_ID = "ACoA"
"""The start of the ids that LinkedIn uses instead of vanity names; case makes a difference."""


def identity(linkedin_url: str | None, session_id: str, candidate_id: str) -> str:
    """What is equal for the same person: by LinkedIn address, or else within one session.

    The country, the language, the query and the spelling of an address make no difference.
    """
    if (found := _PROFILE.match(linkedin_url or "")) is not None:
        name = normalize("NFC", unquote(found[1]))
        if not name.startswith(_MEMBER_ID):
            name = normalize("NFC", name.casefold())
        return f"in/{name}"
    return f"{session_id}/{candidate_id}"
