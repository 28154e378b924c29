"""A change to the filters of a session: what it replaces, what it removes, and what stays."""

from collections.abc import Collection
from typing import Any

from fj_mcp.filters.search_filters import FILTERS

Changes = dict[str, Any]
"""Filters by name, in the form of the tools' arguments."""


def after_change(before: Changes, given: Changes, removed: Collection[str]) -> Changes:
    """All filters after a change; no skills if it removes the last of them.

    Args:
        before: all filters before it.
        given: the filters that it gives. A tier of skills that it leaves out stays.
        removed: the filters that it removes, and the tiers of skills such as `skills.core`.
    """
    after = {name: value for name, value in (before | given).items() if name not in removed}
    if "skills" in after:
        after["skills"] = given.get("skills", {}) | skills_left(before, given, removed)
        if not after["skills"]:
            del after["skills"]
    return after


def skills_left(before: Changes, given: Changes, removed: Collection[str]) -> dict[str, list[str]]:
    """The skills that stay in the tiers that a change leaves out: those that it does not name.

    Clients that fill in every parameter send an empty tier for each one they do not mean.
    """
    tiers = given.get("skills", {})
    standard = FILTERS["skills"].spellings.standard
    named = {standard(skill) for skills in tiers.values() for skill in skills}
    left = {
        tier: [skill for skill in skills if standard(skill) not in named]
        for tier, skills in before.get("skills", {}).items()
        if tier not in tiers and f"skills.{tier}" not in removed
    }
    return {tier: skills for tier, skills in left.items() if skills}


def change_between(before: Changes, after: Changes) -> tuple[Changes, list[str]]:
    """The filters to give and those to remove, so that `after` comes of `before`."""
    given = {name: value for name, value in after.items() if before.get(name) != value}
    removed = [name for name in before if name not in after]
    if "skills" in given:
        removed += [f"skills.{tier}" for tier in skills_left(before, given, removed)]
    return given, removed
