"""The results of the tools: field names, size limits, and the next steps they suggest.

The field names are published. Results are plain data: fetching what goes into them is the job of
the packages above, and turning them into MCP messages that of `server`.
"""
