"""The subcommands and their options."""

import os
import signal
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from fj_mcp import __version__
from fj_mcp.commands.install.assistants import ASSISTANTS, PASTED
from fj_mcp.settings.settings import Settings, settings_here, with_public_url
from fj_mcp.transports.stdio_launch import serve_stdio

if TYPE_CHECKING:
    from fj_mcp.commands.install.machine import Machine


def _without_values(params: Any) -> Any:
    """A command's options, of which the help shows the flags without a value, typer's own too."""
    for param in params:
        if getattr(param, "is_flag", False):
            param.metavar = ""
    return params


class _Command(TyperCommand):
    def get_params(self, ctx: Any) -> Any:
        return _without_values(super().get_params(ctx))


class _Group(TyperGroup):
    def get_params(self, ctx: Any) -> Any:
        return _without_values(super().get_params(ctx))


app = typer.Typer(
    cls=_Group,
    help="Find and reach candidates from your assistant, with FutureJobs.",
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_command = partial(app.command, cls=_Command)

Sandbox = Annotated[
    bool,
    typer.Option("--sandbox", help="Use the built-in sandbox: no key, no network, no credits."),
]
EnvFile = Annotated[
    Path | None,
    typer.Option(
        "--env-file", help="Read settings from this file; the environment takes precedence."
    ),
]

OVER_HTTP = {"host", "port", "workers", "allowed_host", "allowed_origin", "public_url"}
"""Options of `serve` that require --http."""


def _chosen(context: typer.Context, sandbox: bool, env_file: Path | None) -> dict[str, Any]:
    """The sandbox and settings-file options, which may come before or after the command's name."""
    before = context.obj or {}
    return {
        "sandbox": sandbox or before.get("sandbox", False),
        "env_file": env_file or before.get("env_file"),
    }


def _settings(context: typer.Context, sandbox: bool, env_file: Path | None) -> Settings:
    """The settings of a command run in a terminal; exits if its settings file is unreadable."""
    chosen = _chosen(context, sandbox, env_file)
    settings = settings_here(**chosen)
    for problem in settings.problems:
        if problem.startswith(f"{chosen['env_file']} cannot be read"):
            raise _refuse(f"{problem}.")
    return settings


def _settings_of_memory(context: typer.Context, sandbox: bool, env_file: Path | None) -> Settings:
    """As `_settings`, but with the key of the user's assistants if this terminal has none."""
    from fj_mcp.commands.install.machine import Machine
    from fj_mcp.commands.installations import settings_installed

    settings = _settings(context, sandbox, env_file)
    if settings.key is not None or settings.problems:
        return settings
    with suppress(RuntimeError):
        if (installed := settings_installed(Machine.this(os.environ))) is not None:
            return installed
    raise _refuse("Each key has a memory of its own: run this with FJ_API_KEY set to yours.")


def _refuse(sentence: str) -> typer.Exit:
    typer.echo(sentence, err=True)
    return typer.Exit(1)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback(invoke_without_command=True)
def serve(
    context: typer.Context,
    sandbox: Sandbox = False,
    env_file: EnvFile = None,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            "-V",
            help="Print the version, and exit.",
            callback=_version,
            is_eager=True,
        ),
    ] = False,
) -> None:
    """Serve MCP on stdio, for the assistant that started this command."""
    context.obj = {"sandbox": sandbox, "env_file": env_file}
    if context.invoked_subcommand is None:
        serve_stdio(sandbox=sandbox, env_file=env_file)


@_command()
def demo(
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="The default here.", hidden=True)
    ] = False,
    job_description: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="Text, PDF or DOCX; - is standard input (default: an example)."
        ),
    ] = None,
) -> None:
    """Run a complete search on the sandbox, from job description to contact."""
    from fj_mcp.commands.demo.job_files import Unreadable, read_job_description
    from fj_mcp.commands.demo.sourcing_run import EXAMPLE, run_demo

    try:
        text = EXAMPLE if job_description is None else read_job_description(job_description)
    except Unreadable as sentence:
        raise _refuse(str(sentence)) from None
    raise typer.Exit(run_demo(text))


