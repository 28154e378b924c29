"""Job titles in a job description, in four languages, and the trades that they belong to."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from fj_mcp.sandbox.annotation.job_text import JobText
from fj_mcp.sandbox.annotation.phrases import Phrases, Word, words_of
from fj_mcp.sandbox.population.countries import COUNTRIES
from fj_mcp.sandbox.population.trade_people import TRADES
from fj_mcp.sandbox.population.trades.trade import Title, Trade
from fj_mcp.sandbox.population.vocabulary import FAMILIES

_FEMININE = ("er", "or", "ist", "eur", "ant", "ent", "loge", "at")


@dataclass(frozen=True, slots=True)
class _Named:
    """A title, and the language in which a text names it; English has none."""

    title: str
    language: str = ""


def titles_in(job: JobText, countries: Iterable[str]) -> list[str]:
    """The titles of the job, by the names that people have; best read from its heading.

    Args:
        job: the text.
        countries: where the job is; people there may write their titles in their own language.
    """
    lines = (_spoken().found(words_of(line)) for line in job.heading.splitlines())
    found = next(filter(None, lines), None) or _canonical().found(job.words)
    spoken = [COUNTRIES[country].language for country in countries]
    names: dict[str, None] = {}
    for named in found:
        local = _local().get(named.title, {})
        languages = (named.language, *spoken)
        names |= dict.fromkeys([named.title, *(local[one] for one in languages if one in local)])
    return list(names)


def trades_of(titles: Iterable[str]) -> list[Trade]:
    """The trades that have one of these titles."""
    wanted = set(titles)
    return [trade for trade in TRADES if not wanted.isdisjoint(trade.titles)]


def names_title(words: list[Word]) -> bool:
    """Whether a job title is among some words."""
    return bool(_spoken().found(words))


@cache
def _local() -> dict[str, dict[str, str]]:
    return {title.name: title.local for trade in TRADES for title in trade.called}


@cache
def _canonical() -> Phrases[_Named]:
    """The titles as people have them, which are certain enough to be looked for anywhere."""
    return Phrases(_plural((title, _Named(title)) for title in _all()))


@cache
def _spoken() -> Phrases[_Named]:
    """The titles, and what else they are called."""
    own = ((title, _Named(title)) for title in _all())
    others = (one for trade in TRADES for title in trade.called for one in _others(title))
    return Phrases(_plural((*own, *others)))


def _all() -> list[str]:
    own = [title for family in FAMILIES for title in family.titles]
    return [*own, *(title.name for trade in TRADES for title in trade.called)]


def _others(title: Title) -> Iterator[tuple[str, _Named]]:
    for language, name in title.others:
        named = _Named(title.name, language)
        yield name, named
        if language == "de" and name.endswith(_FEMININE):
            yield f"{name}in", named


def _plural(names: Iterable[tuple[str, _Named]]) -> Iterator[tuple[str, _Named]]:
    for name, named in names:
        yield name, named
        if len(name) > len("Chef"):
            yield f"{name}s", named
