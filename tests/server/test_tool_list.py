"""Rules of clients for the tool list, checked for every tool in both eras.

Each client drops, cuts or refuses something; one bad tool can cost the whole list.
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import anyio
import pytest
from jsonschema import Draft202012Validator
from mcp import Client
from mcp_types import Tool

from fj_mcp.server.build import build_server
from fj_mcp.settings.settings import Settings
from tests.support.assistant import ERAS, Assistant, connected
from tests.support.tool_calls import PAID, TOOLS, tools_of

pytestmark = [pytest.mark.anyio, pytest.mark.unmeasured]

REMEMBERS = {"review_candidates", "forget_candidates"}
"""What changes only this server's own memory, so that a repeat changes nothing."""

WRITES = {"export_profiles"} | REMEMBERS
"""What is free and changes something all the same."""

UNTITLED = {
    # A page is a page.
    "list_profiles": {"page"},
    "list_sessions": {"page"},
    "export_profiles": {"include_notes"},
}
"""Properties that need no description of their own."""

KNOWN_EVERYWHERE = {
    *("type", "properties", "required", "additionalProperties", "items", "enum", "description"),
    *("default", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"),
}
"""The words of JSON Schema that no client drops the tool for: above all not `$ref`, `$defs`,
`anyOf`, `oneOf`, `allOf` and `prefixItems`, and none that is not of JSON Schema at all."""


@cache
def listed(era: str) -> dict[str, Tool]:
    """The tools as a client of an era receives them, listed once for all tests."""

    async def ask() -> dict[str, Tool]:
        async with connected(era=era) as assistant:
            return await tools_of(assistant)

    return anyio.run(ask)


def size(value: Any) -> int:
    """Bytes as compact JSON."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def as_received(tool: Tool) -> dict[str, Any]:
    received: dict[str, Any] = tool.model_dump(mode="json", by_alias=True, exclude_none=True)
    return received


def nodes(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema inside a schema, with its path: `filters.skills.core[]`."""
    assert path.count(".") + path.count("[") < 8, f"{path} never ends"
    yield path, schema
    for name, inner in schema.get("properties", {}).items():
        yield from nodes(inner, f"{path}.{name}".removeprefix("."))
    if isinstance(schema.get("items"), dict):
        yield from nodes(schema["items"], f"{path}[]")


def words_of(value: Any) -> Iterator[str]:
    """Every key in a JSON value that is a schema's own word, not a property's name."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "properties":
                for schema in inner.values():
                    yield from words_of(schema)
            else:
                yield key
                yield from words_of(inner)
    elif isinstance(value, list):
        for item in value:
            yield from words_of(item)


# Listing


async def test_the_tools_are_few_and_always_listed_in_the_same_order(either: Assistant) -> None:
    for _ in range(3):
        assert tuple(await tools_of(either)) == TOOLS
    assert len(TOOLS) <= 16


def test_both_eras_receive_the_same_tools() -> None:
    lists = [[as_received(tool) for tool in listed(era).values()] for era in ERAS]
    assert lists[0] == lists[1]
    for first, second in zip(*lists, strict=True):
        for schema in ("inputSchema", "outputSchema"):
            assert list(first[schema]["properties"]) == list(second[schema]["properties"])


@pytest.mark.parametrize("era", ERAS)
def test_names_descriptions_and_input_schemas_take_17500_bytes_at_most(era: str) -> None:
    shown = [
        {"name": tool.name, "description": tool.description, "inputSchema": tool.input_schema}
        for tool in listed(era).values()
    ]
    assert size(shown) <= 17_500


@pytest.mark.parametrize("era", ERAS)
def test_output_schemas_take_8100_bytes_at_most(era: str) -> None:
    assert sum(size(tool.output_schema) for tool in listed(era).values()) <= 8_100


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_the_instructions_start_with_what_the_server_is_for(mode: str) -> None:
    server = build_server(Settings(sandbox=True))
    async with Client(server, mode=mode) as client:
        assert client.protocol_version == (ERAS[0] if mode == "auto" else "2025-11-25")
        instructions = client.instructions or ""
        known = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert len(instructions) <= 2_000
    first = instructions.split(".")[0].lower()
    assert first.startswith("find and reach candidates")
    assert {"job", "skills", "shortlist"} <= set(re.findall(r"\w+", first))
    arguments = {name for tool in known.values() for name in tool.input_schema["properties"]}
    named = set(re.findall(r"[a-z]+(?:_[a-z]+)+", instructions)) - {"next_step"}
    assert named <= known.keys() | arguments


async def test_read_only_hides_the_tools_that_spend() -> None:
    for era in ERAS:
        async with connected(era=era, read_only=True) as assistant:
            assert tuple(await tools_of(assistant)) == tuple(t for t in TOOLS if t not in PAID)


# Each tool


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("name", TOOLS)
def test_a_tool_has_a_short_name_a_title_and_all_four_hints(era: str, name: str) -> None:
    tool = listed(era)[name]
    assert len(name) <= 40
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", name)
    assert tool.title
    hints = tool.annotations
    assert hints is not None
    assert hints.read_only_hint is (name not in PAID | WRITES)
    for hint in (hints.destructive_hint, hints.idempotent_hint, hints.open_world_hint):
        assert isinstance(hint, bool)
    if name in PAID | WRITES:
        assert hints.idempotent_hint is (name in REMEMBERS)
    if name not in PAID:
        assert hints.destructive_hint is (name == "forget_candidates")


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("name", TOOLS)
def test_a_description_is_short_says_what_a_call_costs_and_names_a_sibling(
    era: str, name: str
) -> None:
    description = listed(era)[name].description or ""
    assert 80 < len(description) <= 1_000
    assert "\n" not in description
    if name in PAID:
        assert re.search(r"\bcosts (\d+ )?credits\b", description.lower())
    else:
        assert re.search(r"\bfree\b", description.lower())
    siblings = set(re.findall(r"[a-z]+(?:_[a-z]+)+", description)) & set(TOOLS)
    assert siblings - {name}


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("name", TOOLS)
def test_schemas_use_no_word_that_a_client_drops_or_refuses(era: str, name: str) -> None:
    tool = listed(era)[name]
    assert tool.output_schema is not None
    for schema in (tool.input_schema, tool.output_schema):
        Draft202012Validator.check_schema(schema)
        assert set(words_of(schema)) <= KNOWN_EVERYWHERE
        assert schema["type"] == "object"
        for path, node in nodes(schema):
            kind = node.get("type")
            # In a result, text is `{}`, and `items` alone is a list.
            assert isinstance(kind, str) or schema is tool.output_schema, path
            assert kind != "null", path
            assert None not in (node.get("const", ""), node.get("default", "")), path
            assert None not in node.get("enum", []), path
            assert not any("." in inner for inner in node.get("properties", {})), path
            if kind == "array":
                assert isinstance(node["items"], dict), path
            if kind == "object" and schema is tool.input_schema:
                assert "properties" in node, path


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("name", TOOLS)
def test_every_input_is_described_and_every_stated_bound_is_in_the_words(
    era: str, name: str
) -> None:
    schema = listed(era)[name].input_schema
    # The filters of update_sourcing_session are described in create_sourcing_session.
    create = dict(nodes(listed(era)["create_sourcing_session"].input_schema))
    described = {
        path: node["description"]
        for path, node in create.items()
        if path.startswith("filters.") and "description" in node
    }
    undescribed = set()
    for path, node in nodes(schema):
        words = node.get("description", "")
        for bound in ("minimum", "maximum"):
            if bound in node:
                stated = words or described.get(path, "")
                assert str(node[bound]) in re.findall(r"-?\d+", stated), f"{path} {bound}"
        parent, _, side = path.rpartition(".")
        inherits = path.endswith("[]") or side in ("min", "max") or parent == "filters.skills"
        if not (words or inherits or path == ""):
            undescribed.add(path)
    if name == "update_sourcing_session":
        undescribed -= described.keys()
    assert undescribed <= UNTITLED.get(name, set())
