"""The next steps that results suggest, and the other parts that several results share."""

from fj_mcp.api.session_records import DOCUMENTED_STATUSES, CreditInfo, Session, Started
from fj_mcp.results.models import Credits

MATCHING_HINT = "matching usually takes under a minute and waiting is free"


def credits(info: CreditInfo) -> Credits | None:
    """The credits, or None where the API said nothing about them."""
    if info.charged is None and info.remaining is None:
        return None
    return Credits(charged=info.charged, remaining=info.remaining)


def unusual(word: str) -> str | None:
    """The API's word for a status, if it is not one that it documents."""
    return word if word and word.lower() not in DOCUMENTED_STATUSES else None


def unfinished(started: Started) -> str | None:
    """The warning for a session that was saved without its search having completed."""
    if started.unfinished is None:
        return None
    return (
        f"FutureJobs saved the session, but its search did not complete ({started.unfinished}). "
        "Waiting is free and tells whether it recovers."
    )


def wait_step(session_id: str) -> str:
    """The next step after anything that started a search."""
    return f"Call wait_for_session with session_id {session_id}; {MATCHING_HINT}."


def session_step(session: Session) -> str:
    """The next step for a session in the state it is in."""
    if session.status == "running":
        return wait_step(session.id)
    if session.status == "failed":
        return (
            f"The search failed at FutureJobs. Call list_profiles with session_id {session.id} to "
            "see whether it found anyone (free) before paying for another search."
        )
    return f"Call list_profiles with session_id {session.id} for the candidates, best first."


def last_page(pages: int) -> str:
    """Which pages there are."""
    return f"There are only pages 1 to {pages}" if pages > 1 else "There is only page 1"


def widen_step(session_id: str | None) -> str:
    """The next step when nobody fits."""
    how = "move a mandatory skill to core, add regions or within_km, widen years_of_experience"
    if session_id is None:
        return f"Nobody fits all of these filters. Loosen one ({how}), then search again."
    return (
        f"Nobody fits all of these filters. Loosen one ({how}) with update_sourcing_session and "
        f"session_id {session_id}, which costs credits: ask first."
    )
