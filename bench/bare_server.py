"""A minimal SDK server with one tool, on stdio: the baseline for start-up time."""

from mcp.server import MCPServer

bare = MCPServer("bare", log_level="WARNING")


@bare.tool()
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


if __name__ == "__main__":
    bare.run("stdio")
