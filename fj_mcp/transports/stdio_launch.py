"""Start the stdio server with the settings of this process."""

import gc
import sys
from pathlib import Path

_TERMINAL_NOTE = """\
This is the FutureJobs MCP server, waiting for an assistant to connect. Press Ctrl-C to stop it.

  {command} demo             a sourcing run without a key
  {command} install          add it to your assistants
  {command} doctor           check settings, key and API
  {command} --help           everything else"""


def serve_stdio(*, sandbox: bool = False, env_file: Path | None = None) -> None:
    """Serve the client on stdin and stdout until it hangs up."""
    # None if the process was started without them.
    if sys.stdin is None or sys.stdout is None:
        sys.exit("fj-mcp talks to an assistant on stdin and stdout, and one of them is closed.")
    if sys.stdin.isatty() and sys.stderr is not None:
        from fj_mcp.text.own_command import own_command

        print(_TERMINAL_NOTE.format(command=own_command()), file=sys.stderr)  # noqa: T201 - started by hand
    # Start-up creates no garbage, so collecting meanwhile only costs time; `serve` turns it on.
    gc.disable()
    from fj_mcp.server.sdk.protocol_models import load_protocol_models

    load_protocol_models()
    from fj_mcp.settings.settings import settings_here
    from fj_mcp.telemetry.logs import log_settings
    from fj_mcp.transports.stdio import serve

    settings = settings_here(sandbox=sandbox, env_file=env_file)
    log_settings(settings)
    serve(settings)
