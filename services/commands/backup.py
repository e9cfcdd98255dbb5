"""`counterpart backup` and `restore`."""

from pathlib import Path
from typing import Annotated

import typer

from services import printing
from services.backing_up import back_up, restore
from services.commands.console import settings_in_force
from services.commands.persons import erase_again
from services.persons.erased import keys_of, remembered
from services.preparing import ready_database

commands = typer.Typer()
Folder = Annotated[Path, typer.Argument(help="The folder of the backup.")]


@commands.command()
def backup(path: Folder) -> None:
    """Write database, snapshots, signed head and secret into a folder, while all goes on."""
    settings = settings_in_force()
    ready_database(settings).dispose()
    manifest = back_up(settings, path)
    printing.answer(str(path))
    printing.say(f"{sum(manifest.rows.values()):,} rows, {len(manifest.files):,} files.")


@commands.command("restore")
def restore_backup(
    path: Folder,
    erased: Annotated[
        Path | None,
        typer.Option(exists=True, help="Of the data directory that was: erased.jsonl."),
    ] = None,
    keys: Annotated[
        Path | None,
        typer.Option(exists=True, help="The keys that were told when persons were erased."),
    ] = None,
) -> None:
    """Put a backup into a new data directory and an empty database."""
    settings = settings_in_force()
    erasures = remembered(erased, keys_of(keys) if keys else {}) if erased else []
    manifest = restore(settings, path)
    if erasures:
        erase_again(settings, erasures)
    made = f"{manifest.made_at:%Y-%m-%d %H:%M} UTC"
    printing.say(f"Restored {sum(manifest.rows.values()):,} rows as of {made}.")
    printing.say("Run `counterpart audit verify` and compare its line with one you kept.")
