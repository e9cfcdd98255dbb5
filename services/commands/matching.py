"""`counterpart peers` and `collaborations`: the two questions, asked on the command line."""

from pathlib import Path
from typing import Annotated, Any

import typer

from models.taxonomy import CollaborationType, Mode, PlaceKind, Sector
from services import printing
from services.asking import Asking, needs
from services.commands.console import AsJson, settings_in_force
from services.matcher.schemas import PeerFilters

commands = typer.Typer()

Place = Annotated[str, typer.Argument(help='Id or name, such as gn:3128026 or "Bilbao, ES".')]
NeedOption = Annotated[
    list[str] | None,
    typer.Option("--need", help="sector:stage, such as housing:discover; may be repeated."),
]
Text = Annotated[str | None, typer.Option(help="What is looked for, in your own words.")]
Limit = Annotated[int, typer.Option(min=1, max=200, help="How many results at most.")]
PerCountry = Annotated[
    int | None, typer.Option(min=1, max=200, help="How many peers of one country at most.")
]


@commands.command()
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
    max_per_country: PerCountry = None,
    limit: Limit = 10,
    as_json: AsJson = False,
) -> None:
    """List the places that fit a place as peers, best first, and why."""
    asking = Asking(settings_in_force())
    asked = asking.place(place)
    filters = {"countries": country, "kinds": kind}
    found = asking.peers(
        asked,
        needs=needs(need or ()),
        text=text,
        mode=mode,
        max_per_country=max_per_country,
        limit=limit,
        filters={name: values for name, values in filters.items() if values},
    )
    _print(f"Peers of {asked['name']} ({asked['id']})", found, as_json)


@commands.command()
def peers_of_all(
    file: Annotated[Path, typer.Argument(help="Where the lines of JSON go, one a place.")],
    need: NeedOption = None,
    of_country: Annotated[
        list[str] | None, typer.Option(help="Only places of this country ask; may be repeated.")
    ] = None,
    of_kind: Annotated[
        list[PlaceKind] | None, typer.Option(help="Only places of this kind ask; may be repeated.")
    ] = None,
    mode: Annotated[Mode, typer.Option(help="What the peers are for.")] = Mode.SUSTAINED_PAIRING,
    max_per_country: PerCountry = None,
    limit: Limit = 10,
) -> None:
    """Ask for the peers of the whole catalogue, on all cores or on COUNTERPART_EXECUTOR."""
    asking = Asking(settings_in_force())
    of = PeerFilters.model_validate(
        {k: v for k, v in {"countries": of_country, "kinds": of_kind}.items() if v}
    )
    beside = file.with_name(f".{file.name}.part")
    with printing.progress("Asking for every place") as told, beside.open("wb") as lines:
        asked = {"needs": needs(need or ()), "mode": mode, "max_per_country": max_per_country}
        for some in asking.everyone(of, told, **asked, limit=limit):
            lines.write(some)
    beside.replace(file)
    printing.say(f"The answers are in {file}.")


@commands.command()
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
    asking = Asking(settings_in_force())
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


def _print(title: str, found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        printing.json(found)
    else:
        printing.matches(title, found)
