"""Argument types that several tools share, and validation of single arguments elsewhere."""

import re
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import ErrorDetails

from fj_mcp.errors import BadArguments
from fj_mcp.filters.argument_types import NOT_BOOL, Capped
from fj_mcp.filters.names import filter_name
from fj_mcp.server.sdk.argument_errors import describe_problems
from fj_mcp.shortlist.queries import MAX_QUERY
from fj_mcp.storage.memory.identity import is_profile
from fj_mcp.storage.memory.people import Decision, Outreach, Reason
from fj_mcp.text.cleaning import clean_block, clean_line


def _pattern(pattern: str, words: str) -> AfterValidator:
    compiled = re.compile(pattern)

    def check(text: str) -> str:
        if not compiled.fullmatch(text):
            raise ValueError(words)
        return text

    return AfterValidator(check)


def _cleaned(clean: Callable[[str, int], str], limit: int) -> Callable[[str], str]:
    def check(text: str) -> str:
        if not (cleaned := clean(text, limit)):
            raise ValueError("must not be empty")
        return cleaned

    return check


def _web_address(text: str) -> str:
    if not re.fullmatch(r"https?://\S{1,400}", text) or clean_line(text, 500) != text:
        raise ValueError("must be a URL that starts with https:// and has no spaces")
    return text


def _profile_address(text: str) -> str:
    if len(text) > 500 or not is_profile(text):
        raise ValueError("must be a LinkedIn profile, such as https://www.linkedin.com/in/name")
    return text


def _bare(uri: str) -> BeforeValidator:
    """Take an id out of quotes, and out of a URI that matches the pattern `uri`."""
    in_uri = re.compile(uri)

    def bare(value: object) -> object:
        if not isinstance(value, str):
            return value
        word = value.strip(" \t\r\n\"'`“”‘’")
        return found["id"] if (found := in_uri.fullmatch(word)) is not None else word

    return BeforeValidator(bare)


def _joined(words: object) -> object:
    """A list of words as a query, in which the words of one entry stay together."""
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        return words
    kept = (word if '"' in word or not word.strip().count(" ") else f'"{word}"' for word in words)
    return " ".join(kept)


_WORDS = {
    word.replace("_", ""): word for kind in (Decision, Outreach, Reason) for word in get_args(kind)
} | {"keep": "shortlisted", "kept": "shortlisted", "shortlist": "shortlisted", "reject": "rejected"}


def _as_reviewed(value: object) -> object:
    if not isinstance(value, str):
        return value
    return _WORDS.get(re.sub(r"[\s\"'`_-]+", "", value.casefold()), value)


ANY_SPELLING = BeforeValidator(_as_reviewed)
"""For decisions, outreaches and reasons: as users say them, and with blanks or hyphens."""

LONGEST_JOB_DESCRIPTION = 30_000
"""The longest job description in characters that FutureJobs turns into filters."""

_Trimmed = Annotated[str, StringConstraints(strip_whitespace=True)]
_ID = r"(?P<id>[\w-]{1,64})"

SessionId = Annotated[
    str,
    _bare(rf"fj://sessions/{_ID}(?:/(?:record|profiles)[.\w]*(?:\?.*)?)?/?"),
    _pattern("[0-9a-fA-F]{24}", "must be the 24 hex digits that list_sessions shows"),
    # One spelling per session, or two calls could hold two locks for the same one.
    AfterValidator(str.lower),
    Field(description="From list_sessions."),
]
CandidateId = Annotated[
    str,
    # No resource has such a URI, but it can only mean this candidate.
    _bare(rf"fj://(?:sessions/[\w-]{{1,64}}/)?(?:candidates|profiles)/{_ID}/?"),
    _pattern("[A-Za-z0-9_-]{1,64}", "must be an id that list_profiles shows"),
    Field(description="From list_profiles."),
]
Title = Annotated[str, Field(max_length=200), AfterValidator(_cleaned(clean_line, 200))]
JobDescription = Annotated[
    str,
    Field(max_length=LONGEST_JOB_DESCRIPTION),
    AfterValidator(_cleaned(clean_block, LONGEST_JOB_DESCRIPTION)),
]
ProfileUrl = Annotated[
    str,
    _bare("(?P<id>.*)"),
    AfterValidator(_web_address),
    Field(description="LinkedIn URL of an example candidate."),
]
LinkedInUrl = Annotated[str, _bare("(?P<id>.*)"), AfterValidator(_profile_address)]
Score = Annotated[float, Field(ge=0, le=5, allow_inf_nan=False), NOT_BOOL]
Query = Annotated[
    str,
    BeforeValidator(_joined),
    Field(max_length=MAX_QUERY, description="As in list_profiles."),
    AfterValidator(partial(clean_line, limit=MAX_QUERY)),
]
Chosen = Annotated[
    list[CandidateId], Field(min_length=1, max_length=10, description="Only these, 1 to 10.")
]
Page = Annotated[int, Field(ge=1, le=10_000, description="1 to 10000."), NOT_BOOL]
PageSize = Annotated[int, Field(ge=1, le=50, description="1 to 50."), NOT_BOOL, Capped(50)]
State = Annotated[
    Literal[Decision, Outreach],
    ANY_SPELLING,
    # The schema of another tool lists them.
    WithJsonSchema({"type": "string"}),
]
"""A decision or an outreach."""

FilterName = Annotated[
    str, BeforeValidator(lambda name: filter_name(name) if isinstance(name, str) else name)
]


def validate_argument(name: str, kind: Any, value: object) -> Any:
    """Validate `value` as the annotated type `kind`, such as `SessionId`.

    Raises:
        BadArguments: naming the argument `name`, if `value` is not valid.
    """
    try:
        return TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        (first, *_) = error.errors(include_url=False)
        problem: ErrorDetails = {**first, "loc": (name, *first["loc"])}
        raise BadArguments(describe_problems([problem], lambda _: [], "")) from None


def split_list(text: str) -> list[str]:
    """Split `text` at its commas, without empty words and duplicates."""
    words = (word.strip() for word in text.split(","))
    return list(dict.fromkeys(word for word in words if word))
