"""Other spellings of the values that FutureJobs completes: cities, countries, technologies.

One line is one thing in several spellings, which are interchangeable: nobody publishes which one
FutureJobs uses, so each is looked up. To add a spelling, add it to its line, or add a line.
"""

import unicodedata
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

from fj_mcp.text.cleaning import as_word, cut, quoted
from fj_mcp.text.comparison import normalized

_CITIES = """
Ahmedabad | Amdavad
Aurangabad | Chhatrapati Sambhajinagar
Belagavi | Belgaum
Bengaluru | Bangalore | Bengalooru
Chennai | Madras
Gurugram | Gurgaon
Hyderabad | Haidarabad
Kochi | Cochin
Kolkata | Calcutta
Kozhikode | Calicut
Mangaluru | Mangalore
Mumbai | Bombay
Mysuru | Mysore
Nashik | Nasik
New Delhi | Delhi
Panaji | Panjim
Prayagraj | Allahabad
Puducherry | Pondicherry
Pune | Poona
Thane | Thana
Thiruvananthapuram | Trivandrum
Tiruchirappalli | Trichy
Vadodara | Baroda
Varanasi | Benares
Vijayawada | Bezawada
Visakhapatnam | Vizag
Antwerp | Antwerpen | Anvers
Athens | Athina
Basel | Bâle
Beijing | Peking
Belgrade | Beograd
Bern | Berne
Brussels | Bruxelles | Brussel
Bucharest | București
Cologne | Köln | Koeln
Copenhagen | København
Düsseldorf | Duesseldorf
Florence | Firenze
Frankfurt | Frankfurt am Main | Frankfurt/Main
Geneva | Genève | Genf
Genoa | Genova
Ghent | Gent | Gand
Gothenburg | Göteborg
Hanover | Hannover
Ho Chi Minh City | Saigon
Kraków | Cracow | Krakau
Kyiv | Kiev
Lisbon | Lisboa
Los Angeles | LA
Luxembourg | Luxemburg
Lyon | Lyons
Mexico City | Ciudad de México
Milan | Milano | Mailand
Moscow | Moskva
Munich | München | Muenchen
Naples | Napoli
New York | New York City | NYC
Nuremberg | Nürnberg | Nuernberg
Porto | Oporto
Prague | Praha
Rome | Roma
San Francisco | SF
Seville | Sevilla
The Hague | Den Haag
Turin | Torino
Venice | Venezia
Vienna | Wien
Warsaw | Warszawa
Washington | Washington DC | Washington D.C.
Wrocław | Breslau
Yangon | Rangoon
Zürich | Zuerich
"""

_STATES = """
Bavaria | Bayern
Hesse | Hessen
Lower Saxony | Niedersachsen
North Rhine-Westphalia | Nordrhein-Westfalen | NRW
Rhineland-Palatinate | Rheinland-Pfalz
Saxony | Sachsen
Thuringia | Thüringen
Baden-Württemberg | Baden-Wuerttemberg
Catalonia | Catalunya | Cataluña
Community of Madrid | Comunidad de Madrid
Lombardy | Lombardia
Odisha | Orissa
Uttarakhand | Uttaranchal
Alabama | AL
Alaska | AK
Arizona | AZ
Arkansas | AR
California | CA
Colorado | CO
Connecticut | CT
Delaware | DE
District of Columbia | DC
Florida | FL
Georgia | GA
Hawaii | HI
Idaho | ID
Illinois | IL
Indiana | IN
Iowa | IA
Kansas | KS
Kentucky | KY
Louisiana | LA
Maine | ME
Maryland | MD
Massachusetts | MA
Michigan | MI
Minnesota | MN
Mississippi | MS
Missouri | MO
Montana | MT
Nebraska | NE
Nevada | NV
New Hampshire | NH
New Jersey | NJ
New Mexico | NM
New York | NY
North Carolina | NC
North Dakota | ND
Ohio | OH
Oklahoma | OK
Oregon | OR
Pennsylvania | PA
Rhode Island | RI
South Carolina | SC
South Dakota | SD
Tennessee | TN
Texas | TX
Utah | UT
Vermont | VT
Virginia | VA
Washington | WA
West Virginia | WV
Wisconsin | WI
Wyoming | WY
"""

