"""Write ui/src/types.ts: the tool results that the shortlist page reads, as TypeScript.

    uv run python scripts/page_types.py [--check]

With --check nothing is written, and the exit status is 1 if the file is out of date. Rebuild the
page after a change: uv run just page
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from pydantic.json_schema import models_json_schema

from fj_mcp.results import models as results
from fj_mcp.results.spending import SpendingReport

TYPES = Path(__file__).resolve().parent.parent / "ui" / "src" / "types.ts"
READ = (
    results.ShownCandidates,
    results.CandidateList,
    results.WaitedSession,
    results.FullCandidate,
    results.MoreProfiles,
    results.RevealedContacts,
    results.ExportedProfiles,
    SpendingReport,
)
"""The results that the page reads; the models inside them are included."""

HEAD = """\
// Generated from the result models by `uv run python scripts/page_types.py`.
// A field without a value is omitted, never null.
"""
PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean"}


def page_types() -> str:
    """The contents of the file."""
    _, schema = models_json_schema([(model, "validation") for model in READ])
    models: dict[str, dict[str, Any]] = schema["$defs"]
    return "\n".join([HEAD, *(_interface(name, models[name]) for name in sorted(models))])


def _interface(name: str, model: dict[str, Any]) -> str:
    required = model.get("required", [])
    fields = [
        f"  {field}{'' if field in required else '?'}: {_type(schema)};\n"
        for field, schema in model["properties"].items()
    ]
    return f"export interface {name} {{\n{''.join(fields)}}}\n"


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix("#/$defs/")
    if "anyOf" in schema:
        return " | ".join(_type(arm) for arm in schema["anyOf"] if arm != {"type": "null"})
    if "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema["enum"])
    if schema["type"] == "array":
        item = _type(schema["items"])
        return f"({item})[]" if " | " in item else f"{item}[]"
    if schema["type"] == "object":
        values = schema.get("additionalProperties")
        return f"Record<string, {_type(values) if isinstance(values, dict) else 'unknown'}>"
    return PLAIN[schema["type"]]


def main() -> int:
    """Write the file, or compare it; returns the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    text = page_types()
    if not check:
        TYPES.write_text(text, encoding="utf-8")
    elif TYPES.read_text(encoding="utf-8") != text:
        print(f"{TYPES.name} is out of date: run uv run python scripts/page_types.py")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
