"""The `fj-mcp` command: its entry point and every subcommand.

Typer and Rich are imported here only. The commands start servers and print what other packages
return; they contain no rules of their own.
"""