@_command()
def doctor(context: typer.Context, sandbox: Sandbox = False, env_file: EnvFile = None) -> None:
    """Check settings, assistants, key and API with free calls, and report what to fix."""
    from fj_mcp.commands.doctor import run_doctor
    from fj_mcp.commands.install.machine import Machine

    try:
        machine = Machine.this(os.environ)
    except RuntimeError:
        machine = None
    raise typer.Exit(run_doctor(_settings(context, sandbox, env_file), machine))


def _assistants(typed: str) -> list[tuple[str, str]]:
    """The assistants whose name begins with what was typed, for the shell's completion."""
    return [(name, one.title) for name, one in ASSISTANTS.items() if name.startswith(typed)]


def _machine() -> "Machine":
    from fj_mcp.commands.install.machine import Machine

    try:
        return Machine.this(os.environ)
    except RuntimeError:
        raise _refuse("Nothing was changed: this user has no home folder. Set HOME.") from None


@_command()
def install(
    context: typer.Context,
    assistants: Annotated[
        list[str] | None,
        typer.Argument(
            help=f"{', '.join(ASSISTANTS)}. With {' or '.join(PASTED)} it prints what to paste. "
            "Without a name, it asks which of your assistants to use.",
            autocompletion=_assistants,
            show_default=False,
        ),
    ] = None,
    url: Annotated[
        str | None, typer.Option("--url", help="Use the team's server at this address instead.")
    ] = None,
    sign_in: Annotated[
        bool,
        typer.Option(
            "--sign-in", help="With --url: write no key; your assistant asks you to sign in."
        ),
    ] = False,
    show: Annotated[
        bool, typer.Option("--print", help="Print what to add, and where; write nothing.")
    ] = False,
    sandbox: Sandbox = False,
    env_file: EnvFile = None,
) -> None:
    """Add this server to your assistants, with FJ_API_KEY or a key you enter."""
    from fj_mcp.commands.install.command import run_install

    settings = _settings(context, sandbox, env_file)
    if sign_in and url is None:
        raise _refuse("Nothing was installed: --sign-in requires --url.")
    if url is not None and settings.sandbox:
        raise _refuse("Nothing was installed: use --url or --sandbox, not both.")
    raise typer.Exit(
        run_install(assistants or [], settings, _machine(), show=show, url=url, sign_in=sign_in)
    )


@_command()
def uninstall(
    assistants: Annotated[
        list[str] | None,
        typer.Argument(
            help="As for install. Without a name, those that have this server are offered.",
            autocompletion=_assistants,
            show_default=False,
        ),
    ] = None,
) -> None:
    """Remove this server from your assistants. Keeps what is stored about purchases and people."""
    from fj_mcp.commands.install.command import run_uninstall

    raise typer.Exit(run_uninstall(assistants or [], _machine()))


@_command()
def memory(
    context: typer.Context,
    export: Annotated[
        Path | None, typer.Option(help="Write all of it to this new file, as JSON.")
    ] = None,
    erase: Annotated[bool, typer.Option("--erase", help="Delete all of it.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before --erase.")] = False,
    sandbox: Sandbox = False,
    env_file: EnvFile = None,
) -> None:
    """Show what is stored about people: decisions, outreach, notes, who was shown."""
    from fj_mcp.commands.memory import erase_memory, export_memory, show_memory

    settings = _settings_of_memory(context, sandbox, env_file)
    if export is None and not erase:
        raise typer.Exit(show_memory(settings))
    status = 0 if export is None else export_memory(settings, export)
    if status or not erase:
        raise typer.Exit(status)
    if not yes:
        typer.confirm("Delete all decisions, notes and sightings of this key?", abort=True)
    raise typer.Exit(erase_memory(settings))


