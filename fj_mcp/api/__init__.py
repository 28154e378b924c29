"""The FutureJobs HTTP API: one method per endpoint, typed records out.

Requests, retries, rate limits and the errors that responses stand for live here, and so does all
use of httpx outside the sandbox. What a tool makes of a record does not, and nothing here knows
MCP.
"""
