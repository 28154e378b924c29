"""The table of other spellings, and what counts as the same place."""

import re

import pytest

from fj_mcp.filters import spelling_tables
from fj_mcp.filters.spellings import (
    COUNTRIES,
    COUNTRIES_AND_CODES,
    PLACES,
    TECHNOLOGIES,
    Spellings,
    country_of,
    plain,
)

STATES = {word.strip() for word in re.split(r"[|\n]", spelling_tables.STATES)}


@pytest.mark.parametrize("spellings", [COUNTRIES, TECHNOLOGIES])
def test_a_spelling_has_one_meaning(spellings: Spellings) -> None:
    words = [plain(word) for group in spellings.groups for word in group]
    assert sorted(words) == sorted(set(words))


@pytest.mark.parametrize("spellings", [COUNTRIES, PLACES, TECHNOLOGIES])
def test_every_line_has_words(spellings: Spellings) -> None:
    assert all(word and word == word.strip() for group in spellings.groups for word in group)


def test_a_country_code_is_the_country_and_no_american_state() -> None:
    for name, *codes in COUNTRIES_AND_CODES.groups[len(COUNTRIES.groups) :]:
        assert COUNTRIES.standard(name) == plain(name)
        assert codes
        for code in codes:
            assert not COUNTRIES.knows(code)
            assert code not in STATES
            assert COUNTRIES_AND_CODES.same(code, [name, "Pune"]) == [name]


@pytest.mark.parametrize(
    ("given", "known"),
    [
        ("Pune", "Pune, Maharashtra, India"),
        ("Zurich, Switzerland", "Zürich, Zürich, Schweiz"),
        ("Munich, Bayern, Germany", "Munich, Germany"),
        ("New Orleans, LA", "New Orleans, Louisiana, United States"),
        ("LA, California", "Los Angeles, California, United States"),
        ("Washington, DC", "Washington, District of Columbia, United States"),
        ("Washington DC, USA", "Washington, District of Columbia, United States"),
    ],
)
def test_a_place_is_recognized_in_another_form(given: str, known: str) -> None:
    assert PLACES.same(given, [known]) == [known]


@pytest.mark.parametrize(
    ("given", "other"),
    [
        ("Berlin, Germany", "Berlin, Maryland, United States"),
        ("Paris, Texas", "Paris, Île-de-France, France"),
        ("Pune, Maharashtra, India", "Punjab, India"),
        ("Hyderabad, Sindh, Pakistan", "Hyderabad, Telangana, India"),
        ("Springfield, Illinois, United States", "Springfield, Missouri, United States"),
        ("Maharashtra, India", "Pune, Maharashtra, India"),
    ],
)
def test_another_place_of_the_name_is_not_the_same(given: str, other: str) -> None:
    assert PLACES.same(given, [other]) == []


@pytest.mark.parametrize(
    ("place", "country"),
    [
        ("Munich, Bavaria, Deutschland", "germany"),
        ("Singapore", "singapore"),
        ("Tbilisi, Tbilisi, Georgia", None),
        ("Atlanta, Georgia", None),
        ("Pune", None),
        ("Pune, Maharashtra", None),
    ],
)
def test_the_country_of_a_place_is_known_only_if_it_is_named(
    place: str, country: str | None
) -> None:
    assert country_of(place) == country
