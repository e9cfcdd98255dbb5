"""`counterpart load`, `publish` and `migrate`: from files to facts to a snapshot."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from models.database import connect, migrate
from models.errors import Problem
from models.row_security import grant
from models.snapshot import SnapshotStore
from models.snapshot.remote import share
from models.tables import PUBLIC
from services import printing
from services.commands.console import settings_in_force
from services.ingest import queue_tables
from services.ingest.files import FileKind
from services.ingest.upsert import Counts
from services.preparing import Loading

DEFAULT = "default"
commands = typer.Typer()


@commands.command()
def load(
    what: Annotated[
        list[str] | None, typer.Argument(help="`default`, or CSV, XLSX or NDJSON files.")
    ] = None,
    tenant: Annotated[str, typer.Option(help="Whose records a file holds.")] = PUBLIC,
    kind: Annotated[FileKind, typer.Option(help="What the rows are.")] = FileKind.PLACES,
    over_sent: Annotated[
        bool, typer.Option("--over-sent", help="Let the default catalogue replace what was sent.")
    ] = False,
) -> None:
    """Load the default catalogue, or files: good rows land, bad rows are listed.

    The default catalogue leaves public records as they are that somebody sent or changed.
    """
    names = what or [DEFAULT]
    missing = [name for name in names if name != DEFAULT and not Path(name).is_file()]
    if missing:
        raise Problem(f"There is no file {missing[0]}.")
    all_landed = True
    with closing(Loading(settings_in_force(), printing.progress)) as loading:
        for name in names:
            if name == DEFAULT:
                _say(loading.default(over_sent))
            else:
                all_landed &= _load_file(loading, Path(name), kind, tenant)
    printing.say("Run `counterpart publish` to answer from what was loaded.")
    raise typer.Exit(0 if all_landed else 1)


def _say(done: Counts) -> None:
    printing.say(f"{done.written:,} records written, {done.unchanged:,} unchanged.")
    if done.kept:
        printing.say(
            f"{done.kept:,} records stay as they were sent, though the catalogue says otherwise; "
            "--over-sent replaces them."
        )


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


@commands.command()
def publish(
    accept_loss: Annotated[
        bool, typer.Option("--accept-loss", help="Also where far fewer records are left.")
    ] = False,
) -> None:
    """Make a snapshot of all facts, which the matcher then answers from."""
    with closing(Loading(settings_in_force(), printing.progress)) as loading:
        printing.answer(loading.publish(accept_loss))


@commands.command()
def rollback(snapshot: Annotated[str, typer.Argument(help="The id of a kept snapshot.")]) -> None:
    """Put an older snapshot in force again; running matchers take it over by themselves."""
    settings = settings_in_force()
    SnapshotStore(settings.snapshots).roll_back(snapshot)
    share(settings, snapshot)
    printing.answer(snapshot)


@commands.command("migrate")
def migrate_database(
    app_role: Annotated[
        str | None, typer.Option(help="The PostgreSQL role the service works as; granted its due.")
    ] = None,
) -> None:
    """Bring the database to the newest schema."""
    engine = connect(settings_in_force().url)
    migrate(engine)
    queue_tables.prepare(engine, app_role)
    if app_role is not None:
        grant(engine, app_role)
    engine.dispose()
    printing.say("The database has the newest schema.")
