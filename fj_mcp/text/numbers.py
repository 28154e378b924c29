"""Numbers in sentences."""


def number_of(count: int, noun: str) -> str:
    """A count with its noun, which takes a plain s in the plural: “1 candidate”, “2 candidates”."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
