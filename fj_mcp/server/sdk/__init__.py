"""What this server changes about the MCP SDK.

Argument errors, schemas and JSON-RPC errors in this server's own words, and log lines and spans
without texts. Nothing here is about connection, and no tool is declared here.
"""
