"""What the routes are given: the snapshot in force, and the language asked for."""

from typing import Annotated

from fastapi import Depends, Header, Request

from services.matcher.catalogue import Catalogue
from services.matcher.wording import Wording, choose_language, wording


def _catalogue(request: Request) -> Catalogue:
    catalogue: Catalogue = request.app.state.matcher.current.get()
    return catalogue


def _words(accept_language: Annotated[str | None, Header()] = None) -> Wording:
    return wording(choose_language(accept_language))


CatalogueDep = Annotated[Catalogue, Depends(_catalogue)]
WordsDep = Annotated[Wording, Depends(_words)]
