"""The `fj-mcp` command. Without a subcommand it serves MCP on stdio; stdout is for MCP alone."""

import os
import sys

from fj_mcp.transports.stdio_launch import serve_stdio

PROXIES = {"HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"}
"""The variables in which httpx looks for a proxy, in either case."""


def main() -> None:
    """The entry point of the command."""
    words = sys.argv[1:]
    # A shell that completes a command line names its words in variables.
    if words in ([], ["--sandbox"]) and "_FJ_MCP_COMPLETE" not in os.environ:
        # Assistants start the server like this and allow it little time; loading the commands
        # would take a tenth of it. The SDK loads the first two if it can, and httpx the third,
        # which only a SOCKS proxy needs. None makes an import of them fail.
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
    return any(
        name.upper() in PROXIES and value.lower().startswith("socks")
        for name, value in os.environ.items()
    )
