"""JD to filters: what is read of a job description, in four languages."""

from typing import Any

import pytest

from tests.support.sandbox_api import Api

pytestmark = pytest.mark.anyio

_YEARS = "years_of_experience_raw"
_DEGREE = "education_background.degree_name"
_TITLE = "current_employers.title"
_CERTIFICATES = "certifications.name"


async def read(api: Api, text: str) -> dict[str, Any]:
    """What the API found in a text, by key."""
    data = (await api.annotate(text)).json()["data"]
    return {key: one["value"] for key, one in data.items() if one["presence"]}


def skills_of(found: dict[str, Any]) -> set[str]:
    return {skill for tier in (found.get("skills") or {}).values() for skill in tier or []}


@pytest.mark.parametrize(
    ("text", "wanted", "unwanted"),
    [
        ("Python developer. No Java, no Kafka please.", {"Python"}, {"Java", "Kafka"}),
        ("C# and SQL Server. No Python needed.", {"C#", "SQL Server"}, {"Python"}),
        ("React. Java is not required.", {"React"}, {"Java"}),
        ("React. Java and Kafka are not needed, but Docker is.", {"React", "Docker"},
         {"Java", "Kafka"}),
        ("You know Go; you don't need Java.", {"Go"}, {"Java"}),
        ("Excel is a must. Experience with Tally is not necessary.", {"Excel"}, {"Tally"}),
        ("Python without Django.", {"Python"}, {"Django"}),
        ("Neither Java nor Kafka: we use Python.", {"Python"}, {"Java", "Kafka"}),
        ("Python-Kenntnisse, kein Java.", set(), {"Java"}),
        ("Wir arbeiten mit Python. Java ist nicht erforderlich.", {"Python"}, {"Java"}),
        ("Docker, keine Kenntnisse in Java nötig.", {"Docker"}, {"Java"}),
        ("Python, ohne Django.", {"Python"}, {"Django"}),
        ("Python, pas de Java.", {"Python"}, {"Java"}),
        ("Excel exigé. SAP n'est pas nécessaire.", {"Excel"}, {"SAP"}),
        ("Docker. Kubernetes non requis.", {"Docker"}, {"Kubernetes"}),
        ("Python sans Django.", {"Python"}, {"Django"}),
        ("Python, sin Java.", {"Python"}, {"Java"}),
        ("Excel. No se requiere SAP.", {"Excel"}, {"SAP"}),
        ("Docker. Kubernetes no es necesario.", {"Docker"}, {"Kubernetes"}),
    ],
)  # fmt: skip
async def test_what_is_not_needed_is_no_filter_and_is_named(
    api: Api, text: str, wanted: set[str], unwanted: set[str]
) -> None:
    found = await read(api, text)
    assert wanted <= skills_of(found)
    assert not unwanted & skills_of(found)
    named = {key.removeprefix("excluded_skills.") for key in found if "excluded_skills." in key}
    assert unwanted <= named


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Python developer. No Java, no PHP please.", {"not_needed.PHP"}),
        ("Python, no C#.", {"excluded_skills.C_Sharp"}),
        ("Accountant. No degree required.", {"not_needed.degree"}),
        ("Comptable, Lyon. Anglais non exigé.", {"not_needed.Anglais"}),
        ("Elektroniker. Meistertitel ist nicht erforderlich.", {"not_needed.Meistertitel"}),
        ("Coiffeuse, sans nocturne", {"not_needed.nocturne"}),
        ("Maths Teacher, Leeds\nQTS required.", {"other_requirements.QTS"}),
        ("Truck Driver\nYou have a CPC card.", {"other_requirements.CPC"}),
        ("Truck Driver\nMust have:\n- Digi card\n- Load securing",
         {"other_requirements.Digi_card"}),
        ("Airline pilot, Dubai\nATPL, 1,500 hours", {"other_requirements.ATPL"}),
        ("Erzieher. Masernschutz erforderlich.", {"other_requirements.Masernschutz"}),
        ("Camarero. Carné de manipulador imprescindible.",
         {"other_requirements.Carne_de_manipulador"}),
        ("ICU Nurse, Singapore. BSN required. Night shifts. 3 months' notice.", set()),
        ("ABOUT US\nNurse in Leeds. English and BLS are a must. Good pay in EUR.", set()),
    ],
)  # fmt: skip
async def test_demands_in_unknown_words_are_named(api: Api, text: str, named: set[str]) -> None:
    found = await read(api, text)
    prefixes = ("excluded_skills.", "not_needed.", "other_requirements.")
    keys = {key for key in found if key.startswith(prefixes)}
    assert keys - {"excluded_skills.Java"} == named


