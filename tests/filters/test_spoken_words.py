"""Values of vocabularies as people say them."""

from typing import Any

import pytest

from fj_mcp.filters.reference import filters_page
from fj_mcp.filters.search_filters import FILTERS, SearchFilters
from fj_mcp.filters.spoken_words import folded
from tests.support.assistant import CSHARP, Assistant

SAID: dict[str, dict[str, tuple[str, ...]]] = {
    "degree": {
        "HIGH_SCHOOL": ("High school", "high school diploma", "high_school"),
        "ASSOCIATES": ("Associate's degree", "associate degree"),
        "BACHELORS": (
            "Bachelor's", "Bachelor’s degree", "Bachelors degree", "bachelor", "B.Sc.", "BSc", "BS",
            "B.A.", "BE/B.Tech", "B.Tech", "Bachelor's degree or higher", "Bachelor of Science",
            "BACHELOR'S OR ABOVE", "bachelors", "B.A",
        ),
        "MASTERS": ("Master's", "Masters degree", "M.Sc.", "MSc", "MBA", "M.Tech", "master"),
        "DOCTORATE": ("PhD", "Ph.D.", "doctorate", "Doctorate degree", "Doctoral degree"),
        "POST_DOCTORATE": ("Postdoc", "post-doc", "Post-Doctorate", "postdoctoral"),
    },
    "seniority": {
        "In Training": ("Internship", "intern", "Trainee"),
        "Entry Level": ("Entry level", "entry-level", "Entry", "Junior"),
        "Senior": ("senior", "Senior level"),
        "Director": ("director", "Director level"),
        "Vice President": ("VP", "vice-president", "SVP"),
        "CXO": ("C-level", "C-suite", "CTO", "cxo"),
        "Owner / Partner": ("Owner/Partner", "owner", "Partner"),
        "Experienced Manager": ("Senior manager", "experienced manager"),
    },
    "functions": {
        "Human Resources": ("HR", "human resources", "Recruiting", "HR department"),
        "Information Technology": ("IT", "information technology"),
        "Quality Assurance": ("QA",),
        "Arts and Design": ("Design", "Arts & Design"),
        "Program and Project Management": ("Project management",),
        "Customer Success and Support": ("Customer success", "Customer support"),
    },
    "years_at_company": {
        "Less than 1 year": ("less than 1 year", "<1 year", "under 1 year", "less than a year"),
        "1 to 2 years": ("1-2 years", "1–2", "1 to 2"),
        "3 to 5 years": ("3 to 5 years", "3-5 yrs", "3_5"),
        "6 to 10 years": ("6-10 years",),
        "More than 10 years": ("10+ years", "more than 10", ">10 years", "Over 10 years"),
    },
    "employment_types": {
        "Full-time": ("full time", "Fulltime", "FULL-TIME"),
        "Contract": ("contractor", "contract"),
        "Freelance": ("Freelancer",),
        "Internship": ("intern",),
    },
    "company_types": {
        "Public Company": ("public company", "Publicly traded"),
        "Privately Held": ("privately held", "private company", "Private"),
        "Non Profit": ("Non-profit", "nonprofit", "NGO"),
        "Self Employed": ("self-employed",),
    },
    "company_headcount_ranges": {
        "51-200": ("51 to 200", "51–200 employees", "51 - 200", "51-200 people"),
        "1001-5000": ("1,001-5,000", "1.001-5.000", "1001 to 5000 employees"),
        "10,001+": ("10001+", "10,000+", "more than 10,000 employees"),
    },
    "funding_stages": {
        "seed": ("Seed", "seed round", "Seed stage"),
        "series_a": ("Series A", "series-a", "SERIES A round", "Series A funding"),
        "series_f_plus": ("Series F", "series g", "Series F+"),
        "ipo": ("IPO", "Publicly traded"),
    },
    "annual_revenue": {"1_10": ("$1M – $10M", "$1M to $10M", "1-10"), "under_1": ("under $1M",)},
    "recently_funded": {
        "6m": ("6 months", "Last 6 months", "last-6-months"),
        "12m": ("last year", "1 year"),
    },
}  # fmt: skip
"""By filter and value: words that mean this value and no other."""

RANGES: dict[str, dict[str, Any]] = {
    "years_of_experience": {
        "3-5": {"min": 3, "max": 5},
        "3 to 5 years": {"min": 3, "max": 5},
        "3–5 yrs": {"min": 3, "max": 5},
        "5+ years": {"min": 5},
    },
    "company_headcount": {"51 to 200": {"min": 51, "max": 200}, "1001+": {"min": 1001}},
    "headcount_growth_percent": {"10-20%": {"min": 10, "max": 20}},
    "within_km": {"50 km": 50, "50km": 50, "50_km": 50, "50": 50},
}
"""By filter and text: ranges and distances as people write them."""

