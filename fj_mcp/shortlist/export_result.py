"""The result of an export."""

from collections.abc import Sequence
from pathlib import Path

from fj_mcp.results.models import ExportedProfiles
from fj_mcp.shortlist.export_rows import Export
from fj_mcp.text.numbers import number_of


def export_result(
    session_ids: Sequence[str], export: Export, places: Sequence[Path] | Sequence[str]
) -> ExportedProfiles:
    """The result of an export.

    Args:
        session_ids: of the exported sessions.
        export: what was exported.
        places: its files, or the URIs to read them from; none if it is empty.
    """
    first, *further = places or [None]
    path = str(first) if isinstance(first, Path) else None
    uri = first if isinstance(first, str) else None
    return ExportedProfiles(
        session_id=session_ids[0] if len(session_ids) == 1 else None,
        rows=export.rows,
        columns=list(export.columns),
        path=path,
        uri=uri,
        further=[str(place) for place in further] or None,
        warning=" ".join(export.warnings) or None,
        next_step=_next_step(session_ids, export, path, uri, len(further)),
    )


def _next_step(
    session_ids: Sequence[str], export: Export, path: str | None, uri: str | None, further: int
) -> str:
    count = number_of(export.rows, "candidate")
    if uri is not None:
        resource = "resources at uri and further" if further else "resource at uri"
        return (
            f"Read the {resource} (free) to give the user its {count}; no file was written, "
            "because the server runs on another machine."
        )
    if path is not None and further:
        return (
            f"Tell the user that {count} are in {path} and {number_of(further, 'further file')}, "
            "because the system imports only so many at once."
        )
    if path is not None:
        return f"Tell the user that {count} {'is' if export.rows == 1 else 'are'} in {path}."
    call = f"Call list_profiles with session_id {session_ids[0]}"
    if export.reason is not None:
        why, how = export.reason
        return f"{why}, so no file was created. {call}{how}; it is free."
    return (
        f"There are no candidates to export, so no file was created. {call} to see the session's "
        "candidates (free)."
    )
