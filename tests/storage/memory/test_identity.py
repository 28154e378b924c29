"""The same person has the same identity in every search, and nobody else has it."""

from unicodedata import normalize
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fj_mcp.storage.memory.identity import identity

SESSION, CANDIDATE = "5f" * 12, "6a" * 12

SAME = [
    "https://www.linkedin.com/in/jörg-müller",
    "http://linkedin.com/in/Jörg-Müller/",
    "https://de.linkedin.com/in/j%C3%B6rg-m%C3%BCller",
    "https://m.linkedin.com/in/j%c3%b6rg-m%c3%bcller/en?trk=people",
    "HTTPS://WWW.LINKEDIN.COM/in/jo\u0308rg-mu\u0308ller#about",
    "www.linkedin.com/in/JÖRG-MÜLLER/de/",
    " linkedin.com/in/jörg-müller ",
]
NOBODY = [
    None,
    "",
    "https://www.linkedin.com/company/acme",
    "https://www.linkedin.com/in/",
    "https://linkedin.com.example.com/in/somebody",
    "https://example.com/linkedin.com/in/somebody",
    "https://notlinkedin.com/in/somebody",
    "https://[/in/x",
]


def of(url: str | None) -> str:
    return identity(url, SESSION, CANDIDATE)


@pytest.mark.parametrize("url", SAME)
def test_every_form_of_an_address_is_the_same_person(url: str) -> None:
    assert of(url) == "in/jörg-müller"


@pytest.mark.parametrize("url", NOBODY)
def test_without_a_linkedin_profile_a_person_is_known_within_one_session(url: str | None) -> None:
    assert of(url) == f"{SESSION}/{CANDIDATE}"
    assert identity(url, "60" * 12, CANDIDATE) != of(url)


def test_ids_of_members_keep_their_case() -> None:
    upper = of("https://www.linkedin.com/in/ACoAABcDeF")
    assert upper == "in/ACoAABcDeF"
    assert upper != of("https://www.linkedin.com/in/ACoAAbcdef")


names = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20).filter(
    lambda name: not normalize("NFC", name).startswith("ACoA")
)


@given(
    names,
    st.sampled_from(["https://", "http://", "//", ""]),
    st.sampled_from(["", "www.", "de.", "pt-br.", "m."]),
    st.sampled_from(["", "/", "/en", "/de/", "?trk=x", "/?a=b#c"]),
    st.sampled_from(["NFC", "NFD"]),
    st.booleans(),
)
def test_country_language_query_and_encoding_make_no_difference(
    name: str, scheme: str, host: str, end: str, form: str, encoded: bool
) -> None:
    written = normalize(form, name)  # type: ignore[arg-type]
    written = quote(written) if encoded else written
    plain = of(f"https://www.linkedin.com/in/{name}")
    assert of(f"{scheme}{host}linkedin.com/in/{written}{end}") == plain
    assert of(f"https://www.linkedin.com/{plain}") == plain


@given(names, names)
def test_different_names_are_different_people(one: str, other: str) -> None:
    same = normalize("NFC", normalize("NFC", one).casefold()) == normalize(
        "NFC", normalize("NFC", other).casefold()
    )
    found = [of(f"https://www.linkedin.com/in/{name}") for name in (one, other)]
    assert (found[0] == found[1]) is same
