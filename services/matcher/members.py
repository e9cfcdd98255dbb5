"""Who is known to be inside each collaboration, read once a snapshot."""

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from math import inf
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.residents import residents
from models.snapshot import Places, Snapshot
from models.tables.records import PUBLIC


class Member(NamedTuple):
    """A known member: what an answer says of it, and what members are ordered by."""

    place: int
    tenant: str
    country: str
    residents: float
    id: str
    shown: dict[str, Any]


class Roll:
    """The known members of one collaboration, by size and by country."""

    def __init__(self, members: list[Member]) -> None:
        self.members = members
        self._by_size = sorted(enumerate(members), key=lambda one: one[1].residents)
        self._sizes = [member.residents for _, member in self._by_size]
        self._of_country: dict[str, list[tuple[int, Member]]] = {}
        for one in self._by_size:
            self._of_country.setdefault(one[1].country, []).append(one)

    def nearest(
        self, size: float, home: str, known: Callable[[Member], bool], count: int
    ) -> list[Member]:
        """The nearest in size of those known: first at home, then abroad."""
        at_home = _in_order(self._of_country.get(home, ()), size, known)
        missing = count - len(at_home)
        return (
            at_home + self._abroad(size, home, known, missing) if missing > 0 else at_home[:count]
        )

    def _abroad(
        self, size: float, home: str, known: Callable[[Member], bool], count: int
    ) -> list[Member]:
        """The nearest in size from other countries: those about it, as far out as it takes."""
        at, width, everybody = bisect_left(self._sizes, size), count, len(self._sizes)
        while True:
            first, end = max(at - width, 0), min(at + width, everybody)
            near = (one for one in self._by_size[first:end] if one[1].country != home)
            kept = _in_order(near, size, known)[:count]
            below = size - self._sizes[first - 1] if first else inf
            above = self._sizes[end] - size if end < everybody else inf
            beyond = min(below, above)
            if beyond == inf or (len(kept) == count and abs(kept[-1].residents - size) < beyond):
                return kept
            width *= 2


def _in_order(
    found: Iterable[tuple[int, Member]], size: float, known: Callable[[Member], bool]
) -> list[Member]:
    """Those known, the nearest in size first; of the same size by id."""
    kept = [(abs(m.residents - size), m.id, at, m) for at, m in found if known(m)]
    kept.sort(key=itemgetter(0, 1, 2))
    return [member for *_, member in kept]


@dataclass(frozen=True)
class Company:
    """All members that a tenant knows of, network by network: places, their size and location."""

    networks: NDArray[np.intp]
    starts: NDArray[np.intp]
    """Where each network's members begin."""
    rows: NDArray[np.intp]
    sizes: NDArray[np.float32]
    points: NDArray[np.float64]


def read_members(snapshot: Snapshot) -> list[Roll]:
    """The known members of each collaboration."""
    return [Roll(_of(snapshot, row)) for row in range(len(snapshot.collaborations))]


def _of(snapshot: Snapshot, row: int) -> list[Member]:
    found = []
    for tie in snapshot.ties.of_collaboration(row):
        facts, id = snapshot.places.facts(tie.place), snapshot.places.id(tie.place)
        shown = {"id": id, "name": facts["name"], "country": facts["country"]}
        shown |= {k: tie.record[k] for k in ("since", "role") if tie.record.get(k)}
        size = residents(facts) or 0
        found.append(Member(tie.place, tie.tenant, facts["country"], size, id, shown))
    return found


def company(places: Places, rolls: list[Roll], tenant: str) -> Company:
    """The members that a tenant knows of."""
    seen = (PUBLIC, tenant)
    return company_of(
        places,
        {row: {m.place for m in r.members if m.tenant in seen} for row, r in enumerate(rolls)},
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
