"""`counterpart`: the command line; with its commands the only code that knows both services."""

from enum import StrEnum
from typing import Annotated

import typer
from fastapi import FastAPI

from models.row_security import bypasses
from models.settings import Settings
from models.snapshot.remote import mirror_of
from services import logs, printing, serving
from services.commands import (
    agents,
    audit,
    backup,
    demo,
    keys,
    learning,
    loading,
    matching,
    persons,
)
from services.commands.console import Commands, settings_in_force
from services.commands.preparing_apart import prepare_apart
from services.ingest import app as ingest
from services.ingest.state import put_in_order
from services.load import rates
from services.matcher import app as matcher
from services.preparing import ready_database
from services.telemetry import TELEMETRY
from services.web.app import install
from services.workers import supervising
from services.workers.counting import workers_here

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Which peers and which international collaborations fit a place, and why.",
)


class Service(StrEnum):
    MATCHER = "matcher"
    INGEST = "ingest"


def create_app(settings: Settings | None = None) -> FastAPI:
    """Both services in one app, under the paths that each has alone."""
    settings = settings or Settings()
    both = FastAPI(
        title="Counterpart", version="1", docs_url=None, redoc_url=None, telemetry=TELEMETRY
    )
    not_ready = [ingest.mount(both, settings).not_ready, matcher.mount(both, settings)]
    install(both, lambda: [reason for why_not in not_ready for reason in why_not()])
    return both


def _check_database(settings: Settings) -> None:
    """The database is ready; a role that sees past row-level security is told of."""
    engine = ready_database(settings)
    if bypasses(engine):
        printing.say(
            "Row-level security does not hold for this PostgreSQL role: give the services one that "
            "is no superuser (docs/deploy.md)."
        )
    engine.dispose()


@app.command()
def serve(
    service: Annotated[Service | None, typer.Argument(help="One of the two; both if left out.")] = (
        None
    ),
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    prepared: Annotated[
        bool, typer.Option("--prepare", help="First load and publish the catalogue if needed.")
    ] = False,
) -> None:
    """Answer over HTTP: both services, or one."""
    settings = settings_in_force()
    rates.check(settings)
    mirror_of(settings)  # a store of no known kind is told here
    listener = serving.listen(host or settings.host, settings.port if port is None else port)
    if prepared:
        prepare_apart(settings, listener)
    _check_database(settings)
    logs.configure()
    # What the ingest service does besides its jobs, which come one by one, is little.
    workers = 1 if service is Service.INGEST else workers_here(settings)
    settings = settings.model_copy(update={"workers": workers})
    make = _APPS[service]
    if workers == 1:
        serving.run(make(settings), listener)
    else:
        put_in_order(settings)
        supervising.run(make, settings, listener)


_APPS = {Service.MATCHER: matcher.create_app, Service.INGEST: ingest.create_app, None: create_app}


for group in (loading, matching, learning, backup, agents, demo):
    app.add_typer(group.commands)
app.add_typer(keys.commands, name="keys")
app.add_typer(audit.commands, name="audit")
app.add_typer(persons.commands, name="persons")
