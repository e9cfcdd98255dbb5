"""A matcher in a process that may be killed, on a port of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep

from models.settings import Settings
from tests.trust.mortals import KILLED, Mortals
from tests.trust.work import SAID

PATIENCE = 60


@contextmanager
def served_by(
    mortals: Mortals, settings: Settings, what: str = "serving", point: str = ""
) -> Iterator[int]:
    """The port of a server; at the end it is dead."""
    said = settings.var / SAID
    said.unlink(missing_ok=True)
    child = mortals.begin(what, settings, point)
    try:
        until = monotonic() + PATIENCE
        while not (said.exists() and said.read_text().endswith("\n")):
            assert monotonic() < until, "the server does not come up"
            sleep(0.01)
        yield int(said.read_text())
    finally:
        assert child.kill() == KILLED
