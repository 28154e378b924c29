"""Fictional people of all trades, in many countries; invented when a search first needs them."""

from collections.abc import Collection, Iterator
from functools import cache
from random import Random

from fj_mcp.sandbox.population.companies import Company, company
from fj_mcp.sandbox.population.countries import COUNTRIES
from fj_mcp.sandbox.population.people import SEED, Person, invented, lots, uncollected
from fj_mcp.sandbox.population.places import CITIES, City
from fj_mcp.sandbox.population.trades import business, crafts, health, industry, services
from fj_mcp.sandbox.population.trades.trade import Trade
from fj_mcp.text.comparison import normalized

TRADES: tuple[Trade, ...] = (
    *health.TRADES,
    *business.TRADES,
    *industry.TRADES,
    *services.TRADES,
    *crafts.TRADES,
)

PEOPLE = 8
"""In each trade and city, for each unit of the city's weight."""

_FULL = 80
"""The weight of all cities that a search can reach with all of their people; a country has less.

Where it reaches more cities, it finds the first people of each.
"""

_EMPLOYERS = 8
"""Of one kind in one country."""

_FIRST_NUMBER = 100_000
_MOST_CITIES, _MOST_IN_CITY = 250, 80
assert len(CITIES) <= _MOST_CITIES
# Otherwise people of two cities would have the same id.
assert max(PEOPLE * city.trades_weight for city in CITIES) <= _MOST_IN_CITY
_KINDS = list(dict.fromkeys((trade.industry, trade.employers, trade.business) for trade in TRADES))


def people_with(skills: Collection[str], cities: Collection[City]) -> Iterator[Person]:
    """The people in these cities, of every trade that has one of these skills."""
    wanted = {normalized(skill) for skill in skills}
    places = [place for place, city in enumerate(CITIES) if city in cities]
    weight = sum(CITIES[place].trades_weight for place in places)
    each = max(1, PEOPLE * _FULL // max(weight, _FULL))
    for number, known in enumerate(_skills_by_trade()):
        if not known.isdisjoint(wanted):
            for place in places:
                yield from people_of(number, place, each)


@cache
def _skills_by_trade() -> tuple[frozenset[str], ...]:
    return tuple(frozenset(map(normalized, trade.skills)) for trade in TRADES)


def people_of(number: int, place: int, each: int = PEOPLE) -> list[Person]:
    """The people of a trade in a city, by their numbers in `TRADES` and `CITIES`.

    They are the same in whatever order they are invented. They are kept, so do not modify them.

    Args:
        number: of the trade.
        place: of the city.
        each: people for each unit of the city's weight.
    """
    draw, first, people = begun(number, place)
    count = each * CITIES[place].trades_weight
    with uncollected():
        people += [invented(draw, first + one) for one in range(len(people), count)]
    return people[:count]


@cache
def begun(number: int, place: int, seed: int = SEED) -> tuple["_TradeDraw", int, list[Person]]:
    """The draw of a trade in a city, the first person's number, and the people so far."""
    first = _FIRST_NUMBER + (number * _MOST_CITIES + place) * _MOST_IN_CITY
    return _TradeDraw(TRADES[number], CITIES[place], Random(seed + first)), first, []


def trade_values(path: str) -> Iterator[str]:
    """The values that the people of all trades may have at a path of their records."""
    where, _, field = path.rpartition(".")
    for trade in TRADES:
        match field:
            case "skills":
                yield from trade.skills
            case "title":
                for title in trade.called:
                    yield from (title.name, *title.local.values())
            case "field_of_study":
                yield from trade.fields
            case "name" if where == "certifications":
                yield from trade.certificates
    for country, about in COUNTRIES.items():
        match field:
            case "region":
                yield from (city.label for city in _cities_of(country)[0])
            case "country_region":
                yield country
            case "institute_name":
                yield from (f"{word} {kind}" for word in about.words for kind in about.schools)
            case "name" if where == "all_employers":
                for kind in range(len(_KINDS)):
                    yield from (employer["name"] for employer in employers_of(kind, country))


@cache
def _cities_of(country: str) -> tuple[tuple[City, ...], tuple[int, ...]]:
    found = tuple(city for city in CITIES if city.country == country and city.trades_weight)
    return found, tuple(city.trades_weight for city in found)


@cache
def employers_of(kind: int, country: str) -> tuple[Company, ...]:
    """The employers of one kind in a country."""
    industry_name, endings, what = _KINDS[kind]
    words = COUNTRIES[country].words
    place = kind * len(COUNTRIES) + list(COUNTRIES).index(country)
    random = Random(SEED + place)
    names = dict.fromkeys(
        f"{words[(kind * 3 + n) % len(words)]} {endings[n % len(endings)]}"
        for n in range(_EMPLOYERS)
    )
    return tuple(
        company(
            random,
            full_name=name,
            number=10_000 + place * _EMPLOYERS + n,
            industry=industry_name,
            business=what,
            cities=_cities_of(country),
        )
        for n, name in enumerate(names)
    )


class _TradeDraw:
    """People of one trade in one city."""

    certified = 0.7

    def __init__(self, trade: Trade, city: City, random: Random) -> None:
        self.random = random
        self.works = trade.works
        self._trade = trade
        self._city = city
        self._country = COUNTRIES[city.country]
        kind = _KINDS.index((trade.industry, trade.employers, trade.business))
        self._employers = employers_of(kind, city.country)
        language = self._country.language
        self._local = {title.name: title.local.get(language) for title in trade.called}
        self._degrees = lots([share for *_, share in trade.degrees])

    def career(self) -> Trade:
        return self._trade

    def city(self) -> City:
        return self._city

    def name(self) -> str:
        return f"{self.random.choice(self._country.first)} {self.random.choice(self._country.last)}"

    def languages(self) -> list[str]:
        everybody, some = self._country.languages
        return [*everybody, *([self.random.choice(some)] if self.random.random() < 0.6 else [])]

    def employer(self) -> Company:
        return self.random.choice(self._employers)

    def level(self, years: float, titles: tuple[str, ...]) -> int:
        return min(int(years / 4.5 + self.random.random() * 1.5), len(titles) - 1)

    def title(self, title: str) -> str:
        local = self._local.get(title)
        return local if local and self.random.random() < 0.5 else title

    def degrees(self) -> list[tuple[str, str]]:
        level, degree, _ = self._trade.degrees[self.random.choice(self._degrees)]
        if level not in ("MASTERS", "DOCTORATE", "POST_DOCTORATE"):
            return [(level, degree)]
        first = [(one, name) for one, name, _ in self._trade.degrees if one == "BACHELORS"]
        return [(level, degree), *(first or [("BACHELORS", "Bachelor of Science")])]

    def school(self) -> str:
        words, schools = self._country.words, self._country.schools
        return f"{self.random.choice(words)} {self.random.choice(schools)}"
