"""The settings: one frozen model, and the only reader of the environment."""

import os
import re
from collections.abc import Mapping
from difflib import get_close_matches
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

from fj_mcp.settings.env_files import Values, merged

SANDBOX_KEY = "fjk_sandbox"
API_KEY, SANDBOX, STATE_DIR = "FJ_API_KEY", "FJ_SANDBOX", "FJ_STATE_DIR"

KEY_SHAPE = re.compile(r"fjk_(?=.*[A-Za-z0-9])[\x21-\x7e]{1,200}")
"""Anything but plain letters in a header would be refused by HTTP itself, with the key in the
message. Dots alone stand for a key in examples."""

_AROUND_KEY = " \t\r\n\"'`“”‘’"


def _plain_key(key: object) -> object:
    """The key without what is often copied with it: quotes, `Bearer`, capitals in `fjk_`."""
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
        raise ValueError("must be up to 200 letters, digits and signs without blanks")
    return token


def _long_enough(key: SecretStr) -> SecretStr:
    if len(key.get_secret_value().encode()) < 32:
        raise ValueError("must be at least 32 random characters")
    return key


def _usable_ledger_url(url: SecretStr) -> SecretStr:
    try:
        from redis.connection import parse_url
    except ImportError:
        raise ValueError(
            "needs the package redis: add the extra redis of this project where it is installed "
            "(uv run --extra redis fj-mcp, or pip install '.[redis]' in its folder)"
        ) from None
    try:
        parse_url(url.get_secret_value())  # type: ignore[no-untyped-call]
    except ValueError:
        # Its own words may quote the password.
        raise ValueError("must be an address such as redis://host:6379/0") from None
    return url


def _expanded(folder: Path) -> Path:
    try:
        return folder.expanduser()
    except RuntimeError:
        raise ValueError("must be a folder; ~ stands for no home folder here") from None


def _parted(value: object) -> object:
    """What stands between commas."""
    return tuple(re.split(r"[\s,]+", value)) if isinstance(value, str) else value


def _safe_address(address: str) -> str:
    parts = urlsplit(address)
    usable = re.fullmatch(r"([\w.-]+|\[[0-9a-f:]+\])(:\d{1,5})?", parts.netloc)
    local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    safe = parts.scheme == "https" or (parts.scheme == "http" and local)
    if not usable or not safe or not re.fullmatch(r"[!-~]+", address):
        raise ValueError("must start with https:// (http:// only for this machine)")
    return address.rstrip("/")


class Settings(BaseModel):
    """Everything that can be set, as read once at the start.

    Attributes:
        api_key: the FutureJobs key; None starts a server that explains how to set one.
        api_base_url: where the API is, without a slash at the end.
        sandbox: serve the built-in sandbox instead of the API.
        call_deadline_seconds: every tool call is answered within this time.
        max_wait_seconds: the longest that one call of `wait_for_session` waits.
        read_only: hide the tools that spend credits.
        confirm_spend: whether the person is asked before credits are spent: where their client
            can ask (`auto`), always (`strict`, which refuses where it cannot), or never (`off`).
        credit_budget: credits that may be spent in one UTC day; None for no limit.
        state_dir: where purchases are remembered; None for the platform's own place.
        ledger_url: the Redis that remembers them instead, for servers on several machines.
        export_dir: where exports are written; None for Downloads, or the working directory.
        log_level: of this process's log on stderr.
        http_token: what every request over HTTP must carry, where the server has a key of its own.
        http_allowed_hosts: what the Host header may say over HTTP, beside names of this machine.
        http_allowed_origins: which web pages may call over HTTP, beside those of this machine.
        state_key: seals what a question to the person carries, and the ids of tasks; the same for
            all replicas.
        problems: settings that could not be used, each starting with its name. Until they are
            corrected, nothing is sent.
        unsafe_to_spend: misspelt names of settings that decide whether, where or how often credits
            are spent. Until they are corrected, nothing is bought.
        warnings: other things to correct, which stand in nothing's way.
        notes: what is as it should be, and good to know.
        own_key_only: whether no other key than `api_key` may be used, because the working
            directory's `.env`, which holds that key, may have set the address.
    """

    model_config = ConfigDict(frozen=True)

    api_key: (
        Annotated[SecretStr, BeforeValidator(_plain_key), AfterValidator(_usable_key)] | None
    ) = None
    api_base_url: Annotated[str, AfterValidator(_safe_address)] = (
        "https://prod.api.futurejobs.ai/api/v1/wl"
    )
    sandbox: bool = False
    call_deadline_seconds: float = Field(default=45, ge=1, le=600)
    max_wait_seconds: int = Field(default=40, ge=0, le=540)
    read_only: bool = False
    confirm_spend: Literal["auto", "strict", "off"] = "auto"
    credit_budget: int | None = Field(default=None, ge=0)
    state_dir: Annotated[Path, AfterValidator(_expanded)] | None = None
    ledger_url: Annotated[SecretStr, AfterValidator(_usable_ledger_url)] | None = None
    export_dir: Path | None = None
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "WARNING"
    http_token: Annotated[SecretStr, AfterValidator(_usable_token)] | None = None
    http_allowed_hosts: Annotated[tuple[str, ...], BeforeValidator(_parted)] = ()
    http_allowed_origins: Annotated[tuple[str, ...], BeforeValidator(_parted)] = ()
    state_key: Annotated[SecretStr, AfterValidator(_long_enough)] | None = None
    problems: tuple[str, ...] = ()
    unsafe_to_spend: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    own_key_only: bool = False

    @property
    def longest_wait(self) -> int:
        """Seconds one wait may take, with time left before the deadline to say how it went."""
        return min(self.max_wait_seconds, int(self.call_deadline_seconds * 0.9))

    @property
    def time_to_pay(self) -> float:
        """Seconds that must be left of a call for a paid request to be sent in it."""
        return min(5.0, self.call_deadline_seconds * 0.2)

    @property
    def key(self) -> str | None:
        """The key to send; the sandbox has its own."""
        if self.sandbox:
            return SANDBOX_KEY
        return self.api_key.get_secret_value() if self.api_key else None


