"""How clients find out where users sign in, and what a server needs for it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.processes import CLEAN
from tests.support.refused_starts import refusal_of
from tests.support.sign_in import ALL, PUBLIC_URL, READ, SPEND, Person, Site, site_here, works

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("sign-in")]

RESOURCE = f"{PUBLIC_URL}/mcp"
RESOURCE_METADATA = f"{PUBLIC_URL}/.well-known/oauth-protected-resource/mcp"


async def test_the_metadata_stand_at_the_root_and_where_mcp_is_appended(site: Site) -> None:
    for kind in ("oauth-protected-resource", "oauth-authorization-server"):
        root = await site.get(f"/.well-known/{kind}")
        assert root.status_code == 200
        for appended in (f"{kind}/mcp", f"{kind}/mcp/", f"{kind}/"):
            assert (await site.get(f"/.well-known/{appended}")).json() == root.json()
    assert (await site.get("/.well-known/oauth-protected-resource")).json() == {
        "resource": RESOURCE,
        "authorization_servers": [PUBLIC_URL],
        "scopes_supported": ALL.split(),
        "bearer_methods_supported": ["header"],
        "resource_name": "FutureJobs sourcing",
    }


async def test_the_server_says_all_that_clients_look_for(site: Site) -> None:
    said = (await site.get("/.well-known/oauth-authorization-server")).json()
    assert said["issuer"] == PUBLIC_URL
    for name in ("authorization", "token", "registration", "revocation"):
        assert said[f"{name}_endpoint"].startswith(f"{PUBLIC_URL}/")
    assert "none" in said["token_endpoint_auth_methods_supported"]
    assert said["code_challenge_methods_supported"] == ["S256"]
    assert said["response_types_supported"] == ["code"]
    assert said["grant_types_supported"] == ["authorization_code", "refresh_token"]
    assert said["client_id_metadata_document_supported"] is True
    assert said["authorization_response_iss_parameter_supported"] is True


async def test_behind_a_proxy_clients_are_not_told_to_use_documents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy resolves names itself, so that no address could be checked."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    async with site_here(tmp_path) as site:
        said = (await site.get("/.well-known/oauth-authorization-server")).json()
    assert said["client_id_metadata_document_supported"] is False


@pytest.mark.parametrize(
    ("header", "error"),
    [
        ({}, ""),
        ({"authorization": "Bearer fjmt_unknown"}, 'error="invalid_token"'),
        ({"authorization": "Bearer eyJhbGciOiJub25lIn0.e30."}, 'error="invalid_token"'),
        ({"x_fj_api_key": "sk-123"}, 'error="invalid_token"'),
        (
            {"authorization": "Bearer fjmt_unknown", "x_fj_api_key": "fjk_one"},
            'error="invalid_token"',
        ),
    ],
)
async def test_every_refusal_says_where_to_sign_in_and_for_what(
    site: Site, header: dict[str, str], error: str
) -> None:
    answer = await site.post("/mcp", {}, content_type="application/json", **header)
    assert answer.status_code == 401
    challenge = answer.headers["www-authenticate"]
    assert challenge.startswith("Bearer ")
    assert f'resource_metadata="{RESOURCE_METADATA}"' in challenge
    assert f'scope="{ALL}"' in challenge
    assert error in challenge


@pytest.mark.parametrize("public_url", [PUBLIC_URL, "http://127.0.0.1:8000"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE"])
async def test_whoever_brings_nothing_is_asked_to_sign_in(
    tmp_path: Path, public_url: str, method: str
) -> None:
    """Even on the server's own computer, where a key in its settings would otherwise be enough."""
    async with (
        site_here(tmp_path, public_url=public_url, sandbox=True) as site,
        site.http() as http,
    ):
        for path in ("/mcp", "/mcp/"):
            answer = await http.request(method, path)
            assert answer.status_code == 401
            assert "resource_metadata=" in answer.headers["www-authenticate"]


async def test_a_tool_beyond_the_scope_says_which_scopes_would_do(site: Site) -> None:
    async with Person(site, "fjk_narrow") as person:
        tokens = await person.connect(await site.app(), spend="", contacts="")
    assert tokens["scope"] == READ
    answer = await site.call(tokens["access_token"], "create_sourcing_session", title="x")
    assert answer.status_code == 403
    challenge = answer.headers["www-authenticate"]
    assert 'error="insufficient_scope"' in challenge
    assert f'scope="{READ} {SPEND}"' in challenge
    assert f'resource_metadata="{RESOURCE_METADATA}"' in challenge
    assert answer.json()["id"] == 7
    assert answer.json()["error"]["message"].startswith("Nothing was sent or charged: ")


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/.well-known/oauth-protected-resource", "GET"),
        ("/.well-known/oauth-protected-resource/mcp", "GET"),
        ("/.well-known/oauth-authorization-server", "GET"),
        ("/token", "POST"),
        ("/register", "POST"),
        ("/revoke", "POST"),
    ],
)
async def test_pages_of_any_origin_may_call_what_clients_in_browsers_call(
    tmp_path: Path, path: str, method: str
) -> None:
    asked = {
        "origin": "https://inspector.example.org",
        "access-control-request-method": method,
        "access-control-request-headers": "mcp-protocol-version, authorization, content-type",
    }
    # The rules for calls to MCP do not change that.
    async with (
        site_here(tmp_path, http_allowed_origins="https://app.example.org") as site,
        site.http() as http,
    ):
        preflight = await http.options(path, headers=asked)
        answer = await http.request(method, path, headers={"origin": asked["origin"]})
    assert preflight.status_code == 200
    assert "authorization" in preflight.headers["access-control-allow-headers"]
    for response in (preflight, answer):
        assert response.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in response.headers