@pytest.mark.parametrize(
    ("text", "languages"),
    [
        ("Comptable. Anglais non exigé.", None),
        ("Koch. Deutsch erforderlich, kein Englisch nötig.", ["German"]),
        ("Sales. French is a must. German is not required.", ["French"]),
        ("Camarero. Inglés; no se requiere alemán.", ["English"]),
    ],
)
async def test_languages_that_are_not_needed_are_not_read(
    api: Api, text: str, languages: list[str] | None
) -> None:
    assert (await read(api, text)).get("languages") == languages


@pytest.mark.parametrize(
    "text",
    ["Python in Singapore, Java", "Python. Night shifts in Java", "Wir sind Java-Leute, Java"],
)
async def test_a_word_that_begins_like_no_excludes_nothing(api: Api, text: str) -> None:
    found = await read(api, text)
    assert "Java" in skills_of(found)
    assert not [key for key in found if key.startswith(("excluded_skills.", "not_needed."))]


@pytest.mark.parametrize(
    ("text", "wanted", "unwanted"),
    [
        ("Head Chef, Dubai\nMenu planning and HACCP. Not required: pastry.",
         {"Menu Planning", "HACCP"}, {"Pastry"}),
        ("Python and Docker. Not needed: Java, Kafka.", {"Python", "Docker"}, {"Java", "Kafka"}),
        ("Python is a must; not necessary: Java; Docker is.", {"Python", "Docker"}, {"Java"}),
        ("We use Python. You do not need: Java or Kafka.", {"Python"}, {"Java", "Kafka"}),
        ("Python.\nNot required:\n- Java\n- Kafka\n\nWe also use Docker.", {"Python", "Docker"},
         {"Java", "Kafka"}),
        ("Python. Nicht erforderlich: Java, Kafka.", {"Python"}, {"Java", "Kafka"}),
        ("Python. Nicht nötig: Java.", {"Python"}, {"Java"}),
        ("Python ist ein Muss.\nDas brauchen Sie nicht:\n• Java\n• Kafka", {"Python"},
         {"Java", "Kafka"}),
        ("Python. Non requis : Java, Kafka.", {"Python"}, {"Java", "Kafka"}),
        ("Python. Pas nécessaire : Java.", {"Python"}, {"Java"}),
        ("Python exigé, pas besoin de Java.", {"Python"}, {"Java"}),
        ("Python.\nPas besoin :\n– Java\n– Kafka", {"Python"}, {"Java", "Kafka"}),
        ("Python. No requerido: Java, Kafka.", {"Python"}, {"Java", "Kafka"}),
        ("Python. No es necesario: Java.", {"Python"}, {"Java"}),
        ("Python. No se requiere: Java, Kafka.", {"Python"}, {"Java", "Kafka"}),
        ("Python.\nNo imprescindible:\n- Java", {"Python"}, {"Java"}),
        ("Python. Nice to have, not required: Java, Kafka.", {"Python", "Java", "Kafka"}, set()),
        ("Python.\nVon Vorteil, nicht erforderlich:\n- Java", {"Python", "Java"}, set()),
        ("Python. Job no: 117, Docker.", {"Python", "Docker"}, set()),
    ],
)  # fmt: skip
async def test_a_list_of_what_is_not_needed_is_no_filter_and_is_named(
    api: Api, text: str, wanted: set[str], unwanted: set[str]
) -> None:
    found = await read(api, text)
    assert skills_of(found) == wanted
    named = {key.removeprefix("excluded_skills.") for key in found if "excluded_skills." in key}
    assert named == unwanted


