"""Other spellings of the values that FutureJobs completes, and what is the same in another one."""

import unicodedata
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

from fj_mcp.filters import spelling_tables
from fj_mcp.text.cleaning import as_word, cut, quoted
from fj_mcp.text.comparison import normalized

Group = tuple[str, ...]
Groups = tuple[Group, ...]

_CLOSE, _SIMILAR = 0.8, 0.6
"""How similar a misspelling is to a spelling declared here, or to one that was looked up."""


def plain(text: str) -> str:
    """`text` in the form in which spellings are compared: also without accents."""
    letters = unicodedata.normalize("NFKD", normalized(text))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _groups(*tables: str) -> Groups:
    lines = (line for table in tables for line in table.strip().splitlines())
    return tuple(tuple(word.strip() for word in line.split("|")) for line in lines)


@dataclass(frozen=True)
class Spellings:
    """Groups of interchangeable spellings; a spelling in two groups counts in the first."""

    tables: tuple[str, ...] = ()

    @cached_property
    def groups(self) -> Groups:
        """The groups, in the order of the tables."""
        return _groups(*self.tables)

    @cached_property
    def _group_of(self) -> dict[str, Group]:
        found: dict[str, Group] = {}
        for group in self.groups:
            for word in group:
                found.setdefault(plain(word), group)
        return found

    def standard(self, text: str) -> str:
        """Equal for equal meaning: the first spelling of the group, for comparison only."""
        group = self._group_of.get(plain(text))
        return plain(group[0] if group else text)

    def knows(self, text: str) -> bool:
        """Whether `text` is in a group."""
        return plain(text) in self._group_of

    def others(self, text: str) -> list[str]:
        """The other spellings of `text`."""
        return [word for word in self._group_of.get(plain(text), ()) if plain(word) != plain(text)]

    def guessed(self, text: str) -> list[str]:
        """The spellings of whatever `text` is the beginning, or a misspelling, of."""
        wanted = plain(text)
        known = [word for word in self._group_of if word.startswith(wanted)]
        known = known or get_close_matches(wanted, self._group_of, n=1, cutoff=_CLOSE)
        words = (word for one in known[:1] for word in self._group_of[one])
        return [word for word in words if plain(word) != wanted]

    def same(self, text: str, values: list[str]) -> list[str]:
        """Those of `values` that certainly mean `text`."""
        return [value for value in values if self.standard(value) == self.standard(text)]

    def queries(self, text: str) -> list[str]:
        """The texts to look `text` up by, the likeliest first."""
        return [text, *self.others(text)]

    def shorter(self, text: str) -> list[str]:
        """Beginnings of `text`, for a look-up of what it may be a misspelling of."""
        name = self.name(text)
        lengths = dict.fromkeys((max(3, len(name) // 2), 3, 2))
        return [name[:length].strip() for length in lengths if length < len(name)][:2]

    def nearest(self, text: str, values: list[str]) -> list[str]:
        """Those of `values` that `text` is most likely the beginning, or a misspelling, of."""
        wanted = plain(self.name(text))
        names: dict[str, list[str]] = {}
        for value in values:
            names.setdefault(plain(self.name(value))[: len(wanted) + 2], []).append(value)
        close = get_close_matches(wanted, names, n=3, cutoff=_SIMILAR)
        return [value for name in close for value in names[name]]

    def name(self, text: str) -> str:
        """The part of a value that tells it from others."""
        return text


@dataclass(frozen=True)
class PlaceSpellings(Spellings):
    """Spellings of places, as `City, State, Country`, of which only the city is certain."""

    tables: tuple[str, ...] = (
        spelling_tables.CITIES,
        spelling_tables.STATES,
        spelling_tables.COUNTRIES,
    )

    @cached_property
    def _areas(self) -> Spellings:
        # LA is Los Angeles as a city, and Louisiana as a state.
        return Spellings(
            (spelling_tables.STATES, spelling_tables.COUNTRIES, spelling_tables.CITIES)
        )

    def same(self, text: str, values: list[str]) -> list[str]:
        """Those with the same city, in the same state and country as far as both name them."""
        return [value for value in values if self._is_same(text, value)]

    def _is_same(self, text: str, value: str) -> bool:
        (city, *areas), (other_city, *other_areas) = self._parts(text), self._parts(value)
        if city != other_city:
            return False
        # The state of a city-state is often the city itself, as in “Berlin, Berlin, Germany”.
        given, other = {city, *areas}, {city, *other_areas}
        if given <= other:
            return True
        return bool(areas and other_areas) and areas[-1] == other_areas[-1] and other <= given

    def queries(self, text: str) -> list[str]:
        """Also the city alone."""
        city = self.name(text)
        return list(dict.fromkeys([text, city, *self.others(city)]))

    def guessed(self, text: str) -> list[str]:
        """Those of the city."""
        return super().guessed(self.name(text))

    def name(self, text: str) -> str:
        """The city."""
        return parts_of(text)[0]

    def _parts(self, text: str) -> list[str]:
        city, *areas = parts_of(text)
        return [self.standard(city), *(self._areas.standard(area) for area in areas)]


def parts_of(place: str) -> list[str]:
    """The parts between the commas of a place; at least one."""
    return [part for word in place.split(",") if (part := word.strip())] or [place]


ANY = Spellings()
PLACES = PlaceSpellings()
COUNTRIES = Spellings((spelling_tables.COUNTRIES,))
TECHNOLOGIES = Spellings((spelling_tables.TECHNOLOGIES,))

# For the names of countries alone: in a place, "NL" may also be a province.
COUNTRIES_AND_CODES = Spellings((spelling_tables.COUNTRIES, spelling_tables.COUNTRY_CODES))


def country_of(place: str) -> str | None:
    """The country of a place, as `COUNTRIES.standard` has it; None if that is not certain."""
    # Georgia is not in the table, because it is a state as well.
    last = COUNTRIES.standard(parts_of(place)[-1])
    return last if COUNTRIES.knows(last) else None


@dataclass(frozen=True)
class UnknownValue:
    """A filter's value that FutureJobs does not complete.

    Attributes:
        filter: the filter's name.
        value: as it was given.
        nearest: FutureJobs' spellings that come nearest, the nearest first.
    """

    filter: str
    value: str
    nearest: tuple[str, ...] = ()

    def __str__(self) -> str:
        words = [f"{self.filter} {quoted(as_word(self.value))}"]
        if self.nearest:
            words.append(f"(nearest: {quoted(cut(self.nearest[0], 80))})")
        return " ".join(words)
