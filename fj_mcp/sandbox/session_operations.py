"""The operations on sessions: create, get, update, fetch more, list."""

from typing import Any

from fj_mcp.sandbox.matching.scoring import Match, rank
from fj_mcp.sandbox.matching.search import Wanted, check, find, reached
from fj_mcp.sandbox.request import SEARCH_PRICE, Request
from fj_mcp.sandbox.responses import Refusal, Response, success
from fj_mcp.sandbox.sessions import Session, object_id

_FIELDS = ("sessionTitle", "jdDetail", "queries")
_NO_MATCH = "No profiles match your filters"
_UNFINISHED = "The search did not complete"


def create_session(request: Request) -> Response:
    """Search and store a session: 201 with `data.session` and `data.sourcing`."""
    body = request.body(*_FIELDS)
    _check_fields(body, _FIELDS)
    workspace, now = request.workspace, request.now
    workspace.check_credits(SEARCH_PRICE)
    queries = body["queries"]
    session = Session(
        id=object_id(now, f"{workspace.key} {len(workspace.sessions)}"),
        title=body["sessionTitle"],
        jd_detail=body["jdDetail"],
        queries=queries,
        echo=queries,
        created_at=now,
        updated_at=now,
        ranked=_matches(request, queries),
    )
    workspace.sessions[session.id] = session
    return _searched(request, session, "create_session", status=201, shown_as="idle")


def update_session(request: Request) -> Response:
    """Change a session and search again: 200 with `data.session` and `data.sourcing`."""
    session = request.workspace.session(request.id)
    body = request.body(*_FIELDS)
    given = [name for name in _FIELDS if name in body]
    if not given:
        raise Refusal(400, "Validation failed", dict.fromkeys(_FIELDS, "one of them is needed"))
    _check_fields(body, given)
    request.workspace.check_credits(SEARCH_PRICE)
    queries = body.get("queries", session.queries)
    session.replace_matches(_matches(request, queries))
    session.queries = session.echo = queries
    if request.rules.lose_ranges_on_update:
        session.echo = {key: one for key, one in queries.items() if one["type"] != "RANGE"}
    session.title = body.get("sessionTitle", session.title)
    session.jd_detail = body.get("jdDetail", session.jd_detail)
    session.filter_changes_counter += 1
    session.updated_at = request.now
    return _searched(request, session, "update_session", status=200, shown_as="processing")


def get_session(request: Request) -> Response:
    """The session as it is now."""
    session = request.workspace.session(request.id)
    return success({"session": session.as_dict(request.workspace.key, request.now)})


def fetch_more(request: Request) -> Response:
    """Add more of the matches: 200 with their number, 400 if none are left."""
    workspace, rules = request.workspace, request.rules
    session = workspace.session(request.id)
    workspace.check_credits(SEARCH_PRICE)
    if session.asked_for() >= len(session.ranked):
        raise Refusal(400, _NO_MATCH)
    session.search_more_counter += 1
    session.updated_at = request.now
    if request.fault and request.fault.kind == "207":
        return _unfinished(request, session, 200)
    count = session.ask_for(rules.more_batch, request.now, rules.match_seconds)
    data = _counters(session, "fetching_more", count) | {
        "fallbackApplied": False,
        "isFallback": False,
        "creditInfo": workspace.charge("fetch_more", session, SEARCH_PRICE, "Fetch more profiles"),
    }
    return success(data, "More profiles are being fetched")


def project_sessions(request: Request) -> Response:
    """The workspace's sessions, oldest first."""
    if request.workspace.key.startswith("fjk_noproject"):
        raise Refusal(404, "No project found for this API key")
    return success(
        [
            {
                "_id": session.id,
                "sessionTitle": session.title,
                "jdDetail": {"userText": session.jd_detail.get("userText")},
                "totalProfiles": len(session.ready(request.now)),
            }
            for session in request.workspace.sessions.values()
        ]
    )


def _check_fields(body: dict[str, Any], names: list[str] | tuple[str, ...]) -> None:
    errors: dict[str, str] = {}
    title, detail = body.get("sessionTitle"), body.get("jdDetail")
    if "sessionTitle" in names and not (isinstance(title, str) and title.strip()):
        errors["sessionTitle"] = "must be a string that is not empty"
    if "jdDetail" in names:
        if not isinstance(detail, dict):
            errors["jdDetail"] = "must be an object"
        elif detail.keys() - {"userText", "sampleProfileURL"}:
            errors["jdDetail"] = "may hold userText and sampleProfileURL only"
        elif not all(isinstance(text, str) for text in detail.values()):
            errors["jdDetail"] = "must hold strings"
    if errors:
        raise Refusal(400, "Validation failed", errors)
    if "queries" in names:
        check(body.get("queries"))


def _matches(request: Request, queries: dict[str, Any]) -> list[Match]:
    wanted = Wanted.of(queries)
    skills = [skill for tier in wanted.tiers.values() for skill in tier]
    found = find(queries, request.rules.everyone(skills, reached(queries)))
    if not found and request.rules.refuse_without_match:
        raise Refusal(400, _NO_MATCH)
    return rank(wanted, found)


def _searched(
    request: Request, session: Session, operation: str, status: int, shown_as: str
) -> Response:
    workspace, rules = request.workspace, request.rules
    if request.fault and request.fault.kind == "207":
        return _unfinished(request, session, status)
    count = session.ask_for(rules.first_batch, request.now, rules.match_seconds)
    info = workspace.charge(operation, session, SEARCH_PRICE, "Sourcing session search")
    # The session still has its old counts, while `sourcing` already reports the search.
    shown = session.as_dict(workspace.key, request.now, shown_as)
    sourcing = _counters(session, "processing", count) | {"creditInfo": info}
    return success({"session": shown, "sourcing": sourcing}, "Sourcing session saved", status)


def _unfinished(request: Request, session: Session, status: int) -> Response:
    rules, fault = request.rules, request.fault
    if fault and fault.seconds:
        count = rules.more_batch if session.batches else rules.first_batch
        session.ask_for(count, request.now, fault.seconds + rules.match_seconds)
    data = {
        "session": session.as_dict(request.workspace.key, request.now),
        "sourcing": None,
        "sourcingError": fault.body if fault and fault.body else _UNFINISHED,
    }
    body = success(data, "Session saved, sourcing incomplete", 207).body
    return Response(status, body)


def _counters(session: Session, status: str, count: int) -> dict[str, Any]:
    asked = session.asked_for()
    return {
        "total_display_count": asked,
        "next_cursor": str(asked) if asked < len(session.ranked) else None,
        "filterChangesCounter": session.filter_changes_counter,
        "searchMoreCounter": session.search_more_counter,
        "profileMatchingStatus": status,
        "newProfilesCount": count,
    }
