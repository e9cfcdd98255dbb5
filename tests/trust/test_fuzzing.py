"""The contract under fire: made-up requests, valid and invalid, to every operation it names."""

from collections import Counter, defaultdict
from collections.abc import Iterator
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

from tests.trust.conftest import SEED
from tests.trust.report import Tried
from tests.trust.whole_app import CONVENED, PLACE, Whole, published, whole

__all__ = ["published", "whole"]

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
# Publishes whatever it is sent: it takes no input, and each call is seconds of work.
LEFT_OUT = {"POST /v1/ingest/publish"}
# Every other request goes to something there is.
_REAL = 2


class Fire:
    """Sends made-up requests to an app and judges the answers by its own document."""

    def __init__(self, app: FastAPI, headers: dict[str, str], known: dict[str, str]) -> None:
        self.schema = schemathesis.openapi.from_asgi("/openapi.json", app)
        self.headers, self.known = headers, known
        self.statuses: dict[str, Counter[int]] = defaultdict(Counter)

    def at_all(self, count: int, tried: Tried) -> None:
        """So many requests, shared out among the operations and between valid and invalid."""
        found: Any = self.schema.get_all_operations()
        operations = [operation.ok() for operation in found]
        operations = [operation for operation in operations if operation.label not in LEFT_OUT]
        each = max(1, round(count / len(operations) / 2))
        for operation in operations:
            done = self._at(operation, GenerationMode.NEGATIVE, each, tried)
            # What nothing invalid can be sent to gets the valid ones instead.
            self._at(operation, GenerationMode.POSITIVE, 2 * each - done, tried)

    def _at(self, operation: Any, mode: GenerationMode, count: int, tried: Tried) -> int:
        sent = 0

        @seed(SEED)
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
            if sent % _REAL:
                case.path_parameters = {
                    name: self.known.get(name, value)
                    for name, value in (case.path_parameters or {}).items()
                }
            self._one(operation.label, case, tried)

        try:
            fire()
        except Unsatisfiable:
            assert mode is GenerationMode.NEGATIVE
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


def known(whole: Whole) -> dict[str, str]:
    """Parameters of paths that lead somewhere, for the tenant that asks."""
    match = whole.theirs["match"]
    return {
        "match_id": match,
        "first": match,
        "second": match,
        "place_id": PLACE,
        "collaboration_id": CONVENED,
        "screening_id": whole.theirs["screening"],
        "share_id": whole.theirs["share"],
        "number": "0",
    }


@pytest.mark.check(14, "Made-up requests, judged by the contract", few=300, full=10_000)
def test_the_contract_holds_whatever_is_sent(whole: Whole, count: int, tried: Tried) -> None:
    fire = Fire(whole.app, whole.headers["other"], known(whole))
    fire.at_all(count, tried)
    reached = sum(any(s < 300 for s in found) for found in fire.statuses.values())
    tried.note(f"{reached} of {len(fire.statuses)} operations answered 2xx")
    tried.done()
    assert reached > len(fire.statuses) / 2


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
        Fire(app, {}, {}).at_all(40, tried)
        assert tried.failures
