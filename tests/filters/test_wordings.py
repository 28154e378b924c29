"""Placeholders and several values in one text are refused before they are paid for."""

from typing import Any

import pytest

from fj_mcp.filters.base import STORED
from fj_mcp.filters.kinds import Choice, Tiers, Values
from fj_mcp.filters.query_map import from_queries, to_queries
from fj_mcp.filters.search_filters import FILTERS, SearchFilters
from fj_mcp.filters.vocabularies import INDUSTRIES
from tests.support.assistant import CSHARP, Assistant

PLACEHOLDERS = ("null", "None", "N/A", "undefined", "any", "Not specified", "“null”", "<none>")

SEVERAL: dict[str, dict[str, list[str]]] = {
    "skills": {
        "SQL, Docker": ["SQL", "Docker"],
        "C#; SQL": ["C#", "SQL"],
        "C# or Java": ["C#", "Java"],
        "C#|SQL": ["C#", "SQL"],
        "C#\nSQL": ["C#", "SQL"],
        "C#, Java, Go, SQL": ["C#", "Java", "Go"],
    },
    "current_titles": {
        "Data Engineer, QA Engineer": ["Data Engineer", "QA Engineer"],
        "Engineer OR Developer": ["Engineer", "Developer"],
    },
    "past_titles": {"CTO / CIO; CEO": ["CTO / CIO", "CEO"]},
    "certifications": {"CISSP, CISM": ["CISSP", "CISM"]},
    "employment_types": {"Full-time, Contract": ["Full-time", "Contract"]},
    "industries": {
        "Software development, retail": ["Software development", "retail"],
        "Fintech, Retail": ["Fintech", "Retail"],
    },
    "functions": {"Sales, Marketing": ["Sales", "Marketing"], "HR or Legal": ["HR", "Legal"]},
    "seniority": {"Senior, Director": ["Senior", "Director"]},
    "funding_stages": {"series a, series b": ["series a", "series b"]},
    "company_headcount_ranges": {"1-10, 11-50": ["1-10", "11-50"]},
    "fields_of_study": {"Physics; Mathematics": ["Physics", "Mathematics"]},
    "current_companies": {"Acme, Inc.; Wipro": ["Acme, Inc.", "Wipro"]},
    "schools": {"IIT Delhi\nIIT Bombay": ["IIT Delhi", "IIT Bombay"]},
    "countries": {"India, Germany": ["India", "Germany"], "India and Nepal": ["India", "Nepal"]},
    "regions": {
        "Berlin; Munich": ["Berlin", "Munich"],
        "Berlin and Munich": ["Berlin", "Munich"],
        "Berlin or Hamburg": ["Berlin", "Hamburg"],
        "Berlin, Germany\nPune, India": ["Berlin, Germany", "Pune, India"],
    },
    "company_headquarters": {"Berlin | Munich": ["Berlin", "Munich"]},
}
"""By filter and text: the entries that the sentence shows."""

ONE: dict[str, tuple[str, ...]] = {
    "skills": ("Machine Learning (NLP, CV)", "No Code", "CI/CD", "R&D"),
    "current_titles": ("Non-executive Director", "Orchestrator", "Notary"),
    "current_companies": ("Acme, Inc.", "Not Boring", "Toys or Us"),
    "schools": ("University of California, Berkeley",),
    "fields_of_study": ("Bachelor of Science, Honours",),
    "industries": ("Oil, Gas, and Mining", *INDUSTRIES),
    "regions": ("Jammu and Kashmir, India", "Sarajevo, Bosnia and Herzegovina", "Portland, OR"),
    "countries": ("Bosnia and Herzegovina", "Korea, Republic of", "Trinidad and Tobago"),
    "company_headcount_ranges": ("10,001+",),
    "company_keywords": ("B2B SaaS, fintech",),
    "company_types": ("Non Profit",),
}
"""By filter: texts that may be one value, and are sent as they are."""


def given(name: str, text: str) -> Any:
    if name == "skills":
        return {"mandatory": ["Go", text]}
    return text if FILTERS[name].schema()["type"] == "string" else [text]


@pytest.mark.anyio
@pytest.mark.parametrize(
    "name", [name for name, one in FILTERS.items() if isinstance(one, Values | Choice | Tiers)]
)
async def test_a_placeholder_is_refused(assistant: Assistant, name: str) -> None:
    for text in PLACEHOLDERS:
        filters: dict[str, Any] = CSHARP | {name: given(name, text)}
        if filters[name] == "null":
            continue  # Alone, it means that the filter is left out.
        answer = await assistant.refusal("create_sourcing_session", title="T", filters=filters)
        assert answer.startswith(f"Nothing was sent or charged: filters.{name} has the placeholder")
        assert answer.endswith("as a value; leave it out.")
    assert assistant.sandbox.calls == []


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("name", "text", "entries"),
    [(name, *row) for name, texts in SEVERAL.items() for row in texts.items()],
)
async def test_several_values_in_one_text_are_refused_with_the_list(
    assistant: Assistant, name: str, text: str, entries: list[str]
) -> None:
    filters: dict[str, Any] = CSHARP | {name: given(name, text)}
    answer = await assistant.refusal("create_sourcing_session", title="T", filters=filters)
    shown = ", ".join(f'"{entry}"' for entry in entries)
    problem = f"has several values in one text; give each its own entry, such as [{shown}]"
    assert answer.startswith(f"Nothing was sent or charged: filters.{name} {problem}")
    assert answer.endswith(
        "or leave out a comma that is part of one value." if "," in text else "]."
    )
    assert assistant.sandbox.calls == []


@pytest.mark.parametrize(
    ("name", "text"), [(name, text) for name, texts in ONE.items() for text in texts]
)
def test_a_text_that_may_be_one_value_is_taken(name: str, text: str) -> None:
    filters = SearchFilters.model_validate(CSHARP | {name: given(name, text)})
    assert filters.as_dict()[name] == given(name, text)


ODD: dict[str, Any] = {
    "skills": {"mandatory": ["C#, SQL", "None"]},
    "current_titles": ["Vice President, Engineering", "NOT Manager"],
    "regions": ["Berlin; Munich"],
}


@pytest.mark.anyio
async def test_such_texts_in_a_stored_session_are_shown_and_kept(assistant: Assistant) -> None:
    session_id = await assistant.search(**CSHARP)
    stored = assistant.sandbox.sessions[session_id]
    odd = to_queries(SearchFilters.model_validate(ODD, context=STORED))
    stored.queries.update(odd)
    assert from_queries(odd)[1] == []
    assert (await assistant.call("get_session", session_id=session_id))["filters"] == ODD
    # The sandbox finds nobody with them, and refuses the update.
    await assistant.call(
        "update_sourcing_session", session_id=session_id, filters={"degree": "MASTERS"}
    )
    (sent,) = (one for one in assistant.sandbox.calls if one.operation == "update_session")
    degree = {"education_background.degree_name": {"type": "IN", "value": ["MASTERS"]}}
    assert sent.body["queries"] == odd | degree
