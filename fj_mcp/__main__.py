"""`python -m fj_mcp` is `fj-mcp`."""

from fj_mcp.commands.cli import main

main()
