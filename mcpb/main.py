"""Where a bundle starts: the same command that the package installs."""

from fj_mcp.commands.cli import main

main()
