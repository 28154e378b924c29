"""Settings: their valid values and defaults. Their sources are tested in test_env_files.py."""

import re
from pathlib import Path

import pytest

from fj_mcp.settings.settings import VARIABLES, Settings, read_settings
from tests.support.repository import ROOT


def test_nothing_set_gives_the_documented_defaults(tmp_path: Path) -> None:
    assert read_settings({}, tmp_path) == Settings()


def test_the_example_lists_every_setting_with_its_default() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^(FJ_\w+)=", text, re.MULTILINE)) == sorted(VARIABLES)
    assert read_settings({}, named=ROOT / ".env.example") == Settings()


@pytest.mark.parametrize(
    ("variable", "value", "problem"),
    [
        ("FJ_API_KEY", "sk-123", "must be a FutureJobs key, which starts with fjk_"),
        ("FJ_API_KEY", "fjk_...", "must be a FutureJobs key, which starts with fjk_"),
        ("FJ_API_KEY", "fjk_…", "must be a FutureJobs key, which starts with fjk_"),
        ("FJ_API_KEY", "fjk_a\nb", "must be a FutureJobs key, which starts with fjk_"),
        ("FJ_API_BASE_URL", "http://example.com", "must start with https:// (http:// only for"),
        ("FJ_SANDBOX", "maybe", "must be 1 or 0"),
        ("FJ_CALL_DEADLINE_SECONDS", "soon", "must be a number"),
        ("FJ_CALL_DEADLINE_SECONDS", "0", "must be at least 1"),
        ("FJ_MAX_WAIT_SECONDS", "9999", "must be at most 540"),
        ("FJ_MAX_WAIT_SECONDS", "long", "must be a whole number"),
        ("FJ_CREDIT_BUDGET", "10.5", "must be a whole number"),
        ("FJ_CREDIT_BUDGET", "ten", "must be a whole number"),
        ("FJ_PERSON_BUDGET", "-1", "must be at least 0"),
        ("FJ_STATE_DIR", "~nobody-of-that-name/x", "must be a folder; ~ cannot be expanded"),
        ("FJ_PUBLIC_URL", "http://sourcing.example.com", "must be https:// and the host name"),
        ("FJ_PUBLIC_URL", "https://sourcing.example.com/mcp", "must be https:// and the host"),
        ("FJ_PUBLIC_URL", "https://user@sourcing.example.com", "must be https:// and the host"),
        ("FJ_PUBLIC_URL", "mcp.example.org", "must be https:// and the host name"),
        ("FJ_OAUTH_CLIENTS", "chat", "must be a JSON list of clients"),
        ("FJ_OAUTH_CLIENTS", '[{"client_id": "chat"}]', "must be a JSON list of clients"),
        ("FJ_OAUTH_ISSUER", "http://login.example.com", "must be the issuer exactly as"),
        ("FJ_OAUTH_ISSUER", "https://login.example.com/?x=1", "must be the issuer exactly as"),
        ("FJ_OAUTH_ISSUER", "idp.example.org", "must be the issuer exactly as"),
        ("FJ_OAUTH_ISSUER", "https://user@login.example.com", "must be the issuer exactly as"),
        ("FJ_OAUTH_ISSUER", "https://login.example.com:99999", "must be the issuer exactly as"),
        (
            "FJ_OAUTH_ISSUER",
            "https://login.example.com/realms/staff/.well-known/openid-configuration",
            "must be the issuer exactly as",
        ),
        ("FJ_OAUTH_AUDIENCE", "https://one.example, https://two.example", "must be one audience"),
        ("FJ_OAUTH_AUDIENCE", "api\u200b4711", "must be one audience, without spaces and commas"),
        ("FJ_OAUTH_SCOPE_PREFIX", 'api://"4711"/', "must be the beginning of a scope, such as"),
        ("FJ_OAUTH_SCOPE_PREFIX", "api://münchen/", "must be the beginning of a scope, such as"),
        ("FJ_OAUTH_SCOPE_PREFIX", "api://a/ api://b/", "must be the beginning of a scope"),
        ("FJ_OAUTH_GROUPS", ",,", "must be names, separated by commas"),
        ("FJ_OAUTH_INTROSPECTION", "fj-mcp", "must be the client id and the secret, as"),
        ("FJ_OAUTH_INTROSPECTION", "fj-mcp:", "must be the client id and the secret, as"),
        ("FJ_OAUTH_SCOPES", "sourcing:all", "must be 'sourcing:read', 'sourcing:spend' or"),
        ("FJ_OAUTH_SCOPES", ",,", "must be names, separated by commas"),
        ("FJ_TRUSTED_PROXIES", "proxy.example.com", "must be networks or addresses, separated by"),
        ("FJ_TRUSTED_PROXIES", "203.0.113.7/24", "must be networks or addresses, separated by"),
        ("FJ_OAUTH_ID_JAG", "maybe", "must be 1 or 0"),
        ("FJ_LOG_LEVEL", "LOUD", "must be 'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
    ],
)
def test_an_invalid_setting_is_named_and_keeps_its_default(
    tmp_path: Path, variable: str, value: str, problem: str
) -> None:
    settings = read_settings({variable: value}, tmp_path)
    (said,) = settings.problems
    assert said.startswith(f"{variable} {problem}")
    assert value not in said
    assert settings.model_copy(update={"problems": ()}) == Settings()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("FJ_OAUTH_AUDIENCE", "api://4711"),
        ("FJ_OAUTH_GROUPS", "recruiting"),
        ("FJ_OAUTH_INTROSPECTION", "fj-mcp:secret"),
        ("FJ_OAUTH_SCOPES", "sourcing:read,sourcing:spend"),
        ("FJ_OAUTH_SCOPE_PREFIX", "api://4711/"),
        ("FJ_OAUTH_ID_JAG", "1"),
    ],
)
def test_what_belongs_to_an_issuer_needs_one(tmp_path: Path, variable: str, value: str) -> None:
    issuer = {"FJ_OAUTH_ISSUER": "https://login.example.com/Staff/"}
    alone = read_settings({variable: value}, tmp_path)
    assert alone.problems == (f"{variable} needs FJ_OAUTH_ISSUER",)
    settings = read_settings({variable: value} | issuer, tmp_path)
    assert settings.problems == ()
    assert settings.oauth_issuer == "https://login.example.com/Staff/"


