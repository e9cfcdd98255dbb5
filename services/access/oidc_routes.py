"""`/v1/session/oidc`: to the identity provider and back."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.access.oidc import MINUTES, provider
from services.access.sessions import is_https
from services.access.signing_in import admit

COOKIE = "counterpart_oidc"
_PATH = "/v1/session/oidc"
router = APIRouter(prefix=_PATH, include_in_schema=False)


def _callback(request: Request) -> str:
    base = request.app.state.settings.public_url or str(request.base_url)
    return f"{base.rstrip('/')}{_PATH}/callback"


@router.get("")
def begin(request: Request, then: Annotated[str, Query(max_length=500)] = "/") -> Response:
    """Send a person to the identity provider; `then` is where they go on afterwards."""
    started = provider(request.app.state.settings, _callback(request)).start(then)
    response = RedirectResponse(started.url, 303)
    response.set_cookie(
        COOKIE,
        started.cookie,
        max_age=MINUTES * 60,
        path=_PATH,
        httponly=True,
        samesite="lax",
        secure=is_https(request),
    )
    return response


@router.get("/callback")
def finish(
    request: Request,
    code: Annotated[str, Query(max_length=4000)],
    state: Annotated[str, Query(max_length=500)],
) -> Response:
    """Where the identity provider sends a person back to: opens their session."""
    asked = provider(request.app.state.settings, _callback(request))
    person, then = asked.finish(request.cookies.get(COOKIE), state, code)
    response = RedirectResponse(then, 303)
    admit(request, response, person)
    response.delete_cookie(COOKIE, path=_PATH)
    return response
