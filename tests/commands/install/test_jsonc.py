"""JSON with comments: an edit changes one value and nothing else."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fj_mcp.commands.install import jsonc

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


@given(
    st.dictionaries(st.text(), VALUES),
    st.lists(st.text(), min_size=1, max_size=3),
    VALUES,
    st.sampled_from([None, 1, 4, "\t"]),
)
def test_what_is_put_into_json_is_all_that_changes(
    value: dict[str, Any], path: list[str], new: Any, indent: int | str | None
) -> None:
    expected = json.loads(json.dumps(value))
    place = expected
    for name in path[:-1]:
        place = place.setdefault(name, {})
        if not isinstance(place, dict):
            return
    place[path[-1]] = new
    after = jsonc.put(json.dumps(value, indent=indent), path, new)
    assert json.loads(after) == expected
    assert jsonc.put(after, path, new) == after


def test_a_value_is_never_put_into_what_is_not_an_object() -> None:
    with pytest.raises(ValueError, match="line 2 should be an object"):
        jsonc.put('{\n"a": [{}]}', ["a", "b"], 1)


@given(st.data(), st.sampled_from([None, 1, 4, "\t"]), st.sampled_from(["", " ", "\n// c, }\n"]))
def test_what_is_removed_from_json_is_all_that_changes(
    data: st.DataObject, indent: int | str | None, comment: str
) -> None:
    value = data.draw(st.dictionaries(st.text(), VALUES, min_size=1))
    name = data.draw(st.sampled_from(sorted(value)))
    text = json.dumps({"outer": value}, indent=indent)
    after = jsonc.remove(text + comment, ["outer", name])
    del value[name]
    assert jsonc.parse(after) == {"outer": value}
    assert after.endswith(comment)


@pytest.mark.parametrize("path", [["a"], ["outer", "b"]])
def test_what_is_not_there_cannot_be_removed(path: list[str]) -> None:
    with pytest.raises(KeyError):
        jsonc.remove('{"outer": {"a": 1}}', path)
    with pytest.raises(KeyError):
        jsonc.remove("", path)
