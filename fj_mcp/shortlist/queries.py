"""The words that narrow a list of candidates, such as `docker "data engineer" -infosys`.

A candidate fits if every word occurs in their name, skills, languages, titles, companies,
education, place or highlights; `-word` leaves out, as do `!word`, `not word`, `no word` and
`without word`, and words in quotation marks stay together. Case and accents do not matter, and
neither does which of its known spellings a place or a technology has: "golang" finds Go. Words are
matched whole: "java" does not find JavaScript, but "node" finds Node.js.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Self

from msgspec import Struct

from fj_mcp.api.profile_records import Profile
from fj_mcp.errors import BadArguments
from fj_mcp.filters.spellings import PLACES, TECHNOLOGIES
from fj_mcp.text.cleaning import as_word

MAX_QUERY = 200
"""Characters of a query."""

_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_MARKS = f"{_DASHES}!"
_BRACKETS = "()[]{}'`\u2018\u2019"
# Patterns of queries are compiled by the first query: it takes time that a start does not have.
_TERM = (
    r"""([(\[{'`\u2018\u2019]*)"""
    + f"([{re.escape(_MARKS)}]*)"
    + r"""(?:"([^"]*)"|([^\s",;\u3001\uff0c\uff1b]+))"""
)
_MARKED = rf"\s+(?=[{re.escape(_MARKS)}]+[^\s{re.escape(_MARKS)}])"
"""Before a word to leave out, inside quotation marks."""

_UNSHOWN = r"[^\w .,+#&/()'-]+"
_PHRASE = '"[^"]*"'
_NEGATORS = frozenset({"not", "no", "without", "except", "exclude", "excluding"})
_FILLERS = frozenset({"and", "but"})
_LONGEST_NAME = 4
"""Words of the longest name with another spelling that is recognized without quotation marks."""

_SURE_LENGTH = 3
"""Of an abbreviation of a place: "or" is Oregon, but not in a sentence."""

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


class Spelling(Struct, frozen=True):
    """One way to write a word, or several words that stay together.

    Attributes:
        literal: occurs in every folded text with it, which is faster to see than a pattern.
        pattern: finds it in a folded text.
    """

    literal: str
    pattern: re.Pattern[str]

    @classmethod
    @cache
    def of(cls, folded: str) -> Self:
        """The spelling of a folded text."""
        return cls(max(folded.split(), key=len), _pattern(folded))

    def is_in(self, text: str) -> bool:
        """Whether a folded text has it."""
        return self.literal in text and self.pattern.search(text) is not None


class Word(Struct, frozen=True):
    """One word of a query, or several that belong together.

    Attributes:
        shown: as in the query, harmless enough to repeat.
        excluded: whether candidates with it are left out.
        ways: any of these will do; all spellings of a way must occur.
    """

    shown: str
    excluded: bool
    ways: tuple[tuple[Spelling, ...], ...]

    def is_in(self, text: str) -> bool:
        """Whether a folded text has it, in any spelling."""
        return any(all(one.is_in(text) for one in way) for way in self.ways)


class _Term(Struct, frozen=True):
    shown: str
    folded: str
    excluded: bool
    together: bool
    """Whether it was in quotation marks."""


class Query(Struct, frozen=True):
    """The words of a query, all of which a candidate must fit."""

    words: tuple[Word, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a query; a text of nothing but spaces has no words.

        Raises:
            BadArguments: if it has no usable word, joins words with OR, or is not certain to say
                which words to leave out.
        """
        terms = list(_terms(text.translate(_QUOTES)))
        if text.strip() and not terms:
            raise BadArguments('query needs a word to look for, such as docker or "data engineer"')
        words = []
        while terms:
            size = _size_of_name(terms)
            words.append(_word(terms[:size]))
            terms = terms[size:]
        return cls(tuple(words))

    def fits(self, text: str) -> bool:
        """Whether a text of `searchable_text` has all words, and none that is excluded."""
        return all(word.is_in(text) != word.excluded for word in self.words)

    @property
    def only_excludes(self) -> bool:
        """Whether it looks for nothing, and only leaves candidates out."""
        return all(word.excluded for word in self.words)

    def unmatched(self, texts: Sequence[str]) -> list[str]:
        """The words that occur in none of the texts."""
        return [word.shown for word in self.words if not any(map(word.is_in, texts))]


def _terms(text: str) -> Iterator[_Term]:
    """The words and phrases of a query with plain quotation marks. Raises `BadArguments`."""
    negator = ""
    if "|" in re.sub(_PHRASE, "", text):
        raise _no_or()
    for opening, mark, phrase, bare in re.findall(_TERM, text):
        word = bare.strip(_BRACKETS)
        plain = word.casefold()
        if plain == "or" and not mark:
            raise _no_or()
        if bare and (mark + bare == "!" or not (mark + bare).strip(_DASHES)):
            sign = "!" if bare == "!" else "dash"
            raise BadArguments(f"query has a {sign} that stands alone; write -word to leave out")
        excluded = bool(negator or mark)
        if excluded and "(" in opening + bare[:1] and ")" not in bare:
            raise BadArguments("query has no groups; write -word for each word to leave out")
        if plain in _NEGATORS and not mark:
            negator = plain
            continue
        if plain in _FILLERS or (negator == "except" and plain == "for"):
            continue
        for place, piece in enumerate(re.split(_MARKED, phrase.strip()) if phrase else [word]):
            folded = folded_text(piece)
            if re.search(r"\w", folded):
                left_out = piece[0] in _MARKS or (excluded and not place)
                shown = as_word(re.sub(_UNSHOWN, " ", piece.strip(_MARKS)))
                yield _Term(shown, folded, left_out, bool(phrase))
                negator = ""
    if negator:
        raise BadArguments(f'query has nothing after "{negator}"; write -word to leave out')


def _no_or() -> BadArguments:
    return BadArguments("query has no OR, because all of its words must occur; call once for each")


def _size_of_name(terms: Sequence[_Term]) -> int:
    """How many terms at the beginning are one name with other spellings, or 1."""
    free = 0
    while free < min(len(terms), _LONGEST_NAME):
        if terms[free].excluded or terms[free].together:
            break
        free += 1
    sizes = range(free, 1, -1)
    return next((size for size in sizes if _joined(terms[:size]) in _spellings()), 1)


def _joined(terms: Sequence[_Term]) -> str:
    return " ".join(" ".join(term.folded for term in terms).split())


def _word(terms: Sequence[_Term]) -> Word:
    """The word that one term is, or that several are together."""
    name = _joined(terms)
    ways = [tuple(Spelling.of(term.folded) for term in terms)]
    ways += [(Spelling.of(other),) for other in _spellings().get(name, ()) if other != name]
    return Word(" ".join(term.shown for term in terms), terms[0].excluded, tuple(ways))


@cache
def _spellings() -> dict[str, tuple[str, ...]]:
    """The spellings of each name that has several, all folded; of two meanings the first."""
    found: dict[str, tuple[str, ...]] = {}
    for table in (TECHNOLOGIES, PLACES):
        for group in table.groups:
            names = dict.fromkeys(" ".join(folded_text(name).split()) for name in group)
            sure = tuple(n for n in names if table is TECHNOLOGIES or len(n) >= _SURE_LENGTH)
            for name in names if len(names) > 1 else ():
                found.setdefault(name, sure)
    return found


SEARCHED = "name, skills, {languages}titles, companies, education, place or highlights"
"""What a query looks at, for a sentence; `languages` only if FutureJobs lists them."""


def searchable_text(profile: Profile) -> str:
    """Everything about a candidate that a query looks at, one item a line."""
    jobs = (*profile.jobs, *profile.past_jobs)
    parts = (
        profile.name,
        *profile.skills,
        *profile.languages,
        *(words for job in jobs for words in (job.title, job.company)),
        *(words for item in profile.education for words in (item.school, item.degree, item.field)),
        profile.region,
        *profile.highlights,
    )
    return folded_text("\n".join(part for part in parts if part))


def folded_text(text: str) -> str:
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
