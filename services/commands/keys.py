"""`counterpart keys`: who may ask for what."""

from typing import Annotated

import typer

from models.database import sessions
from services import access, printing
from services.commands.console import settings_in_force
from services.preparing import ready_database

commands = typer.Typer(no_args_is_help=True, help="API keys.")


@commands.command()
def create(
    scope: Annotated[
        list[access.Scope], typer.Option(help="What the key may do; may be repeated.")
    ],
    tenant: Annotated[str, typer.Option(help="Whose key it is; made when it is new.")],
) -> None:
    """Make a key and print it; it cannot be shown again."""
    engine = ready_database(settings_in_force())
    with sessions(engine).begin() as session:
        key = access.create_key(session, tenant, scope)
    engine.dispose()
    printing.answer(key)
    printing.say("Keep this key: only its hash is stored, so it cannot be shown again.")