def test_names_of_groups_may_have_spaces() -> None:
    settings = Settings.model_validate({"oauth_groups": " Recruiting EU, sourcing ,"})
    assert settings.oauth_groups == ("Recruiting EU", "sourcing")


def test_a_wait_leaves_time_before_the_deadline() -> None:
    assert Settings(call_deadline_seconds=10, max_wait_seconds=40).longest_wait == 9


def test_this_machine_may_be_reached_without_encryption(tmp_path: Path) -> None:
    settings = read_settings({"FJ_API_BASE_URL": "http://127.0.0.1:8787/api/v1/wl/"}, tmp_path)
    assert settings.api_base_url == "http://127.0.0.1:8787/api/v1/wl"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("https://Sourcing.Example.com/", "https://sourcing.example.com"),
        ("https://sourcing.example.com:443", "https://sourcing.example.com"),
        ("https://sourcing.example.com:8443", "https://sourcing.example.com:8443"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:8000/", "http://[::1]:8000"),
    ],
)
def test_a_public_address_has_one_form(written: str, meant: str) -> None:
    assert read_settings({"FJ_PUBLIC_URL": written}).public_url == meant


@pytest.mark.parametrize(
    "written",
    [
        '"fjk_Abc1"',
        "'fjk_Abc1'",
        "“fjk_Abc1”",
        "Bearer fjk_Abc1",
        "bearer  fjk_Abc1\n",
        '"Bearer fjk_Abc1"',
        'Bearer "fjk_Abc1"',
        " fjk_Abc1 ",
        "FJK_Abc1",
    ],
)
def test_a_key_may_be_pasted_with_quotes_or_a_prefix(written: str) -> None:
    assert read_settings({"FJ_API_KEY": written}).key == "fjk_Abc1"


