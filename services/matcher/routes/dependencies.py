"""What the routes are given: the snapshot in force, and the language asked for."""

from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.concurrency import run_in_threadpool

from services.matcher.catalogue import Catalogue
from services.matcher.current import Current
from services.matcher.wording import Wording, choose_language, wording


async def catalogue_in_force(request: Request) -> Catalogue:
    current: Current = request.app.state.matcher.current
    held = current.held()
    return await run_in_threadpool(current.get) if held is None else held


async def words_for(accept_language: Annotated[str | None, Header()] = None) -> Wording:
    return wording(choose_language(accept_language))


CatalogueDep = Annotated[Catalogue, Depends(catalogue_in_force)]
WordsDep = Annotated[Wording, Depends(words_for)]
