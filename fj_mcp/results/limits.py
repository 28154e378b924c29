"""Size limits of results: clients truncate or reject larger ones."""

MAX_BYTES = 24_000
"""Of one result as JSON: 8,000 tokens at 3 bytes per token, the rate for names and ids."""
