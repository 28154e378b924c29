"""Adding a filter touches one declaration; everything else follows from it.

Two made-up filters are declared in a copy of the package. Nothing else is changed there.
"""

from typing import Any

import pytest

from tests.support.new_filter import findings_in

pytestmark = [pytest.mark.unmeasured, pytest.mark.xdist_group("new-filter")]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return findings_in(tmp_path_factory.mktemp("copy"))


def test_a_new_filter_is_in_the_schemas_of_the_tools_that_take_filters(
    found: dict[str, Any],
) -> None:
    shape = {"type": "array", "items": {"type": "string"}}
    create, update = found["schemas"]["spoken_languages"]
    assert create == shape | {"description": "Languages that the person speaks."}
    # The description stands in the other tool's schema.
    assert update == shape
    assert found["removable"] == found["filters"] > 32


def test_a_filter_that_is_never_published_is_accepted_all_the_same(found: dict[str, Any]) -> None:
    assert found["schemas"]["shoes"] == [None, None]
    assert found["unpublished"]["shoes"] == ["Red"]


def test_a_new_filter_travels_to_the_api_and_back(found: dict[str, Any]) -> None:
    assert found["sent"] == {"type": "IN", "value": ["Marathi"]}
    assert found["shown"]["spoken_languages"] == ["Marathi"]
    assert "spoken_languages" not in found["left"]
    assert found["misspelled"].endswith("did you mean spoken_languages?")


def test_a_new_filter_is_in_the_reference(found: dict[str, Any]) -> None:
    assert found["page"] == [
        "| `spoken_languages` | strings | Languages that the person speaks. | `languages` `IN` |"
    ]


def test_the_sandbox_checks_a_new_filter_and_searches_by_it(found: dict[str, Any]) -> None:
    assert found["objections"]["errors"] == [{"languages": "type must be IN"}]
    assert found["found"]
    assert all("Marathi" in languages for languages in found["found"])
    assert found["completed"] == ["Marathi"]
    # Nobody has what no record knows.
    assert found["unmatched"] == "No profiles match your filters"


def test_a_new_filter_has_its_place_among_what_a_weak_result_may_do_without(
    found: dict[str, Any],
) -> None:
    assert found["dropped"] == {
        "alone": ["spoken_languages"],
        "with a stricter one": ["honors"],
        "with a laxer one": ["spoken_languages"],
        "not to be": [],
    }
