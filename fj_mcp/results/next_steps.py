"""The next steps that results suggest, and other parts that several results share."""

from fj_mcp.api.session_records import DOCUMENTED_STATUSES, CreditInfo, Session, Started
from fj_mcp.results.models import Credits

NOTHING_BOUGHT = "Nobody fits; nothing was charged."
MATCHING_HINT = "matching usually takes under a minute and waiting is free"


def credits(info: CreditInfo) -> Credits | None:
    """The credits, or None if the API did not report them."""
    if info.charged is None and info.remaining is None:
        return None
    return Credits(charged=info.charged, remaining=info.remaining)


def unusual(word: str) -> str | None:
    """The API's status, if it is not one that the API documents."""
    return word if word and word.lower() not in DOCUMENTED_STATUSES else None


def unfinished_warning(started: Started) -> str | None:
    """The warning for a session that was saved although its search did not complete."""
    if started.unfinished is None:
        return None
    return (
        f"FutureJobs saved the session, but its search did not complete ({started.unfinished}). "
        "Waiting is free and shows whether it recovers."
    )


def wait_step(session_id: str) -> str:
    """The next step after anything that started a search."""
    return f"Call wait_for_session with session_id {session_id}; {MATCHING_HINT}."


def session_step(session: Session) -> str:
    """The next step for a session in its present state."""
    if session.status == "running":
        return wait_step(session.id)
    if session.status == "failed":
        return (
            f"The search failed at FutureJobs. Call list_profiles with session_id {session.id} to "
            "see whether it found anyone (free) before paying for another search."
        )
    return f"Call list_profiles with session_id {session.id} for the candidates, best first."


def last_page(pages: int) -> str:
    """A sentence's beginning that says how many pages there are."""
    return f"There are only pages 1 to {pages}" if pages > 1 else "There is only page 1"


def widen_step(session_id: str | None, requested: str | None = None) -> str:
    """The next step when no candidate matches.

    Args:
        session_id: of the session; None if there is none, because nothing was bought.
        requested: names the filters of an update that was not bought.
    """
    if session_id is None:
        return f"{NOTHING_BOUGHT} Correct, loosen or remove a filter, then search again."
    nobody, one = "Nobody fits.", "a filter"
    if requested is not None:
        nobody, one = NOTHING_BOUGHT, f"one of {requested}"
    return (
        f"{nobody} Correct, loosen or remove {one} with update_sourcing_session and session_id "
        f"{session_id}, which costs credits: ask first."
    )
