"""Runs the golden cases through the real HTTP API on a published snapshot."""

from collections import Counter
from pathlib import Path

import orjson
import pytest
from fastapi.testclient import TestClient

from tests.golden.cases import CHECKS, Answers, Case, Json, Question, cases
from tests.matcher_fixtures import OTHER_TENANT, TENANT, Published

CASES = list(cases())
# What another part of the project answers for: rosters and cohorts, portfolios, conveners.
ELSEWHERE = {"R12", "R13", "R14", "R44"}
OURS = {f"R{n:02}" for n in range(1, 47)} - ELSEWHERE | {
    "R59", "R61", "R63", "R67", "R69", "R74", "R75",
}  # fmt: skip
LAST_LINE = 4815


def param(case: Case) -> object:
    pending = case.expects == "pending"
    marks = [pytest.mark.xfail(reason=str(case.pending_why), strict=True)] if pending else []
    return pytest.param(case, id=case.id, marks=marks)


def ask(client: TestClient, published: Published, question: Question) -> tuple[int, Json]:
    """One question, as a reader of the public catalogue or as one of the two tenants."""
    tenant = TENANT if question.as_made_up else OTHER_TENANT if question.as_stranger else None
    headers = {"Authorization": f"Bearer {published.keys[tenant]}"} if tenant else {}
    if question.get:
        answer = client.get(question.path, headers=headers)
    else:
        body = orjson.dumps(question.body)
        headers["Content-Type"] = "application/json"
        answer = client.post(question.path, content=body, headers=headers)
    return answer.status_code, answer.json()


@pytest.mark.parametrize("case", [param(case) for case in CASES])
def test_golden(case: Case, client: TestClient, published: Published) -> None:
    status, answer = ask(client, published, case.when)
    expected = {200} | {check["status"] for check in case.then if "status" in check}
    assert status in expected, answer
    second = ask(client, published, case.and_when) if case.and_when else (200, None)
    assert second[0] == 200, second[1]
    for check in case.then:
        ((name, wanted),) = check.items()
        CHECKS[name](Answers(status, answer, second[1]), wanted)


def test_every_requirement_has_a_case() -> None:
    assert OURS - {case.requirement for case in CASES} == set()


def test_ids_are_unique_and_begin_with_their_requirement() -> None:
    assert [key for key, count in Counter(case.id for case in CASES).items() if count > 1] == []
    assert [case.id for case in CASES if not case.id.startswith(case.requirement)] == []


def test_what_the_report_decides_names_its_lines() -> None:
    for case in CASES:
        assert case.lines or case.source == "F", case.id
        for span in (case.lines or "").split(", "):
            assert all(0 < int(n) <= LAST_LINE for n in span.split("-") if n), case.id


def test_what_is_pending_says_why() -> None:
    assert [c.id for c in CASES if (c.expects is None) != (c.pending_why is None)] == []


def test_made_up_records_are_not_real_ones() -> None:
    text = (Path(__file__).parent / "fixtures.yaml").read_text(encoding="utf-8")
    keys = [line.split(":", 1)[1].strip() for line in text.splitlines() if line[:5] == "- id:"]
    assert keys
    assert [key for key in keys if not key.startswith("x:")] == []
