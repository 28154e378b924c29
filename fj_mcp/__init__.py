"""An MCP server that finds and reaches candidates with the FutureJobs sourcing API."""

__version__ = "0.1.0"
