"""Who a candidate is, whichever search found them."""

import hmac
import re
import unicodedata
from urllib.parse import unquote

_PROFILE = re.compile(
    r"(?:https?:)?(?://)?(?:[\w-]+\.)*linkedin\.com(?::\d+)?/+(?:(?:mwlite|comm)/+)*in/+([^/?#\s]+)",
    re.IGNORECASE,
)
_MEMBER_ID = re.compile(r"A(?:Co|Cw|EM)A[\w-]*")
"""Names of LinkedIn's own making, in which case matters."""

_BEFORE = "<(["
_AFTER = ".,;:)]>/"
"""What stands around an address in a text, or at the end of a copied one."""

_CONTROLS = re.compile(r"[\0-\x1f\x7f]")


def identity(linkedin_url: str | None, session_id: str, candidate_id: str) -> str:
    """The same text for the same person: from their LinkedIn address, else from the API's ids.

    The scheme, the country's host, the case of a name that a member chose, percent-encoding,
    punctuation and invisible characters around it, and everything after the name make no
    difference.
    """
    found = _found(linkedin_url) if linkedin_url else None
    return f"in/{_name(found[1])}" if found else f"{session_id}/{candidate_id}"


def is_profile(linkedin_url: str) -> bool:
    """Whether this is the address of a LinkedIn profile."""
    return _found(linkedin_url) is not None


def digest(key: bytes, identity: str) -> str:
    """What stands for an identity in the database; nobody without the key can make or check it."""
    # Half of the digest is as good as unique, and keeps the database small.
    return hmac.digest(key, identity.encode("utf-8", "surrogatepass"), "sha256")[:16].hex()


def _found(linkedin_url: str) -> re.Match[str] | None:
    return _PROFILE.match(_bare(linkedin_url))


def _bare(text: str) -> str:
    """A text without what stands around it; the text if nothing else is in it."""
    start, end = 0, len(text)
    while start < end and _is_around(text[start], _BEFORE):
        start += 1
    while start < end and _is_around(text[end - 1], _AFTER):
        end -= 1
    return text[start:end] or text


def _is_around(character: str, marks: str) -> bool:
    invisible = unicodedata.category(character) == "Cf"
    return character in marks or character.isspace() or invisible


def _name(written: str) -> str:
    try:
        name = _bare(unquote(written, errors="strict"))
    except UnicodeDecodeError:
        name = _bare(written)
    if _CONTROLS.search(name):
        name = written
    if _MEMBER_ID.fullmatch(name):
        return name
    return _bare(unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).lower()))