async def test_a_degree_that_is_not_needed_is_no_filter(api: Api) -> None:
    assert _DEGREE not in await read(api, "Python developer. Not required: a PhD or a master's.")


async def test_not_only_names_what_is_wanted(api: Api) -> None:
    found = await read(api, "You know not only Java but also Kafka.")
    assert skills_of(found) == {"Java", "Kafka"}


@pytest.mark.parametrize(
    ("text", "degree"),
    [
        ("MSc or PhD in statistics", "MASTERS"),
        ("PhD or MSc", "MASTERS"),
        ("Bachelor's or Master's degree", "BACHELORS"),
        ("BSN required, MSN preferred. B.Sc. or higher", "BACHELORS"),
        ("Ph.D. required", "DOCTORATE"),
        ("Abgeschlossenes Studium der Betriebswirtschaft", "BACHELORS"),
        ("Masterabschluss oder Promotion in Chemie", "MASTERS"),
        ("Abgeschlossene Ausbildung oder Studium", "ASSOCIATES"),
        ("Bac+5 en finance", "MASTERS"),
        ("De formation Bac+2 à Bac+3", "ASSOCIATES"),
        ("Doctorat ou master 2 exigé", "MASTERS"),
        ("Grado en Enfermería", "BACHELORS"),
        ("Licenciatura o máster", "BACHELORS"),
        ("Grado superior en Administración", "ASSOCIATES"),
        ("The Scrum Master leads the promotion of our product", None),
    ],
)
async def test_the_lowest_degree_is_enough(api: Api, text: str, degree: str | None) -> None:
    assert (await read(api, text)).get(_DEGREE) == ([degree] if degree else None)


async def test_a_welcome_degree_is_no_filter_and_is_named(api: Api) -> None:
    found = await read(api, "An MBA is a plus")
    assert _DEGREE not in found
    assert found["preferred_degree"]


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("3+ years of experience", [3, 60]),
        ("at least five years' experience", [5, 60]),
        ("Up to 3 years of experience", [0, 3]),
        ("We have been here for 25 years. 2-4 years of experience.", [2, 4]),
        ("Founded 30 years ago, a team of five.", None),
        ("mindestens drei Jahre Berufserfahrung", [3, 60]),
        ("3 bis 5 Jahre Erfahrung im Vertrieb", [3, 5]),
        ("mehrjährige Erfahrung, gerne 5 Jahre", [5, 60]),
        ("Seit 40 Jahren am Markt. Zwei Jahre Berufserfahrung.", [2, 60]),
        ("au moins cinq ans d'expérience", [5, 60]),
        ("2 à 5 ans d’expérience", [2, 5]),
        ("minimum six ans d'expérience", [6, 60]),
        ("trois années d'expérience minimum", [3, 60]),
        ("tres años de experiencia", [3, 60]),
        ("mínimo 2 años de experiencia", [2, 60]),
        ("de dos a cuatro años de experiencia", [2, 4]),
        ("Más de 40 años de historia. Cinco años de experiencia.", [5, 60]),
        ("sin experiencia", None),
    ],
)
async def test_years_are_read_in_four_languages(api: Api, text: str, years: Any) -> None:
    assert (await read(api, text)).get(_YEARS) == years


@pytest.mark.parametrize(
    ("text", "cities"),
    [
        ("Standort: München", {"Munich"}),
        ("Koch in Köln oder Düsseldorf", {"Cologne", "Düsseldorf"}),
        ("Pflegekraft, Hamburg-Altona", {"Hamburg"}),
        ("Wien, Zürich und Genf", {"Vienna", "Zürich", "Geneva"}),
        ("Poste basé à Lyon", {"Lyon"}),
        ("Londres ou Francfort", {"London", "Frankfurt"}),
        ("Ubicación: Sevilla", {"Seville"}),
        ("Múnich, Varsovia o Nueva York", {"Munich", "Warsaw", "New York"}),
        ("Nurse in Singapore", {"Singapore"}),
        ("Engineer, Sao Paulo", {"São Paulo"}),
        ("Location: Leeds\nOur offices are in London, Paris and Berlin.", {"Leeds"}),
        ("Bangalore", {"Bengaluru"}),
        ("It would be nice to have you.", set()),
    ],
)
async def test_places_are_read_in_four_languages(api: Api, text: str, cities: set[str]) -> None:
    regions = (await read(api, text)).get("region") or []
    assert {region.split(",")[0] for region in regions} == cities