@pytest.mark.parametrize(
    ("misspelled", "meant"),
    [
        ("FJ_CREDIT_BUGET", "FJ_CREDIT_BUDGET"),
        ("FJ_BUDGET", "FJ_CREDIT_BUDGET"),
        ("FJ_PERSONS_BUDGET", "FJ_PERSON_BUDGET"),
        ("FJ_USER_BUDGET", "FJ_PERSON_BUDGET"),
        ("FJ_CONFIRM", "FJ_CONFIRM_SPEND"),
        ("FJ_READONLY", "FJ_READ_ONLY"),
        ("FJ_SANBOX", "FJ_SANDBOX"),
        ("fj_credit_budget", "FJ_CREDIT_BUDGET"),
        ("FJ_STATEDIR", "FJ_STATE_DIR"),
        ("FJ_BASE_URL", "FJ_API_BASE_URL"),
        ("FJ_OAUTH_GROUP", "FJ_OAUTH_GROUPS"),
        ("FJ_OAUTH_ISSUR", "FJ_OAUTH_ISSUER"),
    ],
)
def test_a_misspelled_setting_that_credits_depend_on_prevents_purchases(
    misspelled: str, meant: str
) -> None:
    settings = read_settings({misspelled: "1"})
    assert settings.unsafe_to_spend == (f"{misspelled} is not a setting (did you mean {meant}?)",)
    assert settings.problems == settings.warnings == ()
    empty = read_settings({misspelled: "1", meant: ""})
    assert empty.unsafe_to_spend == settings.unsafe_to_spend
    # Where the real one is set as well, that is in force.
    both = read_settings({misspelled: "1", meant: "https://example.com" if "URL" in meant else "1"})
    assert both.unsafe_to_spend == ()
    assert len([one for one in both.warnings if one.startswith(f"{misspelled} is not")]) == 1


@pytest.mark.parametrize("misspelled", ["FJ_OAUTH_GROUP", "FJ_GROUPS", "fj_oauth_groups"])
def test_nobody_is_let_in_while_the_groups_are_misspelled(misspelled: str) -> None:
    issuer = {"FJ_OAUTH_ISSUER": "https://login.example.com"}
    settings = read_settings({misspelled: "sourcing"} | issuer)
    assert settings.problems == (f"{misspelled} is not a setting (did you mean FJ_OAUTH_GROUPS?)",)
    both = read_settings({misspelled: "sourcing", "FJ_OAUTH_GROUPS": "sourcing"} | issuer)
    assert both.problems == both.unsafe_to_spend == ()


def test_a_budget_for_each_user_needs_to_know_who_they_are() -> None:
    budget = {"FJ_PERSON_BUDGET": "20"}
    assert read_settings(budget).warnings == (
        "FJ_PERSON_BUDGET has no effect without FJ_OAUTH_ISSUER, which says who the users are",
    )
    known = read_settings({**budget, "FJ_OAUTH_ISSUER": "https://login.example.com"})
    assert (known.person_budget, known.warnings) == (20, ())


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("FJ_API_KY", "did you mean FJ_API_KEY?"),
        ("FJ_KEY", "did you mean FJ_API_KEY?"),
        ("FJ_LOGLEVEL", "did you mean FJ_LOG_LEVEL?"),
        ("FJ_COFFEE", ".env.example lists all of them"),
    ],
)
def test_other_unknown_settings_are_named(name: str, hint: str) -> None:
    settings = read_settings({name: "fjk_secret"})
    assert settings.warnings == (f"{name} is not a setting ({hint})",)
    assert settings.problems == settings.unsafe_to_spend == ()


def test_real_settings_and_the_tests_own_names_are_not_misspellings() -> None:
    names = dict.fromkeys((*VARIABLES, "FJ_TEST_LEDGER", "HOME", "FJORD_KEY"), "1")
    settings = read_settings(names)
    assert settings.warnings == settings.unsafe_to_spend == ()


@pytest.mark.parametrize(
    "address",
    ["https://host:abc/v1", "https://exa mple.com/x", "https://user:pw@host/", "https://", "x"],
)
def test_an_address_that_cannot_be_one_is_a_wrong_setting(address: str, tmp_path: Path) -> None:
    (problem,) = read_settings({"FJ_API_BASE_URL": address}, tmp_path).problems
    assert problem.startswith("FJ_API_BASE_URL must start with https://")
