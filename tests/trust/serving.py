"""A matcher in a process that may be killed, on a port of its own."""

from collections.abc import Iterator
from contextlib import contextmanager

from models.settings import Settings
from tests.trust.mortals import KILLED, Mortals
from tests.trust.work import SAID
from tests.waiting import until


@contextmanager
def served_by(
    mortals: Mortals, settings: Settings, what: str = "serving", point: str = ""
) -> Iterator[int]:
    """The port of a server; at the end it is dead."""
    said = settings.var / SAID
    said.unlink(missing_ok=True)
    child = mortals.begin(what, settings, point)
    try:
        until(lambda: said.exists() and said.read_text().endswith("\n"), "it says where it answers")
        yield int(said.read_text())
    finally:
        assert child.kill() == KILLED
