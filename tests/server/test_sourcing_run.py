"""One job from description to contact, in both protocol eras."""

import pytest

from tests.support.assistant import ERAS, connected

pytestmark = pytest.mark.anyio

JOB = "Senior .NET developers in Pune, one to five years of experience. Must know C#."


@pytest.mark.parametrize("era", ERAS)
async def test_a_job_description_becomes_ranked_candidates_and_one_contact(era: str) -> None:
    async with connected(era=era) as assistant:
        suggested = await assistant.call("suggest_filters", job_description=JOB)
        started = await assistant.call(
            "create_sourcing_session",
            title=".NET, Pune",
            filters=suggested["filters"],
            job_description=JOB,
        )
        assert started["status"] == "running"
        assert started["filters"] == suggested["filters"]
        assert started["credits"] == {"charged": 5, "remaining": 95}
        session_id = started["session_id"]
        assert session_id in started["next_step"]
        waited = await assistant.call("wait_for_session", session_id=session_id)
        assert waited["status"] == "done"
        assert 0 < len(waited["top_candidates"]) <= 10
        listed = await assistant.call("list_profiles", session_id=session_id)
        scores = [card["score"] for card in listed["candidates"]]
        assert scores == sorted(scores, reverse=True)
        first = waited["top_candidates"][0]
        assert listed["candidates"][0]["candidate_id"] == first["candidate_id"]
        best = listed["candidates"][0]
        assert "C#" in best["skills"]
        full = await assistant.call(
            "get_candidate", session_id=session_id, candidate_id=best["candidate_id"]
        )
        assert full["name"] == best["name"]
        assert full["current_jobs"][0]["company"] == best["company"]
        revealed = await assistant.call(
            "reveal_contacts",
            session_id=session_id,
            candidate_ids=[best["candidate_id"]],
            channel="email",
        )
        assert revealed["results"][0]["status"] in ("found", "not_found")
