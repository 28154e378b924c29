"""What a job description demands, or does not want, in words that the sandbox does not know."""

import re
from collections.abc import Iterator

from fj_mcp.sandbox.annotation.job_text import MANDATORY, Clause, JobText
from fj_mcp.sandbox.annotation.phrases import Word, words_of
from fj_mcp.sandbox.annotation.places import names_place
from fj_mcp.sandbox.annotation.requirements import (
    certificates_of,
    degrees_of,
    languages_of,
    uncovered_of,
    years_of,
)
from fj_mcp.sandbox.annotation.skills import named_skills
from fj_mcp.sandbox.annotation.titles import names_title

_PARTS = re.compile(
    r"[,;:()/•]|\.\s|\s[-–—]\s|\s(?:and|or|nor|und|oder|et|ou|ni|y|o)\s", re.IGNORECASE
)
_MOST_WORDS = 6
_ABBREVIATION = re.compile(r"[A-Z]{3,6}")
_USUAL_ABBREVIATIONS = frozenset(
    ("AND", "ASAP", "CBD", "CEO", "CFO", "CTO", "EUR", "FAQ", "FTE", "GBP", "GMBH", "ICU", "INC",
     "INR", "LLC", "LTD", "PLC", "THE", "UAE", "UCI", "USA", "USD", "WIR")
)  # fmt: skip
_FILLERS = frozenset(
    ("a", "an", "the", "is", "are", "be", "it", "you", "we", "your", "our", "have", "has", "with",
     "of", "for", "in", "to", "as", "but", "please", "needed", "necessary", "need", "any", "own",
     "knowledge", "valid", "current", "ist", "sind", "ein", "eine", "einen", "der", "die",
     "das", "du", "sie", "mit", "bitte", "kenntnisse", "nötig", "le", "la", "les", "l", "un",
     "une", "de", "du", "des", "est", "sont", "vous", "avez", "n", "el", "los", "las", "una",
     "es", "son", "se", "que", "experiencia", "experience", "erfahrung",
     "berufserfahrung")
)  # fmt: skip


def unread_in(job: JobText) -> tuple[list[str], list[str]]:
    """What names nothing known: excluded parts, and required parts or abbreviations."""
    excluded = [
        text for clause in job.clauses if clause.excluded for text in _unread(clause, excluded=True)
    ]
    wanted = [
        text
        for clause in job.clauses
        if not clause.excluded
        for text in (_unread(clause) if clause.tier == "mandatory" else _abbreviations(clause))
    ]
    longest = [text for text in wanted if not any(f"{text} " in other for other in wanted)]
    return list(dict.fromkeys(excluded)), list(dict.fromkeys(longest))


def _unread(clause: Clause, *, excluded: bool = False) -> Iterator[str]:
    if clause.text.rstrip().endswith(":"):
        # The heading of a list.
        return
    for part in _PARTS.split(clause.text):
        words = words_of(MANDATORY.sub(" ", part))
        known = (excluded and _is_named_where_excluded(part)) or (not excluded and _is_read(part))
        while words and words[0].folded in _FILLERS:
            words.pop(0)
        while words and words[-1].folded in _FILLERS:
            words.pop()
        if words and not known:
            yield " ".join(word.written for word in words[:_MOST_WORDS])


def _abbreviations(clause: Clause) -> Iterator[str]:
    if clause.text.isupper() and len(clause.words) > 1:
        return
    known = " ".join([*named_skills(clause.words), *certificates_of(clause.words)])
    for word in clause.words:
        if _is_abbreviation(word) and word.written not in known and not _is_read(word.written):
            yield word.written


def _is_abbreviation(word: Word) -> bool:
    return (
        _ABBREVIATION.fullmatch(word.written) is not None
        and word.written not in _USUAL_ABBREVIATIONS
    )


def _is_named_where_excluded(text: str) -> bool:
    return bool(named_skills(words_of(text)) or uncovered_of(text))


def _is_read(text: str) -> bool:
    words = words_of(text)
    return bool(
        named_skills(words)
        or certificates_of(words)
        or languages_of(words)
        or degrees_of(text)
        or years_of(text)
        or uncovered_of(text)
        or names_place(words)
        or names_title(words)
    )
