"""A job description as its parts: the heading, and clauses with what they demand."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from fj_mcp.sandbox.annotation.phrases import Word, words_of

Tier = Literal["mandatory", "core", "secondary"]

_SENTENCE = re.compile(r";+|(?<=[.!?])\s+")
_HEADING_LINES = 4
_LONGEST_HEADING = 120
_LONGEST_ITEM = 90


def _any(*words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE)


MANDATORY = _any(
    "must", "required?", "requires", "mandatory", "essential", "zwingend", "unbedingt", "muss",
    "müssen", "erforderlich", "Voraussetzung", "vorausgesetzt", "indispensables?", "obligatoires?",
    "impérati(?:f|ve|vement)", "exigée?s?", "requise?s?", "imprescindibles?", "obligatori[oa]s?",
    "indispensables?", "requerid[oa]s?", "se requiere",
)  # fmt: skip
_SECONDARY = _any(
    "nice", "a plus", "plus", "preferred", "bonus", "optional", "(?:an )?advantage", "desirable",
    "ideally", "von Vorteil", "wünschenswert", "idealerweise", "gerne", "ein Plus", "optional",
    "un plus", "souhaitée?s?", "appréciée?s?", "un atout", "idéalement", "valorable",
    "se valorarán?", "deseables?", "preferible(?:mente)?", "idealmente",
)  # fmt: skip
_NEEDS_NOT = (
    r"(?:do|does|did) not (?:need|require)|(?:don|doesn)['’]t (?:need|require)|no need (?:for|of)|"
    r"pas besoin de|no (?:se )?(?:requiere|necesita|piden?)(?:mos)?|no hace falta"
)
_NOT = (
    rf"{_NEEDS_NOT}|no(?! ?(?:t only|more|less|n-)|\.)|without|neither|nor|"
    r"kein(?:e|en|erlei)?|ohne|pas de|sans|ni|sin"
)
_EXCLUDED = re.compile(
    rf"(?<!\w)(?:pas (?:besoin )?d['’]|(?:{_NOT})(?!\w))\s*"
    r"(?!\w*(?:nur|only|solo|sólo|seulement)\b)(?P<what>[^,.;:()]*)",
    re.IGNORECASE,
)
_UNNEEDED = re.compile(
    r"(?<!\w)(?:(?:(?:is|are|be)(?: not|n['’]t)|not)\s+"
    r"(?:needed|required|necessary|wanted|a must|mandatory)|"
    r"(?:ist |sind |werden? )?(?:nicht|keine)\s+"
    r"(?:erforderlich|nötig|notwendig|benötigt|Voraussetzung|zwingend)|"
    r"(?:n['’](?:est|sont) )?(?:pas|non)\s+"
    r"(?:nécessaires?|requise?s?|exigée?s?|obligatoires?)|"
    r"no\s+(?:es|son)\s+"
    r"(?:necesari[oa]s?|imprescindibles?|obligatori[oa]s?|requerid[oa]s?))(?!\w)",
    re.IGNORECASE,
)
"""Follows what is not needed; `_EXCLUDED` begins with its reason."""

_UNNEEDED_LIST = re.compile(
    rf"(?<!\w)(?:{_NEEDS_NOT}|not (?:needed|need|required?|necessary|wanted|a must|mandatory)|"
    r"(?:nicht|keine) (?:erforderlich|nötig|notwendig|benötigt|gefordert|Voraussetzung|zwingend)|"
    r"nicht (?:brauchen|benötigen)|brauch\w+ (?:wir|Sie|du) nicht|pas besoin|"
    r"(?:pas|non) (?:nécessaires?|requise?s?|exigée?s?|obligatoires?|demandée?s?)|"
    r"no (?:es |son )?(?:necesari[oa]s?|imprescindibles?|obligatori[oa]s?|requerid[oa]s?)|"
    r"no (?:se )?(?:requieren|necesita[ns]))\s*:",
    re.IGNORECASE,
)
"""Begins a list of what is not needed."""

_TURN = re.compile(r"(?<!\w)(?:but|however|though|aber|sondern|jedoch|mais|pero|sino)(?!\w)",
                   re.IGNORECASE)  # fmt: skip
_LIST_HEADING = re.compile(r":\s*$")
_BULLET = re.compile(r"^\s*(?:[-*•·–—▪◦‣]|\d{1,2}[.)])\s+")


@dataclass(frozen=True)
class Clause:
    """A part of a sentence that demands, or does not want, what it names."""

    text: str
    tier: Tier
    excluded: bool = False

    @cached_property
    def words(self) -> list[Word]:
        """The clause's words."""
        return words_of(self.text)


class JobText:
    """A job description."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = [line.strip() for line in text.splitlines() if line.strip()]
        self.heading = "\n".join(line[:_LONGEST_HEADING] for line in self.lines[:_HEADING_LINES])

    @cached_property
    def words(self) -> list[Word]:
        """The words of the whole text."""
        return words_of(self.text)

    @cached_property
    def heading_words(self) -> list[Word]:
        """The words of its first lines."""
        return words_of(self.heading)

    @cached_property
    def clauses(self) -> list[Clause]:
        """All clauses, in the order of the text."""
        return list(self._clauses())

    def _clauses(self) -> Iterator[Clause]:
        under: Tier | None = None
        unneeded = False
        for line in self.text.splitlines():
            if _LIST_HEADING.search(line) and len(line) < _LONGEST_HEADING:
                tier = _tier_of(line)
                under = tier if tier != "core" else None
                unneeded = _unneeded_list(line, tier)[0] != line
            elif not line.strip() or not (_BULLET.match(line) or _is_item(line)):
                under, unneeded = None, False
            for sentence in _SENTENCE.split(line):
                tier = _tier_of(sentence)
                rest, listed = ("", sentence) if unneeded else _unneeded_list(sentence, tier)
                if listed:
                    yield Clause(listed, "secondary", excluded=True)
                for part in _TURN.split(rest):
                    wanted, unwanted = _split(part)
                    yield Clause(wanted, under if under and tier == "core" else tier)
                    for text in unwanted:
                        yield Clause(text, "secondary", excluded=True)


def _is_item(line: str) -> bool:
    """Whether a line may be an item of a list whose bullets were lost, as in a copy from Word."""
    return len(line) < _LONGEST_ITEM and not line.rstrip().endswith((".", "!", "?"))


def _tier_of(sentence: str) -> Tier:
    if _SECONDARY.search(sentence):
        return "secondary"
    needed = _UNNEEDED_LIST.sub("", _UNNEEDED.sub("", sentence))
    return "mandatory" if MANDATORY.search(needed) else "core"


def _unneeded_list(sentence: str, tier: Tier) -> tuple[str, str]:
    """A sentence up to a list of what is not needed, and that list."""
    # "Nice to have, not required: Java" is a wish.
    found = None if tier == "secondary" else _UNNEEDED_LIST.search(sentence)
    return (sentence[: found.start()], sentence[found.end() :]) if found else (sentence, "")


def _split(part: str) -> tuple[str, list[str]]:
    """A part without what it excludes, and the excluded texts."""
    wanted, unwanted = "", []
    place = 0
    for found in _UNNEEDED.finditer(part):
        begin = max(place, *(part.rfind(end, place, found.start()) + 1 for end in ".;:()"))
        wanted += part[place:begin]
        unwanted.append(part[begin : found.start()])
        place = found.end()
    wanted += part[place:]

    def keep(found: re.Match[str]) -> str:
        unwanted.append(found["what"])
        return " "

    wanted = _EXCLUDED.sub(keep, wanted)
    return wanted, [text for text in unwanted if text.strip()]
