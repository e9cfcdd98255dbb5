"""Who is known to be inside each collaboration, read once a snapshot."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.snapshot import Snapshot
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
    """All members that a tenant knows of, network by network: rows of places, in order."""

    networks: list[int]
    rows: NDArray[np.intp]
    starts: list[int]

    def parts(self) -> Iterator[tuple[int, slice]]:
        """Each network with its part of the rows."""
        ends = [*self.starts[1:], len(self.rows)]
        for network, start, end in zip(self.networks, self.starts, ends, strict=True):
            yield network, slice(start, end)


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


def company(members: list[list[Member]], tenant: str) -> Company:
    """The networks with known members, and who these are."""
    networks: list[int] = []
    starts: list[int] = []
    rows: list[int] = []
    for network, known in enumerate(members):
        inside = sorted({m.place for m in known if m.tenant in (PUBLIC, tenant)})
        if inside:
            networks.append(network)
            starts.append(len(rows))
            rows += inside
    return Company(networks, np.array(rows, np.intp), starts)
