"""The search filters: one declaration each, and everything else follows from it.

A filter is a field of `SearchFilters`: its name, its type, its `Wire` (how it travels), and the
description that the model reads. The input schema, the API's filter map, the way back, the
reference table, the value search and the sandbox's checks all read these declarations. Keys,
operators and vocabularies come from the FutureJobs API's documentation and from what its public
clients send.
"""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from fj_mcp.filters.base import Wire
from fj_mcp.filters.kinds import Choice, Distance, Range, Switch, Tiers, Values
from fj_mcp.server.sdk.schemas import LEFT_OUT, Flag, Whole, nearest
from fj_mcp.text.cleaning import spoken


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SkillTiers(_Part):
    """Skills by how much they matter."""

    mandatory: list[str] = []
    core: list[str] = []
    secondary: list[str] = []


class Span(_Part):
    """A range; a side that is left out is open."""

    min: Whole = LEFT_OUT
    max: Whole = LEFT_OUT


def _optional(description: str) -> Any:
    return Field(default=LEFT_OUT, description=description)


def _same(*words: str) -> dict[str, str]:
    return {word: word for word in words}


_COMPANY = "current_employers.name"
_TITLE = "title"
_REGION = "region"

# Wordlists read better filled than one word a line.
# fmt: off
_FUNCTIONS = _same(
    "Accounting", "Administrative", "Arts and Design", "Business Development",
    "Community and Social Services", "Consulting", "Education", "Engineering", "Entrepreneurship",
    "Finance", "Healthcare Services", "Human Resources", "Information Technology", "Legal",
    "Marketing", "Media and Communication", "Military and Protective Services", "Operations",
    "Product Management", "Program and Project Management", "Purchasing", "Quality Assurance",
    "Real Estate", "Research", "Sales", "Customer Success and Support",
)
_SENIORITY = _same(
    "In Training", "Entry Level", "Senior", "Strategic", "Entry Level Manager",
    "Experienced Manager", "Director", "Vice President", "CXO", "Owner / Partner",
)
_INDUSTRIES = _same(
    "Software Development", "Technology, Information and Internet",
    "Technology, Information and Media", "IT Services and IT Consulting", "Financial Services",
    "Capital Markets", "Business Consulting and Services", "Professional Services",
    "Manufacturing", "Hospitals and Health Care", "Retail", "Education", "Real Estate",
    "Advertising Services", "Marketing Services", "Media and Telecommunications",
    "Government Administration", "Non-profit Organizations", "Construction",
    "Transportation, Logistics, Supply Chain and Storage", "Legal Services", "Accounting",
    "Architecture and Planning", "Design Services", "Consumer Services",
)
_YEARS_AT_COMPANY = _same(
    "Less than 1 year", "1 to 2 years", "3 to 5 years", "6 to 10 years", "More than 10 years",
)
_EMPLOYMENT_TYPES = _same(
    "Full-time", "Part-time", "Permanent", "Contract", "Internship", "Freelance",
)
_OPEN_TO_CARDS = {
    "CAREER_INTEREST": "Open to work", "HIRING_MANAGER": "Hiring", "VOLUNTEERING": "Volunteering",
}
_DEGREES = {
    "HIGH_SCHOOL": "High School or Above", "ASSOCIATES": "Associate's or Above",
    "BACHELORS": "Bachelor's or Above", "MASTERS": "Master's or Above",
    "DOCTORATE": "Doctorate or Above", "POST_DOCTORATE": "Post-Doctorate",
}
_COMPANY_TYPES = _same(
    "Public Company", "Privately Held", "Non Profit", "Educational Institution", "Partnership",
    "Self Employed", "Self Owned", "Government Agency",
)
_HEADCOUNT_RANGES = _same(
    "1-10", "11-50", "51-200", "201-500", "501-1000", "1001-5000", "5001-10000", "10,001+",
)
_FUNDING_STAGES = {
    "seed": "Seed", "series_a": "Series A", "series_b": "Series B", "series_c": "Series C",
    "series_d": "Series D", "series_e": "Series E", "series_f_plus": "Series F+", "ipo": "IPO",
}
_ANNUAL_REVENUE = {
    "under_1": "Under $1M", "1_10": "$1M – $10M", "10_100": "$10M – $100M",
    "100_1000": "$100M – $1B", "over_1000": "Over $1B",
}
_TOTAL_FUNDING = {
    "under_1": "Under $1M", "1_10": "$1M – $10M", "10_50": "$10M – $50M",
    "50_500": "$50M – $500M", "over_500": "Over $500M",
}
_RECENTLY_FUNDED = {
    "3m": "Last 3 months", "6m": "Last 6 months", "12m": "Last 12 months", "24m": "Last 24 months",
}
# fmt: on


