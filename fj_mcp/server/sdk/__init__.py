"""Adapters around the MCP SDK.

Schemas that every client accepts, this server's own argument and JSON-RPC errors, and log lines
and spans without content. Nothing here knows about candidates, and no tool is declared here.
"""
