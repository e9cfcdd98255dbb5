"""The contract under fire: made-up requests, valid and invalid, to every operation it names."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from math import ceil
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from pydantic import BaseModel
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi import checks

from services.matcher import whole_jobs
from tests.contract.calling import Calls, steps
from tests.trust.conftest import SEED
from tests.trust.report import Tried
from tests.trust.whole_app import Whole, published, whole

__all__ = ["published", "whole"]

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
# Every other request is a real one with one part made up.
_REAL = 2
Request = dict[str, Any]


class Fire:
    """Sends made-up requests to an app and judges the answers by its own document."""

    def __init__(self, app: FastAPI, headers: dict[str, str]) -> None:
        self.schema = schemathesis.openapi.from_asgi("/openapi.json", app)
        self.headers, self.round = headers, 0
        self.real: dict[str, Request] = {}
        self.never_invalid: set[str] = set()
        self.statuses: dict[str, Counter[int]] = defaultdict(Counter)

    def scenario(self, calls: Calls, tried: Tried) -> None:
        """A real request to each operation first: what it names is what others are made from."""
        done = steps()
        for step in done:
            method, path = calls.paths[step["id"]]
            answer = calls.call(step)
            self.statuses[f"{method} {path}"][answer.status_code] += 1
            tried(answer.status_code < 300, f"{method} {path}: {answer.text[:250]}")
        for step in done:
            method, path = calls.paths[step["id"]]
            self.real[f"{method} {path}"] = calls.filled(step)

    def at_all(self, count: int, tried: Tried) -> None:
        """So many requests, shared out among the operations and between valid and invalid."""
        found: Any = self.schema.get_all_operations()
        operations = [operation.ok() for operation in found]
        while operations and tried.count < count:
            each = max(1, ceil((count - tried.count) / len(operations) / 2))
            # Of what takes no input there are few different requests: others get its share.
            operations = [one for one in operations if self._both(one, each, tried) == 2 * each]
            self.round += 1

    def _both(self, operation: Any, each: int, tried: Tried) -> int:
        done = 0
        if operation.label not in self.never_invalid:
            done = self._at(operation, GenerationMode.NEGATIVE, each, tried)
        # What nothing invalid can be sent to gets the valid ones instead.
        return done + self._at(operation, GenerationMode.POSITIVE, 2 * each - done, tried)

    def _at(self, operation: Any, mode: GenerationMode, count: int, tried: Tried) -> int:
        sent, real = 0, self.real.get(operation.label, {})

        @seed(SEED + self.round)
        @settings(
            max_examples=count,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(operation.as_strategy(generation_mode=mode))
        def fire(case: Any) -> None:
            nonlocal sent
            sent += 1
            if sent % _REAL and real:
                make_real(case, real, sent // _REAL)
            self._one(operation.label, case, tried)

        try:
            fire()
        except Unsatisfiable:
            assert mode is GenerationMode.NEGATIVE
            # To find that out takes up to three seconds: it is not looked for in each round.
            self.never_invalid.add(operation.label)
        return sent

    def _one(self, label: str, case: Any, tried: Tried) -> None:
        try:
            response = case.call(headers=self.headers)
            self.statuses[label][response.status_code] += 1
            case.validate_response(response, checks=CHECKS)
        except (Exception, FailureGroup) as error:
            why = " ".join(str(e) for e in getattr(error, "exceptions", [error]))
            tried(False, f"{label}: {' '.join(why.split())[:250]} {case.as_curl_command()[:240]}")
        else:
            tried(True)


def make_real(case: Any, real: Request, turn: int) -> None:
    """A made-up request becomes a real one in all but one field of each part."""
    if case.path_parameters:
        case.path_parameters = {**case.path_parameters, **real.get("path", {})}
    if "query" in real:
        case.query = {**real["query"], **_one_of(case.query, turn)}
    if "body" in real and isinstance(case.body, dict):
        case.body = {**real["body"], **_one_of(case.body, turn)}


def _one_of(made_up: Any, turn: int) -> Request:
    fields = sorted(made_up or {})
    return {name: made_up[name] for name in fields[turn % len(fields) :][:1]} if fields else {}


@pytest.mark.check(14, "Made-up requests, judged by the contract", few=1_000, full=10_000)
def test_the_contract_holds_whatever_is_sent(
    whole: Whole, count: int, tried: Tried, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each of these jobs starts processes of its own: one at a time shows as much as three.
    monkeypatch.setattr(whole_jobs, "MOST_OF_A_TENANT", 1)
    fire = Fire(whole.app, whole.headers["other"])
    own, other = (whole.headers[who]["Authorization"].split()[1] for who in ("other", "match"))
    fire.scenario(Calls(whole.near, whole.app.openapi(), own, other), tried)
    fire.at_all(count, tried)
    reached = sum(any(s < 300 for s in found) for found in fire.statuses.values())
    tried.note(f"{reached} of {len(fire.statuses)} operations answered 2xx")
    tried.done()
    assert tried.count >= count
    assert reached == len(fire.statuses)


class Told(BaseModel):
    name: str


def faulty() -> Iterator[FastAPI]:
    """Apps with one fault each."""

    def field(n: int) -> JSONResponse:
        return JSONResponse({"nome": n})

    def crash(n: int) -> JSONResponse:
        return JSONResponse({"name": "a"}, 200 if n < 100 else 500)

    def status(n: int) -> JSONResponse:
        return JSONResponse({"name": str(n)}, 418)

    for answer in (field, crash, status):
        app = FastAPI()
        app.get("/thing", response_model=Told)(answer)
        yield app


@pytest.mark.planted(14, "a field outside the schema, a crash on large numbers, an unknown status")
def test_faults_against_the_contract_are_found() -> None:
    for app in faulty():
        tried = Tried()
        Fire(app, {}).at_all(40, tried)
        assert tried.failures
