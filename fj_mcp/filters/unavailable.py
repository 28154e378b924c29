"""What FutureJobs cannot search by, and the way round it.

Names that models try as filters or arguments, and values that ask for an exclusion. None of them is
ever answered with the filter of a similar name: that would search for the opposite.
"""

import re

from msgspec import Struct

_NO_DATA = "FutureJobs has no such data; ask the candidates themselves"
_MAX_VALUES = 5
"""Of an exclusion, in the advice."""


class Unavailable(Struct, frozen=True):
    """Something that cannot be searched by.

    Attributes:
        about: what it is, for the reference.
        names: how it is asked for, as a pattern of the whole name in snake case.
        advice: the end of a sentence that starts with the name; `{query}` in it is the query of
            list_profiles for the values that were given.
        example: that query, if no values are certain.
        excludes: whether the query leaves the values out.
    """

    about: str
    names: str
    advice: str
    example: str = ""
    excludes: bool = False

    def advice_for(self, value: object = None) -> str:
        """The advice, with the values that were given if they are certain."""
        words = [word for text in _texts(value) if (word := _plain(text))]
        if not words or (len(words) > 1 and not self.excludes):
            return self.advice.format(query=f"such as {self.example}")
        mark = "-" if self.excludes else ""
        return self.advice.format(query=_query_of(words[:_MAX_VALUES], mark))


UNAVAILABLE = (
    Unavailable(
        "Exclusions, such as `exclude_companies`",
        r"(?:exclude[ds]?|excluding|exclusions?|not|no(?!_of)|without|except|avoid|omit|ignore"
        r"|blocked|banned|blacklist(?:ed)?)(?:_\w+)?"
        r"|\w+_(?:exclude[ds]?|excluding|exclusions?|not|except|blacklist)",
        "FutureJobs has no exclusion; search without it, then leave people out with list_profiles "
        "query {query}",
        example='"-infosys"',
        excludes=True,
    ),
    Unavailable(
        "Languages",
        r"(?:spoken_|native_)?languages?(?:_spoken)?",
        "FutureJobs has no language filter; search without it, then use list_profiles query "
        "{query}, or get_candidate, which shows languages",
        example='"german"',
    ),
    Unavailable(
        "Notice periods and availability",
        r"(?:\w+_)?(?:notice_period|availability|available_from|start_date)(?:_\w+)?",
        f"{_NO_DATA}, and open_to_work finds those who say that they are looking",
    ),
    Unavailable(
        "Pay, visas and relocation",
        r"(?:\w+_)?(?:salary|salaries|compensation|ctc|pay|visas?|work_authori[sz]ation|work_permit"
        r"|right_to_work|sponsorship|relocat(?:e|ion))(?:_\w+)?",
        _NO_DATA,
    ),
    Unavailable(
        "Age, sex, origin, religion and other protected characteristics",
        r"(?:min_|max_|candidate_)?(?:ages?|age_(?:range|min|max)|date_of_birth|birth_?date|birth_?year|sex"
        r"|gender|pronouns|sexual_orientation|race|ethnicity|ethnic\w*|origin|national_origin"
        r"|country_of_origin|nationality|nationalities|citizenship|religion|caste|marital_status"
        r"|family_status|children|pregnancy|parental_status|disability|disabilities|health"
        r"|political\w*|union_membership|veteran_status)",
        "FutureJobs is not searched by protected characteristics",
    ),
)

_WORD = r"(?P<word>[^\W\d_].*)"
_EXCEPT = r"exclud(?:e|es|ing)|except(?: for)?|other than"
_ALL_BUT = r"(?:all|any(?:thing|one|body|where)?|every(?:thing|one|body|where)) but"
_NEGATION = re.compile(
    # "Not Boring" and "Without Borders" can be names, so these words count only as shown.
    r"(?:(?:NOT|not(?! for.profit)|WITHOUT|without)\s+|(?i:not|without)\s*[:(]\s*"
    rf"|(?i:{_EXCEPT}|{_ALL_BUT})[\s:(]+"
    rf"|[!~\u2010-\u2015\u2212\ufe58\ufe63\uff0d-]\s*){_WORD}",
    re.DOTALL,
)
_NEGATED_PHRASE = re.compile(
    rf"(?:(?:not(?! for.profit)|without)\s+|.*\s(?:(?:but )?not(?! for.profit)|{_EXCEPT})\s+)"
    rf"{_WORD}",
    re.DOTALL | re.IGNORECASE,
)
_NEGATED_MEMBER = re.compile(rf"(?:no|non|never)[\s-]+{_WORD}", re.DOTALL | re.IGNORECASE)
"""For vocabularies only: "No Code" and "Non-executive Director" are values of other filters."""


def advice_on(name: str, value: object = None) -> str | None:
    """What to do instead, if `name` asks for something unavailable; None for any other name.

    Args:
        name: of a filter or an argument that does not exist.
        value: what was given for it.
    """
    separated = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.strip())
    snake = re.sub(r"[\s.-]+", "_", separated).lower().removeprefix("filters_")[:60]
    found = (one for one in UNAVAILABLE if re.fullmatch(one.names, snake))
    return next((one.advice_for(value) for one in found), None)


def refuse_negation(value: str, *, proper: bool = True, member: bool = False) -> None:
    """Reject a value such as "NOT Infosys", which would find the people with that very word.

    Args:
        value: without spaces around it.
        proper: whether it may be a proper name, such as "Not Boring".
        member: whether it can only be of a vocabulary, none of whose values begins with "No".

    Raises:
        ValueError: with the end of a sentence that starts with the filter's name.
    """
    negated = _NEGATION.fullmatch(value)
    if negated is None and not proper:
        negated = _NEGATED_PHRASE.fullmatch(value)
    if negated is None and member:
        negated = _NEGATED_MEMBER.fullmatch(value)
    if negated is not None:
        query = _query_of([_plain(negated["word"])], "-")
        raise ValueError(
            "takes no negated values, because FutureJobs has no exclusion; search without it, "
            f"then leave people out with list_profiles query {query}"
        )


def _texts(value: object) -> list[str]:
    """The texts in a value, if it is certain which they are."""
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _texts(inner)]
    if isinstance(value, list):
        return [text for text in value if isinstance(text, str)]
    # “Wipro, Infosys” are two companies, and “Pune, Maharashtra” is one place.
    return [value] if isinstance(value, str) and "," not in value else []


def _plain(text: str) -> str:
    """A value as words of a query, which has no quotation marks and no marks of its own."""
    words = re.sub(r"[^\w .+#&/-]", "", re.sub(r"\(.*?\)", "", text))
    return " ".join(words.lower().split())[:40].strip(" -")


def _query_of(words: list[str], mark: str) -> str:
    """A query for these values or, with a dash as its mark, without them, in quotation marks."""
    if any(" " in word for word in words):
        terms = " ".join(f'{mark}"{word}"' if " " in word else f"{mark}{word}" for word in words)
        return f"'{terms}'"
    return f'"{" ".join(mark + word for word in words)}"'
