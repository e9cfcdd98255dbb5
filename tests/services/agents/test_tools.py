"""Which operations are tools, and what a call of one sends."""

import orjson

from services.agents.tools import tools_of
from tests.contract.conftest import Running, published, running

__all__ = ["published", "running"]


def test_every_tool_stands_alone_and_is_an_operation(running: Running) -> None:
    tools = list(tools_of(running.document))
    names = {tool.name for tool in tools}
    assert {"match_peers", "match_collaborations", "search_places", "check_admission"} <= names
    assert not names & {"upload_file", "sign_in", "get_metrics", "get_briefing"}
    for tool in tools:
        text = orjson.dumps(tool.schema).decode()
        assert "#/components" not in text
        assert set(tool.schema["required"]) <= set(tool.schema["properties"])


def test_a_path_cannot_be_left(running: Running) -> None:
    read = next(tool for tool in tools_of(running.document) if tool.name == "get_place")
    assert read.request({"place_id": "../a?b"})["url"] == "/v1/places/..%2Fa%3Fb"
    assert read.request({"place_id": "gn:3128026"})["url"] == "/v1/places/gn:3128026"
