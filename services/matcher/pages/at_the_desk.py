"""Who asks at the convener's desk, and of which screening: what its pages have in common."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Response

from services.access.callers import Convening
from services.matcher.convening import jury
from services.matcher.convening.desk import Desk
from services.matcher.pages.rendering import PageDep
from services.matcher.routes.convening import Asked, decided, desk_of
from services.matcher.routes.dependencies import CatalogueDep

ONE_SCREENING = "/calls/{collaboration_id}/screenings/{screening_id}"
Json = dict[str, Any]


def asked_of(page: PageDep, caller: Convening, catalogue: CatalogueDep) -> Asked:
    """A convener's question, in the words of the page."""
    return Asked(page.request, caller, catalogue, page.sentences)


DeskDep = Annotated[Asked, Depends(asked_of)]


@dataclass(frozen=True)
class DeskPage:
    """A page of the desk of one collaboration, and who looks at it."""

    collaboration_id: str
    page: PageDep
    asked: DeskDep

    @property
    def path(self) -> str:
        return f"/calls/{self.collaboration_id}"

    @property
    def frame(self) -> Json:
        """What all such pages show."""
        return {"part": "calls"}

    def desk(self) -> AbstractContextManager[Desk]:
        return desk_of(self.asked, self.collaboration_id)

    def decided(self, kind: str, write: Callable[[Desk], Json]) -> Json:
        """Keep what somebody decides or adds, and enter it in the log."""
        return decided(self.asked, self.collaboration_id, kind, write)

    def show(
        self,
        template: str,
        collaboration: Json,
        errors: list[dict[str, str]] | None = None,
        **view: Any,
    ) -> Response:
        """A template filled in, also with what was wrong with a form."""
        frame = self.frame | {"c": collaboration, "errors": errors or []}
        return self.page.show(template, 422 if errors else 200, **frame, **view)


@dataclass(frozen=True)
class ScreeningPage(DeskPage):
    """A page of one screening."""

    screening_id: str

    @property
    def path(self) -> str:
        return f"{super().path}/screenings/{self.screening_id}"

    @property
    def frame(self) -> Json:
        return {**super().frame, "screening": self.screening_id}

    @property
    def author(self) -> str:
        """Under whose name something is added."""
        return self.page.person or self.asked.caller.tenant

    def reopened(self, reader: str | None = None) -> Json:
        """The screening with what people added, as one of them may read it."""
        with self.desk() as desk:
            return jury.reopened(desk, self.screening_id, reader)


DeskPageDep = Annotated[DeskPage, Depends()]
ScreeningDep = Annotated[ScreeningPage, Depends()]
