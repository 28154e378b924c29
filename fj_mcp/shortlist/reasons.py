"""FutureJobs' recommendation of a candidate, without what is said beside it anyway."""

import re
from collections.abc import Sequence

from fj_mcp.api.profile_records import Candidate, Profile
from fj_mcp.text.comparison import normalized

_STOPS = " .;:!?"
_CLAUSES = re.compile(r"(?<=[.;:!?])\s+")
_SKILL_WORDS = re.compile(r"\b(has|have|lists?|knows?|with|of|the|all|and|wanted|skills?)\b", re.I)
"""What is said about skills beside their names and numbers."""


def reason(profile: Profile, wanted: Sequence[str]) -> str | None:
    """The recommendation without the parts that only name skills, which a card lists itself."""
    skills = sorted({*profile.skills, *wanted}, key=len, reverse=True)
    if not profile.recommendation or not skills:
        return profile.recommendation
    names = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, skills))})(?!\w)", re.I)

    def says_more(clause: str) -> bool:
        rest = names.sub("", clause)
        return rest == clause or any(map(str.isalpha, _SKILL_WORDS.sub("", rest)))

    kept = filter(says_more, _CLAUSES.split(profile.recommendation))
    return re.sub("[;:]$", ".", " ".join(kept)) or None


def says_again(why: str | None, candidate: Candidate) -> bool:
    """Whether every part of a recommendation is in the rating, the strengths or the weaknesses."""
    said = (candidate.rating_label or "", *candidate.strengths, *candidate.weaknesses)
    return not not_in(_CLAUSES.split(why or ""), " ".join(said))


def not_in(texts: Sequence[str], said: str | None) -> list[str]:
    """The texts that do not occur in `said`."""
    known = normalized(said or "")
    return [text for text in texts if normalized(text.strip(_STOPS)) not in known]
