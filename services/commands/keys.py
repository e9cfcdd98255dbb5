"""`counterpart keys`: made and shown once, listed by name, rotated, revoked."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from models.database import sessions
from models.tables import now
from services import printing
from services.access import keys
from services.commands.console import settings_in_force
from services.preparing import ready_database

commands = typer.Typer(no_args_is_help=True, help="API keys.")

Name = Annotated[str, typer.Argument(help="The key's name: its first 11 characters.")]


@contextmanager
def _writing() -> Iterator[Session]:
    engine = ready_database(settings_in_force())
    try:
        with sessions(engine).begin() as session:
            yield session
    finally:
        engine.dispose()


def _shown_once(key: str) -> None:
    printing.answer(key)
    printing.say("Keep this key: only its hash is stored, so it cannot be shown again.")


@commands.command()
def create(
    scope: Annotated[list[keys.Scope], typer.Option(help="What the key may do; may be repeated.")],
    tenant: Annotated[str, typer.Option(help="Whose key it is; made when it is new.")],
    label: Annotated[str | None, typer.Option(help="Who or what uses it.")] = None,
    days: Annotated[
        int | None, typer.Option(min=1, max=3650, help="After how many days it ends.")
    ] = None,
) -> None:
    """Make a key and print it; it cannot be shown again."""
    ends = now() + timedelta(days=days) if days else None
    with _writing() as session:
        key = keys.create_key(session, tenant, scope, label, ends)
    _shown_once(key)


@commands.command("list")
def list_keys(
    tenant: Annotated[str | None, typer.Option(help="Only this tenant's.")] = None,
) -> None:
    """List the keys: name, tenant, scopes, state, label."""
    with _writing() as session:
        rows = [
            (row.prefix, row.tenant_id, row.scopes, keys.state_of(row), row.label or "")
            for row in keys.keys_of(session, tenant)
        ]
    for row in rows:
        printing.answer(" | ".join(row))
    if not rows:
        printing.say("There are no keys yet: `counterpart keys create` makes one.")


@commands.command()
def rotate(
    name: Name,
    hours: Annotated[int, typer.Option(min=0, help="How long the old one works on.")] = 24,
) -> None:
    """Make a new key with the same tenant and scopes; both work until the old one ends."""
    with _writing() as session:
        key = keys.rotate_key(session, name, timedelta(hours=hours))
    _shown_once(key)


@commands.command()
def revoke(name: Name) -> None:
    """End a key and the sessions it opened, with the next request."""
    with _writing() as session:
        keys.revoke_key(session, name)
    printing.say(f"{name} is revoked.")
