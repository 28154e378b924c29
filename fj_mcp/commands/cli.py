"""The `fj-mcp` command. Without a subcommand it serves MCP on stdio; stdout is for MCP alone."""

import os
import sys

from fj_mcp.transports.stdio_launch import serve_stdio


def main() -> None:
    """The entry point of the command."""
    words = sys.argv[1:]
    # A shell that completes a command line names its words in variables.
    if words in ([], ["--sandbox"]) and "_FJ_MCP_COMPLETE" not in os.environ:
        # Assistants start the server like this and allow it little time; loading the commands
        # would take a tenth of it. The SDK and httpx load these if they can, and they would
        # print nothing here.
        unused = ["rich", "pygments"] if _has_socks_proxy() else ["rich", "pygments", "socksio"]
        for package in unused:
            sys.modules[package] = None  # type: ignore[assignment]
        serve_stdio(sandbox=bool(words))
    else:
        try:
            from fj_mcp.commands.typer_app import app
        except KeyboardInterrupt:
            # Ctrl-C while the commands are being loaded.
            sys.exit(130)
        app(prog_name="fj-mcp")


def _has_socks_proxy() -> bool:
    named = (value for name, value in os.environ.items() if name.upper().endswith("_PROXY"))
    return any(value.lower().startswith("socks") for value in named)
