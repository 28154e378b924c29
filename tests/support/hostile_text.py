"""Markers of hostile texts, and a check for invisible characters."""

import unicodedata

MARKS = (
    *(
        "ignore all previous",
        "developer mode",
        "evil.example.com",
        "alert(1)",
        "hyperlink(",
        "@sum",
    ),
    *("injected", "spend all credits", "red alert", "onerror", "cmd|", "document.cookie", "<b>"),
    *("hidden", "ravi kumar", "asha rao", "priya", "moc.elpmaxe"),
)
"""Pieces of the hostile people's texts, in small letters."""


VISIBLE_FORMATS = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
"""Signs that Unicode counts as format characters although they are written and seen."""


INVISIBLE_LETTERS = {
    *(0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0),
    *range(0x180B, 0x1810),
    *range(0xFE00, 0xFE10),
    *range(0xE0100, 0xE01F0),
}
"""Invisible characters that Unicode counts as letters or marks: fillers, joiners, selectors."""


def unwanted(text: str, *, lines: bool = False) -> list[str]:
    """The characters of a text that must not reach a model."""
    found = []
    for character in text:
        point = ord(character)
        if character == "\n" and lines:
            continue
        kind = unicodedata.category(character)
        formats = kind in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") and point not in VISIBLE_FORMATS
        if formats or point in INVISIBLE_LETTERS:
            found.append(f"U+{point:04X}")
    return found
