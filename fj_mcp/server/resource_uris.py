"""The addresses of the resources that results name."""

from fj_mcp.errors import BadArguments
from fj_mcp.shortlist.export_rows import Format

_LONGEST_URI = 6_000
"""More than 200 candidates by name; a result holds the address up to three times."""


def resource_uri(
    session_id: str, format: Format, min_score: float, candidate_ids: list[str] | None
) -> str:
    """The address of the resource that holds the same export.

    Raises:
        BadArguments: if it names so many candidates that no result could hold it.
    """
    narrowed = {
        "min_score": f"{min_score:g}" if min_score else "",
        "candidate_ids": ",".join(candidate_ids or []),
    }
    query = "&".join(f"{name}={value}" for name, value in narrowed.items() if value)
    uri = f"fj://sessions/{session_id}/profiles.{format}" + (f"?{query}" if query else "")
    if len(uri) > _LONGEST_URI:
        raise BadArguments(
            "candidate_ids holds more ids than the address of an export can; leave it out, or "
            "narrow the export with min_score"
        )
    return uri
