"""The FutureJobs HTTP API: one method per endpoint, typed records out.

Requests, retries, rate limits and API errors live here, and so does all use of httpx outside the
sandbox. Nothing here knows MCP or the tools' results.
"""
