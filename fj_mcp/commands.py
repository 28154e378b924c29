"""The commands, for people and for whoever sets the server up."""

import os
from pathlib import Path
from typing import Annotated

import typer

from fj_mcp import __version__
from fj_mcp.cli import serve_stdio, settings_here

app = typer.Typer(
    help="Find and reach candidates from your assistant, with FutureJobs.",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Sandbox = Annotated[
    bool,
    typer.Option("--sandbox", help="Use the built-in sandbox: no key, no network, no credits."),
]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback(invoke_without_command=True)
def serve(
    context: typer.Context,
    sandbox: Sandbox = False,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True)] = False,
) -> None:
    """Serve MCP on stdio, for the assistant that started this command."""
    if context.invoked_subcommand is None:
        serve_stdio(sandbox=sandbox)


@app.command()
def demo(
    job_description: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A text file; or an example.")
    ] = None,
) -> None:
    """Source candidates for a job on the sandbox, from job description to contact."""
    from fj_mcp.demo import EXAMPLE, run_demo

    text = job_description.read_text(encoding="utf-8") if job_description else EXAMPLE
    raise typer.Exit(run_demo(text))


@app.command()
def doctor(sandbox: Sandbox = False) -> None:
    """Check settings, key and API with free calls, and say what to fix."""
    from fj_mcp.doctor import run_doctor

    raise typer.Exit(run_doctor(settings_here(sandbox=sandbox)))


@app.command()
def install(
    client: Annotated[
        str,
        typer.Argument(
            help="claude-code, claude-desktop, cursor, vscode, codex, gemini or goose.",
        ),
    ],
    show: Annotated[
        bool, typer.Option("--print", help="Show what to add where; write nothing.")
    ] = False,
    sandbox: Sandbox = False,
) -> None:
    """Add this server to your assistant's configuration, with FJ_API_KEY or a key you type."""
    from fj_mcp.assistants import Machine
    from fj_mcp.installs import run_install

    machine = Machine.this(os.environ)
    raise typer.Exit(run_install(client, settings_here(sandbox=sandbox), machine, show=show))


@app.command(hidden=True)
def docs() -> None:
    """Renew the generated documentation of this project's folder."""
    from fj_mcp.reference import write_docs

    for path in write_docs(Path.cwd()):
        typer.echo(f"renewed {path.name}")


@app.command("serve")
def serve_clients(
    http: Annotated[
        bool, typer.Option("--http", help="Streamable HTTP, for many clients; else stdio.")
    ] = False,
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free port.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="How many processes.")] = 1,
    allowed_host: Annotated[
        list[str] | None, typer.Option(help="A name that clients reach it by; repeatable.")
    ] = None,
    allowed_origin: Annotated[
        list[str] | None, typer.Option(help="A web page that may call it; repeatable.")
    ] = None,
    sandbox: Sandbox = False,
) -> None:
    """Serve MCP over HTTP, each request for its own key or all for FJ_API_KEY."""
    if not http:
        return serve_stdio(sandbox=sandbox)
    from fj_mcp.http.serving import serve as serve_http

    try:
        serve_http(
            settings_here(sandbox=sandbox),
            host=host,
            port=port,
            workers=workers,
            allowed_hosts=allowed_host or [],
            allowed_origins=allowed_origin or [],
            announce=lambda address: typer.echo(f"fj-mcp on {address}"),
        )
    except ValueError as refusal:
        typer.echo(str(refusal), err=True)
        raise typer.Exit(1) from None
    return None


@app.command("sandbox")
def serve_sandbox(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free port.")] = 8787,
    match_seconds: Annotated[float, typer.Option(min=0, help="How long matching takes.")] = 3.0,
    credits: Annotated[int, typer.Option(min=0, help="What each key starts with.")] = 100,
) -> None:
    """Serve the sandbox API over HTTP on this machine, for other programs."""
    from fj_mcp.sandbox import Sandbox as Api
    from fj_mcp.sandbox.server import serve as serve_api

    def announce(bound: int) -> None:
        typer.echo(f"FutureJobs sandbox on http://127.0.0.1:{bound}/api/v1/wl (any key fjk_…)")

    serve_api(port, Api(match_seconds=match_seconds, credits=credits), announce)
