"""What the people of a trade have in common."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Title:
    """A job title.

    Attributes:
        name: as in the sandbox's profiles.
        others: what else it is called, with the code of the language; English has none.
        local: its name in German, French and Spanish, by the language's code.
    """

    name: str
    others: tuple[tuple[str, str], ...]
    local: dict[str, str]


@dataclass(frozen=True, slots=True)
class Trade:
    """Jobs that share skills.

    Attributes:
        function: the API's function category.
        industry: of the employers.
        employers: their kinds, as the last word of a name, such as `Hospital`.
        business: what they do.
        titles: in the order of a career; one that is held for long is there twice.
        called: every title, and what else it is called.
        skills: the most common first.
        certificates: the most common first.
        degrees: level in the API's words, name, and share in percent.
        fields: of study.
        works: sentences of what people did; `{what}` and `{count}` are filled in.
    """

    function: str
    industry: str
    employers: tuple[str, ...]
    business: str
    titles: tuple[str, ...]
    called: tuple[Title, ...]
    skills: tuple[str, ...]
    certificates: tuple[str, ...]
    degrees: tuple[tuple[str, str, int], ...]
    fields: tuple[str, ...]
    works: tuple[str, ...]


def listed(text: str) -> tuple[str, ...]:
    """The parts of `one | two | three`."""
    return tuple(" ".join(part.split()) for part in text.split("|") if part.strip())


def degrees(text: str) -> tuple[tuple[str, str, int], ...]:
    """Degrees written as `LEVEL: name: percent | …`."""
    rows = (part.split(": ") for part in listed(text))
    return tuple((level, name, int(share)) for level, name, share in rows)


def trade(
    function: str,
    *,
    at: tuple[str, str, str],
    titles: str,
    called: str,
    skills: str,
    certificates: str,
    degrees: tuple[tuple[str, str, int], ...],
    fields: str,
    works: tuple[str, ...],
) -> Trade:
    """A trade from lists written as `one | two`.

    Args:
        function: the API's function category.
        at: industry, kinds of employers, and their business.
        titles: in the order of a career.
        called: a line for each title that has other names; `de: …` is its name in German.
        skills: the most common first.
        certificates: the most common first.
        degrees: see `degrees`.
        fields: of study.
        works: see `Trade`.
    """
    industry, employers, business = at
    steps = listed(titles)
    lines = {line[0]: line[1:] for line in map(listed, called.strip().splitlines())}
    assert lines.keys() <= set(steps), lines.keys() - set(steps)
    return Trade(
        function=function,
        industry=industry,
        employers=listed(employers),
        business=business,
        titles=steps,
        called=tuple(_title(name, lines.get(name, ())) for name in dict.fromkeys(steps)),
        skills=listed(skills),
        certificates=listed(certificates),
        degrees=degrees,
        fields=listed(fields),
        works=works,
    )


def _title(name: str, others: tuple[str, ...]) -> Title:
    named = [one.rpartition(": ") for one in others]
    local: dict[str, str] = {}
    for language, _, word in named:
        if language:
            local.setdefault(language, word)
    return Title(name, tuple((language, word) for language, _, word in named), local)