async def test_a_country_that_no_city_is_in_is_left_out(api: Api) -> None:
    found = await read(api, "Sales in Lyon, with clients in Germany and Spain")
    assert found["region"] == ["Lyon, Auvergne-Rhône-Alpes, France"]
    assert "country_region" not in found
    assert (await read(api, "Infirmier en Allemagne"))["country_region"] == ["Germany"]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Registered Nurses wanted", "Registered Nurse"),
        ("ICU Nurse", "Intensive Care Nurse"),
        ("Krankenschwester oder Krankenpfleger (m/w/d)", "Registered Nurse"),
        ("Buchhalter:in", "Accounting Clerk"),
        ("Bilanzbuchhalterin (m/w/d)", "Senior Accountant"),
        ("Chargé(e) de recrutement H/F", "HR Generalist"),
        ("Vendeur/se", "Sales Assistant"),
        ("Enfermero/a", "Registered Nurse"),
        ("Camarero/a de sala", "Waiter"),
        ("LKW-Fahrer", "Truck Driver"),
        ("Lehrerin für Mathematik", "Secondary School Teacher"),
    ],
)
async def test_titles_are_read_in_four_languages_and_for_all_genders(
    api: Api, text: str, title: str
) -> None:
    found = await read(api, text)
    assert title in found[_TITLE]
    assert skills_of(found), "a title stands for the usual skills"


async def test_a_title_is_read_where_the_job_is_named(api: Api) -> None:
    found = await read(api, "Waiter, Madrid\nYou work with our Head Chef and Restaurant Manager.")
    assert found[_TITLE] == ["Waiter", "Camarero"]


@pytest.mark.parametrize("bullet", ["- ", "• ", "1. ", ""])
async def test_a_list_below_a_heading_has_its_weight(api: Api, bullet: str) -> None:
    found = await read(
        api,
        f"Mechanical Engineer\nMust have:\n{bullet}SolidWorks\n{bullet}GD&T\nNice to have:\n"
        f"{bullet}ANSYS\n\nTime for CATIA",
    )
    assert found["skills"] == {
        "mandatory": ["SolidWorks", "GD&T"],
        "core": ["CATIA"],
        "secondary": ["ANSYS"],
    }


async def test_a_certificate_that_is_a_must_is_a_filter_and_others_are_named(api: Api) -> None:
    found = await read(api, "Accountant. CPA required. A certificate in origami is welcome.")
    assert found[_CERTIFICATES] == ["CPA"]
    assert found["other_certifications"]
    found = await read(api, "Accountant. CPA preferred.")
    assert _CERTIFICATES not in found
    assert found["other_certifications"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("$42 an hour, night shifts, fluent Spanish", {"salary", "working_hours", "languages"}),
        ("Führerschein Klasse B, Deutsch, Gehalt 3.000 €", {"driving_license", "salary",
                                                            "languages"}),
        ("Permis B, télétravail, CDI, anglais", {"driving_license", "workplace", "contract_type",
                                                 "languages"}),
        ("Carné de conducir, jornada completa, inglés", {"driving_license", "working_hours",
                                                         "languages"}),
        ("Visa sponsorship; immediate joiners; travel 50 %", {"work_permit", "start_date",
                                                              "travel"}),
    ],
)  # fmt: skip
async def test_wishes_that_no_filter_covers_are_named(api: Api, text: str, names: set[str]) -> None:
    assert names <= (await read(api, text)).keys()
