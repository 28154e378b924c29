"""URIs of the resources that results link to."""

from urllib.parse import quote

from fj_mcp.errors import BadArguments
from fj_mcp.shortlist.export_rows import Format
from fj_mcp.shortlist.ranking import Part

_LONGEST_URI = 6_000
"""Room for more than 200 candidate ids; a result holds the URI up to three times."""


def resource_uri(session_id: str, format: Format, part: Part) -> str:
    """The URI of the resource with the same content as an export.

    Raises:
        BadArguments: if it lists more candidates than fit in a result.
    """
    narrowed = {
        "min_score": f"{part.min_score:g}" if part.min_score else "",
        "candidate_ids": ",".join(part.candidate_ids),
        "query": quote(part.query, safe=""),
    }
    query = "&".join(f"{name}={value}" for name, value in narrowed.items() if value)
    uri = f"fj://sessions/{session_id}/profiles.{format}" + (f"?{query}" if query else "")
    if len(uri) > _LONGEST_URI:
        raise BadArguments(
            "candidate_ids has more ids than fit in the uri of an export; leave it out, or narrow "
            "the export with min_score"
        )
    return uri
