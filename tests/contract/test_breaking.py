"""A break of the contract is found, and an addition is none."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import orjson
import pytest

from tests.contract.breaking import breaking
from tests.contract.calling import Facts
from tests.contract.conftest import RELEASED, Running

Change = Callable[[Facts], Any]


@pytest.fixture(scope="module")
def released() -> Facts:
    found: Facts = orjson.loads(RELEASED.read_bytes())
    return found


def test_nothing_that_was_released_breaks(released: Facts, running: Running) -> None:
    assert breaking(released, running.document) == []


def _get(document: Facts) -> Facts:
    found: Facts = document["paths"]["/v1/places"]["get"]
    return found


def _schema(document: Facts, name: str) -> Facts:
    found: Facts = document["components"]["schemas"][name]
    return found


BREAKS: dict[str, tuple[Change, str]] = {
    "event": (lambda d: d["webhooks"].pop("job.finished"), "the event job.finished is gone"),
    "field of an event": (
        lambda d: _schema(d, "JobFinished")["properties"].pop("state"),
        "event job.finished: body/data/state is gone",
    ),
    "operation": (lambda d: d["paths"].pop("/v1/taxonomy"), "the operation is gone"),
    "name": (lambda d: _get(d).update(operationId="find"), "it is called find now"),
    "parameter": (lambda d: _get(d)["parameters"].pop(0), "the parameter q is gone"),
    "needed parameter": (
        lambda d: _get(d)["parameters"].append({"in": "query", "name": "new", "required": True}),
        "the parameter new has become necessary",
    ),
    "status": (lambda d: _get(d)["responses"].pop("200"), "it does not answer 200 any more"),
    "medium": (
        lambda d: _get(d)["responses"]["200"]["content"].pop("text/csv"),
        "200 is not given as text/csv any more",
    ),
    "field of an answer": (
        lambda d: _schema(d, "PlaceSummary")["properties"].pop("lat"),
        "answer 200/items/*/lat is gone",
    ),
    "certain field of an answer": (
        lambda d: _schema(d, "PlaceSummary")["required"].remove("country"),
        "answer 200/items/*/country is not always there any more",
    ),
    "type of an answer": (
        lambda d: _schema(d, "PeerResult")["properties"]["score"].update(type="string"),
        "answer 200/results/*/score may be string now",
    ),
    "field of a request": (
        lambda d: _schema(d, "PeersRequest")["properties"].pop("needs"),
        "body/needs is gone",
    ),
    "needed field of a request": (
        lambda d: _schema(d, "PeersRequest").update(required=["text"]),
        "body/text has become necessary",
    ),
    "value of an enum": (
        lambda d: _schema(d, "Mode")["enum"].remove("look_up"),
        "body/mode takes fewer values",
    ),
    "limit of a request": (
        lambda d: _schema(d, "PeersRequest")["properties"]["limit"].update(maximum=20),
        "body/limit has a tighter maximum",
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_break_is_found(name: str, released: Facts) -> None:
    change, told = BREAKS[name]
    changed = deepcopy(released)
    change(changed)
    assert any(told in line for line in breaking(released, changed)), breaking(released, changed)


ADDITIONS: dict[str, Change] = {
    "operation": lambda d: d["paths"].update({"/v1/new": deepcopy(d["paths"]["/v1/taxonomy"])}),
    "parameter": lambda d: _get(d)["parameters"].append({"in": "query", "name": "new"}),
    "field of an answer": lambda d: _schema(d, "PlaceSummary")["properties"].update(
        mayor={"type": "string"}
    ),
    "field of a request": lambda d: _schema(d, "PeersRequest")["properties"].update(
        mayor={"type": "string"}
    ),
    "value of an enum": lambda d: _schema(d, "Mode")["enum"].append("new"),
    "status of a problem": lambda d: _get(d)["responses"].update({"418": {"description": "x"}}),
    "wording": lambda d: _get(d).update(description="Other words."),
}


@pytest.mark.parametrize("name", ADDITIONS)
def test_an_addition_breaks_nothing(name: str, released: Facts) -> None:
    changed = deepcopy(released)
    ADDITIONS[name](changed)
    assert breaking(released, changed) == []
