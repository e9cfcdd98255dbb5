"""A decision for which there is no room is told before it is recorded, and never prevented."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from services.matcher.convening import jury
from services.matcher.convening.together import going_beyond
from services.matcher.pages.at_the_desk import ScreeningPage


@dataclass(frozen=True)
class Warned:
    """What a decision would lead to; the form brings the sign back once it was read."""

    lines: list[str]

    @property
    def sign(self) -> str:
        return hashlib.sha256("\n".join(self.lines).encode()).hexdigest()


def warned_of(here: ScreeningPage, applicants: Iterable[int], verdict: str) -> Warned | None:
    """What is to be told before a decision; None where there is room for it."""
    with here.desk() as desk:
        screening = jury.reopened(desk, here.screening_id, here.page.person)
        found = going_beyond(desk, screening, applicants, verdict)
    return Warned([caution["text"] for caution in found]) if found else None
