"""Tools for the candidates of a session."""

from typing import Annotated, Literal

from pydantic import Field

from fj_mcp import cards, views
from fj_mcp.queries import wanted_skills
from fj_mcp.results import CandidateList, FullCandidate
from fj_mcp.tools.arguments import CandidateId, Page, PageSize, Running, Score, SessionId


async def list_profiles(
    session_id: SessionId,
    running: Running,
    page: Page = 1,
    limit: PageSize = 20,
    min_score: Annotated[Score, Field(description="0 to 5; 0 means everybody.")] = 0,
    detail: Annotated[
        Literal["concise", "detailed"],
        Field(description="detailed adds highlights, education and more skills."),
    ] = "concise",
) -> CandidateList:
    """List a session's candidates, best score first over the whole session. Free, and does not
    wait: while status is running there are fewer, and wait_for_session is the better call.
    has_more true means that the next page continues. For one person's career and contacts use
    get_candidate; to find people beyond those listed use fetch_more_profiles (costs credits).
    """
    session = await running.matching.look(session_id)
    shortlist = await running.shortlists.ranked(session)
    return views.candidate_list(
        session,
        shortlist,
        shortlist.at_least(min_score),
        wanted_skills(session.queries),
        page=page,
        limit=limit,
        detailed=detail == "detailed",
    )


async def get_candidate(
    session_id: SessionId, candidate_id: CandidateId, running: Running
) -> FullCandidate:
    """Show one candidate in full: jobs with descriptions, education, skills, certificates, why
    they score as they do, and contacts already revealed. Free. candidate_id comes from
    list_profiles or wait_for_session, which are the calls for comparing many. It reveals nothing:
    for an e-mail address or phone number use reveal_contacts.
    """
    session = await running.client.get_session(session_id)
    candidate = await running.client.candidate(session_id, candidate_id)
    shortlist = await running.shortlists.ranked_in_time(session)
    return cards.full_candidate(session_id, candidate_id, candidate, shortlist)
