"""Entry point of the bundle: the same command as the package's."""

from fj_mcp.commands.cli import main

main()
