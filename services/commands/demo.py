"""`counterpart demo`: a tenant with made-up places, a key, and a short tour."""

from contextlib import closing
from pathlib import Path

import typer

from services import printing
from services.access.keys import create_key
from services.commands.console import settings_in_force
from services.ingest.files import FileKind
from services.preparing import Loading

commands = typer.Typer()
TENANT = "demo"
PLACES = Path(__file__).with_name("demo_places.csv")
SCOPES = ("match", "convene", "ingest")
TOUR = """
Five made-up places are the own of the tenant "{tenant}"; nobody else sees them. A short tour:

  counterpart serve &    # after `make`: .venv/bin/counterpart, or make run
  alias ask='curl -s -H "Authorization: Bearer {key}" -H "Content-Type: application/json"'

  # Who is like Rivermouth, a city that does not exist?
  ask {base}/v1/matches/peers -d '{{"place_id": "x:demo-rivermouth", "limit": 3}}'

  # Which networks would let Old Works in, and which would not, and why?
  ask {base}/v1/matches/collaborations \\
    -d '{{"place_id": "x:demo-oldworks", "limit": 3, "include": ["refused"]}}'

  # The made-up places among themselves: who could learn what from whom?
  ask {base}/v1/pairings \\
    -d '{{"left": ["x:demo-rivermouth", "x:demo-hilltop", "x:demo-oldworks", "x:demo-newport"]}}'

In a browser: {base}/ and {base}/docs
"""


@commands.command()
def demo() -> None:
    """Make a tenant with made-up places and a key to try everything with, and say how."""
    settings = settings_in_force()
    with closing(Loading(settings, printing.progress)) as loading:
        if not loading.is_loaded():
            loading.default()
        job, errors = loading.file(PLACES, FileKind.PLACES, TENANT)
        if errors:
            printing.refused_rows(errors)
        loading.publish()
        with loading.sessions.begin() as session:
            key = create_key(session, TENANT, SCOPES)
    base = f"http://{settings.host}:{settings.port}"
    printing.answer(key)
    printing.say(TOUR.format(tenant=TENANT, key=key, base=base))
    raise typer.Exit(0 if job.state == "done" and not errors else 1)
