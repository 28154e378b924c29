"""The results of the tools: field names, size limits, and the next steps they suggest.

The field names are published. Results are plain data: the packages above fetch what goes into
them, and `server` turns them into MCP messages.
"""
