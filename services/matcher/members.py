"""Who is known to be inside each collaboration, read once a snapshot."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.residents import residents
from models.snapshot import Places, Snapshot
from models.tables.records import PUBLIC
from services.matcher.kept_json import kept_bytes

# How many an answer shows.
SHOWN = 10


@dataclass(frozen=True, eq=False, slots=True)
class Member:
    """A known member: what an answer says of it, and what members are ordered by."""

    place: int
    tenant: str
    country: str
    residents: float
    id: str
    shown: dict[str, Any]
    written: bytes
    """What an answer says of it as JSON: said of the same members again and again."""

    @property
    def is_whole(self) -> bool:
        """Whether it is no less than a member, so that it can tell how it joined."""
        return bool(self.shown.get("role", "member") == "member")


class Inside(NamedTuple):
    """Who is known to be inside, as an answer shows it to one place."""

    written: bytes
    """The members shown, as the list of an answer; nothing where there are none."""
    at_home: tuple[Member, ...]
    """Those of them that can be asked at home how they joined."""


def shown(members: Sequence[Member], home: str) -> Inside:
    """Members as an answer shows them, those at home first."""
    if not members:
        return Inside(b"", ())
    written = b"[%s]" % b",".join([member.written for member in members])
    if members[0].country != home:
        return Inside(written, ())
    return Inside(written, tuple(m for m in members if m.country == home and m.is_whole))


class _BySize:
    """Members by size, both ways: of the same size the first id comes first either way."""

    def __init__(self, members: Iterable[Member]) -> None:
        by_id = sorted(members, key=lambda one: one.id)
        self._up = sorted(by_id, key=lambda one: one.residents)
        self._down = sorted(by_id, key=lambda one: -one.residents)
        # Beyond the largest and the smallest is nobody, infinitely far away.
        self._sizes = [*(one.residents for one in self._up), inf]
        self._below = [*(-one.residents for one in self._down), inf]
        self.smallest = self._sizes[0]

    def nearest(self, size: float, but: int | None, away_from: str, count: int) -> list[Member]:
        """The nearest in size, but for one place and those of one country."""
        found: list[Member] = []
        up, down, sizes, below = self._up, self._down, self._sizes, self._below
        i, j = bisect_left(sizes, size), bisect_right(below, -size)
        more, less = sizes[i] - size, below[j] + size
        while len(found) < count and not more == less == inf:
            if more < less or (more == less and up[i].id < down[j].id):
                one = up[i]
                i += 1
                more = sizes[i] - size
            else:
                one = down[j]
                j += 1
                less = below[j] + size
            if one.country != away_from and one.place != but:
                found.append(one)
        return found


class Roll:
    """The known members of one collaboration, by who may know of them, by size and by country."""

    def __init__(self, members: list[Member]) -> None:
        self.members = members
        self.places = frozenset(member.place for member in members)
        self._owners = {member.tenant for member in members} - {PUBLIC}
        self._known: dict[str, tuple[_BySize, dict[str, _BySize]]] = {}
        self._smallest: dict[tuple[str, str], Inside] = {}

    def inside(self, size: float, home: str, but: int | None, tenant: str) -> Inside:
        """The nearest in size that a tenant knows of, but for one place, as an answer shows them.

        Most places are smaller than all members, and have the smallest of them nearest.
        """
        if not self.members:
            return shown((), home)
        owner = tenant if tenant in self._owners else PUBLIC
        everybody, by_country = self._known_of(owner)
        if size > everybody.smallest or but in self.places:
            return shown(self.nearest(size, home, but, owner, SHOWN), home)
        key = (owner, home if home in by_country else "")
        found = self._smallest.get(key)
        if found is None:
            found = self._smallest[key] = shown(self.nearest(size, home, but, owner, SHOWN), home)
        return found

    def nearest(
        self, size: float, home: str, but: int | None, tenant: str, count: int
    ) -> list[Member]:
        """The nearest in size that a tenant knows of, but for one place: first those at home."""
        if not self.members:
            return []
        everybody, by_country = self._known_of(tenant if tenant in self._owners else PUBLIC)
        at_home = by_country.get(home)
        found = at_home.nearest(size, but, "", count) if at_home else []
        if len(found) < count:
            found += everybody.nearest(size, but, home, count - len(found))
        return found

    def _known_of(self, tenant: str) -> tuple[_BySize, dict[str, _BySize]]:
        """All that a tenant knows of, and those of each country."""
        found = self._known.get(tenant)
        if found is None:
            known = [one for one in self.members if one.tenant in (PUBLIC, tenant)]
            by_country: dict[str, list[Member]] = {}
            for one in known:
                by_country.setdefault(one.country, []).append(one)
            of_countries = {country: _BySize(own) for country, own in by_country.items()}
            found = self._known[tenant] = _BySize(known), of_countries
        return found


@dataclass(frozen=True)
class Company:
    """All members that a tenant knows of, network by network: places, their size and location."""

    every_network: NDArray[np.int32]
    """All rows of collaborations."""
    networks: NDArray[np.intp]
    """Those with known members."""
    starts: NDArray[np.intp]
    """Where each network's members begin."""
    rows: NDArray[np.intp]
    places: frozenset[int]
    """The rows, each once."""
    sizes: NDArray[np.float32]
    """Beyond all sizes where it is not known: like nobody's."""
    points: NDArray[np.float64]
    """Where members are: in few cells of the earth, many together."""
    nowhere: NDArray[np.intp]
    """Those of the points that are not known."""
    at: NDArray[np.intp]
    """Each member's point."""


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
        found.append(
            Member(tie.place, tie.tenant, facts["country"], size, id, shown, kept_bytes(shown))
        )
    return found


def company(places: Places, rolls: list[Roll], tenant: str) -> Company:
    """The members that a tenant knows of."""
    seen = (PUBLIC, tenant)
    known = [{m.place for m in roll.members if m.tenant in seen} for roll in rolls]
    return company_of(places, known)


def company_of(places: Places, inside: Sequence[Collection[int]]) -> Company:
    """Who is known to be in each network: rows of places."""
    networks = [network for network, known in enumerate(inside) if known]
    lists = [sorted(inside[network]) for network in networks]
    rows = np.array([row for known in lists for row in known], np.intp)
    starts = np.cumsum([0, *map(len, lists)])[:-1]
    size, location = places.columns["size"], places.columns["location"]
    sizes = size.values[size.codes[rows], 0]
    cells, at = np.unique(location.codes[rows], return_inverse=True)
    points = location.values[cells].astype(np.float64)
    return Company(
        every_network=np.arange(len(inside), dtype=np.int32),
        networks=np.array(networks, np.intp),
        starts=starts.astype(np.intp),
        rows=rows,
        places=frozenset(rows.tolist()),
        sizes=np.where(np.isnan(sizes), np.float32(np.inf), sizes),
        points=points,
        nowhere=np.flatnonzero(np.isnan(points).any(axis=1)),
        at=at,
    )
