"""Pages of profiles as the API would send them, for faults of the sandbox."""

from typing import Any

from fj_mcp.sandbox.faults import Fault


def profile(number: int, score: float | str | None = None, **more: Any) -> dict[str, Any]:
    return {"_id": f"{number:024x}", "finalScore": score, "profile": {"name": f"P{number}"}} | more


def page_of(*docs: Any, total: int | None = None) -> Fault:
    data = {"docs": list(docs), "totalDocs": len(docs) if total is None else total}
    return Fault("status", status=200, body={"data": data})
