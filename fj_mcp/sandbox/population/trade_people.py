"""Fictional people of all trades, in many countries; invented when a search first needs them."""

from collections.abc import Collection, Iterable, Iterator
from functools import cache
from random import Random

from fj_mcp.sandbox.population.companies import Company, company
from fj_mcp.sandbox.population.countries import COUNTRIES
from fj_mcp.sandbox.population.people import SEED, Person, invented, lots
from fj_mcp.sandbox.population.places import CITIES, City
from fj_mcp.sandbox.population.trades import business, health, industry, services
from fj_mcp.sandbox.population.trades.trade import Trade
from fj_mcp.text.comparison import normalized

TRADES: tuple[Trade, ...] = (
    *health.TRADES,
    *business.TRADES,
    *industry.TRADES,
    *services.TRADES,
)

PEOPLE_PER_TRADE = 400
_EMPLOYERS = 8
"""Of one kind in one country."""

_FIRST_NUMBER = 100_000
_KINDS = list(dict.fromkeys((trade.industry, trade.employers, trade.business) for trade in TRADES))


def people_with(skills: Collection[str]) -> Iterable[Person]:
    """The people of every trade that has one of these skills."""
    wanted = {normalized(skill) for skill in skills}
    for number, known in enumerate(_skills_by_trade()):
        if not known.isdisjoint(wanted):
            yield from people_of(number)


@cache
def _skills_by_trade() -> tuple[frozenset[str], ...]:
    return tuple(frozenset(map(normalized, trade.skills)) for trade in TRADES)


@cache
def people_of(number: int, seed: int = SEED) -> tuple[Person, ...]:
    """The people of the trade with this number in `TRADES`; cached, so do not modify them."""
    draw = _TradeDraw(TRADES[number], Random(seed + number))
    first = _FIRST_NUMBER + number * 1000
    return tuple(invented(draw, first + place) for place in range(PEOPLE_PER_TRADE))


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
    """People of one trade, over the cities of all countries."""

    certified = 0.7

    def __init__(self, trade: Trade, random: Random) -> None:
        self.random = random
        self.works = trade.works
        self._trade = trade
        self._kind = _KINDS.index((trade.industry, trade.employers, trade.business))
        self._local = {title.name: title.local for title in trade.called}
        self._cities = lots([city.trades_weight for city in CITIES])
        self._degrees = lots([share for *_, share in trade.degrees])

    def career(self) -> Trade:
        return self._trade

    def city(self) -> City:
        return CITIES[self.random.choice(self._cities)]

    def name(self, city: City) -> str:
        country = COUNTRIES[city.country]
        return f"{self.random.choice(country.first)} {self.random.choice(country.last)}"

    def languages(self, city: City) -> list[str]:
        everybody, some = COUNTRIES[city.country].languages
        more = [self.random.choice(some)] if self.random.random() < 0.6 else []
        return [*everybody, *more]

    def employer(self, city: City) -> Company:
        return self.random.choice(employers_of(self._kind, city.country))

    def level(self, years: float, titles: tuple[str, ...]) -> int:
        return min(int(years / 4.5 + self.random.random() * 1.5), len(titles) - 1)

    def title(self, title: str, city: City) -> str:
        local = self._local.get(title, {}).get(COUNTRIES[city.country].language)
        return local if local and self.random.random() < 0.5 else title

    def degrees(self) -> list[tuple[str, str]]:
        place = self.random.choice(self._degrees)
        level, degree, _ = self._trade.degrees[place]
        if level not in ("MASTERS", "DOCTORATE", "POST_DOCTORATE"):
            return [(level, degree)]
        first = [(one, name) for one, name, _ in self._trade.degrees if one == "BACHELORS"]
        return [(level, degree), *(first or [("BACHELORS", "Bachelor of Science")])]

    def school(self, city: City) -> str:
        country = COUNTRIES[city.country]
        return f"{self.random.choice(country.words)} {self.random.choice(country.schools)}"
