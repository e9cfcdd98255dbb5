"""The matcher: `create_app` for a process of its own, `mount` to live beside another service."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

from fastapi import APIRouter, FastAPI
from fastapi.concurrency import run_in_threadpool

from models.database import callers_sessions, connect, sessions, why_not
from models.errors import Problem
from models.file_lock import FileLock
from models.settings import Settings
from models.snapshot.remote import mirror_of
from services.access.server_secret import server_secret
from services.events.reaching import Reaching
from services.events.sending import Rounds, Sender
from services.matcher.contract import OPERATIONS, TOLD
from services.matcher.decisions.decisions import Decisions
from services.matcher.door import Door
from services.matcher.matcher import Matcher
from services.matcher.pages.rendering import problem_page
from services.matcher.pages.routes import router as pages
from services.matcher.routes import router
from services.matcher.routes.matches import add_questions
from services.matcher.searching.compiled import KERNEL
from services.matcher.watching import look_again
from services.matcher.whole_jobs import WholeJobs
from services.telemetry import TELEMETRY
from services.web.app import install
from services.web.contract.operation import tell


def mount(app: FastAPI, settings: Settings) -> Callable[[], list[str]]:
    """Add the matcher to an app; answers with its readiness check."""
    matcher = Matcher(settings)
    app.state.matcher = matcher
    decisions = Decisions(settings, app.state.every_tenant, matcher.current)
    tell(app, OPERATIONS, TOLD)
    app.state.decisions = decisions
    app.state.whole_jobs = WholeJobs(settings.var / "whole", settings.executor)

    rounds = _rounds(app, settings, matcher)
    mirror = mirror_of(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        rounds.start()
        if mirror is not None:
            mirror.start()
        if settings.compiled_search:
            KERNEL.start(settings.var / "compiled")
        yield
        await run_in_threadpool(app.state.whole_jobs.close)
        await run_in_threadpool(rounds.stop)
        if mirror is not None:
            await run_in_threadpool(mirror.stop)
        await run_in_threadpool(matcher.lane.close)
        await run_in_threadpool(decisions.recorder.close)

    add_questions(app)
    app.state.door = Door(app)
    own = APIRouter(lifespan=lifespan)
    own.include_router(router)
    own.include_router(pages)
    app.state.problem_page = problem_page
    app.include_router(own)
    if settings.agents:
        _answer_agents(app)
    return matcher.current.why_not


def _answer_agents(app: FastAPI) -> None:
    """What it needs is an extra, and is imported only where it is asked for."""
    try:
        from services.agents.over_http import add_agents
    except ModuleNotFoundError as missing:
        raise Problem(
            f"{missing.name} is missing: run `python requirements/installing.py agents`"
        ) from None
    add_agents(app)


def _rounds(app: FastAPI, settings: Settings, matcher: Matcher) -> Rounds:
    """What is done again and again: watched matches are looked at, what waits is sent."""
    secret = server_secret(settings.secret.get_secret_value(), settings.var)
    sender = Sender(app.state.every_tenant, secret, Reaching(settings.webhooks_anywhere))
    look = partial(look_again, matcher, app.state.every_tenant)
    turn = FileLock(settings.var / "rounds.lock")
    return Rounds((look, sender.round), settings.webhook_seconds, turn)


def create_app(settings: Settings | None = None) -> FastAPI:
    """The matcher as an app of its own."""
    settings = settings or Settings()
    app = FastAPI(
        title="Counterpart matcher", version="1", docs_url=None, redoc_url=None, telemetry=TELEMETRY
    )
    app.state.settings = settings
    engine = app.state.engine = connect(settings.url)
    app.state.sessions, app.state.every_tenant = callers_sessions(engine), sessions(engine)
    snapshot = mount(app, settings)
    install(app, lambda: [*why_not(engine), *snapshot()])
    return app
