"""The settings: one frozen model, read from the environment and `.env` files."""

import os
import re
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
)

from fj_mcp.settings.env_files import Values, merge_values
from fj_mcp.settings.problems import LEDGER_URL, misspelled, reason
from fj_mcp.settings.sign_in import (
    OF_ISSUER,
    Audience,
    ClientCredentials,
    Issuer,
    Names,
    Networks,
    PredefinedClients,
    PublicUrl,
    ScopePrefix,
    Scopes,
)

SANDBOX_KEY = "fjk_sandbox"
API_KEY, SANDBOX, STATE_DIR = "FJ_API_KEY", "FJ_SANDBOX", "FJ_STATE_DIR"

KEY_HEADER = "x-fj-api-key"
"""The header that carries a key, to FutureJobs and to a server of ours."""

KEY_SHAPE = re.compile(r"fjk_(?=.*[A-Za-z0-9])[\x21-\x7e]{1,200}")
"""With other characters, HTTP libraries reject the header with an error that quotes the key. A key
of dots only is a placeholder."""

_AROUND_KEY = " \t\r\n\"'`“”‘’"


def _plain_key(key: object) -> object:
    """Remove what is often copied with a key: quotes, `Bearer`, capitals in `fjk_`."""
    if not isinstance(key, str):
        return key
    bare = re.sub(r"(?i)^bearer\s+", "", key.strip(_AROUND_KEY)).strip(_AROUND_KEY)
    return re.sub(r"(?i)^fjk_", "fjk_", bare)


def _usable_key(key: SecretStr) -> SecretStr:
    if not KEY_SHAPE.fullmatch(key.get_secret_value()):
        raise ValueError("must be a FutureJobs key, which starts with fjk_")
    return key


