"""Other spellings of the values that FutureJobs completes, and what is the same in another one."""

import re
import unicodedata
from difflib import SequenceMatcher, get_close_matches
from functools import cached_property

from msgspec import Struct

from fj_mcp.filters import spelling_tables
from fj_mcp.filters.spoken_words import may_mean
from fj_mcp.text.cleaning import as_word, cut, quoted
from fj_mcp.text.comparison import normalized

Group = tuple[str, ...]
Groups = tuple[Group, ...]

_CLOSE, _SIMILAR = 0.8, 0.6
"""How similar a misspelling is to a spelling declared here, or to one that was looked up."""

_MISSPELLED, _RELATED = 0.85, 0.7
"""How similar each word of a certain misspelling is, and of a value that is worth naming."""

LONGEST_CODE = 3
"""Names of so few letters, such as CA or NRW, begin the names of many other things."""

_LEVEL = re.compile(r"^(?:senior|sr\.?|junior|jr\.?)\s+", re.IGNORECASE)


def plain(text: str) -> str:
    """`text` in the form in which spellings are compared: also without accents."""
    letters = unicodedata.normalize("NFKD", normalized(text))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def without_level(title: str) -> str:
    """A job title without "Senior" or "Junior" before it."""
    return _LEVEL.sub("", title)


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[\s/-]+", plain(text)) if word]


def _is_close(text: str, other: str, similarity: float) -> bool:
    """Whether each word of `text` is the word of `other` in its place, or a misspelling of it."""
    words, others = _words(text), _words(other)
    if "".join(words) == "".join(others):
        return True
    return len(words) == len(others) and all(
        word == one
        or (
            word[0] == one[0]
            # Another number is another thing.
            and not re.search(r"\d", word + one)
            and SequenceMatcher(None, word, one).ratio() >= similarity
        )
        for word, one in zip(words, others, strict=True)
    )


def _groups(*tables: str) -> Groups:
    lines = (line for table in tables for line in table.strip().splitlines())
    return tuple(tuple(word.strip() for word in line.split("|")) for line in lines)


class Spellings(Struct, frozen=True, dict=True):
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

    def first(self, text: str) -> str:
        """The first spelling of the group, to look up or to show."""
        return self._group_of.get(plain(text), (text,))[0]

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
        possible = (word for word in self._group_of if may_mean(wanted, word))
        known = known or get_close_matches(wanted, list(possible), n=1, cutoff=_CLOSE)
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
        for value in (one for one in values if may_mean(text, one)):
            names.setdefault(plain(self.name(value))[: len(wanted) + 2], []).append(value)
        close = get_close_matches(wanted, names, n=3, cutoff=_SIMILAR)
        return [value for name in close for value in names[name]]

    def means(self, text: str, value: str) -> bool:
        """Whether `text` is certainly `value`, in another spelling or misspelled."""
        if self.knows(text):
            return self.standard(text) == self.standard(value)
        return _is_close(text, value, _MISSPELLED)

    def related(self, text: str, values: list[str]) -> list[str]:
        """Those of `values` that `text` may misspell, then those with all of its words, or some.

        A word counts only as a whole: Salesforce has nothing to do with sales.
        """
        name, words = self.name(text), set(_words(self.name(text)))
        close = [one for one in values if _is_close(name, self.name(one), _RELATED)]
        sharing = [
            (len(words ^ others), one)
            for one in values
            if one not in close
            and ((others := set(_words(self.name(one)))) <= words or words <= others)
        ]
        return close + [one for _, one in sorted(sharing, key=lambda found: found[0])]

    def area(self, text: str, values: list[str]) -> str | None:  # noqa: ARG002
        """`text`, as `values` spell it, if they are places in that state or country."""
        return None

    def is_country(self, text: str) -> bool:  # noqa: ARG002
        """Whether `text` is a country where a city or a state is wanted."""
        return False

    def name(self, text: str) -> str:
        """The part of a value that tells it from others."""
        return text


class TitleSpellings(Spellings, frozen=True):
    """Spellings of job titles."""

    def guessed(self, text: str) -> list[str]:
        """The title without its level."""
        plain_title = without_level(text)
        return [plain_title] if plain_title != text else []


