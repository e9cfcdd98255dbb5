"""A decision for which there is no room is told before it is recorded, and never prevented."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from services.matcher.convening import jury
from services.matcher.convening.together import going_beyond
from services.matcher.pages.rendering import Page
from services.matcher.routes.convening import Asked, desk_of


@dataclass(frozen=True)
class Warned:
    """What a decision would lead to; the form brings the sign back once it was read."""

    lines: list[str]

    @property
    def sign(self) -> str:
        return hashlib.sha256("\n".join(self.lines).encode()).hexdigest()


def warned_of(
    page: Page, asked: Asked, which: tuple[str, str], applicants: Iterable[int], verdict: str
) -> Warned | None:
    """What is to be told before a decision; None where there is room for it."""
    collaboration_id, screening_id = which
    with desk_of(asked, collaboration_id) as desk:
        screening = jury.reopened(desk, screening_id, page.person)
        found = going_beyond(desk, screening, applicants, verdict)
    return Warned([caution["text"] for caution in found]) if found else None
