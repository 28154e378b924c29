"""Tools for the user's decisions about candidates, and for deleting what is known about people."""

from collections import Counter
from collections.abc import Mapping
from typing import Annotated

from mcp.server.mcpserver import Context, Elicit, Resolve
from pydantic import AfterValidator, Field

from fj_mcp.api.call_context import user_in_use
from fj_mcp.errors import BadArguments
from fj_mcp.filters.argument_types import EMPTY_LIST, LEFT_OUT
from fj_mcp.filters.search_filters import UNPUBLISHED
from fj_mcp.results.models import ForgottenCandidates, ReviewedCandidates
from fj_mcp.server.arguments import ANY_SPELLING, CandidateId, LinkedInUrl, SessionId
from fj_mcp.server.connection import Connection
from fj_mcp.server.consent import (
    Answer,
    Approval,
    Deletion,
    ask_before_deleting,
    require_deletion,
)
from fj_mcp.server.context import CurrentConnection
from fj_mcp.shortlist.parts import NO_MARK, Part, counted
from fj_mcp.storage.memory.memory import Memory
from fj_mcp.storage.memory.people import IN_LOG, Change, Decision, Mark, Outreach, Person, Reason
from fj_mcp.text.cleaning import clean_block, clean_line
from fj_mcp.text.numbers import number_of
from fj_mcp.workspace.remembered_people import Named, must_not_be_contacted, named_people

_LONGEST_NOTE = 500
_NO_NOTE = "-"
_UNNAMED = (None, "undecided", "none")
"""What no list is asked for."""

Note = Annotated[
    str,
    Field(
        max_length=_LONGEST_NOTE,
        description=f"{_LONGEST_NOTE} characters; replaces the last; {_NO_NOTE} removes it.",
    ),
    AfterValidator(lambda text: clean_block(text, _LONGEST_NOTE)),
]
_People = Annotated[list[CandidateId], Field(min_length=1, max_length=50, description="1 to 50.")]
_Forgotten = Annotated[
    list[CandidateId],
    # An empty list is refused with a sentence of its own.
    Field(max_length=50, description="1 to 50."),
    EMPTY_LIST,
]
_MOST_NAMED = 3
"""In a question."""


def memory_of(connection: Connection) -> Memory:
    """The memory of a connection. Raises `BadArguments` if nothing is remembered."""
    memory = connection.memory
    if memory is None:
        raise BadArguments("this server remembers no decisions (FJ_MEMORY=off)")
    return memory


async def review_candidates(
    session_id: SessionId,
    candidate_ids: _People,
    connection: CurrentConnection,
    decision: Annotated[Decision, ANY_SPELLING, Field(description="In this search.")] = LEFT_OUT,
    outreach: Annotated[Outreach, ANY_SPELLING, Field(description="For all searches.")] = LEFT_OUT,
    reason: Annotated[Reason, ANY_SPELLING, Field(description="Why.")] = LEFT_OUT,
    note: Note = LEFT_OUT,
    view: Annotated[
        str,
        Field(json_schema_extra={UNPUBLISHED: True}),
    ] = LEFT_OUT,
) -> ReviewedCandidates:
    """Remember what the user decided about candidates (keep or shortlist, maybe, reject), a
    note, and who was written to, replied or asked never to be contacted. Free. The last one
    counts; undecided and none take back. list_profiles leaves out rejected people. Only on the
    user's word.
    """
    memory = memory_of(connection)
    change = Change(
        decision=decision,
        outreach=outreach,
        reason=reason,
        # Of a note of invisible characters nothing is left, and that removes none.
        note="" if note == _NO_NOTE else note or None,
    )
    if change == Change():
        raise BadArguments("decision, outreach, reason or note is required")
    named = await named_people(connection.workspace, memory, session_id, candidate_ids)
    # Only the view that the user clicks in knows the token.
    by_user = view is not None and connection.is_view(session_id, view)
    user = user_in_use.get()
    banned = await memory.review(
        session_id,
        named.title,
        named.people,
        change,
        by="user" if by_user else "assistant",
        who=user.name if user is not None else None,
    )
    if banned:
        raise must_not_be_contacted(one for one in candidate_ids if one in banned)
    everyone = named.shortlist.people if named.shortlist else named.people
    marks = await memory.marks(session_id, named.people)
    return ReviewedCandidates(
        session_id=session_id,
        reviewed=len(named.people),
        counts=await memory.counts(session_id, everyone),
        next_step=_review_step(session_id, change, named, marks),
    )


