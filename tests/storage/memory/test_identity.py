from unicodedata import normalize
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fj_mcp.storage.memory.identity import digest, identity, is_profile

SESSION, CANDIDATE = "6a0c77936e7a0151430c91fd", "6a0c77936e7a0151430c91fe"
ASHA = "https://www.linkedin.com/in/asha-rao"


def who(address: str | None) -> str:
    return identity(address, SESSION, CANDIDATE)


SAME_AS_ASHA = [
    "https://www.linkedin.com/in/asha-rao/",
    "http://www.linkedin.com/in/asha-rao",
    "https://linkedin.com/in/asha-rao",
    "www.linkedin.com/in/asha-rao",
    "linkedin.com/in/asha-rao",
    "//linkedin.com/in/asha-rao",
    "https://in.linkedin.com/in/asha-rao",
    "https://m.linkedin.com/in/asha-rao",
    "https://www.linkedin.com/mwlite/in/asha-rao",
    "HTTPS://WWW.LinkedIn.COM/IN/Asha-Rao",
    "https://www.linkedin.com/in/asha-rao/en",
    "https://www.linkedin.com/in/asha-rao/details/experience/",
    "https://www.linkedin.com/in/asha-rao?miniProfileUrn=urn%3Ali&lipi=x",
    "https://www.linkedin.com/in/asha-rao#about",
    "https://www.linkedin.com:443/in/asha-rao",
    "https://www.linkedin.com//in//asha-rao",
    "https://www.linkedin.com/in/%61sha%2Drao",
    "  https://www.linkedin.com/in/asha-rao\n",
    "https://www.linkedin.com/comm/in/asha-rao?midToken=x",
    "https://www.linkedin.com/in/asha-rao.",
    "https://www.linkedin.com/in/asha-rao,",
    "https://www.linkedin.com/in/asha-rao/;",
    "(https://www.linkedin.com/in/asha-rao)",
    "<https://www.linkedin.com/in/asha-rao>",
    "https://www.linkedin.com/in/asha-rao%20",
    "https://www.linkedin.com/in/asha-rao%2F",
    "https://www.linkedin.com/in/asha-rao%2f?trk=x",
    "https://www.linkedin.com/in/asha-rao%0A",
    "https://www.linkedin.com/in/asha-rao\u200b",
    "https://www.linkedin.com/in/asha-rao%E2%80%8B/",
    "\ufeffhttps://www.linkedin.com/in/asha-rao",
]


@pytest.mark.parametrize("address", SAME_AS_ASHA)
def test_every_way_to_write_an_address_names_the_same_person(address: str) -> None:
    assert who(address) == who(ASHA) == "in/asha-rao"
    assert is_profile(address)


NOT_PROFILES = [
    None,
    "",
    "https://www.linkedin.com/company/asha-rao",
    "https://www.linkedin.com/in/",
    "https://www.linkedin.com/",
    "https://www.notlinkedin.com/in/asha-rao",
    "https://linkedin.com.example.org/in/asha-rao",
    "https://example.org/linkedin.com/in/asha-rao",
    "https://example.org/?u=https://www.linkedin.com/in/asha-rao",
    "https://[",
]


@pytest.mark.parametrize("address", NOT_PROFILES)
def test_without_a_linkedin_profile_people_are_known_in_one_search(
    address: str | None,
) -> None:
    assert who(address) == f"{SESSION}/{CANDIDATE}"
    assert identity(address, SESSION, CANDIDATE[::-1]) != who(address)
    assert identity(address, SESSION[::-1], CANDIDATE) != who(address)


def test_ids_of_linkedins_own_making_keep_their_case() -> None:
    one, other = f"{ASHA[:28]}ACoAAAbCdEf", f"{ASHA[:28]}ACoAAABcDeF"
    assert who(one) == who(f"{one}/?x=1") == "in/ACoAAAbCdEf"
    assert who(one) != who(other)


_NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Z"]), min_size=1, max_size=40
).filter(lambda name: not name.startswith(("ACoA", "ACwA", "AEMA")))
_HOSTS = st.sampled_from(["www.linkedin.com", "linkedin.com", "de.linkedin.com", "M.LinkedIn.com"])
_SCHEMES = st.sampled_from(["https://", "http://", "HTTPS://", "//", ""])
_ENDS = st.sampled_from(["", "/", "/de", "/?trk=x", "#x", "/details/skills/"])


@given(_NAMES, _SCHEMES, _HOSTS, _ENDS, st.sampled_from(["NFC", "NFD"]))
def test_neither_scheme_nor_host_nor_encoding_nor_end_makes_another_person(
    name: str, scheme: str, host: str, end: str, form: str
) -> None:
    plain = f"https://www.linkedin.com/in/{quote(name, safe='')}"
    other = quote(normalize(form, name), safe="")  # type: ignore[arg-type]
    assert who(f"{scheme}{host}/in/{other}{end}") == who(plain)
    assert is_profile(plain)


@given(_NAMES, _NAMES)
def test_names_that_differ_in_more_than_case_are_different_people(one: str, other: str) -> None:
    assume(normalize("NFKC", one).casefold() != normalize("NFKC", other).casefold())
    assert who(f"linkedin.com/in/{quote(one, safe='')}") != who(
        f"linkedin.com/in/{quote(other, safe='')}"
    )


@given(_NAMES, st.sampled_from("\0\t\n\x7f"))
def test_no_identity_has_a_character_that_a_database_refuses(name: str, control: str) -> None:
    assert control not in who(f"linkedin.com/in/{quote(name + control, safe='')}")


@given(st.text(max_size=200))
def test_any_text_has_one_identity_and_one_digest(address: str) -> None:
    assert who(address) == who(address)
    assert len(digest(b"key", who(address))) == 32


@given(_NAMES)
def test_an_identity_written_as_an_address_again_is_the_same(name: str) -> None:
    once = who(f"linkedin.com/in/{quote(name, safe='')}")
    assert who(f"linkedin.com/in/{quote(once.removeprefix('in/'), safe='')}") == once


@given(st.binary(min_size=1, max_size=40))
def test_bytes_that_are_no_text_are_told_apart(raw: bytes) -> None:
    one, other = (f"linkedin.com/in/{quote(part, safe='')}" for part in (raw, raw + b"\xff"))
    assert who(one) != who(other)


def test_a_digest_tells_nothing_without_the_key() -> None:
    assert digest(b"one key", "in/asha-rao") != digest(b"another", "in/asha-rao")
    assert "asha" not in digest(b"one key", "in/asha-rao")
