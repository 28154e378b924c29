"""Make untrusted text safe to show to a language model.

Names, headlines, summaries and company descriptions come from public profiles. Hidden content
(terminal escapes, bidirectional and zero-width characters, invisible tag letters with instructions)
is removed before any other code sees it.
"""

import re
from collections.abc import Sequence
from urllib.parse import unquote

from pydantic_core import to_json

_ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI: colors, cursor movement, clearing
    r"|\x9b[0-?]*[ -/]*[@-~]"
    r"|\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # OSC and the other strings
    r"|\x1b[ -/]*[0-~]?"
)
_INVISIBLE = re.compile(
    "["
    "\x00-\x08\x0e-\x1f\x7f-\x9f"
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff"
    "\ud800-\udfff\ue000-\uf8ff"
    "\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff\U000f0000-\U0010ffff"
    "]"
)
_BREAKS = re.compile("\r\n?|[\u0085\u2028\u2029]")
_EMPTY_LINES = re.compile(r"\n{3,}")

_MARKUP = re.compile(r"[<{}`\\]|&#?\w+;|\]\(|\*\*|##|^[#\[]")
_ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\b.*\b(?:instructions?|prompts?|rules|previous|above)\b"
    r"|\b(?:system|assistant|user|human|developer|instructions?|important|note to (?:ai|llm)s?)\s*:"
    r"|\byou (?:are now|must now)\b",
    re.IGNORECASE,
)
_SECRETS = re.compile(
    r"\b(?:bearer|basic|token|password|secret|api[ _-]?key)\b[\s:=]+(?=\S*\d)\S{6,}",
    re.IGNORECASE,
)
_UNFIT_WORD = re.compile(
    r"fjk|://|\bwww\.|\b(?:javascript|data|mailto|file):\S|\w\.\w[\w.-]*/"
    r"|\w\.(?:com|org|io|ai|dev|app|info|biz|xyz)\b",
    re.IGNORECASE,
)
"""A key or an address."""

_LONG_SECRET = re.compile(r"(?=\S*\d)(?=\S*[A-Za-z])[\w+/=.~%:-]{20,}")
_OBJECT_ID = re.compile(r"[0-9a-f]{24}", re.IGNORECASE)
_QUOTES = str.maketrans(dict.fromkeys('“”„‟″❝❞〝〞＂«»"', "'"))
_KEY_PIECE = 8
"""Any substring of the key in use of this length is redacted."""


def clean_line(text: str, limit: int) -> str:
    """`text` on one line, without invisible characters, at most `limit` characters long."""
    # The text can be megabytes long; nothing past this point could be shown anyway.
    text = text[: limit * 20]
    if not (text.isascii() and text.isprintable()):
        text = _visible(text)
    return cut(" ".join(text.split()), limit)


def clean_block(text: str, limit: int) -> str:
    """`text` with its line breaks, no invisible characters, at most `limit` characters long."""
    text = _visible(text[: limit * 20])
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return cut(_EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip(), limit)


def cut(text: str, limit: int) -> str:
    """Truncate `text` to `limit` characters, with an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def quotable(text: str, key: str, limit: int) -> str:
    """Make another program's message safe to quote in a sentence; empty if that is not possible.

    A text with markup or instructions to a model is rejected as a whole. Keys, passwords and
    addresses are redacted.

    Args:
        text: of any length, from any source.
        key: the API key in use, no part of which may be repeated.
        limit: the maximum number of characters.
    """
    line = clean_line(text, 3 * limit).translate(_QUOTES)
    if looks_like_instructions(line):
        return ""
    words = [_harmless(word, key) for word in _SECRETS.sub("…", line).split()]
    kept = cut(" ".join(words), limit)
    return kept.rstrip(" .") if re.search(r"\w", kept) else ""


def looks_like_instructions(line: str) -> bool:
    """Whether a text contains markup or apparent instructions to a model."""
    return bool(_MARKUP.search(line) or _ORDERS.search(line))


def _harmless(word: str, key: str) -> str:
    bare = key.removeprefix("fjk_")
    pieces = (bare[at : at + _KEY_PIECE] for at in range(len(bare) - _KEY_PIECE + 1))
    plain = unquote(word)
    of_key = any(piece in plain for piece in pieces)
    bare_word = word.strip(",;:!?()'")
    long = _LONG_SECRET.fullmatch(bare_word) and not _OBJECT_ID.fullmatch(bare_word)
    return "…" if of_key or long or _UNFIT_WORD.search(plain) else word


def first_within(texts: Sequence[str], most_bytes: int) -> list[str]:
    """The first `texts` that fit into `most_bytes` of JSON, none of them truncated."""
    kept = []
    for text in texts:
        most_bytes -= len(to_json(text)) + 1
        if most_bytes < 0:
            break
        kept.append(text)
    return kept


def as_word(word: str) -> str:
    """Make a caller's own word short and harmless enough to repeat in a sentence."""
    kept = re.sub(r"[^\w .,+#&/()-]", "", clean_line(word, 60)).strip()
    return kept or "(unprintable)"


def quoted(text: str) -> str:
    """`text` in quotation marks that it cannot close itself."""
    return f"“{text.translate(_QUOTES)}”"


def _visible(text: str) -> str:
    if text.isprintable():
        # No line breaks and no escapes, then.
        return text if text.isascii() else _INVISIBLE.sub("", text)
    return _INVISIBLE.sub("", _ESCAPES.sub("", _BREAKS.sub("\n", text)))
