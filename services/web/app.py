"""What both services share on the web: errors as problem+json, health, metrics, API pages.

`install(app)` does it all. Answers are written by `answer`; errors are raised as `Problem`.
"""

from collections.abc import Callable
from http import HTTPStatus
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy.exc import DataError, IntegrityError
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette_compress import CompressMiddleware

from models.database import journal
from models.errors import Conflict, InvalidInput, NotReady, Problem
from models.settings import Settings
from services.access.signing_in import SignedIn
from services.access.signing_in import router as signing_in
from services.inputs import input_errors
from services.load.draining import add_draining
from services.load.rates import RateLimit
from services.load.shedding import InHand, Shedding
from services.logs import RequestLog, request_id
from services.measures import told
from services.web.ageing import Ageing
from services.web.answers import Health, Ready
from services.web.bodies import FILE_LIMIT, JSON_LIMIT, BodyGuard
from services.web.conditional import Conditional
from services.web.contract.document import document
from services.web.contract.operation import Operation, Operations, pattern
from services.web.cross_origin import CrossOrigin
from services.web.expected import expected_of
from services.web.failing import BENEATH, UNEXPECTED, beneath
from services.web.formats import Formats
from services.web.heads import Heads
from services.web.idempotency import Idempotency
from services.web.problem_pages import router as problem_pages
from services.written_json import as_json

PROBLEM = "application/problem+json"
# Bytes; below this, packing takes longer than sending.
COMPRESSED_FROM = 1000
OPERATIONS: Operations = {
    "GET /healthz": Operation("is_alive", Health),
    "GET /readyz": Operation("is_ready", Ready, problems=(503,)),
    "GET /metrics": Operation("get_metrics", media=("text/plain",)),
    "POST /v1/session": Operation("sign_in", SignedIn, (201,)),
    "GET /v1/session": Operation("get_session", SignedIn),
    "DELETE /v1/session": Operation("sign_out", statuses=(204,)),
}
Readiness = Callable[[], list[str]]
"""The reasons why a service cannot answer now; none when it can."""

_TYPES = {404: "not-found", 413: "request-too-large"}


