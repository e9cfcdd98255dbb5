"""The README's example is what the service really answers."""

import json
import re
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

README = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")


def _blocks() -> tuple[dict[str, Any], dict[str, Any]]:
    asked = re.search(r"-d '(\{.*?\})'", README, re.S)
    told = re.search(r"```json\n(.*?)```", README, re.S)
    assert asked
    assert told
    return json.loads(asked[1]), json.loads(told[1])


def test_the_answer_shown_is_the_answer_given(client: TestClient) -> None:
    asked, told = _blocks()
    result = client.post("/v1/matches/collaborations", json=asked).json()["results"][0]
    shown = told["results"][0]
    assert result["collaboration"]["id"] == shown["collaboration"]["id"]
    assert result["verdict"] == shown["verdict"]
    for number in ("score", "coverage", "rank_score"):
        assert abs(result[number] - shown[number]) < 0.001, number
    reasons = {reason["feature"]: reason for reason in result["reasons"]}
    for reason in shown["reasons"]:
        assert reasons[reason["feature"]]["text"] == reason["text"]
    outcomes = {rule["rule_id"]: rule["outcome"] for rule in result["rules"]}
    assert {rule["rule_id"]: rule["outcome"] for rule in shown["rules"]}.items() <= outcomes.items()