UNSURE: dict[str, dict[str, str]] = {
    "seniority": {
        "Associate": "Entry Level or Senior",
        "Mid-Senior level": "Senior or Experienced Manager",
        "Executive": "Vice President or CXO",
        "executive level": "Vice President or CXO",
        "Manager": "Entry Level Manager or Experienced Manager",
        "Principal": "Senior or Strategic",
        "Founder": "CXO or Owner / Partner",
    },
    "degree": {"Diploma": "HIGH_SCHOOL or ASSOCIATES", "Postgraduate": "MASTERS or DOCTORATE"},
    "functions": {"PM": "Product Management or Program and Project Management"},
    "funding_stages": {"pre-seed": "seed", "Angel": "seed", "Seris A": "series_a"},
    "recently_funded": {"last 12 month": "12m"},
    "years_at_company": {"less then one year": "Less than 1 year", "two years": "1 to 2 years"},
}
"""By filter and word: the values that are asked back."""

OTHER_AMOUNTS = {
    "recently_funded": (
        "1.2 months", "1,2 months", "2.4 months", "0.6 months", "60 months", "last 7 months",
        "last 6 years", "12 weeks", "last 120 months",
    ),
    "years_at_company": (
        "3.5 years", "2 to 5 years", "1.2 years", "1 to 2 months", "more than 1 year",
        "more than 100 years", "6 to 100 years", "four years",
    ),
    "annual_revenue": ("over $1M", "$1B – $10B", "under $1B", "$10M – $100B", "$1.10M"),
    "total_funding": ("over $500K", "$10M – $500M"),
}  # fmt: skip
"""By filter: amounts that look like a value, and are another amount."""


def one(name: str, word: str) -> Any:
    """A word as a filter takes it: alone, or in a list."""
    return word if FILTERS[name].schema()["type"] == "string" else [word]


@pytest.mark.parametrize(
    ("name", "token", "word"),
    [(name, *row) for name, values in SAID.items() for row in (
        (token, word) for token, words in values.items() for word in words
    )],
)  # fmt: skip
def test_a_word_with_one_meaning_is_that_value(name: str, token: str, word: str) -> None:
    filters = SearchFilters.model_validate(CSHARP | {name: one(name, word)})
    assert filters.as_dict()[name] == one(name, token)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [(name, *row) for name, values in RANGES.items() for row in values.items()],
)
def test_a_range_or_a_distance_may_be_a_text(name: str, text: str, value: Any) -> None:
    assert SearchFilters.model_validate(CSHARP | {name: text}).as_dict()[name] == value


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("name", "word", "values"),
    [(name, word, values) for name, words in UNSURE.items() for word, values in words.items()],
)
async def test_a_word_with_more_than_one_meaning_is_refused_with_all_of_them(
    assistant: Assistant, name: str, word: str, values: str
) -> None:
    filters = CSHARP | {name: one(name, word)}
    text = await assistant.refusal("create_sourcing_session", title="T", filters=filters)
    problem = f"filters.{name} has no value {word!r}; did you mean "
    assert text.startswith(f"Nothing was sent or charged: {problem}{values}")
    assert text.endswith("?")
    assert assistant.sandbox.calls == []


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("name", "word"), [(name, word) for name, words in OTHER_AMOUNTS.items() for word in words]
)
async def test_another_amount_is_refused_without_a_guess(
    assistant: Assistant, name: str, word: str
) -> None:
    filters = CSHARP | {name: one(name, word)}
    text = await assistant.refusal("create_sourcing_session", title="T", filters=filters)
    assert "did you mean" not in text
    assert all(token in text for token in FILTERS[name].vocabulary)
    assert assistant.sandbox.calls == []


@pytest.mark.parametrize(
    "name", [name for name, declared in FILTERS.items() if declared.vocabulary]
)
def test_every_spoken_word_has_a_place_of_its_own(name: str) -> None:
    declared = FILTERS[name]
    assert declared.spoken.values.keys() <= declared.vocabulary.keys()
    assert {t for many in declared.spoken.unsure.values() for t in many} <= set(declared.vocabulary)
    meanings = [
        *((token, (token,)) for token in declared.vocabulary),
        *((label, (token,)) for token, label in declared.vocabulary.items()),
        *((word, (token,)) for token, words in declared.spoken.values.items() for word in words),
        *declared.spoken.unsure.items(),
    ]
    found: dict[str, tuple[str, ...]] = {}
    for word, tokens in meanings:
        said = folded(word, declared.spoken.fillers)
        assert said, word
        assert found.setdefault(said, tokens) == tokens, word


def test_the_reference_shows_the_spoken_words() -> None:
    page = filters_page()
    assert "| `funding_stages` | Series F, Series G, Series H | `series_f_plus` |" in page
    assert "| `seniority` | Executive | `Vice President`, `CXO` |" in page
    assert "protected characteristics" in page


@pytest.mark.anyio
async def test_a_look_up_knows_the_spoken_words(assistant: Assistant) -> None:
    for name, word, values in (
        ("degree", "PhD", ["DOCTORATE"]),
        ("seniority", "Executive", ["Vice President", "CXO"]),
        ("functions", "HR", ["Human Resources"]),
    ):
        found = await assistant.call("search_filter_values", filter=name, query=word)
        assert found["values"] == values


@pytest.mark.anyio
async def test_a_word_of_megabytes_is_refused_in_a_short_sentence(assistant: Assistant) -> None:
    filters = CSHARP | {"degree": "master " * 150_000}
    text = await assistant.refusal("create_sourcing_session", title="T", filters=filters)
    assert text.startswith("Nothing was sent or charged: filters.degree has no value 'master ")
    assert len(text) < 300
    assert assistant.sandbox.calls == []
