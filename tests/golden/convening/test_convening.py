"""Runs the golden cases of the convener's desk through the API, on both databases."""

from pathlib import Path
from typing import Any, Literal

import pytest
import yaml
from pydantic import BaseModel, ConfigDict, Field

from tests.golden.cases import at
from tests.services.matcher.convening.conftest import NAMED, Desk

FILE = Path(__file__).parent / "e_convening.yaml"
WANTED = {"R12", "R13", "R14", "R20", "R44", "R59", "R62", "R76"}


class Roster(BaseModel):
    of: str
    members: list[Any]

    def places(self) -> list[Any]:
        return [p for m in self.members for p in (NAMED if m == "named_ten" else [m])]


class Case(BaseModel):
    """One case: `then` holds paths into the answer and what lies there."""

    model_config = ConfigDict(extra="forbid")

    id: str
    requirement: str = Field(pattern=r"^R\d\d$")
    lines: str | None = None
    source: Literal["S", "F"]
    roster: Roster | None = None
    made_up_cities: int = 0
    ask: str | None = None
    read: str | None = None
    body: dict[str, Any] = {}
    then: dict[str, Any] = Field(min_length=1)


CASES = [Case.model_validate(raw) for raw in yaml.safe_load(FILE.read_text(encoding="utf-8"))]


def cities(count: int) -> list[Any]:
    return [
        {"place": {"name": f"Madeup {n:03}", "kind": "city", "country": "NO"}} for n in range(count)
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_golden(case: Case, desk: Desk) -> None:
    if case.roster:
        desk.roster(case.roster.places(), of=case.roster.of)
    body = case.body | ({"applicants": cities(case.made_up_cities)} if case.made_up_cities else {})
    answer = desk.get(case.read) if case.read else desk.post(str(case.ask), body)
    assert {path: at(answer, path) for path in case.then} == case.then


def test_every_requirement_has_a_case_and_what_the_report_decides_its_lines() -> None:
    assert {case.requirement for case in CASES} == WANTED
    assert [case.id for case in CASES if case.source == "S" and not case.lines] == []
    assert [case.id for case in CASES if not case.id.startswith(case.requirement)] == []
