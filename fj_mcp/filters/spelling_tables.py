"""Other spellings of cities, states, countries and technologies.

One line is one thing in several spellings, which are interchangeable: nobody publishes which one
FutureJobs uses, so each is looked up. To add a spelling, add it to its line, or add a line. A name
that means two things, such as Georgia, is in no line of countries.
"""

CITIES = """
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
Luxembourg | Luxemburg | Luxembourg City
Lyon | Lyons
Mexico City | Ciudad de México | CDMX
Milan | Milano | Mailand
Moscow | Moskva
Munich | München | Muenchen
Naples | Napoli
New York | New York City | NYC
Nuremberg | Nürnberg | Nuernberg
Porto | Oporto
Prague | Praha
Quebec | Quebec City | Ville de Québec
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

# Names that mean a city and not the state, or country, of the same name; after the city in full.
NAMED_AS_CITIES = """
Luxembourg, Luxembourg | Luxembourg City
Mexico City, Mexico City | Mexico City | Ciudad de México | CDMX
New York, New York | New York City | NYC
Quebec, Quebec | Quebec City | Ville de Québec
Washington, District of Columbia | Washington DC | Washington D.C.
"""

CITY_COUNTRIES = frozenset({"hong kong", "singapore"})
"""Countries that are a single city."""

_SOME_STATES = """
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
"""

AMERICAN_STATES = """
Alabama | AL
Alaska | AK
Arizona | AZ
Arkansas | AR
California | CA
Colorado | CO
Connecticut | CT
Delaware | DE
District of Columbia | DC | D.C.
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

CANADIAN_PROVINCES = """
Alberta | AB
British Columbia | BC
Manitoba | MB
New Brunswick | NB
Newfoundland and Labrador
Nova Scotia | NS
Ontario | ON
Prince Edward Island | PE | PEI
Quebec | QC
Saskatchewan | SK
"""

STATES = _SOME_STATES.rstrip() + AMERICAN_STATES.rstrip() + CANADIAN_PROVINCES

COUNTRIES = """
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

TECHNOLOGIES = """
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

# The ISO codes of countries, after the name above. Codes that are also of American states, such as
# DE and IN, are left out.
COUNTRY_CODES = """
Argentina | ARG
Australia | AU | AUS
Austria | AT | AUT
Bangladesh | BD | BGD
Belgium | BE | BEL
Brazil | BR | BRA
Bulgaria | BG | BGR
Canada | CAN
Chile | CL | CHL
China | CN | CHN
Colombia | COL
Croatia | HR | HRV
Czechia | CZ | CZE
Denmark | DK | DNK
Egypt | EG | EGY
Estonia | EE | EST
Finland | FI | FIN
France | FR | FRA
Germany | DEU
Greece | GR | GRC
Hong Kong | HK | HKG
Hungary | HU | HUN
India | IND
Indonesia | IDN
Ireland | IE | IRL
Israel | ISR
Italy | IT | ITA
Japan | JP | JPN
Kenya | KE | KEN
Malaysia | MY | MYS
Mexico | MX | MEX
Netherlands | NL | NLD
New Zealand | NZ | NZL
Nigeria | NG | NGA
Norway | NO | NOR
Pakistan | PK | PAK
Philippines | PH | PHL
Poland | PL | POL
Portugal | PT | PRT
Romania | RO | ROU
Saudi Arabia | SAU
Singapore | SG | SGP
South Africa | ZA | ZAF
South Korea | KR | KOR
Spain | ES | ESP
Sweden | SE | SWE
Switzerland | CH | CHE
Türkiye | TR | TUR
Ukraine | UA | UKR
United Arab Emirates | AE | ARE
United Kingdom | GB | GBR
Vietnam | VN | VNM
"""

AROUND = frozenset(
    {"area", "bay", "city", "district", "greater", "metro", "metropolitan", "ncr", "region",
     "urban"}
)  # fmt: skip
"""Words of a region around a city; it is also looked up without them."""
