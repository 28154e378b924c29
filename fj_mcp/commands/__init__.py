"""The `fj-mcp` command: its entry point, and everything a person runs in a terminal.

Typer and Rich are imported here only. The commands start servers and print what other packages
return; they hold no rules of their own.
"""
