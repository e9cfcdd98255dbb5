"""The ingest service as an app of its own, or mounted in an app that holds more."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI

from models import database
from models.settings import Settings
from services import logs
from services.ingest import routes
from services.ingest.contract import OPERATIONS
from services.ingest.state import Ingest
from services.telemetry import TELEMETRY
from services.web import app as web
from services.web.contract.operation import tell


def mount(app: FastAPI, settings: Settings) -> Ingest:
    """Add the ingest routes, their state, and what they start and stop with the app.

    The state of the app gets `settings` and `sessions`, unless another service set them.
    """
    engine = getattr(app.state, "engine", None) or database.connect(settings.url)
    app.state.engine = engine
    app.state.settings = settings
    app.state.sessions = database.callers_sessions(engine)
    app.state.every_tenant = database.sessions(engine)
    ingest = Ingest(settings, engine, app.state.sessions, app.state.every_tenant)
    app.state.ingest = ingest
    tell(app, OPERATIONS)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        ingest.start()
        yield
        ingest.stop()

    router = APIRouter(lifespan=lifespan)
    router.include_router(routes.router)
    app.include_router(router)
    return ingest


def create_app(settings: Settings | None = None) -> FastAPI:
    """The ingest service alone; `uvicorn --factory services.ingest.app:create_app`."""
    logs.configure()
    app = FastAPI(
        title="Counterpart ingest", version="1", docs_url=None, redoc_url=None, telemetry=TELEMETRY
    )
    ingest = mount(app, settings or Settings())
    web.install(app, ingest.not_ready)
    return app
