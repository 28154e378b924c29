"""The least that a server of the SDK can be: one tool, on stdio. What start-up is compared with."""

from mcp.server import MCPServer

bare = MCPServer("bare", log_level="WARNING")


@bare.tool()
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


if __name__ == "__main__":
    bare.run("stdio")
