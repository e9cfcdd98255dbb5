"""`counterpart`: the command line, and the only file that knows both services."""

from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from fastapi import FastAPI
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError
from typer.core import TyperGroup

from models.database import connect, migrate, sessions
from models.embedding import EmbeddingModelUnavailable
from models.errors import Problem
from models.settings import Settings
from models.tables import PUBLIC
from models.taxonomy import CollaborationType, Mode, PlaceKind, Sector
from services import access, logs, printing, serving
from services.asking import AmbiguousName, Asking, needs
from services.ingest import app as ingest
from services.ingest.files import FileKind
from services.matcher import app as matcher
from services.matcher.decisions.decisions import head_file
from services.matcher.decisions.verify import verify
from services.matcher.learning import commands as learning
from services.preparing import Loading, prepare, ready_database
from services.web import install

AMBIGUOUS = 2
DEFAULT = "default"


class Commands(TyperGroup):
    """Commands whose errors are said in a line, without a traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except AmbiguousName as ambiguous:
            printing.candidates(ambiguous.name, ambiguous.places)
            raise typer.Exit(AMBIGUOUS) from None
        except Problem as problem:
            printing.problem(problem.detail, problem.extra.get("errors", ()))
        except EmbeddingModelUnavailable as unavailable:
            printing.problem(str(unavailable))
        except OperationalError as failed:
            printing.problem(f"the database cannot be used: {failed.orig}")
        raise typer.Exit(1)


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Which peers and which international collaborations fit a place, and why.",
)
keys = typer.Typer(no_args_is_help=True, help="API keys.")
app.add_typer(keys, name="keys")


audit = typer.Typer(no_args_is_help=True, help="The log of what was decided.")
app.add_typer(audit, name="audit")


class Service(StrEnum):
    MATCHER = "matcher"
    INGEST = "ingest"


def create_app(settings: Settings | None = None) -> FastAPI:
    """Both services in one app, under the paths that each has alone."""
    settings = settings or Settings()
    both = FastAPI(title="Counterpart", version="1", docs_url=None, redoc_url=None)
    not_ready = [ingest.mount(both, settings).not_ready, matcher.mount(both, settings)]
    install(both, lambda: [reason for why_not in not_ready for reason in why_not()])
    return both


def _settings() -> Settings:
    """The settings in force; a bad one is named as it is set."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = f"COUNTERPART_{str(first['loc'][0]).upper()}"
        raise Problem(f"{name} is {first['input']!r}: {first['msg']}.") from None


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
    settings = _settings()
    listener = serving.listen(host or settings.host, settings.port if port is None else port)
    if prepared:
        prepare(settings, printing.progress)
    ready_database(settings).dispose()
    logs.configure()
    match service:
        case Service.MATCHER if settings.workers > 1:
            serving.run_matchers(listener, settings.workers)
            return
        case Service.MATCHER:
            served = matcher.create_app(settings)
        case Service.INGEST:
            served = ingest.create_app(settings)
        case None:
            served = create_app(settings)
    serving.run(served, listener)


@app.command()
def load(
    what: Annotated[
        list[str] | None, typer.Argument(help="`default`, or CSV, XLSX or NDJSON files.")
    ] = None,
    tenant: Annotated[str, typer.Option(help="Whose records a file holds.")] = PUBLIC,
    kind: Annotated[FileKind, typer.Option(help="What the rows are.")] = FileKind.PLACES,
) -> None:
    """Load the default catalogue, or files: good rows land, bad rows are listed."""
    names = what or [DEFAULT]
    missing = [name for name in names if name != DEFAULT and not Path(name).is_file()]
    if missing:
        raise Problem(f"There is no file {missing[0]}.")
    all_landed = True
    with closing(Loading(_settings(), printing.progress)) as loading:
        for name in names:
            if name == DEFAULT:
                done = loading.default()
                printing.say(f"{done.written:,} records written, {done.unchanged:,} unchanged.")
            else:
                all_landed &= _load_file(loading, Path(name), kind, tenant)
    printing.say("Run `counterpart publish` to answer from what was loaded.")
    raise typer.Exit(0 if all_landed else 1)


def _load_file(loading: Loading, path: Path, kind: FileKind, tenant: str) -> bool:
    job, errors = loading.file(path, kind, tenant)
    printing.say(
        f"{path}: {job.rows_read:,} rows read, {job.rows_written:,} records written, "
        f"{job.rows_unchanged:,} unchanged, {job.rows_refused:,} rows refused."
    )
    if errors:
        printing.refused_rows(errors)
    if job.detail:
        printing.problem(job.detail)
    return not errors and not job.detail


@app.command()
def publish() -> None:
    """Make a snapshot of all facts, which the matcher then answers from."""
    with closing(Loading(_settings(), printing.progress)) as loading:
        printing.answer(loading.publish())


