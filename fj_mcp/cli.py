"""`fj-mcp`. Alone it serves MCP on stdio, with nothing but protocol on stdout."""

import gc
import os
import sys
from pathlib import Path

from fj_mcp.settings import Settings, read_settings


def main() -> None:
    """The entry point of the command."""
    words = sys.argv[1:]
    if words in ([], ["--sandbox"]):
        # What every assistant starts. It gives a server little time for that, of which loading the
        # commands would take a tenth.
        serve_stdio(sandbox=bool(words))
    else:
        from fj_mcp.commands import app

        app(prog_name="fj-mcp")


def serve_stdio(*, sandbox: bool) -> None:
    """Serve the client on stdin and stdout, until it hangs up."""
    # Nothing that is loaded and made for the start is ever garbage, so looking for garbage
    # meanwhile only costs time; `serve` turns it on.
    gc.disable()
    from fj_mcp.stdio import serve

    serve(settings_here(sandbox=sandbox))


def settings_here(*, sandbox: bool) -> Settings:
    """The settings of this process, with the sandbox if asked for."""
    settings = read_settings(os.environ, Path.cwd())
    return settings.model_copy(update={"sandbox": True}) if sandbox else settings
