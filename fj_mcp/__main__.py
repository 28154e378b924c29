"""Run `fj-mcp` as `python -m fj_mcp`."""

from fj_mcp.commands.cli import main

main()
