"""The `fj-mcp` command. Without a subcommand it serves MCP on stdio; stdout is for MCP alone."""

import sys

from fj_mcp.transports.stdio_launch import serve_stdio


def main() -> None:
    """The entry point of the command."""
    words = sys.argv[1:]
    if words in ([], ["--sandbox"]):
        # Assistants start the server like this and allow it little time; loading the commands
        # would take a tenth of it. The SDK and httpx load these if they can, and they would
        # print nothing here.
        for package in ("rich", "pygments"):
            sys.modules[package] = None  # type: ignore[assignment]
        serve_stdio(sandbox=bool(words))
    else:
        try:
            from fj_mcp.commands.typer_app import app
        except KeyboardInterrupt:
            # Ctrl-C while the commands are being loaded.
            sys.exit(130)
        app(prog_name="fj-mcp")