def _review_step(session_id: str, change: Change, named: Named, marks: Mapping[str, Mark]) -> str:
    if change.outreach == "do_not_contact":
        return (
            "No list shows them unasked, and reveal_contacts and export_profiles refuse them; "
            "outreach none takes it back."
        )
    in_all = "list_profiles without session_id lists everybody kept."
    if named.shortlist is None:
        return in_all
    here = [one.candidate_id for one in named.people if named.shortlist.find(one.candidate_id)]
    kept = next((one for one in (change.decision, change.outreach) if one not in _UNNAMED), None)
    part = Part(decisions=(kept,) if kept else ())
    hidden = Counter(filter(None, (part.leaves_out(marks.get(one, NO_MARK)) for one in here)))
    call = f"list_profiles with session_id {session_id}"
    of = f", decisions [{kept}]" if kept else ""
    steps = []
    if hidden:
        steps = [f"Lists leave out {counted(hidden)}; {call} and these candidate_ids shows them."]
    elif here and kept == "rejected":
        steps = [f"Lists of this search leave them out; {call}{of} shows them."]
    elif here:
        steps = [f"{call}{of} shows them; it is free."]
    if gone := len(named.people) - len(here):
        steps.append(f"Not in this search any more: {number_of(gone, 'candidate')}; {in_all}")
    return " ".join(steps)


async def ask_to_forget(
    session_id: str | None,
    candidate_ids: list[str] | None,
    linkedin_urls: list[str] | None,
    connection: CurrentConnection,
    ctx: Context[Connection],
) -> Approval | Elicit[Approval]:
    """The question before people are forgotten."""
    memory = memory_of(connection)
    if candidate_ids and not session_id:
        raise BadArguments("session_id is required with candidate_ids")
    if not (session_id or linkedin_urls):
        raise BadArguments("session_id with candidate_ids, or linkedin_urls, is required")
    if candidate_ids == [] and not linkedin_urls:
        raise BadArguments(
            "candidate_ids must have at least one item; leave it out to forget the whole search"
        )
    people = await _named(connection, memory, session_id, candidate_ids)
    since = await memory.known_since(
        session_id=session_id, people=people, linkedin_urls=linkedin_urls or ()
    )
    if since is None:
        return Deletion.unasked(True)
    return await ask_before_deleting(
        connection,
        ctx,
        f"Delete all decisions, notes and marks about "
        f"{await _described(memory, session_id, people, linkedin_urls)}? This cannot be undone.",
        # What is stored after a deletion is newer, and asked about anew.
        [session_id or "", *(candidate_ids or ()), *(linkedin_urls or ()), f"{since}"],
    )


async def _named(
    connection: Connection,
    memory: Memory,
    session_id: str | None,
    candidate_ids: list[str] | None,
) -> list[Person]:
    """The people of a session who are to be forgotten, if any are named by their ids."""
    if not (session_id and candidate_ids):
        return []
    named = await named_people(connection.workspace, memory, session_id, candidate_ids)
    return named.people


async def _described(
    memory: Memory,
    session_id: str | None,
    people: list[Person],
    linkedin_urls: list[str] | None,
) -> str:
    """Whom a question is about: up to three of them by name, or the search."""
    title = await memory.title(session_id) if session_id else None
    search = f"search {clean_line(title, 80)}" if title else f"search {session_id}"
    names = [one.name or one.candidate_id for one in people]
    names += dict.fromkeys(linkedin_urls or ())
    if not names:
        return f"everybody in the whole {search}"
    shown = [clean_line(name, 80) for name in names[:_MOST_NAMED]]
    if more := len(names) - len(shown):
        shown.append(f"{more} more")
    where = f" of {search}" if people else ""
    return f"{number_of(len(names), 'candidate')}{where} ({', '.join(shown)})"


async def forget_candidates(
    connection: CurrentConnection,
    answer: Annotated[Answer, Resolve(ask_to_forget)],
    session_id: SessionId = LEFT_OUT,
    candidate_ids: _Forgotten = LEFT_OUT,
    linkedin_urls: Annotated[
        list[LinkedInUrl], Field(min_length=1, max_length=50, description="1 to 50.")
    ] = LEFT_OUT,
) -> ForgottenCandidates:
    """Delete everything remembered about people, if asked to: candidate_ids of a session_id, or
    linkedin_urls; session_id alone: that search. Free, final; to change a decision use
    review_candidates.
    """
    memory = memory_of(connection)
    require_deletion(answer)
    forgotten = await memory.forget(
        session_id=session_id,
        people=await _named(connection, memory, session_id, candidate_ids),
        linkedin_urls=linkedin_urls or (),
    )
    step = "Exported files and FutureJobs' own data about them are not deleted."
    if forgotten.banned:
        step = f"A digest keeps that {forgotten.banned} must not be contacted. {step}"
    if forgotten.in_log:
        step = f"{IN_LOG} {step}"
    return ForgottenCandidates(
        forgotten=forgotten.people,
        deleted={"reviews": forgotten.reviews, "sightings": forgotten.sightings},
        next_step=step,
    )
