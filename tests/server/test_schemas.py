"""Every tool as a client receives it, compared with a snapshot in `tests/server/schemas/`.

A change to a name, a description or a schema is a change to what every model reads, so it shows
up in review as a change to one of these files.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.support.assistant import ERAS, connected

pytestmark = pytest.mark.anyio

FOLDER = Path(__file__).parent / "schemas"
RENEW = "UPDATE_SCHEMAS=1 uv run pytest tests/server/test_schemas.py"
PARTS = ("name", "title", "description", "annotations", "inputSchema", "outputSchema")


def in_order(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema with its outermost words in one order; each protocol version has its own.

    The order of the properties, which the model reads, stays as it came.
    """
    words = ("type", "description", "properties", "required")
    return {word: schema[word] for word in (*words, *schema) if word in schema}


async def received(era: str) -> dict[str, str]:
    """The snapshot of each tool: what the model reads, in the order in which it reads it."""
    async with connected(era=era) as assistant:
        tools = (await assistant.client.list_tools()).tools
    snapshots = {}
    for tool in tools:
        whole: dict[str, Any] = tool.model_dump(mode="json", by_alias=True, exclude_none=True)
        assert set(whole) <= {*PARTS, "_meta"}, f"{tool.name} has parts no snapshot shows"
        shown = {part: whole[part] for part in (*PARTS, "_meta") if part in whole}
        shown |= {part: in_order(shown[part]) for part in PARTS if part.endswith("Schema")}
        snapshots[tool.name] = json.dumps(shown, ensure_ascii=False, indent=2) + "\n"
    return snapshots


@pytest.mark.parametrize("era", ERAS)
async def test_every_tool_is_as_its_snapshot_says(era: str) -> None:
    tools = await received(era)
    if os.environ.get("UPDATE_SCHEMAS"):
        FOLDER.mkdir(exist_ok=True)
        for file in FOLDER.glob("*.json"):
            file.unlink()
        for name, snapshot in tools.items():
            (FOLDER / f"{name}.json").write_text(snapshot, encoding="utf-8")
    kept = {file.stem: file.read_text(encoding="utf-8") for file in FOLDER.glob("*.json")}
    missing = sorted(tools.keys() - kept.keys())
    orphaned = sorted(kept.keys() - tools.keys())
    stale = sorted(name for name in tools.keys() & kept.keys() if tools[name] != kept[name])
    problems = [
        f"{what}: {', '.join(names)}"
        for what, names in (
            ("no snapshot yet", missing),
            ("a snapshot of no tool", orphaned),
            ("not as its snapshot", stale),
        )
        if names
    ]
    assert not problems, f"{'; '.join(problems)}. If that is meant, renew them: {RENEW}"


def test_nothing_but_snapshots_is_in_the_folder() -> None:
    assert all(file.suffix == ".json" for file in FOLDER.iterdir())
