"""The words that narrow a list of candidates, such as `docker "data engineer" -infosys`.

A candidate fits if every word occurs in their skills, titles, companies, schools, places or
highlights; `-word` leaves out, and words in quotation marks stay together. Case and accents do not
matter. Words are matched whole: "java" does not find JavaScript, but "node" finds Node.js.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from fj_mcp.api.profile_records import Profile
from fj_mcp.errors import BadArguments
from fj_mcp.text.cleaning import as_word

MAX_QUERY = 200
"""Characters of a query."""

_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_TERM = re.compile(rf"""([{_DASHES}]?)(?:"([^"]*)"|([^\s"]+))""")
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂", '"'))
_ACCENTS = re.compile("[\u0300-\u036f]")
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"})
"""Letters that Unicode does not decompose into a letter and an accent."""

_SEPARATORS = re.compile(
    r"(?:[^\w#+.&\n]|_)+"
    r"|\.(?![\w#+])"  # the end of a sentence, unlike .NET and Node.js
    r"|&(?!\w)|(?<!\w)&"  # unlike R&D
    r"|(?<!\+)\+(?=[^\W\d_])"  # Python+Django, unlike C++
)
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
"""Letters of languages that write no spaces between words."""


@dataclass(frozen=True)
class Word:
    """One word of a query, or several that must stay together.

    Attributes:
        shown: as in the query, harmless enough to repeat.
        excluded: whether candidates with it are left out.
        pattern: finds it in a folded text.
    """

    shown: str
    excluded: bool
    pattern: re.Pattern[str]


@dataclass(frozen=True)
class Query:
    """The words of a query, all of which a candidate must fit."""

    words: tuple[Word, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a query; a text of nothing but spaces has no words.

        Raises:
            BadArguments: if it has no usable word, or joins words with OR.
        """
        words: list[Word] = []
        negated = False
        for dash, phrase, bare in _TERM.findall(text.translate(_QUOTES)):
            if bare.casefold() == "or":
                raise BadArguments(
                    "query has no OR, because all of its words must occur; call once for each"
                )
            if bare and not bare.strip(_DASHES):
                raise BadArguments("query has a dash that stands alone; write -word to leave out")
            negated = negated or bool(dash) or bare.casefold() == "not"
            folded = _folded(phrase or bare)
            if bare.casefold() in ("and", "not") or not re.search(r"\w", folded):
                continue
            words.append(Word(as_word(phrase or bare), negated, _pattern(folded)))
            negated = False
        if text.strip() and not words:
            raise BadArguments('query needs a word to look for, such as docker or "data engineer"')
        return cls(tuple(words))

    def fits(self, text: str) -> bool:
        """Whether a text of `searchable_text` has all words, and none that is excluded."""
        return all((word.pattern.search(text) is None) == word.excluded for word in self.words)

    def unmatched(self, texts: Sequence[str]) -> list[str]:
        """The words that occur in none of the texts."""
        return [
            word.shown
            for word in self.words
            if not any(word.pattern.search(text) for text in texts)
        ]


def searchable_text(profile: Profile) -> str:
    """Everything about a candidate that a query looks at, one item a line."""
    jobs = (*profile.jobs, *profile.past_jobs)
    parts = (
        *profile.skills,
        *(words for job in jobs for words in (job.title, job.company)),
        *(item.school for item in profile.education),
        profile.region,
        *profile.highlights,
    )
    return _folded("\n".join(part for part in parts if part))


def _folded(text: str) -> str:
    """`text` without case and accents; punctuation that is not part of a name becomes a space."""
    if not text.isascii():
        text = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
        text = text.casefold().translate(_PLAIN)
    return _SEPARATORS.sub(" ", text.lower())


def _pattern(folded: str) -> re.Pattern[str]:
    words = r" +".join(map(re.escape, folded.split()))
    if _UNSPACED.search(folded):
        return re.compile(words)
    # C is neither C# nor C++, but ".net" is in "asp.net".
    before = r"(?<![\w&])" if re.match(r" *\w", folded) else ""
    return re.compile(before + words + r"(?![\w#+&])")
