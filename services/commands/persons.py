"""`counterpart persons`: what is on file of a person is handed out, corrected or erased."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Annotated

import orjson
import typer

from models.errors import Conflict
from models.settings import Settings
from models.snapshot import SnapshotStore
from models.snapshot.remote import share
from services import printing
from services.commands.console import settings_in_force
from services.persons import on_request
from services.persons.erased import Erasure, append
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
def erase(
    texts: Texts,
    tenant: Tenant,
    keys: Annotated[
        Path | None,
        typer.Option(help="A file outside the data directory that the key is added to."),
    ] = None,
) -> None:
    """Put a pseudonym in the place of a person, everywhere; prints the pseudonym.

    Keep the key that is told where no backup is: who restores one of before needs it.
    """
    settings = _settings()
    erasure = on_request.erasure_of(tenant, texts)
    if keys is None:
        printing.answer(erasure.key_line)
        printing.say("Keep this line away from the server: restoring an older backup asks for it.")
    else:
        _check_elsewhere(settings, keys)
        append(keys, erasure.key_line.encode())
    _finish(settings, on_request.erase(settings, [erasure]))
    printing.answer(erasure.pseudonym)


def _check_elsewhere(settings: Settings, keys: Path) -> None:
    if keys.resolve().is_relative_to(settings.var.resolve()):
        raise Conflict("Keys in the data directory are no secret from it: name a file elsewhere.")


def erase_again(settings: Settings, erasures: Sequence[Erasure]) -> None:
    """What was erased before a restore is erased from what was restored."""
    _finish(settings, on_request.erase(settings, erasures))


def _finish(settings: Settings, done: Done) -> None:
    """Say what was changed; where records were, no snapshot of before is kept."""
    if done.has_records:
        with closing(Loading(settings, printing.progress)) as loading:
            published = loading.publish()
        SnapshotStore(settings.snapshots).prune(())
        share(settings, published)  # what is gone here goes where other machines fetch it
    rows = ", ".join(f"{name} {count}" for name, count in sorted(done.rows.items()))
    printing.say(f"Changed: {rows or 'nothing'}.")
