"""How large a result may be: clients cut or refuse what is larger."""

MOST_BYTES = 24_000
"""Of one result as JSON: 8,000 tokens at 3 bytes a token, which is what names and ids take."""
