"""Skills in a job description, by tier, and those that it does not want."""

import re
from collections.abc import Collection
from functools import cache
from itertools import zip_longest

from fj_mcp.filters.spelling_tables import TECHNOLOGIES
from fj_mcp.filters.spellings import Spellings
from fj_mcp.sandbox.annotation.job_text import JobText
from fj_mcp.sandbox.annotation.phrases import Phrases, Word
from fj_mcp.sandbox.annotation.spoken_skills import SPOKEN_SKILLS
from fj_mcp.sandbox.population.trade_people import TRADES
from fj_mcp.sandbox.population.trades.trade import Trade
from fj_mcp.sandbox.population.vocabulary import FAMILIES

_USUAL = 5
"""The skills of a trade that stand for it where a text names none."""

_CERTIFIED = re.compile(r"certifi|zertifi")


def skills_in(job: JobText, trades: list[Trade]) -> tuple[dict[str, list[str]], list[str]]:
    """The wanted skills by tier, and the excluded ones.

    Args:
        job: the text.
        trades: those of its titles, whose words count more than others.
    """
    tiers: dict[str, list[str]] = {"mandatory": [], "core": [], "secondary": []}
    excluded: list[str] = []
    for clause in job.clauses:
        # What is not wanted may belong to other trades.
        named = named_skills(clause.words, () if clause.excluded else trades)
        (excluded if clause.excluded else tiers[clause.tier]).extend(named)
    seen: set[str] = set(excluded)
    for tier, skills in tiers.items():
        tiers[tier] = [skill for skill in dict.fromkeys(skills) if skill not in seen]
        seen.update(tiers[tier])
    if not any(tiers.values()) and trades:
        tiers["core"] = [skill for skill in trades[0].skills[:_USUAL] if skill not in excluded]
    return tiers, list(dict.fromkeys(excluded))


def named_skills(words: list[Word], trades: Collection[Trade] = ()) -> list[str]:
    """The skills among some words.

    Args:
        words: of a clause.
        trades: see `skills_in`.
    """
    # AWS certified: the name of who certifies, or of what a certificate is about, is no skill.
    words = [
        word
        for word, after in zip_longest(words, words[1:])
        if after is None or not _CERTIFIED.match(after.folded)
    ]
    literal = set(_literal().found(words))
    found = {*literal, *_spoken().found(words)}
    places = {(trade.function, trade.industry) for trade in trades}
    known = {
        skill
        for trade in TRADES
        if (trade.function, trade.industry) in places
        for skill in trade.skills
    }
    fitting = {
        skill
        for skill in found
        # A word such as "delivery" is a skill of drivers, and nothing special in other jobs.
        if not trades
        or skill in known
        or (skill in literal and (skill in _technology() or " " in skill))
    }
    return [skill for skill in _all() if skill in fitting]


@cache
def _technology() -> frozenset[str]:
    return frozenset(skill for family in FAMILIES for skill in family.skills)


@cache
def _all() -> tuple[str, ...]:
    """Every skill, in the order in which a result lists them."""
    own = [skill for family in FAMILIES for skill in family.skills]
    return tuple(dict.fromkeys([*own, *(skill for trade in TRADES for skill in trade.skills)]))


@cache
def _literal() -> Phrases[str]:
    return Phrases(((skill, skill) for skill in _all()), exact=2)


@cache
def _spoken() -> Phrases[str]:
    """What the skills are called in other words; a longer name hides the shorter ones in it."""
    known = set(_all())
    groups = [*Spellings((SPOKEN_SKILLS,)).groups, *Spellings((TECHNOLOGIES,)).groups]
    names = [(skill, skill) for skill in _all()]
    for group in groups:
        skill = next((word for word in group if word in known), None)
        names += [(word, skill) for word in group if skill is not None]
    return Phrases(names)
