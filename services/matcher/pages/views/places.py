"""A place on one line: its name, where it lies, what it is, how large it is."""

from dataclasses import dataclass

from models.snapshot import Snapshot
from models.tables import PUBLIC
from services.matcher.catalogue import Catalogue
from services.matcher.features import Facts
from services.matcher.pages.words import PageWording


@dataclass(frozen=True)
class PlaceLine:
    """What a list shows of a place."""

    id: str
    name: str
    where: str
    kind: str
    residents: str | None


def place_line(catalogue: Catalogue, row: int, words: PageWording) -> PlaceLine:
    """The place of a row, in words."""
    places = catalogue.snapshot.places
    facts = places.facts(row)
    return line_of(catalogue.snapshot, places.id(row), facts, words)


def line_of(snapshot: Snapshot, place_id: str, facts: Facts, words: PageWording) -> PlaceLine:
    """A place's facts as a line."""
    residents = facts.get("population") or facts.get("metro_population")
    return PlaceLine(
        id=place_id,
        name=facts["name"],
        where=where(snapshot, facts, words),
        kind=words.term("kind", facts["kind"]),
        residents=words.format_field(residents, "number") if residents else None,
    )


def where(snapshot: Snapshot, facts: Facts, words: PageWording) -> str:
    """The region, where that is on file, and the country."""
    country = words.format_field(facts["country"], "country")
    region = facts.get("region")
    row = snapshot.places.row(f"iso:{region}", PUBLIC) if region else None
    name = snapshot.places.facts(row)["name"] if row is not None else None
    return f"{name}, {country}" if name and name != facts["name"] else country
