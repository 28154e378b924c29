"""The compose file and the Kubernetes manifest: valid commands and settings, and durable data."""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer
from ruamel.yaml import YAML

from fj_mcp.commands.typer_app import app
from fj_mcp.settings.settings import VARIABLES, Settings, read_settings
from fj_mcp.transports.http.uvicorn_server import ENDING_SECONDS, LAST_SECONDS
from tests.support.processes import http_process
from tests.support.repository import ROOT

DEPLOY = ROOT / "deploy"

FIXED = {"FJ_DATABASE_URL": "for the PostgreSQL beside it"}
"""Settings that Compose sets by itself."""

OTHERWISE_PASSED = {"FJ_LOG_LEVEL": "${FJ_LOG_LEVEL:-INFO}"}

NOT_OF_THE_OPERATOR = {
    "FJ_STATE_DIR": "set by the image",
    "FJ_EXPORT_DIR": "set by the image",
    "FJ_SANDBOX": "it runs in one process",
    "FJ_CALL_DEADLINE_SECONDS": "the load balancer waits only a little longer than the default",
    "FJ_OAUTH_ALLOW_LOOPBACK_CLIENTS": "for tests",
}
"""Settings that Compose leaves alone, and why."""


def documents(name: str) -> list[dict[str, Any]]:
    return list(YAML(typ="safe").load_all((DEPLOY / name).read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    (services,) = (document["services"] for document in documents("compose.yaml"))
    return dict(services)


@pytest.fixture(scope="module")
def pods() -> dict[str, dict[str, Any]]:
    """The pod of each workload of the manifest."""
    return {
        document["metadata"]["name"]: document["spec"]["template"]["spec"]
        for document in documents("kubernetes.yaml")
        if document["kind"] in ("Deployment", "StatefulSet")
    }


@pytest.fixture
def commands(compose: dict[str, Any], pods: dict[str, dict[str, Any]]) -> list[list[str]]:
    return [compose["fj-mcp"]["command"], pods["fj-mcp"]["containers"][0]["args"]]


def test_the_commands_are_valid(commands: list[list[str]]) -> None:
    group = typer.main.get_command(app)
    assert hasattr(group, "commands")
    for name, *arguments in commands:
        context = group.commands[name].make_context(name, list(arguments))
        assert context.params["http"] is True
        # The containers around it reach it by this.
        assert context.params["host"] == "0.0.0.0"


@pytest.mark.parametrize("name", ["compose.yaml", "kubernetes.yaml"])
def test_every_setting_exists_and_no_key_is_included(name: str) -> None:
    text = (DEPLOY / name).read_text(encoding="utf-8")
    named = set(re.findall(r"\bFJ_[A-Z_]+", text))
    needed = {"FJ_DATABASE_URL", "FJ_STATE_KEY", "FJ_HTTP_ALLOWED_HOSTS", "FJ_PUBLIC_URL"}
    assert needed <= named <= VARIABLES.keys()
    assert "fjk_" not in text


@pytest.mark.parametrize(
    "variable", [name for name in VARIABLES if name not in {*FIXED, *NOT_OF_THE_OPERATOR}]
)
def test_compose_passes_on_what_the_operator_sets(compose: dict[str, Any], variable: str) -> None:
    """A budget or a list of groups that does not arrive would let everybody spend."""
    passed = compose["fj-mcp"]["environment"].get(variable, "")
    if variable == "FJ_STATE_KEY":
        assert passed.startswith("${FJ_STATE_KEY:?")
    else:
        assert passed == OTHERWISE_PASSED.get(variable, f"${{{variable}:-}}")


@pytest.mark.parametrize("variable", VARIABLES)
def test_an_empty_setting_is_not_set(variable: str) -> None:
    """Compose passes those on that the operator leaves out."""
    assert read_settings({variable: ""}) == read_settings({})


def test_compose_leaves_the_other_settings_alone(compose: dict[str, Any]) -> None:
    assert not NOT_OF_THE_OPERATOR.keys() & compose["fj-mcp"]["environment"].keys()


def test_the_secret_of_kubernetes_may_hold_any_setting(pods: dict[str, dict[str, Any]]) -> None:
    (server,) = pods["fj-mcp"]["containers"]
    assert server["envFrom"] == [{"secretRef": {"name": "fj-mcp"}}]
    # What stands in the manifest would win over the secret.
    assert {one["name"] for one in server["env"]} == {"FJ_PUBLIC_URL", "FJ_LOG_LEVEL"}


def test_the_probes_use_endpoints_of_the_server(
    compose: dict[str, Any], pods: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    (server,) = pods["fj-mcp"]["containers"]
    probes = [server[name]["httpGet"] for name in ("livenessProbe", "readinessProbe")]
    (port,) = server["ports"]
    assert {probe["port"] for probe in probes} == {port["name"]}
    (path,) = re.findall(
        r"http://127\.0\.0\.1:8000(/\w+)", compose["fj-mcp"]["healthcheck"]["test"][3]
    )
    with http_process(tmp_path, measured=False, FJ_SANDBOX="1") as running:
        for asked in (path, *(probe["path"] for probe in probes)):
            assert httpx.get(f"{running.root}{asked}", trust_env=False).status_code == 200


def test_there_is_time_to_finish_requests_in_flight(
    compose: dict[str, Any], pods: dict[str, dict[str, Any]]
) -> None:
    longest = ENDING_SECONDS + LAST_SECONDS
    assert int(compose["fj-mcp"]["stop_grace_period"].removesuffix("s")) > longest
    # The pause before the end counts too.
    pause = int(pods["fj-mcp"]["containers"][0]["lifecycle"]["preStop"]["exec"]["command"][1])
    assert pods["fj-mcp"]["terminationGracePeriodSeconds"] > longest + pause


def test_the_database_keeps_purchases(
    compose: dict[str, Any], pods: dict[str, dict[str, Any]]
) -> None:
    (container,) = pods["fj-mcp-postgres"]["containers"]
    assert compose["postgres"]["image"] == container["image"]
    # Where the image keeps its data.
    for mounted in (
        compose["postgres"]["volumes"][0].partition(":")[2],
        container["volumeMounts"][0]["mountPath"],
    ):
        assert mounted == "/var/lib/postgresql/data"
    # Neither turns off what makes a commit last.
    for arguments in (compose["postgres"].get("command", []), container.get("args", [])):
        assert not [word for word in arguments if re.search("fsync|synchronous_commit", word)]


def test_the_load_balancer_neither_retries_nor_buffers(compose: dict[str, Any]) -> None:
    (whole,) = documents("compose.yaml")
    (mounted,) = compose["balancer"]["configs"]
    text = whole["configs"][mounted["source"]]["content"]
    for line in ("proxy_next_upstream off;", "proxy_buffering off;", "client_max_body_size 1m;"):
        assert line in text
    (patience,) = re.findall(r"proxy_read_timeout (\d+)s;", text)
    assert int(patience) > Settings().call_deadline_seconds


def test_users_can_sign_in_at_the_host_of_the_certificate() -> None:
    parts = documents("kubernetes.yaml")
    (gateway,) = (part["spec"] for part in parts if part["kind"] == "Gateway")
    (route,) = (part["spec"] for part in parts if part["kind"] == "HTTPRoute")
    (service,) = (
        part
        for part in parts
        if part["kind"] == "Service" and part["spec"]["selector"] == {"app": "fj-mcp"}
    )
    (pod,) = (part for part in parts if part["kind"] == "Deployment")
    (server,) = pod["spec"]["template"]["spec"]["containers"]
    (listener,) = gateway["listeners"]
    public = {one["name"]: one.get("value") for one in server["env"]}["FJ_PUBLIC_URL"]
    assert Settings(public_url=public).public_url == f"https://{listener['hostname']}"
    assert listener["protocol"] == "HTTPS"
    assert route["hostnames"] == [listener["hostname"]]
    (rule,) = route["rules"]
    # /mcp alone would leave out the pages and the metadata at the root.
    assert rule["matches"] == [{"path": {"type": "PathPrefix", "value": "/"}}]
    assert "retry" not in rule
    assert int(rule["timeouts"]["request"].removesuffix("s")) > Settings().call_deadline_seconds
    (backend,) = rule["backendRefs"]
    assert backend["name"] == service["metadata"]["name"]
    assert backend["port"] == service["spec"]["ports"][0]["port"]


def test_the_key_that_users_are_signed_in_with_is_required(compose: dict[str, Any]) -> None:
    # Compose refuses to start without it.
    assert compose["fj-mcp"]["environment"]["FJ_STATE_KEY"].startswith("${FJ_STATE_KEY:?")
    assert "--from-literal=FJ_STATE_KEY=" in (DEPLOY / "kubernetes.yaml").read_text("utf-8")


def test_a_certificate_is_got_for_the_public_address(compose: dict[str, Any]) -> None:
    tls = compose["tls"]
    # Without users who sign in, nothing listens on the public ports.
    assert tls["profiles"] == ["tls"]
    assert tls["command"][2:] == ["--from", "${FJ_PUBLIC_URL:-}", "--to", "http://balancer:80"]
    assert "443:443" in tls["ports"]
    assert tls["volumes"] == ["certificates:/data"]
    (whole,) = documents("compose.yaml")
    assert "certificates" in whole["volumes"]
    content = whole["configs"]["balancer"]["content"]
    # Two proxies in a row: the last address must be the client's.
    assert "real_ip_header X-Forwarded-For;" in content
    assert "proxy_set_header X-Forwarded-For $$remote_addr;" in content
