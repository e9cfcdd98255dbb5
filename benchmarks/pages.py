"""How long the server takes for a page of the default catalogue: `python -m benchmarks.pages`.

Pages are asked in turn, so that a busy machine slows all alike. Time by the clock, and of this
process's own work.
"""

import re
import statistics
import time
from collections.abc import Callable
from datetime import timedelta

from fastapi.testclient import TestClient

from models.database import database_at
from models.settings import Settings
from models.tables import now
from services.access.keys import create_key
from services.matcher.app import create_app
from services.printing import answer as tell

ROUNDS = 15
LIMIT_MS = 300
PLACE, GHANA, REGION = "gn:3128026", "gn:2306104", "iso:ES-CT"
NETWORK, APPLICANTS = "districts-of-creativity", 300
HEADERS = {"Accept": "text/html", "Accept-Language": "es"}


def addresses(client: TestClient) -> dict[str, str]:
    """The pages that are measured."""
    peers = f"/find/peers?place={PLACE}&sector=regeneration&stage=implement"
    networks = f"/find/networks?place={GHANA}&sector=climate&stage=apply"
    first, second = (
        client.get(path, headers=HEADERS, follow_redirects=False).headers["location"]
        for path in (peers, networks)
    )
    return {
        "start": "/",
        "ask and answer: peers": peers,
        "ask and answer: networks": networks,
        "peers": first,
        "peers as a map": f"{first}?view=map",
        "networks": second,
        "why not": f"{first}/why-not?place={GHANA}",
        "compare": f"{first}/compare",
        "briefing": f"{first}/brief",
        "place": f"/places/{PLACE}",
        "portfolio": f"/portfolio?place={REGION}",
        "method": "/developers/method",
    } | desk(client)


def desk(client: TestClient) -> dict[str, str]:
    """The convener's pages, of a screening of so many applicants."""
    key = conveners_key()
    signed_in = client.post("/sign-in", data={"key": key}, headers=HEADERS)
    assert signed_in.status_code == 200
    snapshot = client.app.state.matcher.current.get().snapshot  # type: ignore[attr-defined]
    rows = range(0, len(snapshot.places), len(snapshot.places) // APPLICANTS)
    applicants = [{"place_id": snapshot.places.id(row)} for row in rows][:APPLICANTS]
    answer = client.post(
        f"/v1/collaborations/{NETWORK}/screenings",
        json={"applicants": applicants},
        headers={"Authorization": f"Bearer {key}"},
    )
    here = f"/calls/{NETWORK}/screenings/{answer.json()['screening_id']}"
    number = re.search(r"/applicants/(\d+)", client.get(here, headers=HEADERS).text)
    assert number is not None
    return {
        "desk": f"/calls/{NETWORK}",
        f"screening of {APPLICANTS}": here,
        "applicant": f"{here}/applicants/{number[1]}",
        "letters": f"{here}/letters",
        "minutes": f"{here}/minutes",
        "approach list": f"/calls/{NETWORK}/approach",
        "cohort": f"{here}/cohort?purpose=project",
        "pairs": f"{here}/pairs",
    }


def conveners_key() -> str:
    """A key of a convener of this benchmark, for a day."""
    with database_at(Settings().url) as database, database.begin() as session:
        ends = now() + timedelta(days=1)
        key = create_key(session, "benchmark", ["match", "convene"], "benchmark", ends)
    return key


def measured(ask: Callable[[], int]) -> tuple[float, float]:
    """Milliseconds by the clock and of this process's own work."""
    began, worked = time.perf_counter(), time.process_time()
    assert ask() in (200, 303)
    return 1000 * (time.perf_counter() - began), 1000 * (time.process_time() - worked)


def main() -> None:
    with TestClient(create_app(Settings()), client=("127.0.0.1", 5000)) as client:
        pages = addresses(client)
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in pages}
        for _ in range(ROUNDS + 1):
            for name, path in pages.items():

                def ask(path: str = path) -> int:
                    return client.get(path, headers=HEADERS, follow_redirects=False).status_code

                times[name].append(measured(ask))
    tell("| page | median ms | own work, median ms |\n|---|---|---|")
    for name, found in times.items():
        clock, work = (statistics.median(side) for side in zip(*found[1:], strict=True))
        tell(f"| {name} | {clock:.0f} | {work:.0f} |{' over the limit' * (clock > LIMIT_MS)}")


if __name__ == "__main__":
    main()
