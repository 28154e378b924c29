"""Cities and countries in a job description, in four languages."""

import re
from collections.abc import Iterator
from functools import cache

from fj_mcp.filters import spelling_tables
from fj_mcp.filters.spellings import Spellings
from fj_mcp.sandbox.annotation.job_text import JobText
from fj_mcp.sandbox.annotation.phrases import Phrases, Word, words_of
from fj_mcp.sandbox.population.places import CITIES

_PLACE_LINE = re.compile(
    r"^\W*(?:(?:job |work )?location|place of work|based in|where|standort|einsatzort|arbeitsort|"
    r"ort|dienstort|lieu(?: de travail)?|localisation|poste basé à|ubicación|lugar(?: de trabajo)?|"
    r"localidad|centro de trabajo)\b",
    re.IGNORECASE,
)

_CITIES = """
London | Londres
Edinburgh | Édimbourg | Edimburgo
Berlin | Berlín
Hamburg | Hambourg | Hamburgo
Munich | Múnich
Cologne | Colonia
Frankfurt | Francfort | Fráncfort
Geneva | Ginebra
Paris | París
Marseille | Marsella
Toulouse | Tolosa
Bordeaux | Burdeos
Strasbourg | Straßburg | Estrasburgo
Barcelona | Barcelone
Valencia | València
Zaragoza | Saragossa | Saragosse
Málaga | Malaga
Madrid | Madrid capital
Warsaw | Varsovie | Varsovia | Warschau
Kraków | Krakow | Cracovie | Cracovia
Gdańsk | Gdansk | Danzig
Poznań | Poznan | Posen
Amsterdam | Ámsterdam
Rotterdam | Róterdam
São Paulo | Sao Paulo
Rio de Janeiro | Río de Janeiro
Singapore | Singapur | Singapour
Dubai | Dubái | Dubaï
Montreal | Montréal
New York | Nueva York | Manhattan | Brooklyn
San Francisco | Bay Area
"""
"""Other names than those of the filters' own table."""

_COUNTRIES = """
United States | Vereinigte Staaten | États-Unis | Estados Unidos
United Kingdom | Vereinigtes Königreich | Royaume-Uni | Reino Unido | Großbritannien
Germany | Alemania
France | Frankreich | Francia
Spain | Spanien | Espagne
Netherlands | Niederlande | Pays-Bas | Países Bajos
Poland | Polen | Pologne | Polonia
Brazil | Brasilien | Brésil
Austria | Autriche
Switzerland | Suiza
Australia | Australien | Australie
Singapore | Singapur | Singapour
United Arab Emirates | Vereinigte Arabische Emirate | Émirats arabes unis | Emiratos Árabes Unidos
India | Indien | Inde
Canada | Kanada | Canadá
Sweden | Schweden | Suède | Suecia
Ireland | Irland | Irlande | Irlanda
"""


def places_in(job: JobText) -> tuple[list[str], list[str]]:
    """The labels of the cities, and the countries, both of which a search can use together.

    A line such as "Location: Lyon" counts more than the heading, and that more than the rest, where
    other offices and clients are named.
    """
    lines = "\n".join(line for line in job.lines if _PLACE_LINE.match(line))
    named = (
        words_of(lines),
        job.heading_words,
        # Hamburg-Altona is in Hamburg.
        words_of(job.heading.replace("-", " ")),
        job.words,
    )
    regions = next((found for words in named if (found := _cities().found(words))), [])
    countries = next((found for words in named if (found := _countries().found(words))), [])
    if regions:
        reached = set(map(country_of, regions))
        countries = [country for country in countries if country in reached]
        # A search fits both filters, so a city elsewhere would find nobody.
        if countries and set(countries) != reached:
            countries = []
    order = [city.label for city in CITIES]
    return sorted(regions, key=order.index), countries


def country_of(label: str) -> str:
    """The country of a city's label."""
    return label.rpartition(", ")[2]


def names_place(words: list[Word]) -> bool:
    """Whether a city or a country is among some words."""
    return bool(_cities().found(words) or _countries().found(words))


@cache
def _cities() -> Phrases[str]:
    names = _named({city.name: city.label for city in CITIES}, _CITIES, spelling_tables.CITIES)
    return Phrases(names, exact=2)


@cache
def _countries() -> Phrases[str]:
    countries = {city.country: city.country for city in CITIES}
    return Phrases(_named(countries, _COUNTRIES, spelling_tables.COUNTRIES))


def _named(values: dict[str, str], *tables: str) -> Iterator[tuple[str, str]]:
    """Each value by its name, and by the other spellings that each table has for the name."""
    spellings = [Spellings((table,)) for table in tables]
    for name, value in values.items():
        yield name, value
        for spelled in spellings:
            yield from ((other, value) for other in spelled.others(name))