_COUNTRIES = """
Austria | Österreich
Belgium | Belgique | België | Belgien
Brazil | Brasil
Bosnia and Herzegovina | Bosnia
China | People's Republic of China | PRC
Croatia | Hrvatska
Czechia | Czech Republic | Česko
Côte d'Ivoire | Ivory Coast
Denmark | Danmark
Egypt | Misr
Estonia | Eesti
Finland | Suomi
Germany | Deutschland | Allemagne
Greece | Hellas
Hong Kong | Hong Kong SAR
Hungary | Magyarország
India | Bharat
Ireland | Éire | Republic of Ireland
Italy | Italia
Japan | Nippon
Mexico
Myanmar | Burma
Netherlands | The Netherlands | Nederland | Holland
Norway | Norge
Poland | Polska
Romania
Russia | Russian Federation
South Korea | Korea | Republic of Korea
Spain | España
Sri Lanka | Ceylon
Sweden | Sverige
Switzerland | Schweiz | Suisse | Svizzera
Türkiye | Turkey
United Arab Emirates | UAE | Emirates
United Kingdom | UK | Great Britain | Britain
United States | USA | US | U.S.A. | U.S. | United States of America | America
Vietnam | Viet Nam
Afghanistan
Albania
Algeria
Angola
Argentina
Armenia
Australia
Azerbaijan
Bahrain
Bangladesh
Belarus
Bolivia
Botswana
Bulgaria
Cambodia
Cameroon
Canada
Chile
Colombia
Costa Rica
Cuba
Cyprus
Dominican Republic
Ecuador
El Salvador
Ethiopia
France
Ghana
Guatemala
Honduras
Iceland
Indonesia
Iran
Iraq
Israel
Jamaica
Jordan
Kazakhstan
Kenya
Kuwait
Latvia
Lebanon
Lithuania
Luxembourg
Malaysia
Malta
Mauritius
Moldova
Montenegro
Morocco
Mozambique
Namibia
Nepal
New Zealand
Nicaragua
Nigeria
North Macedonia
Oman
Pakistan
Panama
Paraguay
Peru
Philippines
Portugal
Qatar
Rwanda
Saudi Arabia
Senegal
Serbia
Singapore
Slovakia
Slovenia
South Africa
Sudan
Syria
Taiwan
Tanzania
Thailand
Tunisia
Uganda
Ukraine
Uruguay
Uzbekistan
Venezuela
Yemen
Zambia
Zimbabwe
"""

_TECHNOLOGIES = """
.NET | dotnet | Dot Net
AI | Artificial Intelligence | Artificial Intelligence (AI)
AWS | Amazon Web Services | Amazon Web Services (AWS)
Azure | Microsoft Azure
C# | C Sharp | CSharp
C++ | CPP
Elasticsearch | Elastic Search
Excel | Microsoft Excel | MS Excel
Express.js | ExpressJS
Go | Golang | Go Lang | Go (Programming Language)
Google Cloud | GCP | Google Cloud Platform | Google Cloud Platform (GCP)
JavaScript | JS | Java Script
Kafka | Apache Kafka
Kubernetes | K8s
Machine Learning | ML
MongoDB | Mongo
Natural Language Processing | NLP | Natural Language Processing (NLP)
Next.js | NextJS
Node.js | NodeJS | Node JS
PostgreSQL | Postgres
Power BI | PowerBI | Microsoft Power BI
Python | Python (Programming Language)
React | React.js | ReactJS | React JS
React Native | ReactNative
REST APIs | REST API | RESTful APIs
Ruby on Rails | Rails | RoR
scikit-learn | sklearn
Spark | Apache Spark
Spring Boot | SpringBoot
SQL Server | Microsoft SQL Server | MSSQL | MS SQL
TypeScript | Type Script
Vue.js | VueJS | Vue JS
"""

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

    tables: tuple[str, ...] = (_CITIES, _STATES, _COUNTRIES)

    @cached_property
    def _areas(self) -> Spellings:
        # LA is Los Angeles as a city, and Louisiana as a state.
        return Spellings((_STATES, _COUNTRIES, _CITIES))

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
COUNTRIES = Spellings((_COUNTRIES,))
TECHNOLOGIES = Spellings((_TECHNOLOGIES,))


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
