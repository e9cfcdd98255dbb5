"""A route that well-formed questions take past the framework's solving of dependencies.

The framework describes it as any other and says what is wrong with a question that is not
well-formed; solving the dependencies of one that is takes longer than reading and checking it.
"""

from collections.abc import Awaitable, Callable
from typing import Any, get_type_hints

import orjson
from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError

from services.access.callers import caller
from services.access.sessions import csrf_sent
from services.matcher.routes.dependencies import catalogue_in_force, words_for

_JSON = ("application/json", "application/json; charset=utf-8")


class Direct(APIRoute):
    """The endpoint takes (request, body, caller, catalogue, words), each as its annotation says."""

    def get_route_handler(self) -> Callable[[Request], Any]:
        by_the_framework = super().get_route_handler()
        endpoint: Callable[..., Awaitable[Response]] = self.endpoint
        takes = get_type_hints(endpoint, include_extras=True)
        model: type[BaseModel] = takes["body"]
        admit = _dependency(takes["caller"])

        async def handle(request: Request) -> Any:
            body = await _well_formed(request, model)
            if body is None:
                return await by_the_framework(request)
            asking = await admit(await caller(request, await csrf_sent(request)))
            catalogue = await catalogue_in_force(request)
            words = await words_for(request.headers.get("accept-language"))
            return await endpoint(request, body, asking, catalogue, words)

        return handle


def _dependency(annotation: Any) -> Callable[..., Any]:
    """What the framework would call for a parameter: `Annotated[…, Depends(this)]`."""
    found: Callable[..., Any] = annotation.__metadata__[0].dependency
    return found


async def _well_formed(request: Request, model: type[BaseModel]) -> BaseModel | None:
    """The question that was sent; None where anything is odd about it, or beside it."""
    is_json = request.headers.get("content-type", "").lower() in _JSON
    if request.scope["query_string"] or not is_json:
        return None
    try:
        return model.model_validate(orjson.loads(await request.body()))
    except (orjson.JSONDecodeError, ValidationError):
        return None
