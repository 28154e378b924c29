"""The tool that gets contacts."""

from typing import Annotated, Literal

from pydantic import Field

from fj_mcp.errors import BadArguments
from fj_mcp.results import RevealedContacts
from fj_mcp.tools.arguments import CandidateId, Running, SessionId


async def reveal_contacts(
    session_id: SessionId,
    candidate_ids: Annotated[
        list[CandidateId], Field(min_length=1, max_length=10, description="1 to 10.")
    ],
    channel: Literal["email", "phone"],
    running: Running,
) -> RevealedContacts:
    """Reveal the e-mail address or phone number of candidates. Costs credits for each one
    (FutureJobs does not publish how many), so call it only when the person asked for these
    contacts. What is already revealed comes back for free. A phone number may be pending and
    arrive minutes later: get_candidate shows it then, for free, and never call this again to
    check. For career and skills without contact use get_candidate.
    """
    if len(set(candidate_ids)) < len(candidate_ids):
        raise BadArguments("candidate_ids names a candidate twice; name each once")
    session = await running.client.get_session(session_id)
    return await running.spending.reveal(session, candidate_ids, channel)
