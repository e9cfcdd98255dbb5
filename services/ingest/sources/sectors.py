"""What is on record elsewhere of the sectors that places work on: targets, lists of members."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from models.data_tables import rows
from models.records import Fact, Place
from models.taxonomy import FactStatus, Sector


@dataclass(frozen=True)
class SectorFact:
    """One source that tells of a place working on a sector."""

    sector: Sector
    source: str
    date: date | None


def sector_facts(path: Path) -> dict[str, list[SectorFact]]:
    """All rows of the table, by place id."""
    found = defaultdict(list)
    for row in rows(path):
        when = date.fromisoformat(row["date"]) if row["date"] else None
        found[row["place_id"]].append(SectorFact(Sector(row["sector"]), row["source"], when))
    return found


def with_sectors(places: Iterable[Place], path: Path) -> Iterator[Place]:
    """Add to each place the sectors on record; that they follow from a source is inferred."""
    known = sector_facts(path)
    for place in places:
        facts = known.get(place.id or "", ())
        if facts:
            before = place.provenance.get("sectors") if place.sectors else None
            place.sectors = list(dict.fromkeys([*place.sectors, *(f.sector for f in facts)]))
            place.provenance = {**place.provenance, "sectors": _together(before, facts)}
        yield place


def _together(before: Fact | None, facts: Iterable[SectorFact]) -> Fact:
    """One fact for the field: all sources, the oldest date among them, never more than inferred."""
    sources = [before.source] if before else []
    dates = [before.date] if before else []
    for fact in facts:
        sources.append(fact.source)
        dates.append(fact.date)
    return Fact(
        source="; ".join(dict.fromkeys(sources)),
        date=None if None in dates else min(d for d in dates if d is not None),
        status=FactStatus.INFERRED,
        last_confirmed=before.last_confirmed if before else None,
    )
