"""The settings: one frozen model, and the only reader of the environment."""

import re
from collections.abc import Mapping
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

SANDBOX_KEY = "fjk_sandbox"
LEDGER_FILE = "purchases.sqlite3"


KEY_SHAPE = re.compile(r"fjk_[\x21-\x7e]{1,200}")
"""Anything but plain letters in a header would be refused by HTTP itself, with the key in the
message."""


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
        raise ValueError("needs the package redis: install fj-mcp[redis]") from None
    try:
        parse_url(url.get_secret_value())  # type: ignore[no-untyped-call]
    except ValueError:
        # Its own words may quote the password.
        raise ValueError("must be an address such as redis://host:6379/0") from None
    return url


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
        problems: settings that could not be used, each starting with its name.
    """

    model_config = ConfigDict(frozen=True)

    api_key: Annotated[SecretStr, AfterValidator(_usable_key)] | None = None
    api_base_url: Annotated[str, AfterValidator(_safe_address)] = (
        "https://prod.api.futurejobs.ai/api/v1/wl"
    )
    sandbox: bool = False
    call_deadline_seconds: float = Field(default=45, ge=1, le=600)
    max_wait_seconds: int = Field(default=40, ge=0, le=540)
    read_only: bool = False
    confirm_spend: Literal["auto", "strict", "off"] = "auto"
    credit_budget: int | None = Field(default=None, ge=0)
    state_dir: Path | None = None
    ledger_url: Annotated[SecretStr, AfterValidator(_usable_ledger_url)] | None = None
    export_dir: Path | None = None
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "WARNING"
    http_token: Annotated[SecretStr, AfterValidator(_usable_token)] | None = None
    http_allowed_hosts: Annotated[tuple[str, ...], BeforeValidator(_parted)] = ()
    http_allowed_origins: Annotated[tuple[str, ...], BeforeValidator(_parted)] = ()
    state_key: Annotated[SecretStr, AfterValidator(_long_enough)] | None = None
    problems: tuple[str, ...] = ()

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


def ledger_path(settings: Settings) -> Path | None:
    """The file that remembers purchases; None for the sandbox, whose sessions end with it."""
    if settings.sandbox:
        return None
    if settings.state_dir is not None:
        return settings.state_dir.expanduser() / LEDGER_FILE
    # Only a purchase needs it, and it takes time to load.
    from platformdirs import user_state_path

    return user_state_path("fj-mcp", appauthor=False) / LEDGER_FILE


def read_settings(environment: Mapping[str, str], directory: Path) -> Settings:
    """The settings from `environment`, and from `.env` in `directory` where that is silent.

    A setting that cannot be used keeps its default and is named in `problems`: a server that
    exits looks like one that hangs, so it starts and says what is wrong when it is called.
    """
    merged = {**_written_in(directory / ".env"), **environment}
    found: dict[str, Any] = {}
    problems: list[str] = []
    for name in Settings.model_fields:
        variable = f"FJ_{name.upper()}"
        value = (merged.get(variable) or "").strip()
        if name == "problems" or not value:
            continue
        if name == "log_level":
            value = value.upper()
        if name == "confirm_spend":
            value = value.lower()
        try:
            found[name] = getattr(Settings.model_validate({name: value}), name)
        except ValidationError as error:
            problems.append(f"{variable} {_reason(error)}")
    return Settings(**found, problems=tuple(problems))


def _written_in(file: Path) -> dict[str, str | None]:
    # Most have no such file, and reading one takes time to load.
    if not file.is_file():
        return {}
    from dotenv import dotenv_values

    return dotenv_values(file)


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
    return "must be a number"
