"""The declarations of all search filters.

A filter is a field of `SearchFilters`: its name, its type, its `Filter` (the conversion to and from
the API's format, and when to suggest removing it), and the description that the model reads. The
input schema, the API's filter map, the reference table, the value look-up, the suggestions and the
sandbox's checks are all derived from these declarations. Keys, operators and vocabularies come from
the FutureJobs API's documentation and from the requests of its public clients.
"""

from functools import partial
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from fj_mcp.filters import wordings
from fj_mcp.filters.argument_types import LEFT_OUT, Flag, Whole
from fj_mcp.filters.base import Filter, Loosening
from fj_mcp.filters.kinds import Choice, Distance, Range, Switch, Tiers, Values
from fj_mcp.filters.spellings import COUNTRIES_AND_CODES, PLACES, TECHNOLOGIES, TITLES
from fj_mcp.filters.vocabularies import (
    ANNUAL_REVENUE,
    COMPANY_TYPES,
    COMPANY_TYPES_SPOKEN,
    DEGREES,
    DEGREES_SPOKEN,
    EMPLOYMENT_TYPES,
    EMPLOYMENT_TYPES_SPOKEN,
    FUNCTIONS,
    FUNCTIONS_SPOKEN,
    FUNDING_STAGES,
    FUNDING_STAGES_SPOKEN,
    HEADCOUNT_RANGES,
    HEADCOUNT_RANGES_SPOKEN,
    INDUSTRIES,
    OPEN_TO_CARDS,
    RECENTLY_FUNDED,
    RECENTLY_FUNDED_SPOKEN,
    SENIORITY,
    SENIORITY_SPOKEN,
    TOTAL_FUNDING,
    YEARS_AT_COMPANY,
    YEARS_AT_COMPANY_SPOKEN,
)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SkillTiers(_Part):
    """Skills by importance."""

    mandatory: list[str] = []
    core: list[str] = []
    secondary: list[str] = []


class Span(_Part):
    """A range; an omitted side is open."""

    min: Whole = LEFT_OUT
    max: Whole = LEFT_OUT


def _optional(description: str) -> Any:
    return Field(default=LEFT_OUT, description=description)


_employers = partial(Loosening, "employers")
_person = partial(Loosening, "the candidate")

_COMPANY = "current_employers.name"
_TITLE = "title"
_REGION = "region"
_SKILLS = Tiers(key="skills", autocomplete="skill", spellings=TECHNOLOGIES, published="always")


UNPUBLISHED = "unpublished"
"""Marks a property of a JSON schema that a model need not see, although it is accepted."""


def _mark_rare(schema: dict[str, Any]) -> None:
    for name, declared in FILTERS.items():
        if declared.published == "never":
            schema["properties"][name][UNPUBLISHED] = True


