"""The part of a shortlist that a call asks for, and who is left out of it."""

from collections.abc import Mapping

from msgspec import Struct

from fj_mcp.errors import BadArguments
from fj_mcp.storage.memory.people import Mark

NO_MARK = Mark()
NO_MARKS: Mapping[str, Mark] = {}


def counted(left_out: Mapping[str, int]) -> str:
    """How many people are left out, by cause."""
    return ", ".join(f"{count:,} {state}" for state, count in left_out.items())


def not_in(position: int, candidate_id: str, where: str) -> BadArguments:
    """The refusal of a candidate who is not in a session; `position` in candidate_ids."""
    return BadArguments(
        f"candidate_ids[{position}] {candidate_id} is not in {where}; list_profiles shows the ids "
        "of its candidates"
    )


class Part(Struct, frozen=True):
    """A part of a shortlist that a call asks for.

    Attributes:
        min_score: the lowest score; 0 for everyone.
        query: words that must occur, as in `queries`.
        candidate_ids: only these; empty for all.
        decisions: only people with one of these decisions or outreaches; empty for all but those
            who are left out unless named.
        new_only: only people whom no other search has shown.
    """

    min_score: float = 0
    query: str = ""
    candidate_ids: tuple[str, ...] = ()
    decisions: tuple[str, ...] = ()
    new_only: bool = False

    def takes(self, mark: Mark) -> bool:
        """Whether somebody with this mark is asked for."""
        known = (mark.decision or "undecided", mark.outreach or "none")
        asked = not self.decisions or not {*known}.isdisjoint(self.decisions)
        return asked and not (self.new_only and mark.seen_before is not None)

    def leaves_out(self, mark: Mark) -> str | None:
        """Why somebody with this mark is not listed although they are asked for."""
        if self.candidate_ids:
            return None
        if mark.outreach == "do_not_contact" and "do_not_contact" not in self.decisions:
            return "do_not_contact"
        named = {mark.decision, mark.outreach} & {*self.decisions}
        return "rejected" if mark.decision == "rejected" and not named else None