_REPORTS = {"problems", "unsafe_to_spend", "warnings", "notes", "own_key_only"}

VARIABLES = {f"FJ_{name.upper()}": name for name in Settings.model_fields if name not in _REPORTS}
"""The name of each setting, and its field."""

_GUARDS = {"api_base_url", "sandbox", "read_only", "confirm_spend", "credit_budget", "state_dir"}
_GUARDS |= {"ledger_url"}

NO_HOME = "must name a folder for the record of purchases, because this user has no home folder"


def settings_here(*, sandbox: bool = False, env_file: Path | None = None) -> Settings:
    """The settings of this process.

    Args:
        sandbox: use the sandbox, whatever the settings say.
        env_file: the file of settings that was named on the command line.
    """
    try:
        directory = Path.cwd()
    except OSError:
        # It was deleted, or may not be entered.
        directory = None
    environment = {**os.environ, SANDBOX: "1"} if sandbox else os.environ
    return read_settings(environment, directory, named=env_file, own=own_env_file())


def own_env_file() -> Path | None:
    """The file of settings that belongs to this user; None for one without a home."""
    folder = own_folder("user_config_path")
    return folder / ".env" if folder else None


def read_settings(
    environment: Mapping[str, str],
    directory: Path | None = None,
    *,
    named: Path | None = None,
    own: Path | None = None,
) -> Settings:
    """The settings from `environment` and from files, as `env_files.merged` puts them together.

    A setting that cannot be used keeps its default and is named in `problems`: a server that
    exits looks like one that hangs, so it starts and says what is wrong when it is called.
    """
    given = merged(environment, directory, named, own, _key_of)
    found: dict[str, Any] = {}
    problems = list(given.problems)
    for variable, name in VARIABLES.items():
        value = given.values.get(variable, "").strip()
        if not value:
            continue
        if name == "log_level":
            value = value.upper()
        if name == "confirm_spend":
            value = value.lower()
        try:
            found[name] = getattr(Settings.model_validate({name: value}), name)
        except ValidationError as error:
            problems.append(f"{variable} {_reason(error)}")
    if found.get("sandbox"):
        # It answers at its own address, whatever the API's would be.
        found.pop("api_base_url", None)
    elsewhere = found.get("sandbox") or found.get("ledger_url") or found.get("state_dir")
    if not elsewhere and own_folder("user_state_path") is None:
        problems.append(f"{STATE_DIR} {NO_HOME}")
    unsafe, warnings = _misspelt(given.values)
    return Settings(
        **found,
        problems=tuple(problems),
        unsafe_to_spend=unsafe,
        warnings=warnings,
        notes=given.notes,
        own_key_only=given.own_key_only,
    )


def _key_of(values: Values) -> object:
    return _plain_key(values.get(API_KEY))


def own_folder(kind: Literal["user_state_path", "user_config_path"]) -> Path | None:
    """A folder of this user's for this program; None for a user without a home."""
    import platformdirs

    try:
        folder: Path = getattr(platformdirs, kind)("fj-mcp", appauthor=False)
    except RuntimeError:
        return None
    return folder


def _misspelt(values: Values) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What to say of names that are no setting: where credits may depend on them, and elsewhere."""
    unsafe, others = [], []
    for given in sorted(values):
        plain = given.upper().replace("-", "_")
        # Names of the project's own tests are none of the server's.
        ours = plain.startswith("FJ_") and not plain.startswith("FJ_TEST_")
        if given in VARIABLES or not ours or not given.isprintable():
            continue
        fields = VARIABLES.values()
        near = get_close_matches(plain.removeprefix("FJ_").lower(), fields, n=1, cutoff=0.6)
        meant = f"FJ_{near[0].upper()}" if near else None
        hint = f"did you mean {meant}?" if meant else ".env.example lists all of them"
        words = f"{given} is not a setting ({hint})"
        if near and near[0] in _GUARDS and meant not in values:
            unsafe.append(words)
        else:
            others.append(words)
    return tuple(unsafe), tuple(others)


def _reason(error: ValidationError) -> str:
    first = error.errors(include_input=False)[0]
    context = first.get("ctx", {})
    if "error" in context:
        return str(context["error"])
    if first["type"].startswith("bool"):
        return "must be 1 or 0"
    if first["type"] == "literal_error":
        return f"must be {context['expected']}"
    bounds = {"greater_than_equal": ("ge", "at least"), "less_than_equal": ("le", "at most")}
    if first["type"] in bounds:
        name, words = bounds[first["type"]]
        return f"must be {words} {context[name]:g}"
    if first["type"].startswith("int"):
        return "must be a whole number"
    return "must be a number" if first["type"].startswith("float") else "cannot be read"
