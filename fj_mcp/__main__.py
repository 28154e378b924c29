"""`python -m fj_mcp` is `fj-mcp`."""

from fj_mcp.cli import main

main()