def answer(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A value as JSON; the same value gives the same bytes."""
    return Response(as_json(value), status, headers, "application/json")


def problem(request: Request, error: Problem) -> Response:
    """An error as RFC 9457 problem+json, or as a page where the app has one for whoever asked."""
    shown = getattr(request.app.state, "problem_page", None)
    page: Response | None = shown(request, error) if shown else None
    if page is not None:
        return page
    number = request_id(request.scope)
    content = error.as_json(instance=request.url.path, request_id=number)
    headers = {**error.headers, "X-Request-Id": number}
    return Response(as_json(content), error.status, headers, PROBLEM)


def install(
    app: FastAPI, ready: Readiness, json_limit: int = JSON_LIMIT, file_limit: int = FILE_LIMIT
) -> None:
    """Give an app the error handlers, limits, log, health, metrics and API pages of the project.

    Make the app with `FastAPI(docs_url=None, redoc_url=None)`; its own pages load from a CDN.
    """
    settings: Settings = getattr(app.state, "settings", None) or Settings()
    draining = add_draining(app, settings.drain_seconds)
    app.state.draining, app.state.hand = draining, InHand(settings.requests_at_once)
    _handle_errors(app)
    _add_health(app, lambda: [*draining.why_not(), *ready()])
    app.include_router(signing_in)
    app.include_router(problem_pages)
    if find_spec("authlib") is not None:
        app.include_router(import_module("services.access.oidc_routes").router)
    _add_pages(app)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    app.add_middleware(Formats, api=app, refuse=problem)
    app.add_middleware(Conditional)
    app.add_middleware(Ageing, api=app)
    app.add_middleware(Idempotency, api=app, refuse=problem)
    app.add_middleware(CompressMiddleware, minimum_size=COMPRESSED_FROM)
    app.add_middleware(
        Shedding, settings=settings, hand=app.state.hand, draining=draining, refuse=problem
    )
    app.add_middleware(BodyGuard, json_limit=json_limit, file_limit=file_limit, refuse=problem)
    app.add_middleware(CrossOrigin)
    app.add_middleware(RateLimit, refuse=problem)
    app.add_middleware(Heads)
    door = getattr(app.state, "door", None)
    if door is not None:
        app.add_middleware(door.before)
    app.add_middleware(RequestLog)


def _handle_errors(app: FastAPI) -> None:
    @app.exception_handler(Problem)
    async def _problem(request: Request, error: Problem) -> Response:
        return problem(request, error)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> Response:
        kind = request.headers.get("content-type", "")
        errors = input_errors(error.errors(), kind, expected_of(request))
        return problem(request, InvalidInput(_summary(errors), errors))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        if error.status_code == 405:
            return problem(request, _wrong_method(app, request.scope["path"], error.headers))
        return problem(request, _of_status(error.status_code, error.detail, error.headers))

    async def _beneath(request: Request, error: Exception) -> Response:
        return problem(request, beneath(error))

    for kind in BENEATH:
        app.add_exception_handler(kind, _beneath)

    @app.exception_handler(DataError)
    async def _unstorable(request: Request, _: DataError) -> Response:
        detail = "A value holds NUL or is longer than the database takes."
        return problem(request, InvalidInput.at("", detail, "unstorable_value"))

    @app.exception_handler(IntegrityError)
    async def _conflict(request: Request, _: IntegrityError) -> Response:
        detail = "Another request wrote the same thing at the same time; send this one again."
        return problem(request, Conflict(detail))

    @app.exception_handler(Exception)
    async def _unexpected(request: Request, _: Exception) -> Response:
        return problem(request, Problem(UNEXPECTED))


def _summary(errors: list[dict[str, Any]]) -> str:
    first = errors[0]
    rest = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    where = f"{first['pointer']}: " if first["pointer"] else ""
    return f"{where}{first['detail']}{rest}"


def _of_status(status: int, detail: str, headers: Any) -> Problem:
    """A problem for an HTTP status that the framework raises, such as an unknown path."""
    phrase = HTTPStatus(status).phrase
    kind = _TYPES.get(status, phrase.lower().replace(" ", "-"))
    if status == 404 and detail == phrase:
        detail = "Nothing is at this path. /openapi.json lists what there is."
    members = {"status": status, "title": phrase, "type": kind}
    error: Problem = type("FrameworkProblem", (Problem,), members)(detail)
    error.headers = dict(headers or {})
    return error


def _wrong_method(app: FastAPI, path: str, headers: Any) -> Problem:
    """Which methods a path has, over all operations of it: the framework names those of one."""
    listed = [key.split(" ", 1) for key in OPERATIONS | getattr(app.state, "operations", {})]
    methods = sorted({method for method, of in listed if pattern(of).fullmatch(path)})
    allowed = ", ".join(methods) or (headers or {}).get("Allow", "GET")
    detail = f"This path answers {allowed}; /openapi.json lists what there is."
    return _of_status(405, detail, {"Allow": allowed})


def _add_health(app: FastAPI, ready: Readiness) -> None:
    @app.get("/healthz", tags=["health"])
    async def alive() -> Response:
        """The process is alive; nothing else is looked at."""
        return answer({"status": "alive"})

    @app.get("/readyz", tags=["health"])
    def can_answer() -> Response:
        """The service can answer, and what its database is; 503 with the reasons when it cannot."""
        reasons = ready()
        if reasons:
            raise NotReady("; ".join(reasons))
        engine = getattr(app.state, "engine", None)
        return answer({"status": "ready"} | ({"database": journal(engine)} if engine else {}))

    @app.get("/metrics", tags=["health"])
    def metrics() -> Response:
        """Counts and times of requests, for Prometheus."""
        return Response(told(), media_type=CONTENT_TYPE_LATEST)


def _add_pages(app: FastAPI) -> None:
    """`/docs` from files that came with the installation: no browser asks a third party."""
    found = find_spec("fastapi_offline")
    if found is None or found.origin is None:
        return
    assets = Path(found.origin).parent / "static"
    app.mount("/docs/assets", StaticFiles(directory=assets), name="docs-assets")

    @app.get("/docs", include_in_schema=False)
    def docs(request: Request) -> HTMLResponse:
        root = request.scope.get("root_path", "").rstrip("/")
        return get_swagger_ui_html(
            openapi_url=f"{root}{app.openapi_url}",
            title=app.title,
            swagger_js_url=f"{root}/docs/assets/swagger-ui-bundle.js",
            swagger_css_url=f"{root}/docs/assets/swagger-ui.css",
            swagger_favicon_url=f"{root}/docs/assets/favicon.png",
        )


def _openapi(app: FastAPI) -> dict[str, Any]:
    """The API document, made once: all operations that the services of this app have listed."""
    if not app.openapi_schema:
        listed: Operations = getattr(app.state, "operations", {})
        app.openapi_schema = document(app, OPERATIONS | listed)
    return app.openapi_schema
