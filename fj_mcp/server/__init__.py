"""The MCP server: tools, prompts, resources, completion, tasks and consent.

Everything that knows MCP and not the transport. The work itself is done by the packages below:
a tool here checks its arguments, calls one of them and returns its result.
"""
