"""Who a candidate is, whichever search found them."""

import hmac
import re
import unicodedata
from urllib.parse import unquote

_PROFILE = re.compile(
    r"(?:https?:)?(?://)?(?:[\w-]+\.)*linkedin\.com(?::\d+)?/+(?:mwlite/+)?in/+([^/?#\s]+)",
    re.IGNORECASE,
)
_MEMBER_ID = re.compile(r"A(?:Co|Cw|EM)A[\w-]*")
"""Names of LinkedIn's own making, in which case matters."""

_CONTROLS = re.compile(r"[\0-\x1f\x7f]")


def identity(linkedin_url: str | None, session_id: str, candidate_id: str) -> str:
    """The same text for the same person: from their LinkedIn address, else from the API's ids.

    The scheme, the country's host, the case of a name that a member chose, percent-encoding, and
    everything after the name make no difference.
    """
    found = _PROFILE.match(linkedin_url.strip()) if linkedin_url else None
    return f"in/{_name(found[1])}" if found else f"{session_id}/{candidate_id}"


def is_profile(linkedin_url: str) -> bool:
    """Whether this is the address of a LinkedIn profile."""
    return _PROFILE.match(linkedin_url.strip()) is not None


def digest(key: bytes, identity: str) -> str:
    """What stands for an identity in the database; nobody without the key can make or check it."""
    # Half of the digest is as good as unique, and keeps the database small.
    return hmac.digest(key, identity.encode("utf-8", "surrogatepass"), "sha256")[:16].hex()


def _name(written: str) -> str:
    try:
        name = unquote(written, errors="strict")
    except UnicodeDecodeError:
        name = written
    if _CONTROLS.search(name):
        name = written
    if _MEMBER_ID.fullmatch(name):
        return name
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).lower())
