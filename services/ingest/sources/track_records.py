"""Who works with others abroad already: on the lists of networks, and in registers that they feed.

Being looked at, asked for or tracked by others is no track record: only what a place takes part
in of its own accord is, and each entry keeps the source that says so.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from models.data_tables import rows
from models.records import Fact, Place
from models.taxonomy import FactStatus
from services.ingest.sources.collaborations import Membership


@dataclass(frozen=True)
class Entry:
    """One network or register that a place takes part in, and who says so."""

    name: str
    source: str
    date: date | None


def track_records(
    members: Iterable[Membership], networks: Mapping[str, str], data: Path
) -> dict[str, list[Entry]]:
    """The entries of each place; `networks` are the names of the collaborations by id."""
    found: dict[str, dict[str, Entry]] = defaultdict(dict)
    for member in members:
        if member.place_id is not None and member.collaboration in networks:
            name = networks[member.collaboration]
            entry = Entry(name, member.source, member.as_of)
            found[member.place_id].setdefault(name, entry)
    registers = [(row["source_starts_with"], row["name"]) for row in rows(data / "registers.csv")]
    for row in rows(data / "sector_facts.csv"):
        for start, name in registers:
            if row["source"].startswith(start):
                when = date.fromisoformat(row["date"]) if row["date"] else None
                found[row["place_id"]].setdefault(name, Entry(name, row["source"], when))
    return {place: list(entries.values()) for place, entries in found.items()}


def with_track_records(
    places: Iterable[Place], known: Mapping[str, list[Entry]]
) -> Iterator[Place]:
    """Add to each place what it takes part in; that it works with others abroad is inferred."""
    for place in places:
        entries = known.get(place.id or "")
        if entries:
            place.track_record = [entry.name for entry in entries]
            dates = [entry.date for entry in entries if entry.date]
            fact = Fact(
                source="; ".join(dict.fromkeys(entry.source for entry in entries)),
                date=min(dates) if len(dates) == len(entries) else None,
                status=FactStatus.INFERRED,
            )
            place.provenance = {**place.provenance, "track_record": fact}
        yield place
