"""What is sent, what a match answers, and the records behind it are explained field by field."""

from typing import Any

import pytest

from services.web.contract.field_words import EVERYWHERE, field_words, parameter_words
from tests.contract.calling import Facts, operations
from tests.contract.conftest import Running

ANSWERS = {
    "PeersMatch",
    "CollaborationsMatch",
    "BatchLine",
    "WholeLine",
    "JobState",
    "PlaceRead",
    "CollaborationRead",
    "Problem",
}


@pytest.fixture(scope="module")
def schemas(running: Running) -> Facts:
    found: Facts = running.document["components"]["schemas"]
    return found


def test_no_words_are_left_over(schemas: Facts) -> None:
    """Words of a field that is gone, or whose model says something else, are nobody's."""
    for name, field, words in field_words():
        those = schemas.values() if name == EVERYWHERE else [schemas[name]]
        said = [s["properties"][field] for s in those if field in s.get("properties", {})]
        assert words in [one.get("description") for one in said], (name, field)


def test_every_field_that_is_sent_or_that_a_match_answers_is_explained(
    schemas: Facts, running: Running
) -> None:
    bodies = [o.get("requestBody", {}) for _, _, o in operations(running.document)]
    reached: set[str] = set()
    for name in ANSWERS | named(bodies):
        reach(name, schemas, reached)
    assert {"PeersRequest", "Place", "Reason", "Rule", "Fact"} <= reached
    unexplained = [
        f"{name}.{field}"
        for name in sorted(reached)
        for field, shape in schemas[name].get("properties", {}).items()
        if "description" not in shape
    ]
    assert unexplained == [], "say what they are in services/web/contract/fields.yaml"


def test_every_parameter_is_explained(running: Running) -> None:
    listed = [p for _, _, o in operations(running.document) for p in o.get("parameters", ())]
    inline = [parameter for parameter in listed if "$ref" not in parameter]
    assert [p["name"] for p in inline if "description" not in p] == []
    assert set(parameter_words()) <= {p["name"] for p in inline}


def reach(name: str, schemas: Facts, reached: set[str]) -> None:
    """A schema, and all that it is made of."""
    if name not in reached:
        reached.add(name)
        for other in named(schemas[name]):
            reach(other, schemas, reached)


def named(shape: Any) -> set[str]:
    if isinstance(shape, dict):
        own = {shape["$ref"].rpartition("/")[2]} if "$ref" in shape else set()
        return own.union(*(named(value) for value in shape.values()))
    return set().union(*map(named, shape)) if isinstance(shape, list) else set()
