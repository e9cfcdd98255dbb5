"""What the Python client must do against a running server; run by the client's own Python."""

import asyncio
import importlib
import inspect
import json
import pkgutil
import sys
from collections.abc import Callable

import httpx
from counterpart_client import AsyncCounterpart, Counterpart, CounterpartProblem
from counterpart_client.generated import api
from counterpart_client.generated.api.convening import put_roster
from counterpart_client.generated.api.matching import match_peers_of_many
from counterpart_client.generated.api.reference import get_taxonomy
from counterpart_client.generated.models import PeersBatch, RosterRequest

BILBAO = "gn:3128026"


def operations() -> set[str]:
    """The names of all operations that were generated."""
    packages = pkgutil.walk_packages(api.__path__, f"{api.__name__}.")
    return {module.name.rsplit(".", 1)[1] for module in packages if not module.ispkg}


def check_questions(url: str, key: str) -> None:
    with Counterpart(url, key) as counterpart:
        found = counterpart.peers(BILBAO, needs=["regeneration:implement"], limit=3)
        assert len(found.results) == 3
        assert found.results[0].place.name
        assert (
            abs(sum(r.contribution for r in found.results[0].reasons) - found.results[0].score)
            < 1e-6
        )
        assert counterpart.match(found.match_id).match_id == found.match_id
        assert counterpart.replay(found.match_id).match_id == found.match_id
        own = {"name": "Rivermouth", "kind": "city", "country": "PT", "population": 240000}
        joins = counterpart.collaborations(own, needs=[{"sector": "climate", "stage": "apply"}])
        assert joins.results[0].collaboration.id
        assert counterpart.place(BILBAO).name == "Bilbao"
        assert counterpart.collaboration("100RC").successor == "global-resilient-cities-network"
        names = [one.name for one in counterpart.collaborations_on_file(limit=50)]
        assert len(names) > 100
        assert len(names) == len(set(names))
        assert counterpart.call(get_taxonomy).enums["place_kind"]
        roster = RosterRequest.from_dict({"members": ["iso:BE-VLG"]})
        put = counterpart.call(put_roster, collaboration_id="districts-of-creativity", body=roster)
        assert put.total == 1
        batch = PeersBatch.from_dict({"place_ids": [BILBAO, "gn:2654675"], "limit": 1})
        lines = counterpart.call(match_peers_of_many, body=batch).payload.read().splitlines()
        assert [json.loads(line)["index"] for line in lines] == [0, 1]
    with Counterpart(url, key, language="es") as spanish:
        told = spanish.peers(BILBAO, limit=1).results[0].reasons
        assert told != found.results[0].reasons


def raised(ask: Callable[[], object]) -> CounterpartProblem:
    """The problem that asking raises."""
    try:
        ask()
    except CounterpartProblem as problem:
        return problem
    raise AssertionError("no problem was raised")


def check_problems(url: str) -> None:
    with Counterpart(url) as counterpart:
        for ask, kind in (
            (lambda: counterpart.place("gn:1"), "place-not-found"),
            (lambda: counterpart.peers(BILBAO, limit=500), "invalid-input"),
        ):
            problem = raised(ask)
            assert problem.type == kind, problem.type
            assert kind != "invalid-input" or problem.errors[0].pointer == "/limit"


def check_retries() -> None:
    """Waits as long as the server says, and does nothing twice that may not be."""
    answers = [429, 503, 200]
    seen = []

    def serve(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("idempotency-key"))
        status = answers.pop(0)
        page = {"enums": {}, "size_class_below": {}, "credits": []}
        return httpx.Response(status, json=page, headers={"Retry-After": "0"})

    with Counterpart("http://server", transport=httpx.MockTransport(serve)) as counterpart:
        assert counterpart.call(get_taxonomy).credits_ == []
    assert answers == []
    assert len(seen) == 3


def check_both_faces_are_one() -> None:
    """What one can be asked, the other can too, in the same words."""
    faces = (Counterpart, AsyncCounterpart)
    asked = [{n for n in vars(face) if not n.startswith("_")} for face in faces]
    assert asked[0] == asked[1]
    for name in asked[0]:
        one, other = (inspect.signature(getattr(face, name)) for face in faces)
        assert one.parameters == other.parameters, name


async def check_async(url: str, key: str) -> None:
    async with AsyncCounterpart(url, key) as counterpart:
        both = await asyncio.gather(
            counterpart.peers(BILBAO, limit=1), counterpart.collaborations(BILBAO, limit=1)
        )
        assert [len(found.results) for found in both] == [1, 1]
        names = [place.name async for place in counterpart.places("bilb")]
        assert "Bilbao" in names
        found = [one.name async for one in counterpart.collaborations_on_file(limit=50)]
        assert len(found) > 100


def main(url: str, key: str) -> None:
    for module in operations():
        assert module
    for info in pkgutil.walk_packages(api.__path__, f"{api.__name__}."):
        importlib.import_module(info.name)
    check_questions(url, key)
    check_problems(url)
    check_retries()
    check_both_faces_are_one()
    asyncio.run(check_async(url, key))
    sys.stdout.write(json.dumps(sorted(operations())))


if __name__ == "__main__":
    main(*sys.argv[1:])
