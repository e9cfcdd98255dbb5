"""Who is known to be inside each collaboration, read once a snapshot."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.snapshot import Places, Snapshot
from models.snapshot.columns import residents
from models.tables.records import PUBLIC


class Member(NamedTuple):
    """A known member: what an answer says of it, and what members are ordered by."""

    place: int
    tenant: str
    country: str
    residents: float
    id: str
    shown: dict[str, Any]


@dataclass(frozen=True)
class Company:
    """All members that a tenant knows of, network by network: places, their size and location."""

    networks: NDArray[np.intp]
    starts: NDArray[np.intp]
    """Where each network's members begin."""
    rows: NDArray[np.intp]
    sizes: NDArray[np.float32]
    points: NDArray[np.float64]


def read_members(snapshot: Snapshot) -> list[list[Member]]:
    """The known members of each collaboration."""
    return [_of(snapshot, row) for row in range(len(snapshot.collaborations))]


def _of(snapshot: Snapshot, row: int) -> list[Member]:
    found = []
    for tie in snapshot.ties.of_collaboration(row):
        facts, id = snapshot.places.facts(tie.place), snapshot.places.id(tie.place)
        shown = {"id": id, "name": facts["name"], "country": facts["country"]}
        shown |= {k: tie.record[k] for k in ("since", "role") if tie.record.get(k)}
        size = residents(facts) or 0
        found.append(Member(tie.place, tie.tenant, facts["country"], size, id, shown))
    return found


def company(places: Places, members: list[list[Member]], tenant: str) -> Company:
    """The members that a tenant knows of."""
    seen = (PUBLIC, tenant)
    return company_of(
        places,
        {row: {m.place for m in known if m.tenant in seen} for row, known in enumerate(members)},
    )


def company_of(places: Places, inside: Mapping[int, Collection[int]]) -> Company:
    """The networks with known members, and who these are: rows of places by network."""
    networks = sorted(network for network, known in inside.items() if known)
    lists = [sorted(inside[network]) for network in networks]
    rows = np.array([row for known in lists for row in known], np.intp)
    starts = np.cumsum([0, *map(len, lists)])[:-1]
    size, location = places.columns["size"], places.columns["location"]
    return Company(
        np.array(networks, np.intp),
        starts.astype(np.intp),
        rows,
        size.values[size.codes[rows], 0],
        location.values[location.codes[rows]].astype(np.float64),
    )
