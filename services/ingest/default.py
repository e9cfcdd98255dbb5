"""The default catalogue: packages first, the project's own sourced tables laid over them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from sqlalchemy.orm import Session

from models.data_tables import DATA, rows
from models.records import Commitment, Fact, Place
from models.settings import SMALLEST_CITY
from models.tables import PUBLIC, CollaborationRow, Origin, PlaceRow
from models.taxonomy import FactStatus, PopulationBasis
from services.ingest.embed import Progress, no_progress
from services.ingest.sources import own_tables
from services.ingest.sources.collaborations import Membership, collaborations, memberships
from services.ingest.sources.geonames import cities
from services.ingest.sources.overrides import lay_all_over, overrides
from services.ingest.sources.powers import LEVEL, average_powers
from services.ingest.sources.regions import regions
from services.ingest.sources.sectors import with_sectors
from services.ingest.sources.track_records import track_records, with_track_records
from services.ingest.upsert import (
    BATCH,
    Counts,
    ensure_tenant,
    forget_left_out,
    replace_commitments,
    take_back,
    upsert_collaborations,
    upsert_places,
)

ORIGIN = "network-effects-2020"
MEMBERSHIPS = ("memberships.csv", "member_lists.csv")


def load_default(
    session: Session,
    progress: Progress = no_progress,
    smallest: int = SMALLEST_CITY,
    over_sent: bool = False,
) -> Counts:
    """Write the default catalogue; loading it again changes nothing.

    What an older catalogue had and this one leaves out (data/districts.csv grew) is forgotten.
    What others sent stays as they sent it, unless it is to be written over.
    """
    ensure_tenant(session, PUBLIC)
    found = list(places(DATA, smallest))
    networks = list(collaborations(DATA / "collaborations"))
    if over_sent:
        take_back(session, PlaceRow, [place.id for place in found])
        take_back(session, CollaborationRow, [network.id for network in networks])
    counts = Counts()
    for start in range(0, len(found), BATCH):
        batch = found[start : start + BATCH]
        counts += upsert_places(session, batch, origin=Origin.CATALOGUE)
        progress(min(start + BATCH, len(found)), len(found))
    counts += upsert_collaborations(session, networks, origin=Origin.CATALOGUE)
    counts += forget_left_out(session, PlaceRow, (place.id for place in found))
    counts += forget_left_out(session, CollaborationRow, (network.id for network in networks))
    counts += replace_commitments(session, ORIGIN, _commitments(_members(DATA)))
    return counts


def places(data: Path = DATA, smallest: int = SMALLEST_CITY) -> Iterator[Place]:
    """Every place of the default catalogue, complete; cities from so many residents up."""
    own = data / "places"
    base = [*cities(data, smallest), *regions(data)]
    _add_parts(base, own_tables.metropolitan_parts(own / "metropolitan_authorities.csv"))
    _add_figures(base, own_tables.figures(own / "figures.csv"))
    base += own_tables.metropolitan_authorities(own / "metropolitan_authorities.csv")
    base += own_tables.rural_areas(own / "rural_areas.csv")
    found = lay_all_over(base, overrides(own))
    names = {c.id: c.name for c in collaborations(data / "collaborations")}
    known = track_records(_members(data), names, data)
    found = with_track_records(with_sectors(found, data / "sector_facts.csv"), known)
    return _with_powers(found, data / "powers.csv")


def _members(data: Path) -> Iterator[Membership]:
    return chain.from_iterable(memberships(data / name) for name in MEMBERSHIPS)


def _add_parts(base: Iterable[Place], parts: Iterable[tuple[str, str]]) -> None:
    """Say of each member city which metropolitan authority it is part of."""
    authorities = defaultdict(list)
    for city, authority in parts:
        authorities[city].append(authority)
    for place in base:
        place.part_of = [*place.part_of, *authorities.get(place.id or "", ())]


def _add_figures(base: Iterable[Place], figures: Iterable[own_tables.Figure]) -> None:
    """Put sourced municipal and metropolitan figures in the place of settlement figures."""
    by_place = defaultdict(list)
    for figure in figures:
        by_place[figure.place_id].append(figure)
    for place in base:
        for figure in by_place.get(place.id or "", ()):
            setattr(place, figure.field, figure.value)
            place.provenance = {**place.provenance, figure.field: figure.fact()}
            if figure.field == "population":
                place.population_basis = PopulationBasis.MUNICIPALITY


def _with_powers(found: Iterable[Place], path: Path) -> Iterator[Place]:
    """Lay a country's average on each place of which nothing better is known."""
    averages = average_powers(path)
    facts = _power_facts(path)
    for place in found:
        key = (place.country, LEVEL[place.kind])
        if place.powers is None and key in averages:
            place.powers = averages[key]
            place.provenance = {**place.provenance, "powers": facts[key]}
        yield place


def _power_facts(path: Path) -> dict[tuple[str, str], Fact]:
    """What the averages rest on, by country and level."""
    sources: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for row in rows(path):
        sources[row["country"], row["level"]][row["source"]] = None
    return {
        key: Fact(source="; ".join(names), status=FactStatus.AVERAGE)
        for key, names in sources.items()
    }


def _commitments(known: Iterable[Membership]) -> Iterator[tuple[str, Commitment]]:
    """Memberships of places with an id; a name alone is no tie."""
    for member in known:
        if member.place_id is not None:
            fact = Fact(source=member.source, date=member.as_of, status=member.status)
            commitment = Commitment(
                collaboration=member.collaboration,
                role=member.role,
                since=member.since,
                provenance={"*": fact},
            )
            yield member.place_id, commitment
