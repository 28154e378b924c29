"""`fj-mcp demo`: a complete sourcing run in the terminal, on the sandbox."""
