"""Hypothesis strategies for search filters, made from their declarations."""

from typing import Any

from hypothesis import strategies as st

from fj_mcp.filters.base import Filter
from fj_mcp.filters.kinds import Choice, Distance, Range, Switch, Tiers, Values
from fj_mcp.filters.search_filters import FILTERS
from fj_mcp.filters.wordings import PLACEHOLDERS

words = st.text(
    st.characters(categories=["L", "N"], codec="utf-8"), min_size=1, max_size=30
).filter(lambda word: word.casefold() not in PLACEHOLDERS)


def values_of(wire: Filter) -> st.SearchStrategy[Any]:
    """Every valid value of one filter, tidy or not."""
    match wire:
        case Tiers():
            tier = st.lists(words | words.map(lambda word: f"  {word} "), max_size=3)
            names = st.dictionaries(st.sampled_from(wire.names), tier)
            return names.filter(lambda tiers: any(map(any, tiers.values())))
        case Range():
            side = st.integers(wire.lowest, wire.highest)
            both = st.tuples(side, side).map(lambda two: {"min": min(two), "max": max(two)})
            one = st.dictionaries(st.sampled_from(["min", "max"]), side, max_size=1)
            return both | one
        case Distance():
            return st.integers(1, wire.farthest)
        case Switch():
            return st.booleans()
        case Choice():
            return st.sampled_from([*wire.vocabulary, *wire.vocabulary.values()])
        case Values(closed=True):
            known = st.sampled_from([*wire.vocabulary, *wire.vocabulary.values()])
            return st.lists(known | known.map(str.upper), max_size=4)
    return st.lists(words | st.just("  "), max_size=4)


def example_of(wire: Filter) -> Any:
    """One valid value of a filter, of every part that it has."""
    match wire:
        case Tiers():
            return {name: [f"Skill {name}"] for name in wire.names}
        case Range():
            return {"min": wire.lowest + 1, "max": wire.highest - 1}
        case Distance():
            return 50
        case Switch():
            return True
        case Choice():
            return next(iter(wire.vocabulary))
        case Values(closed=True):
            return list(wire.vocabulary)[:1]
        case Values(must_be_known=True):
            return ["Pune, Maharashtra, India"] if wire.places else ["India"]
    return ["Some Words", "Other Words"]


def all_filters() -> st.SearchStrategy[dict[str, Any]]:
    optional = {name: values_of(wire) for name, wire in FILTERS.items() if name != "skills"}
    return st.fixed_dictionaries({"skills": values_of(FILTERS["skills"])}, optional=optional)
