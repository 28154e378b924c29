"""What FutureJobs cannot search by, and the way round it.

Names that models try as filters or arguments, and values that ask for an exclusion. None of them is
ever answered with the filter of a similar name: that would search for the opposite.
"""

import re
from dataclasses import dataclass

_EXCLUSION = (
    "FutureJobs has no exclusion; search without it, then leave people out with list_profiles "
    'query "-{word}"'
)


@dataclass(frozen=True)
class Unavailable:
    """Something that cannot be searched by.

    Attributes:
        about: what it is, for the reference.
        names: how it is asked for, as a pattern of the whole name in snake case.
        advice: the end of a sentence that starts with the name.
    """

    about: str
    names: str
    advice: str


UNAVAILABLE = (
    Unavailable(
        "Exclusions, such as `exclude_companies`",
        r"(?:exclude[ds]?|excluding|exclusions?|not|no(?!_of)|without|except|avoid|omit|ignore"
        r"|blocked|banned|blacklist(?:ed)?)(?:_\w+)?"
        r"|\w+_(?:exclude[ds]?|excluding|exclusions?|not|except|blacklist)",
        _EXCLUSION.format(word="infosys"),
    ),
    Unavailable(
        "Languages",
        r"(?:spoken_|native_)?languages?(?:_spoken)?",
        "FutureJobs has no language filter; put the language into skills, such as German, or use "
        'list_profiles query "german" after the search',
    ),
    Unavailable(
        "Pay, notice periods and availability",
        r"(?:\w+_)?(?:salary|salaries|compensation|ctc|pay|notice_period|availability"
        r"|available_from|start_date|visa|work_authori[sz]ation)(?:_\w+)?",
        "FutureJobs has no such data; ask the candidates themselves, and open_to_work finds those "
        "who say that they are looking",
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


def advice_on(name: str) -> str | None:
    """What to do instead, if `name` asks for something unavailable; None for any other name."""
    separated = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.strip())
    snake = re.sub(r"[\s.-]+", "_", separated).lower().removeprefix("filters_")[:60]
    found = (one.advice for one in UNAVAILABLE if re.fullmatch(one.names, snake))
    return next(found, None)


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
        word = re.sub(r"[^\w .+#&/-]", "", negated["word"])[:40].strip().lower()
        query = f"'-\"{word}\"'" if " " in word else f'"-{word}"'
        raise ValueError(
            "takes no negated values, because FutureJobs has no exclusion; search without it, "
            f"then leave people out with list_profiles query {query}"
        )