@_command()
def forget(
    context: typer.Context,
    person: Annotated[str, typer.Argument(help="Their LinkedIn address, or a candidate id.")],
    sandbox: Sandbox = False,
    env_file: EnvFile = None,
) -> None:
    """Delete everything that is stored about a person."""
    from fj_mcp.commands.memory import forget_person

    raise typer.Exit(forget_person(_settings_of_memory(context, sandbox, env_file), person))


@_command("help", hidden=True)
def show_help(command: Annotated[list[str] | None, typer.Argument()] = None) -> None:
    """Show the help, as --help does."""
    app([*(command or []), "--help"], prog_name="fj-mcp")


@_command("version", hidden=True)
def show_version() -> None:
    """Print the version, as --version does."""
    _version(wanted=True)


@_command(hidden=True)
def docs() -> None:
    """Regenerate the documentation of the project in this folder."""
    from fj_mcp.commands.docs import write_docs

    for path in write_docs(Path.cwd()):
        typer.echo(f"regenerated {path.name}")


@_command("serve")
def serve_clients(
    context: typer.Context,
    http: Annotated[
        bool, typer.Option("--http", help="Serve Streamable HTTP, for many clients.")
    ] = False,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free port.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Number of processes.")] = 1,
    allowed_host: Annotated[
        list[str] | None, typer.Option(help="A host name that clients use; repeatable.")
    ] = None,
    allowed_origin: Annotated[
        list[str] | None, typer.Option(help="An origin of web pages that may connect; repeatable.")
    ] = None,
    public_url: Annotated[
        str | None, typer.Option(help="The server's public address; users can then sign in.")
    ] = None,
    sandbox: Sandbox = False,
    env_file: EnvFile = None,
) -> None:
    """Run the server for an assistant, or with --http for a team."""
    if not http:
        # A port, for example, shows that HTTP is wanted, not stdio.
        unusable = [name for name in context.params if name in OVER_HTTP and _typed(context, name)]
        if unusable:
            options = ", ".join(f"--{name.replace('_', '-')}" for name in unusable)
            raise _refuse(f"The server was not started: {options} requires --http.")
        return serve_stdio(**_chosen(context, sandbox, env_file))
    from fj_mcp.telemetry.logs import log_settings
    from fj_mcp.transports.http.uvicorn_server import serve as serve_http

    settings = _settings(context, sandbox, env_file)
    log_settings(settings)
    try:
        if public_url is not None:
            settings = with_public_url(settings, public_url)
        serve_http(
            settings,
            host=host,
            port=port,
            workers=workers,
            allowed_hosts=allowed_host or [],
            allowed_origins=allowed_origin or [],
            announce=lambda address: typer.echo(f"fj-mcp on {address}"),
        )
    except ValueError as refusal:
        raise _refuse(str(refusal)) from None
    return None


def _typed(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


@_command("sandbox")
def serve_sandbox(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free port.")] = 8787,
    match_seconds: Annotated[float, typer.Option(min=0, help="Seconds that matching takes.")] = 3.0,
    credits: Annotated[int, typer.Option(min=0, help="Initial credits of each key.")] = 100,
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="The default here.", hidden=True)
    ] = False,
) -> None:
    """Serve the sandbox API over HTTP, for other programs on this machine."""
    from fj_mcp.sandbox.app import Sandbox as Api
    from fj_mcp.sandbox.server import serve as serve_api
    from fj_mcp.transports.http.uvicorn_server import unusable_port

    def announce(bound: int) -> None:
        typer.echo(f"FutureJobs sandbox on http://127.0.0.1:{bound}/api/v1/wl (any key fjk_…)")

    # Uvicorn shuts down by raising the signal again that stopped it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        serve_api(port, Api(match_seconds=match_seconds, credits=credits), announce)
    except OSError as error:
        raise _refuse(unusable_port("127.0.0.1", port, error)) from None
