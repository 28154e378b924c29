"""The MCP server: tools, prompts, resources, completion, tasks and consent.

Everything that depends on MCP but not on the transport. The work itself is done in the packages
below: a tool validates its arguments, calls one of them and returns its result.
"""