class SearchFilters(_Part):
    """Whom to search for. Filters narrow each other; every one but `skills` may be left out."""

    skills: Annotated[SkillTiers, Tiers(key="skills", autocomplete="skill")] = Field(
        description="At least one. mandatory: must have; core: wanted; secondary: nice to have."
    )
    current_titles: Annotated[
        list[str], Values(key="current_employers.title", autocomplete=_TITLE)
    ] = _optional("Job titles held now; give the usual variants.")
    past_titles: Annotated[list[str], Values(key="past_employers.title", autocomplete=_TITLE)] = (
        _optional("Job titles held before.")
    )
    years_of_experience: Annotated[Span, Range(key="years_of_experience_raw", lowest=0, end=60)] = (
        _optional("Total years, 0 to 60.")
    )
    countries: Annotated[
        list[str], Values(key="country_region", operator="(.)", autocomplete="country_region")
    ] = _optional("Country names, such as India.")
    regions: Annotated[list[str], Values(key="region", autocomplete=_REGION, places=True)] = (
        _optional("Places as 'City, State, Country'; search_filter_values has the spellings.")
    )
    within_km: Annotated[Whole, Distance(key="geo_distance")] = _optional(
        "Kilometres around the regions, 1 to 500 (10, 25, 50, 100, 150, 200 are usual). "
        "Left out: the regions themselves."
    )
    seniority: Annotated[
        list[str],
        Values(key="current_employers.seniority_level", vocabulary=_SENIORITY, closed=True),
    ] = _optional("Level of the present job.")
    functions: Annotated[
        list[str],
        Values(key="current_employers.function_category", vocabulary=_FUNCTIONS, closed=True),
    ] = _optional("Department of the present job.")
    current_companies: Annotated[list[str], Values(key=_COMPANY, autocomplete=_COMPANY)] = (
        _optional("Employers now.")
    )
    past_companies: Annotated[
        list[str], Values(key="past_employers.name", autocomplete=_COMPANY)
    ] = _optional("Employers before.")
    years_at_company: Annotated[
        list[str],
        Values(key="current_employers.years_at_company", vocabulary=_YEARS_AT_COMPANY, closed=True),
    ] = _optional("Time with the present employer.")
    employment_types: Annotated[
        list[str],
        Values(key="current_employers.employment_type", vocabulary=_EMPLOYMENT_TYPES),
    ] = _optional("Such as Full-time, Part-time, Permanent, Contract, Internship, Freelance.")
    open_to_work: Annotated[
        Flag, Switch(key="open_to_cards", meaning_true="CAREER_INTEREST", vocabulary=_OPEN_TO_CARDS)
    ] = _optional("true: only people who say that they are open to work.")
    industries: Annotated[
        list[str], Values(key="all_employers.company_industries", vocabulary=_INDUSTRIES)
    ] = _optional("Industries of any employer, such as Software Development.")
    schools: Annotated[
        list[str],
        Values(
            key="education_background.institute_name",
            autocomplete="education_background.institute_name",
        ),
    ] = _optional("Schools and universities.")
    fields_of_study: Annotated[
        list[str],
        Values(
            key="education_background.field_of_study",
            autocomplete="education_background.field_of_study",
        ),
    ] = _optional("Such as Computer Science.")
    degree: Annotated[str, Choice(key="education_background.degree_name", vocabulary=_DEGREES)] = (
        _optional("This degree or above.")
    )
    certifications: Annotated[
        list[str], Values(key="certifications.name", autocomplete="certifications.name")
    ] = _optional("Names of certificates.")
    honors: Annotated[list[str], Values(key="honors.title")] = _optional("Titles of awards.")
    company_types: Annotated[
        list[str], Values(key="current_employers.company_type", vocabulary=_COMPANY_TYPES)
    ] = _optional("Such as Public Company, Privately Held, Non Profit, Government Agency.")
    company_headquarters: Annotated[
        list[str], Values(key="current_employers.company_hq_location", autocomplete=_REGION)
    ] = _optional("Where the employer sits, as 'City, State, Country'.")
    company_keywords: Annotated[list[str], Values(key="current_employers.description")] = _optional(
        "What the employer does, such as B2B SaaS."
    )
    company_headcount: Annotated[
        Span, Range(key="current_employers.company_headcount_latest", lowest=1, end=10_000_000)
    ] = _optional("Employer's people, 1 to 10000000.")
    company_headcount_ranges: Annotated[
        list[str],
        Values(key="current_employers.company_headcount_range", vocabulary=_HEADCOUNT_RANGES),
    ] = _optional("Such as 1-10, 11-50, 51-200, 201-500, 501-1000, 1001-5000, 10,001+.")
    headcount_growth_percent: Annotated[
        Span, Range(key="headcount_growth", lowest=-100, end=10_000)
    ] = _optional("Employer's growth, -100 to 10000.")
    funding_stages: Annotated[
        list[str], Values(key="funding_stage", vocabulary=_FUNDING_STAGES, closed=True)
    ] = _optional("Employer's last funding round.")
    annual_revenue: Annotated[
        str, Choice(key="annual_revenue", operator="=", vocabulary=_ANNUAL_REVENUE)
    ] = _optional("Employer's, USD millions.")
    total_funding: Annotated[
        str, Choice(key="total_funding", operator="=", vocabulary=_TOTAL_FUNDING)
    ] = _optional("Employer's, USD millions.")
    recently_funded: Annotated[
        str, Choice(key="recently_funded", operator="=", vocabulary=_RECENTLY_FUNDED)
    ] = _optional("Employer got money in the last months.")
    founded_year: Annotated[Span, Range(key="year_founded", lowest=1600)] = _optional(
        "Employer's founding, 1600 to this year."
    )

    def shown(self) -> dict[str, Any]:
        """The filters that are set, by name, as a model may send them again."""
        return self.model_dump(exclude_defaults=True)


