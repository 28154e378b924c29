"""Entry point of the bundle: the same command that the package installs."""

from fj_mcp.commands.cli import main

main()
