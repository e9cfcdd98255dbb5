"""`counterpart audit`: whether the log of decisions is whole."""

import typer

from models.database import sessions
from services import printing
from services.commands.console import settings_in_force
from services.matcher.decisions.decisions import head_file
from services.matcher.decisions.verify import verify
from services.preparing import ready_database

commands = typer.Typer(no_args_is_help=True, help="The log of what was decided.")


@commands.command("verify")
def verify_audit() -> None:
    """Check that the log is whole and that what it accounts for was not changed."""
    settings = settings_in_force()
    engine = ready_database(settings)
    found = verify(sessions(engine), head_file(settings))
    engine.dispose()
    for fault in found.faults:
        printing.problem(fault)
    printing.answer(f"{found.head.count} {found.head.entry_hash}")
    if found.faults:
        raise typer.Exit(1)
    printing.say("The audit log is whole. Keep the line above elsewhere to compare it later.")