class SearchFilters(_Part):
    """All filters must fit, each by any value; only skills is required."""

    model_config = ConfigDict(json_schema_extra=_mark_rare)

    skills: Annotated[SkillTiers, _SKILLS] = Field(
        description="At least one. mandatory: must have; core: wanted; secondary: nice to have."
    )
    current_titles: Annotated[
        list[str],
        Values(
            key="current_employers.title",
            autocomplete=_TITLE,
            spellings=TITLES,
            published="always",
        ),
    ] = _optional("Current job titles; include usual variants.")
    past_titles: Annotated[
        list[str],
        Values(
            key="past_employers.title",
            autocomplete=_TITLE,
            spellings=TITLES,
            loosening=_person(70),
        ),
    ] = _optional("Past job titles.")
    years_of_experience: Annotated[
        Span, Range(key="years_of_experience_raw", lowest=0, end=60, published="always")
    ] = _optional("Total years, 0 to 60.")
    countries: Annotated[
        list[str],
        Values(
            key="country_region",
            wording=wordings.COUNTRIES,
            operator="(.)",
            autocomplete="country_region",
            spellings=COUNTRIES_AND_CODES,
            must_be_known=True,
            published="always",
        ),
    ] = _optional("Country names, such as India.")
    regions: Annotated[
        list[str],
        Values(
            key="region",
            wording=wordings.PLACES,
            autocomplete=_REGION,
            spellings=PLACES,
            must_be_known=True,
            places=True,
            published="always",
        ),
    ] = _optional("Cities or states, as search_filter_values spells them.")
    within_km: Annotated[Whole, Distance(key="geo_distance", published="always")] = _optional(
        "Kilometers around the regions, 1 to 500."
    )
    seniority: Annotated[
        list[str],
        Values(
            key="current_employers.seniority_level",
            vocabulary=SENIORITY,
            spoken=SENIORITY_SPOKEN,
            closed=True,
            loosening=_person(55),
            published="always",
        ),
    ] = _optional("Level of the current job.")
    functions: Annotated[
        list[str],
        Values(
            key="current_employers.function_category",
            vocabulary=FUNCTIONS,
            spoken=FUNCTIONS_SPOKEN,
            closed=True,
            loosening=_person(50),
        ),
    ] = _optional(
        "Department of the current job, such as Engineering; search_filter_values lists all."
    )
    current_companies: Annotated[
        list[str],
        Values(
            key=_COMPANY,
            wording=wordings.NAMES,
            autocomplete=_COMPANY,
            loosening=_employers(60),
            published="always",
        ),
    ] = _optional("Current employers.")
    past_companies: Annotated[
        list[str],
        Values(
            key="past_employers.name",
            wording=wordings.NAMES,
            autocomplete=_COMPANY,
            loosening=_employers(30),
        ),
    ] = _optional("Past employers.")
    years_at_company: Annotated[
        list[str],
        Values(
            key="current_employers.years_at_company",
            vocabulary=YEARS_AT_COMPANY,
            spoken=YEARS_AT_COMPANY_SPOKEN,
            closed=True,
            loosening=_employers(35),
        ),
    ] = _optional("Time at the current employer.")
    employment_types: Annotated[
        list[str],
        Values(
            key="current_employers.employment_type",
            vocabulary=EMPLOYMENT_TYPES,
            spoken=EMPLOYMENT_TYPES_SPOKEN,
            loosening=_person(65),
        ),
    ] = _optional("Such as Full-time, Contract, Internship, Freelance.")
    open_to_work: Annotated[
        Flag,
        Switch(
            key="open_to_cards",
            meaning_true="CAREER_INTEREST",
            vocabulary=OPEN_TO_CARDS,
            loosening=_person(80),
        ),
    ] = _optional("true: only people who are open to work.")
    industries: Annotated[
        list[str],
        Values(
            key="all_employers.company_industries",
            wording=wordings.PHRASES_WITH_COMMAS,
            vocabulary=INDUSTRIES,
            loosening=_employers(25),
        ),
    ] = _optional("Of any employer, such as Software Development.")
    schools: Annotated[
        list[str],
        Values(
            key="education_background.institute_name",
            wording=wordings.NAMES,
            autocomplete="education_background.institute_name",
            loosening=_person(85),
        ),
    ] = _optional("Schools and universities.")
    fields_of_study: Annotated[
        list[str],
        Values(
            key="education_background.field_of_study",
            wording=wordings.PHRASES,
            autocomplete="education_background.field_of_study",
            loosening=_person(75),
        ),
    ] = _optional("Such as Computer Science.")
    degree: Annotated[
        str,
        Choice(
            key="education_background.degree_name",
            takes="takes one value, which means that degree or above",
            vocabulary=DEGREES,
            spoken=DEGREES_SPOKEN,
            loosening=_person(60),
            published="always",
        ),
    ] = _optional("This degree or above.")
    certifications: Annotated[
        list[str],
        Values(
            key="certifications.name", autocomplete="certifications.name", loosening=_person(90)
        ),
    ] = _optional("Certification names.")
    honors: Annotated[
        list[str],
        Values(
            key="honors.title", wording=wordings.PHRASES, loosening=_person(95), published="never"
        ),
    ] = _optional("Titles of awards.")
    company_types: Annotated[
        list[str],
        Values(
            key="current_employers.company_type",
            vocabulary=COMPANY_TYPES,
            spoken=COMPANY_TYPES_SPOKEN,
            loosening=_employers(40),
        ),
    ] = _optional("Such as Public Company, Privately Held, Non Profit.")
    company_headquarters: Annotated[
        list[str],
        Values(
            key="current_employers.company_hq_location",
            wording=wordings.PLACES,
            autocomplete=_REGION,
            spellings=PLACES,
            loosening=_employers(55),
        ),
    ] = _optional("Employer's headquarters, as in regions.")
    company_keywords: Annotated[
        list[str],
        Values(
            key="current_employers.description", wording=wordings.PHRASES, loosening=_employers(65)
        ),
    ] = _optional("What the employer does, such as B2B SaaS.")
    company_headcount: Annotated[
        Span,
        Range(
            key="current_employers.company_headcount_latest",
            lowest=1,
            end=10_000_000,
            loosening=_employers(50),
        ),
    ] = _optional("Number of employees, 1 to 10000000.")
    company_headcount_ranges: Annotated[
        list[str],
        Values(
            key="current_employers.company_headcount_range",
            vocabulary=HEADCOUNT_RANGES,
            spoken=HEADCOUNT_RANGES_SPOKEN,
            loosening=_employers(45),
            published="never",
        ),
    ] = _optional("Such as 1-10, 11-50, 51-200, 201-500, 501-1000, 1001-5000, 10,001+.")
    headcount_growth_percent: Annotated[
        Span, Range(key="headcount_growth", lowest=-100, end=10_000, loosening=_employers(75))
    ] = _optional("Employer growth, -100 to 10000.")
    funding_stages: Annotated[
        list[str],
        Values(
            key="funding_stage",
            vocabulary=FUNDING_STAGES,
            spoken=FUNDING_STAGES_SPOKEN,
            closed=True,
            loosening=_employers(90),
        ),
    ] = _optional("Employer's last funding round.")
    annual_revenue: Annotated[
        str,
        Choice(
            key="annual_revenue", operator="=", vocabulary=ANNUAL_REVENUE, loosening=_employers(80)
        ),
    ] = _optional("Employer's, in USD millions.")
    total_funding: Annotated[
        str,
        Choice(
            key="total_funding", operator="=", vocabulary=TOTAL_FUNDING, loosening=_employers(85)
        ),
    ] = _optional("Employer's, in USD millions.")
    recently_funded: Annotated[
        str,
        Choice(
            key="recently_funded",
            operator="=",
            vocabulary=RECENTLY_FUNDED,
            spoken=RECENTLY_FUNDED_SPOKEN,
            loosening=_employers(95),
        ),
    ] = _optional("Last raised funding within.")
    founded_year: Annotated[
        Span, Range(key="year_founded", lowest=1600, loosening=_employers(70))
    ] = _optional("Year founded, 1600 to this year.")

    def as_dict(self) -> dict[str, Any]:
        """The filters that are set, by name, in the form of the tool's arguments."""
        return self.model_dump(exclude_defaults=True)


def _mark_all_but_usual(schema: dict[str, Any]) -> None:
    # A model pays for each byte in every conversation, and has read all filters, descriptions and
    # vocabularies in the schema of another tool.
    for name, declared in FILTERS.items():
        shape = schema["properties"][name]
        for node in (shape, shape.get("items", {})):
            node.pop("description", None)
            node.pop("enum", None)
        if declared.published != "always":
            shape[UNPUBLISHED] = True


class FilterChanges(SearchFilters):
    """Filters to change on a session. Omitted filters keep their values."""

    model_config = ConfigDict(json_schema_extra=_mark_all_but_usual)

    skills: Annotated[SkillTiers, _SKILLS] = LEFT_OUT


FILTERS: dict[str, Filter] = {
    name: next(part for part in field.metadata if isinstance(part, Filter))
    for name, field in SearchFilters.model_fields.items()
}
"""Every filter by name, in the order of the declarations."""
