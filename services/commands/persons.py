"""`counterpart persons`: what is on file of a person is handed out, corrected or erased."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import orjson
import typer

from models.settings import Settings
from models.snapshot import SnapshotStore
from services import printing
from services.commands.console import settings_in_force
from services.persons import on_request
from services.persons.on_request import Done
from services.preparing import Loading, ready_database

commands = typer.Typer(no_args_is_help=True, help="Persons' own data, on their request.")
Texts = Annotated[
    list[str], typer.Argument(help="The person's name; also addresses and numbers, each by itself.")
]
Tenant = Annotated[str, typer.Option(help="Whose records name the person.")]


def _settings() -> Settings:
    settings = settings_in_force()
    ready_database(settings).dispose()
    return settings


@commands.command()
def export(texts: Texts, tenant: Tenant) -> None:
    """Print all that is on file of a person, a line of JSON each."""
    found = on_request.export(_settings(), tenant, texts)
    for row in found:
        printing.answer(orjson.dumps(row).decode())
    printing.say(f"{len(found)} rows name this person.")


@commands.command()
def correct(
    texts: Texts, tenant: Tenant, right: Annotated[str, typer.Option(help="What is right.")]
) -> None:
    """Put what is right in the place of what is on file; answers stay as they were given."""
    settings = _settings()
    _finish(settings, on_request.correct(settings, tenant, texts, right))


@commands.command()
def erase(texts: Texts, tenant: Tenant) -> None:
    """Put a pseudonym in the place of a person, everywhere; prints the pseudonym."""
    settings = _settings()
    pseudonym, done = on_request.erase(settings, tenant, texts)
    _finish(settings, done)
    printing.answer(pseudonym)


def erase_again(settings: Settings, file: Path) -> None:
    """What was erased before a restore is erased from what was restored."""
    _finish(settings, on_request.erase_again(settings, file))


def _finish(settings: Settings, done: Done) -> None:
    """Say what was changed; where records were, no snapshot of before is kept."""
    if done.has_records:
        with closing(Loading(settings, printing.progress)) as loading:
            loading.publish()
        SnapshotStore(settings.snapshots).prune(())
    rows = ", ".join(f"{name} {count}" for name, count in sorted(done.rows.items()))
    printing.say(f"Changed: {rows or 'nothing'}.")