@pytest.mark.parametrize("path", ["/authorize", "/sign-in", "/connections"])
async def test_no_other_page_may_read_the_users_pages(site: Site, path: str) -> None:
    answer = await site.get(path, origin="https://evil.example")
    assert not [name for name in answer.headers if name.startswith("access-control-")]


@pytest.mark.parametrize("path", ["/sign-in", "/token", "/.well-known/oauth-protected-resource"])
async def test_another_host_name_is_refused(site: Site, path: str) -> None:
    answer = await site.get(path, host="evil.example")
    assert answer.status_code == 421


@pytest.mark.parametrize(
    "path",
    [
        # It would promise tokens about users, which do not exist here; clients look elsewhere.
        "/.well-known/openid-configuration",
        "/.well-known/openid-configuration/mcp",
        "/.well-known/oauth-protected-resource/other",
        "/mcp/.well-known/openid-configuration",
        "/mcp/.well-known/oauth-protected-resource",
        "/mcp/.well-known/oauth-authorization-server",
    ],
)
async def test_where_clients_only_look_there_is_nothing(site: Site, path: str) -> None:
    assert (await site.get(path)).status_code == 404


async def test_keys_in_headers_go_on_working_beside_it(site: Site) -> None:
    async with site.http() as http:
        for header in ({"x-fj-api-key": "fjk_one"}, {"authorization": "Bearer fjk_one"}):
            body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
            answer = await http.post("/mcp", json=body, headers=header)
            assert answer.status_code == 200


async def test_the_servers_token_is_asked_for_in_headers_with_keys_only(tmp_path: Path) -> None:
    async with (
        site_here(tmp_path, http_token="let-me-in") as site,
        Person(site, "fjk_person") as person,
        site.http() as http,
    ):
        tokens = await person.connect(await site.app())
        assert works(await site.call(tokens["access_token"]))
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
        token = {"authorization": "Bearer let-me-in"}
        for headers, status, said in (
            ({}, 401, "Sign in: reconnect this server"),
            ({"x-fj-api-key": "fjk_one"}, 401, "Sign in: reconnect this server"),
            ({"authorization": "Bearer fjk_one"}, 401, "Sign in: reconnect this server"),
            (token, 401, "Send your FutureJobs key along with this server's token"),
            (token | {"x-fj-api-key": "sk-1"}, 401, "key. Send your FutureJobs key along with"),
            (token | {"x-fj-api-key": "fjk_one"}, 200, ""),
        ):
            answer = await http.post("/mcp", json=body, headers=headers)
            assert answer.status_code == status
            if status == 401:
                message = answer.json()["error"]["message"]
                assert said in message
                # A key in Authorization would take the place of the token.
                assert "Bearer fjk_" not in message
                assert "resource_metadata=" in answer.headers["www-authenticate"]


async def test_large_forms_are_refused(site: Site) -> None:
    for path in ("/token", "/register", "/revoke"):
        answer = await site.post(path, {"code": "x" * 70_000})
        assert (answer.status_code, answer.json()["error"]) == (413, "invalid_request")
    for path in ("/sign-in", "/connections", "/authorize"):
        page = await site.post(path, {"key": "x" * 70_000})
        assert page.status_code == 413
        assert "The body is larger than" in page.text


# What it needs


@pytest.mark.parametrize(
    ("arguments", "settings", "said"),
    [
        (["--public-url", PUBLIC_URL], {}, "openssl rand -hex 32"),
        (["--public-url", PUBLIC_URL, "--workers", "2"], {}, "openssl rand -hex 32"),
        (["--public-url", "http://sourcing.example.com"], {}, "--public-url must be https://"),
        (["--public-url", f"{PUBLIC_URL}/mcp"], {}, "--public-url must be https://"),
        ([], {"FJ_PUBLIC_URL": PUBLIC_URL}, "FJ_STATE_KEY"),
        (
            ["--public-url", PUBLIC_URL],
            {"FJ_STATE_KEY": "k" * 32, "FJ_API_KEY": "fjk_x"},
            "set FJ_HTTP_TOKEN",
        ),
        (
            ["--public-url", PUBLIC_URL],
            {
                "FJ_STATE_KEY": "k" * 32,
                "FJ_OAUTH_CLIENTS": '[{"client_id": "a", "redirect_uris": ["javascript:x"]}]',
            },
            "FJ_OAUTH_CLIENTS: a redirect address of a must start with https://",
        ),
    ],
)
def test_what_is_missing_is_said_in_a_sentence(
    tmp_path: Path, arguments: list[str], settings: dict[str, str], said: str
) -> None:
    assert said in refusal_of(tmp_path, arguments, settings)


@pytest.mark.parametrize(
    ("module", "extra"),
    [
        ("fj_mcp.transports.stdio", ""),
        (
            "fj_mcp.transports.http.app",
            "from fj_mcp.settings.settings import Settings; module.create_app(Settings())",
        ),
    ],
)
def test_a_server_without_a_public_address_loads_nothing_of_it(module: str, extra: str) -> None:
    """Cryptography is loaded by the SDK in any case."""
    code = f"""
import importlib, sys
module = importlib.import_module({module!r})
{extra}
print([name for name in sys.modules if name == "jinja2" or ".sign_in." in name
       and not name.startswith("fj_mcp.settings")])
"""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=CLEAN, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
