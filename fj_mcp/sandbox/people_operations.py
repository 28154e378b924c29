"""The operations on candidates and words: profiles, details, reveal, annotation, autocomplete."""

import json
from dataclasses import replace

from fj_mcp.sandbox.annotation.annotate import annotate
from fj_mcp.sandbox.matching.completion import complete
from fj_mcp.sandbox.matching.scoring import Match, analysis, breakdown
from fj_mcp.sandbox.matching.search import Wanted
from fj_mcp.sandbox.population import documents
from fj_mcp.sandbox.population.people import Person
from fj_mcp.sandbox.request import REVEAL_PRICES, Request
from fj_mcp.sandbox.responses import Refusal, Response, success
from fj_mcp.sandbox.sessions import Contact, Session


def profiles(request: Request) -> Response:
    """One page of the matched profiles."""
    session = request.workspace.session(request.id)
    page, limit = request.page()
    only_last = request.rules.only_new_batch_after_fetch
    ready = session.ready(request.now, only_last)
    wanted = session.wanted
    start = (page - 1) * limit
    pages = max(1, -(-len(ready) // limit))
    shown = ready[start : start + limit]
    documents_text = ", ".join(_document(session, match, wanted, request.now) for match in shown)
    data = {
        "docs": [],
        "totalDocs": len(ready),
        "limit": limit,
        "page": page,
        "totalPages": pages,
        "hasNextPage": page < pages,
        "nextPage": page + 1 if page < pages else None,
        "hasPrevPage": page > 1,
        "prevPage": page - 1 if page > 1 else None,
    }
    response = success(data)
    # The documents are megabytes, so each is serialized once and inserted here.
    text = response.encoded().decode().replace('"docs": []', f'"docs": [{documents_text}]', 1)
    return replace(response, text=text)


def candidate(request: Request) -> Response:
    """One candidate of a session in full."""
    session = request.workspace.session(request.query.get("sessionId", ""))
    match = session.match(request.id, request.now) or session.replaced.get(request.id)
    if match is None:
        raise Refusal(404, "Candidate not found in this session")
    found = analysis(match, session.wanted)
    data = {
        "candidate": documents.candidate(match.person),
        "profileAnalysis": {
            "starRating": found["starRating"],
            "starLabel": found["starLabel"],
            "recommendation": found["recommendation"],
            "analysis": breakdown(match, session.wanted),
        },
        "revealStatus": _contact(session, match.person).status(match.person, request.now),
    }
    return success(data)


def reveal(request: Request) -> Response:
    """Reveal the email address or phone number of a profile in a session.

    A profile without an email address gives 404 and is free. A missing phone number looks like a
    pending one: an empty response, which is charged.
    """
    query, now = request.query, request.now
    address = query.get("linkedin_profile_url", "")
    price = REVEAL_PRICES.get(query.get("revealType", ""))
    if price is None or not address:
        reasons = {"revealType": "must be EMAIL or PHONE", "linkedin_profile_url": "is required"}
        raise Refusal(400, "Validation failed", reasons)
    if any(letter.isspace() for letter in address):
        reason = {"linkedin_profile_url": "must be an address without spaces"}
        raise Refusal(422, "Unprocessable address", reason)
    workspace = request.workspace
    session = workspace.session(query.get("sourcingSessionId", ""))
    workspace.check_credits(price)
    # The address is an opaque id: vanity URLs and other capitalization do not resolve.
    people = (match.person for match in session.ready(now))
    if (person := next((one for one in people if one.address == address), None)) is None:
        raise Refusal(404, "Profile not found")
    contact = _contact(session, person)
    if query["revealType"] == "PHONE":
        if contact.phone_at is None:
            contact.phone_at = now + request.rules.phone_delay_seconds
    elif person.email is None:
        raise Refusal(404, "No contact information found")
    elif contact.email_at is None:
        contact.email_at = now
    info = workspace.charge("reveal", session, price, f"Reveal {query['revealType'].lower()}")
    data = [
        {"type": kind.upper(), "values": known["values"]}
        | {"status": "FOUND" if known["revealed"] else None}
        for kind, known in contact.status(person, now).items()
    ]
    return success(data, "Contact revealed", creditInfo=info)


def annotation(request: Request) -> Response:
    """The filters for a job description."""
    text = request.body("userText", "linkedin_profile_url").get("userText")
    if not isinstance(text, str) or not text.strip():
        raise Refusal(400, "Validation failed", {"userText": "must be a string, not empty"})
    return success(annotate(text))


def autocomplete(request: Request) -> Response:
    """Values for a filter: a bare array, without the envelope."""
    query = request.query
    values = complete(
        request.rules.people,
        query.get("filter_type", ""),
        query.get("query", ""),
        query.get("limit", "10"),
    )
    return Response(200, values)


def _contact(session: Session, person: Person) -> Contact:
    return session.contacts.setdefault(person.id, Contact())


def _document(session: Session, match: Match, wanted: Wanted, now: float) -> str:
    person = match.person
    if person.document is not None:
        return json.dumps({"_id": person.id} | person.document)
    document = {
        "_id": person.id,
        "sourcingSessionId": session.id,
        "finalScore": match.score,
        "revealStatus": _contact(session, person).status(person, now),
        "profileAnalysis": analysis(match, wanted),
        "isShortlisted": False,
        "__v": 0,
    }
    text = json.dumps(document, ensure_ascii=False)
    return f'{text[:-1]}, "profile": {documents.profile_text(person)}}}'