def _usable_token(token: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[\x21-\x7e]{1,200}", token.get_secret_value()):
        raise ValueError("must be at most 200 letters, digits and symbols, without spaces")
    return token


def _long_enough(key: SecretStr) -> SecretStr:
    if len(key.get_secret_value().encode()) < 32:
        raise ValueError("must be at least 32 random characters")
    return key


_DATABASE_HOST = r"([\w.%-]+|\[[0-9a-f:.%]+\])?(:\d{1,5})?"
_DATABASE_URL = (
    rf"(?!.*%(?![0-9a-f]{{2}}))postgres(ql)?://([^@/?#\[\]\s]*@)?{_DATABASE_HOST}"
    rf"(,{_DATABASE_HOST})*(/[^@/?#]*)?(\?[^@#]*)?"
)
"""Where libpq and a reader could differ about the end of a password, it must be encoded."""


def _usable_database_url(url: SecretStr) -> SecretStr:
    address = url.get_secret_value()
    if not re.fullmatch(_DATABASE_URL, address, re.ASCII | re.IGNORECASE):
        # The address itself may hold a password.
        raise ValueError(
            "must be the address of a PostgreSQL, such as "
            "postgresql://user:password@host/database, with the special characters of the password "
            "percent-encoded (%40 for @)"
        )
    if find_spec("psycopg") is None:
        raise ValueError(
            "needs the package psycopg: install this project with its extra postgres "
            "(uv run --extra postgres fj-mcp, or pip install '.[postgres]' in its folder)"
        )
    # Libpq knows it in lower case only.
    scheme, rest = address.split("://", 1)
    return SecretStr(f"{scheme.lower()}://{rest}")


def _expanded(folder: Path) -> Path:
    try:
        return folder.expanduser()
    except RuntimeError:
        raise ValueError("must be a folder; ~ cannot be expanded here") from None


def _split(value: object) -> object:
    """Split a string at commas and whitespace."""
    return tuple(re.split(r"[\s,]+", value)) if isinstance(value, str) else value


def safe_address(address: str) -> str:
    """An address that a key may be sent to, without a trailing slash.

    Raises:
        ValueError: it is no address, or not encrypted.
    """
    parts = urlsplit(address)
    usable = re.fullmatch(r"([\w.-]+|\[[0-9a-f:]+\])(:\d{1,5})?", parts.netloc)
    local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    safe = parts.scheme == "https" or (parts.scheme == "http" and local)
    if not usable or not safe or not re.fullmatch(r"[!-~]+", address):
        raise ValueError("must start with https:// (http:// only for this machine)")
    return address.rstrip("/")


class Settings(BaseModel):
    """All settings, read once at the start.

    Attributes:
        api_key: the FutureJobs key; None starts a server that explains how to set one.
        api_base_url: the address of the API, without a trailing slash.
        sandbox: use the built-in sandbox instead of the API.
        call_deadline_seconds: the time within which every tool call returns.
        max_wait_seconds: the longest wait of one `wait_for_session` call.
        read_only: hide the tools that spend credits.
        confirm_spend: ask the user before credits are spent: if the client can ask (`auto`), always
            (`strict`, which refuses if the client cannot ask) or never (`off`).
        credit_budget: the most credits to spend in one UTC day; None for no limit.
        person_budget: the same for each user whom an identity provider names.
        state_dir: the folder of the database; None for the platform's default.
        database_url: a PostgreSQL instead, for servers on several machines.
        memory: remember decisions about candidates, and which searches showed them.
        keep_days: everything about a person is deleted so long after the last decision.
        export_dir: the folder for exports; None for Downloads, or the server's own without one.
        log_level: of this process's log on stderr.
        http_token: the token that every HTTP request must carry if the server has its own key.
        http_allowed_hosts: allowed values of the Host header, besides this machine's names.
        http_allowed_origins: web pages that may call over HTTP, besides this machine's own.
        state_key: seals the state of confirmation prompts, the ids of tasks and the keys of users
            who signed in; the same for all replicas.
        public_url: the address of this server for clients that sign in; None if they cannot.
        trusted_proxies: networks whose X-Forwarded-For names the client's address.
        oauth_clients: clients that need not register, as JSON; see `settings.predefined_clients`.
        oauth_allow_loopback_clients: read client metadata documents from this machine, for tests.
        oauth_issuer: the company's identity provider, whose tokens let users in; None if they sign
            in with their own keys.
        oauth_audience: what its tokens must be for; None for the address of MCP.
        oauth_groups: only users in one of these may use the server; empty for all.
        oauth_introspection: asks the provider about each token, as `client_id:client_secret`; None
            for tokens that are signed.
        oauth_scopes: of tokens that name none of this server's scopes.
        oauth_scope_prefix: in front of the scopes that clients are told to ask the provider for.
        oauth_id_jag: also issue tokens for its identity assertions (ID-JAG).
        problems: invalid settings, each starting with its name. Nothing is sent until they are
            corrected.
        unsafe_to_spend: misspelled names of settings that decide whether, where or how often
            credits are spent. Nothing is bought until they are corrected.
        warnings: other problems, which prevent nothing.
        notes: information about files that are ignored on purpose.
        own_key_only: whether only `api_key` may be used, because the address may come from the
            working directory's `.env`, which contains that key.
    """

    model_config = ConfigDict(frozen=True)

    api_key: (
        Annotated[SecretStr, BeforeValidator(_plain_key), AfterValidator(_usable_key)] | None
    ) = None
    api_base_url: Annotated[str, AfterValidator(safe_address)] = (
        "https://prod.api.futurejobs.ai/api/v1/wl"
    )
    sandbox: bool = False
    call_deadline_seconds: float = Field(default=45, ge=1, le=600)
    max_wait_seconds: int = Field(default=40, ge=0, le=540)
    read_only: bool = False
    confirm_spend: Literal["auto", "strict", "off"] = "auto"
    credit_budget: int | None = Field(default=None, ge=0)
    person_budget: int | None = Field(default=None, ge=0)
    state_dir: Annotated[Path, AfterValidator(_expanded)] | None = None
    database_url: Annotated[SecretStr, AfterValidator(_usable_database_url)] | None = None
    memory: bool = True
    keep_days: int = Field(default=180, ge=1, le=3_650)
    export_dir: Path | None = None
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "WARNING"
    http_token: Annotated[SecretStr, AfterValidator(_usable_token)] | None = None
    http_allowed_hosts: Annotated[tuple[str, ...], BeforeValidator(_split)] = ()
    http_allowed_origins: Annotated[tuple[str, ...], BeforeValidator(_split)] = ()
    state_key: Annotated[SecretStr, AfterValidator(_long_enough)] | None = None
    public_url: PublicUrl | None = None
    trusted_proxies: Networks = ()
    oauth_clients: PredefinedClients | None = None
    oauth_allow_loopback_clients: bool = False
    oauth_issuer: Issuer | None = None
    oauth_audience: Audience | None = None
    oauth_groups: Names = ()
    oauth_introspection: ClientCredentials | None = None
    oauth_scopes: Scopes = ("sourcing:read",)
    oauth_scope_prefix: ScopePrefix = ""
    oauth_id_jag: bool = False
    problems: tuple[str, ...] = ()
    unsafe_to_spend: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    own_key_only: bool = False

    @property
    def signs_in_with_keys(self) -> bool:
        """Whether users sign in over HTTP with FutureJobs keys of their own."""
        return self.public_url is not None and self.oauth_issuer is None

    @property
    def longest_wait(self) -> int:
        """The longest wait of one call in seconds, with time left to return before the deadline."""
        return min(self.max_wait_seconds, int(self.call_deadline_seconds * 0.9))

    @property
    def time_to_pay(self) -> float:
        """Seconds that must be left in a call for a paid request to be sent."""
        return min(5.0, self.call_deadline_seconds * 0.2)

    @property
    def key(self) -> str | None:
        """The key to send. The sandbox has its own."""
        if self.sandbox:
            return SANDBOX_KEY
        return self.api_key.get_secret_value() if self.api_key else None


_REPORTS = {"problems", "unsafe_to_spend", "warnings", "notes", "own_key_only"}

VARIABLES = {f"FJ_{name.upper()}": name for name in Settings.model_fields if name not in _REPORTS}
"""The environment variable of each setting, and its field."""

_GUARDS = {"api_base_url", "sandbox", "read_only", "confirm_spend", "credit_budget", "state_dir"}
_GUARDS |= {"database_url", "person_budget"}
_GUARDS |= {"oauth_issuer", "oauth_audience", "oauth_groups", "oauth_scopes"}

_IN_ANY_CASE = {"log_level": str.upper, "confirm_spend": str.lower}

_ISSUER = "FJ_OAUTH_ISSUER"

NO_HOME = "must be a folder for the database, because this user has no home folder"


def settings_here(*, sandbox: bool = False, env_file: Path | None = None) -> Settings:
    """Read the settings of this process.

    Args:
        sandbox: use the sandbox, regardless of the settings.
        env_file: the `.env` file given on the command line.
    """
    try:
        directory = Path.cwd()
    except OSError:
        # It was deleted or is not accessible.
        directory = None
    environment = {**os.environ, SANDBOX: "1"} if sandbox else os.environ
    return read_settings(environment, directory, named=env_file, own=own_env_file())


def own_env_file() -> Path | None:
    """The user's own `.env` file; None for a user without a home folder."""
    folder = own_folder("user_config_path")
    return folder / ".env" if folder else None


def read_settings(
    environment: Mapping[str, str],
    directory: Path | None = None,
    *,
    named: Path | None = None,
    own: Path | None = None,
) -> Settings:
    """Read the settings from `environment` and from files, in the order of `merge_values`.

    An invalid setting keeps its default and is listed in `problems`. In most clients a server that
    exits looks like one that hangs, so it starts and reports the problem when it is called.
    """
    given = merge_values(environment, directory, named, own, _key_of)
    found: dict[str, Any] = {}
    problems = list(given.problems)
    for variable, name in VARIABLES.items():
        value = given.values.get(variable, "").strip()
        if not value:
            continue
        try:
            found[name] = getattr(
                Settings.model_validate({name: _IN_ANY_CASE.get(name, str)(value)}), name
            )
        except ValidationError as error:
            problems.append(f"{variable} {reason(error)}")
    if given.values.get(LEDGER_URL, "").strip():
        problems.append(
            f"{LEDGER_URL} is not used any more: remove it, and set FJ_DATABASE_URL to a "
            "PostgreSQL if several servers share it"
        )
    fields = Settings.model_fields
    alone = [name for name in OF_ISSUER if name in found and found[name] != fields[name].default]
    if alone and not given.values.get(_ISSUER, "").strip():
        problems.append(f"FJ_{alone[0].upper()} needs {_ISSUER}")
    if found.get("sandbox"):
        # The sandbox has its own address.
        found.pop("api_base_url", None)
    elsewhere = found.get("sandbox") or found.get("database_url") or found.get("state_dir")
    if not elsewhere and own_folder("user_state_path") is None:
        problems.append(f"{STATE_DIR} {NO_HOME}")
    unsafe: list[str] = []
    warnings: list[str] = []
    for message, meant in misspelled(given.values, VARIABLES):
        if meant == "oauth_groups" and given.values.get(_ISSUER, "").strip():
            # Without it, everyone in the company could read about candidates.
            problems.append(message)
        else:
            (unsafe if meant in _GUARDS else warnings).append(message)
    if "person_budget" in found and not given.values.get(_ISSUER, "").strip():
        warnings.append(
            "FJ_PERSON_BUDGET has no effect without FJ_OAUTH_ISSUER, which says who the users are"
        )
    return Settings(
        **found,
        problems=tuple(problems),
        unsafe_to_spend=tuple(unsafe),
        warnings=tuple(warnings),
        notes=given.notes,
        own_key_only=given.own_key_only,
    )


def with_public_url(settings: Settings, public_url: str) -> Settings:
    """The same settings with the public address of the command line.

    Raises:
        ValueError: with a message.
    """
    try:
        given = Settings.model_validate({"public_url": public_url})
    except ValidationError as error:
        raise ValueError(f"The server was not started: --public-url {reason(error)}.") from None
    return settings.model_copy(update={"public_url": given.public_url})


def _key_of(values: Values) -> object:
    return _plain_key(values.get(API_KEY))


def own_folder(kind: Literal["user_state_path", "user_config_path"]) -> Path | None:
    """The user's folder for this program; None for a user without a home folder."""
    import platformdirs

    try:
        folder: Path = getattr(platformdirs, kind)("fj-mcp", appauthor=False)
    except RuntimeError:
        return None
    return folder