class PlaceSpellings(Spellings, frozen=True):
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

    @cached_property
    def _states(self) -> Spellings:
        return Spellings((spelling_tables.STATES,))

    def same(self, text: str, values: list[str]) -> list[str]:
        """Those with the same city, in the same state and country as far as both name them.

        “New York, NY” is the city, although the state may be listed as “New York, United States”.
        A country is none of its cities, unless it is one city.
        """
        city, *areas = self._parts(text)
        if self.is_country(text):
            known = city in spelling_tables.CITY_COUNTRIES
            return [value for value in values if known and set(self._parts(value)) == {city}][:1]
        found = [value for value in values if self._is_same(text, value)]
        if any(map(self._states.knows, areas)):
            found = [value for value in found if not self._is_state(value)]
        return [value for value in found if city in areas and self._repeats(city, value)] or found

    def _repeats(self, city: str, value: str) -> bool:
        return city in map(self._areas.standard, parts_of(value)[1:])

    def _is_state(self, value: str) -> bool:
        name, *areas = parts_of(value)
        return self._states.knows(name) and all(map(self.is_country, areas))

    def _is_same(self, text: str, value: str) -> bool:
        (city, *areas), (other_city, *other_areas) = self._parts(text), self._parts(value)
        if city != other_city:
            return False
        # The state of a city-state is often the city itself, as in “Berlin, Berlin, Germany”.
        given, other = {city, *areas}, {city, *other_areas}
        if given <= other:
            return True
        if not (areas and other_areas and areas[-1] == other_areas[-1] and other <= given):
            return False
        # A further part is a state: another city would be lost without a word.
        return all(self._states.knows(part) for part in given - other)

    def queries(self, text: str) -> list[str]:
        """Also the city with its state, which few others share, and the city alone."""
        city, *areas = in_full(text)
        states = [self._states.first(area) for area in areas if self._states.knows(area)]
        with_state = [f"{city}, {state}" for state in states[:1]]
        named = self.name(text)
        return list(dict.fromkeys([text, *with_state, named, *self.others(named)]))

    def guessed(self, text: str) -> list[str]:
        """Those of the city, and of the city that a region such as Greater Mumbai is around."""
        city = self.name(text)
        center = self._center(city)
        around = [center, *self.others(center)] if center != city else []
        return list(dict.fromkeys([*around, *super().guessed(city)]))

    def means(self, text: str, value: str) -> bool:
        """Also for the region around a city; no areas may contradict."""
        (city, *areas), other = parts_of(text), self.name(value)
        center = self._center(city)
        if len(city) <= LONGEST_CODE or not self._is_same(", ".join([other, *areas]), value):
            return False
        if self.knows(center):
            return self.standard(center) == self.standard(other)
        return any(_is_close(one, other, _MISSPELLED) for one in (city, center))

    def related(self, text: str, values: list[str]) -> list[str]:
        """Those of the city, unless a state or country of `text` is another one."""
        (_, *areas) = parts_of(text)
        given = {self._areas.standard(area) for area in areas if self._areas.knows(area)}
        possible = [
            value
            for value in values
            if given <= {self._areas.standard(part) for part in parts_of(value)}
        ]
        return super().related(text, possible)

    def area(self, text: str, values: list[str]) -> str | None:
        """Also several areas, such as `California, United States`."""
        wanted = [self._areas.standard(part) for part in in_full(text)]
        if not self._is_area(wanted[0]):
            # Of a city-state, such as “Berlin, Berlin”, either part says all.
            wanted = list(dict.fromkeys(wanted))
        for value in values:
            areas = parts_of(value)[1:]
            known = [self._areas.standard(area) for area in areas]
            for start in range(len(areas)):
                if known[start : start + len(wanted)] == wanted:
                    return ", ".join(areas[start : start + len(wanted)])
        return None

    def is_country(self, text: str) -> bool:
        """Those of the table, without the names of states."""
        return COUNTRIES.knows(text)

    def _is_area(self, name: str) -> bool:
        return self._states.knows(name) or self.is_country(name)

    def _center(self, city: str) -> str:
        """The city without the words that make it a region."""
        words = [word for word in city.split() if plain(word) not in spelling_tables.AROUND]
        return " ".join(words) or city

    def name(self, text: str) -> str:
        """The city."""
        return parts_of(text)[0]

    def _parts(self, text: str) -> list[str]:
        city, *areas = in_full(text)
        return [self.standard(city), *(self._areas.standard(area) for area in areas)]


def parts_of(place: str) -> list[str]:
    """The parts between the commas of a place; at least one."""
    return [part for word in place.split(",") if (part := word.strip())] or [place]


_CITY_IN_FULL = {
    plain(name): parts_of(full)
    for full, *names in _groups(spelling_tables.NAMED_AS_CITIES)
    for name in names
}


def in_full(place: str) -> list[str]:
    """The parts of a place; of a name such as “NYC”, those of the city with its state."""
    city, *areas = parts_of(place)
    return [*_CITY_IN_FULL.get(plain(city), [city]), *areas]


ANY = Spellings()
PLACES = PlaceSpellings()
TITLES = TitleSpellings()
COUNTRIES = Spellings((spelling_tables.COUNTRIES,))
TECHNOLOGIES = Spellings((spelling_tables.TECHNOLOGIES,))

# For the names of countries alone: in a place, "NL" may also be a province.
COUNTRIES_AND_CODES = Spellings((spelling_tables.COUNTRIES, spelling_tables.COUNTRY_CODES))


def country_of(place: str) -> str | None:
    """The country of a place, as `COUNTRIES.standard` has it; None if that is not certain."""
    # Georgia is not in the table, because it is a state as well.
    last = COUNTRIES.standard(parts_of(place)[-1])
    return last if COUNTRIES.knows(last) else None


class UnknownValue(Struct, frozen=True):
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
