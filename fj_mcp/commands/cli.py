"""`fj-mcp`. Alone it serves MCP on stdio, with nothing but protocol on stdout."""

import sys

from fj_mcp.transports.stdio_launch import serve_stdio


def main() -> None:
    """The entry point of the command."""
    words = sys.argv[1:]
    if words in ([], ["--sandbox"]):
        # What every assistant starts. It gives a server little time for that, of which loading the
        # commands would take a tenth.
        serve_stdio(sandbox=bool(words))
    else:
        from fj_mcp.commands.typer_app import app

        app(prog_name="fj-mcp")
