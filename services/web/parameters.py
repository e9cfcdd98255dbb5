"""Parameters of a query: one that an operation does not have is refused, not passed over."""

from fastapi import Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Query
from fastapi.routing import APIRoute

from models.errors import InvalidInput
from services.inputs import resembling, seen

# Read before any route is reached.
EVERYWHERE = ("format",)


async def known_parameters(request: Request) -> None:
    """A dependency of the API's routers: a misspelt filter would quietly filter nothing."""
    route = request.scope.get("route")
    if not request.query_params or not isinstance(route, APIRoute):
        return
    known = _parameters(route)
    errors = []
    for name in dict.fromkeys(request.query_params.keys()):
        if name not in known:
            detail = f"unknown parameter {seen(name)}{resembling(name, known)}"
            entry = {"pointer": f"?{name}", "detail": detail, "code": "unknown_parameter"}
            errors.append({**entry, "expected": f"one of {', '.join(known)}"})
    if errors:
        raise InvalidInput(f"{errors[0]['pointer']}: {errors[0]['detail']}", errors)


def _parameters(route: APIRoute) -> tuple[str, ...]:
    """The names of the parameters that a route takes, and its dependencies."""
    own = [p.alias for p in get_flat_params(route.dependant) if isinstance(p.field_info, Query)]
    return (*dict.fromkeys(own), *EVERYWHERE)
