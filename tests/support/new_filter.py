"""A copy of the package with two more filters, and a report on what follows from them.

Run as a module in the folder of the copy, it prints its findings as JSON.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import anyio

from tests.support.repository import ROOT

MODULE = "fj_mcp/filters/search_filters.py"
LAST = "    founded_year: Annotated["

DECLARED = """\
    spoken_languages: Annotated[
        list[str],
        Values(
            key="languages", autocomplete="languages", loosening=_person(82), published="always"
        ),
    ] = _optional("Languages that the person speaks.")
    shoes: Annotated[
        list[str], Values(key="current_employers.shoes", published="never")
    ] = _optional("Of any color.")
"""


def findings_in(folder: Path) -> dict[str, Any]:
    """Copy the package to a folder, declare the filters there, and look at what follows."""
    shutil.copytree(ROOT / "fj_mcp", folder / "fj_mcp", ignore=shutil.ignore_patterns("*.pyc"))
    module = folder / MODULE
    text = module.read_text(encoding="utf-8")
    assert text.count(LAST) == 1
    module.write_text(text.replace(LAST, DECLARED + LAST), encoding="utf-8")
    # The current folder comes first on the path, so that the copy is found and not the package.
    done = subprocess.run(
        [sys.executable, "-m", __name__],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        timeout=60,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


async def look() -> dict[str, Any]:
    """Use the new filters in each part of the package."""
    from fj_mcp.filters.reference import filters_page
    from fj_mcp.filters.search_filters import FILTERS, FilterChanges
    from fj_mcp.shortlist.suggestions import suggest_changes
    from tests.support.assistant import CSHARP, connected
    from tests.support.sandbox_api import Api, connect, searching

    def suggested(**filters: Any) -> list[str]:
        """The filters that a weak result is suggested to do without, in order."""
        changes = suggest_changes(FilterChanges.model_validate(CSHARP | filters))
        return [name for one in changes for name in one.remove_filters or []]

    as_word = {"spoken_languages": ["Marathi"]}
    async with connected() as assistant:
        tools = {tool.name: tool for tool in (await assistant.client.list_tools()).tools}
        inputs = {name: tool.input_schema["properties"] for name, tool in tools.items()}
        started = await assistant.call(
            "create_sourcing_session", title="T", filters=CSHARP | as_word
        )
        session_id = started["session_id"]
        (created,) = (one for one in assistant.sandbox.calls if one.operation == "create_session")
        session = await assistant.call("get_session", session_id=session_id)
        unpublished = await assistant.call(
            "create_sourcing_session", title="T", filters=CSHARP | {"shoes": ["Red"]}
        )
        removed = await assistant.call(
            "update_sourcing_session", session_id=session_id, remove_filters=["spoken_languages"]
        )
        values = await assistant.call(
            "search_filter_values", filter="spoken_languages", query="mar"
        )
        refusal = await assistant.refusal(
            "create_sourcing_session", title="T", filters=CSHARP | {"spoke_languages": ["Marathi"]}
        )
    async with connect(assistant.sandbox) as http:
        api = Api(http)
        known = searching("C#", languages={"type": "IN", "value": ["Marathi"]})
        docs = await api.docs(await api.created(known))
        wrong = await api.create(searching("C#", languages={"type": "=", "value": ["Marathi"]}))
        nobody: dict[str, Any] = {"current_employers.shoes": {"type": "IN", "value": ["Red"]}}
        unmatched = await api.create(searching("C#", **nobody))
        completed = await api.complete("languages", "mar")
    return {
        "schemas": {
            name: [
                inputs[tool]["filters"]["properties"].get(name)
                for tool in ("create_sourcing_session", "update_sourcing_session")
            ]
            for name in ("spoken_languages", "shoes")
        },
        "removable": inputs["update_sourcing_session"]["remove_filters"]["maxItems"],
        "filters": len(FILTERS),
        "unpublished": unpublished["filters"],
        "sent": created.body["queries"]["languages"],
        "shown": session["filters"],
        "left": removed["filters"],
        "values": values["values"],
        "misspelled": refusal,
        "page": [line for line in filters_page().splitlines() if "spoken_languages" in line],
        "found": [doc["profile"]["languages"] for doc in docs],
        "objections": wrong.json(),
        "unmatched": unmatched.json()["message"],
        "completed": completed.json(),
        "dropped": {
            "alone": suggested(**as_word),
            "with a stricter one": suggested(honors=["Employee of the year"], **as_word),
            "with a laxer one": suggested(degree="MASTERS", **as_word),
            "not to be": suggested(shoes=["Red"]),
        },
    }


if __name__ == "__main__":
    print(json.dumps(anyio.run(look)))  # noqa: T201