@app.command("migrate")
def migrate_database() -> None:
    """Bring the database to the newest schema."""
    engine = connect(_settings().url)
    migrate(engine)
    engine.dispose()
    printing.say("The database has the newest schema.")


@keys.command()
def create(
    scope: Annotated[
        list[access.Scope], typer.Option(help="What the key may do; may be repeated.")
    ],
    tenant: Annotated[str, typer.Option(help="Whose key it is; made when it is new.")],
) -> None:
    """Make a key and print it; it cannot be shown again."""
    engine = ready_database(_settings())
    with sessions(engine).begin() as session:
        key = access.create_key(session, tenant, scope)
    engine.dispose()
    printing.answer(key)
    printing.say("Keep this key: only its hash is stored, so it cannot be shown again.")


@audit.command("verify")
def verify_audit() -> None:
    """Check that the log is whole and that what it accounts for was not changed."""
    settings = _settings()
    engine = ready_database(settings)
    found = verify(sessions(engine), head_file(settings))
    engine.dispose()
    for fault in found.faults:
        printing.problem(fault)
    printing.answer(f"{found.head.count} {found.head.entry_hash}")
    if found.faults:
        raise typer.Exit(1)
    printing.say("The audit log is whole. Keep the line above elsewhere to compare it later.")


Place = Annotated[str, typer.Argument(help='Id or name, such as gn:3128026 or "Bilbao, ES".')]
NeedOption = Annotated[
    list[str] | None,
    typer.Option("--need", help="sector:stage, such as housing:discover; may be repeated."),
]
Text = Annotated[str | None, typer.Option(help="What is looked for, in your own words.")]
Limit = Annotated[int, typer.Option(min=1, max=200, help="How many results at most.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the whole answer as JSON.")]


@app.command()
def peers(
    place: Place,
    need: NeedOption = None,
    text: Text = None,
    country: Annotated[
        list[str] | None, typer.Option(help="Only peers in this country; may be repeated.")
    ] = None,
    kind: Annotated[
        list[PlaceKind] | None, typer.Option(help="Only peers of this kind; may be repeated.")
    ] = None,
    mode: Annotated[Mode, typer.Option(help="What the peers are for.")] = Mode.SUSTAINED_PAIRING,
    limit: Limit = 10,
    as_json: AsJson = False,
) -> None:
    """List the places that fit a place as peers, best first, and why."""
    asking = Asking(_settings())
    asked = asking.place(place)
    filters = {"countries": country, "kinds": kind}
    found = asking.peers(
        asked,
        needs=needs(need or ()),
        text=text,
        mode=mode,
        limit=limit,
        filters={name: values for name, values in filters.items() if values},
    )
    _print(f"Peers of {asked['name']} ({asked['id']})", found, as_json)


@app.command()
def collaborations(
    place: Place,
    need: NeedOption = None,
    text: Text = None,
    sector: Annotated[
        list[Sector] | None, typer.Option(help="Only what works on this; may be repeated.")
    ] = None,
    type: Annotated[
        list[CollaborationType] | None, typer.Option(help="Only this type; may be repeated.")
    ] = None,
    limit: Limit = 10,
    as_json: AsJson = False,
) -> None:
    """List the international collaborations that fit a place, best first, and why."""
    asking = Asking(_settings())
    asked = asking.place(place)
    filters = {"sectors": sector, "types": type}
    found = asking.collaborations(
        asked,
        needs=needs(need or ()),
        text=text,
        limit=limit,
        filters={name: values for name, values in filters.items() if values},
    )
    _print(f"Collaborations for {asked['name']} ({asked['id']})", found, as_json)


@app.command()
def evaluate(
    kind: Annotated[learning.TruthKind, typer.Argument(help="What the file holds.")],
    file: Annotated[Path, typer.Argument(help="A CSV file, plain or gzipped.")],
    pool: Annotated[
        learning.Pool, typer.Option(help="All candidates, or only those of the file.")
    ] = learning.Pool.OPEN,
    as_json: AsJson = False,
) -> None:
    """Say how often the matcher finds what really happened, beside baselines."""
    found = learning.evaluate(Asking(_settings()).context, kind, file, pool).as_json()
    if as_json:
        printing.json(found)
    else:
        for line in learning.in_words(found):
            printing.answer(line)


@app.command()
def train(
    file: Annotated[Path, typer.Argument(help="Pairs, as a CSV file, plain or gzipped.")],
    out: Annotated[Path, typer.Option(help="Where the weights are written.")] = Path(
        "learned-weights.json"
    ),
) -> None:
    """Learn weights from pairs; written only where the gate lets them through."""
    report = learning.train(Asking(_settings()).context, file, out)
    printing.json(report)
    raise typer.Exit(0 if report["accepted"] else 1)


def _print(title: str, found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        printing.json(found)
    else:
        printing.matches(title, found)
