"""URIs of the resources that results link to."""

from collections.abc import Sequence
from urllib.parse import quote

from fj_mcp.errors import BadArguments
from fj_mcp.shortlist.export_rows import Choice

_LONGEST_URI = 6_000
"""Room for more than 200 candidate ids; a result holds the URI up to three times."""


def export_uri(session_ids: Sequence[str], choice: Choice, file: int = 1) -> str:
    """The URI of the resource with the same content as a file of an export.

    Args:
        session_ids: of the exported sessions.
        choice: the candidates, and the form.
        file: its number, from 1.

    Raises:
        BadArguments: if it lists more candidates than fit in a result.
    """
    first, *others = session_ids
    part = choice.part
    given = {
        "session_ids": ",".join(others),
        "layout": choice.layout if choice.layout != "full" else "",
        "min_score": f"{part.min_score:g}" if part.min_score else "",
        "candidate_ids": ",".join(part.candidate_ids),
        "query": quote(part.query, safe=""),
        "decisions": ",".join(part.decisions),
        "include_notes": "true" if choice.include_notes else "",
        "file": f"{file}" if file > 1 else "",
    }
    query = "&".join(f"{name}={value}" for name, value in given.items() if value)
    uri = f"fj://sessions/{first}/profiles.{choice.format}" + (f"?{query}" if query else "")
    if len(uri) > _LONGEST_URI:
        raise BadArguments(
            "candidate_ids has more ids than fit in the uri of an export; leave it out, or narrow "
            "the export with min_score"
        )
    return uri