def _brief(schema: dict[str, Any]) -> None:
    # The words are those of SearchFilters, which stand in another tool's schema beside this one;
    # only what a value alone does not tell (units, bounds) is said twice.
    for name, wire in WIRES.items():
        if isinstance(wire, Values):
            schema["properties"][name].pop("description", None)


class FilterChanges(SearchFilters):
    """Filters to change on a session; what is left out stays as it is."""

    model_config = ConfigDict(json_schema_extra=_brief)

    skills: Annotated[SkillTiers, Tiers(key="skills", autocomplete="skill")] = _optional(
        "Replaces all three tiers. mandatory: must have; core: wanted; secondary: nice to have."
    )


WIRES: dict[str, Wire] = {
    name: next(part for part in field.metadata if isinstance(part, Wire))
    for name, field in SearchFilters.model_fields.items()
}
"""Each filter's name and how it travels, in the order of the declarations."""

_NAMES = {wire.key: name for name, wire in WIRES.items()}


def name_of(key: str) -> str | None:
    """The filter's name for the API's key, or None for a key that no filter carries."""
    return _NAMES.get(key)


_MEANT = {
    "title": "current_titles",
    "titles": "current_titles",
    "job_title": "current_titles",
    "job_titles": "current_titles",
    "company": "current_companies",
    "companies": "current_companies",
    "employers": "current_companies",
    "location": "regions",
    "locations": "regions",
    "city": "regions",
    "cities": "regions",
    "country": "countries",
    "experience": "years_of_experience",
    "years": "years_of_experience",
    "education": "degree",
    "distance": "within_km",
    "industry": "industries",
    "university": "schools",
    "universities": "schools",
}
"""Names that people use for filters and that no misspelling explains."""


def nearest_filter(name: str, known: list[str]) -> str | None:
    """Which of the `known` names was meant; for filters also by what people call them."""
    meant = _MEANT.get(name.strip().lower())
    return meant if meant in known else nearest(name, known)


def nearest_name(name: str) -> str:
    """What to say of `name`, which is not a filter."""
    meant = nearest_filter(name, list(WIRES))
    if spoken(name) == meant:
        return f"holds stray characters; did you mean {meant}?"
    return f"{spoken(name)} is not a filter{f'; did you mean {meant}?' if meant else ''}"
