"""Where a bundle starts: the same command that the package installs."""

from fj_mcp.cli import main

main()
