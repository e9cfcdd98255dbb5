"""From the names of a truth file to the catalogue: what cannot be found is told, with why."""

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from rapidfuzz import fuzz, process

from models.errors import CollaborationNotFound
from models.names import fold
from models.snapshot.codes import COUNTRIES, KINDS
from models.tables import PUBLIC
from models.taxonomy import PlaceKind
from services.matcher.catalogue import Catalogue
from services.matcher.features.geography import distance_km
from services.matcher.learning.truth import Named

# A name further off than this from the coordinates given is another place of that name.
SAME_PLACE_KM = 60.0
NEARBY_KM = 15.0
# How alike two spellings must be, and how much better than the next best.
ALIKE = 90.0
ALIKE_NEARBY = 75.0
GAP = 4.0
_BRACKET = re.compile(r"\s*\([^()]*\)\s*$")
_TITLE = re.compile(
    r"^(city|municipality|metropolitan city|province|region|commune|state|county|prefecture)"
    r" of | (city|municipality|province|region|prefecture|county)$"
)
_METRO = KINDS.index(PlaceKind.METRO_AUTHORITY)
_ORDER = [PlaceKind.CITY, PlaceKind.METRO_AUTHORITY, PlaceKind.REGION, PlaceKind.RURAL_AREA]


@dataclass(frozen=True)
class Unresolved:
    """A name that was not found, and why."""

    name: str
    why: str


class Resolver:
    """Finds places by name within their country, and collaborations by name or alias."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.places = catalogue.snapshot.places
        columns = self.places.columns
        self._country = columns["country"].values[columns["country"].codes, 0].astype(int)
        self._kind = columns["kind"].values[columns["kind"].codes, 0].astype(int)
        size, government = columns["size"], columns["government"]
        self._size = np.nan_to_num(size.values[size.codes, 0])
        self._governed = government.values[government.codes, 0] != 0
        self._public = np.asarray(self.places.tenants) == 0

    def country(self, row: int) -> int:
        """The code of a place's country."""
        return int(self._country[row])

    def network(self, name: str) -> int | Unresolved:
        """The row of a collaboration; a suffix in brackets is no part of its name."""
        shortened = _BRACKET.sub("", name)
        for spelling in dict.fromkeys((name, shortened)):
            try:
                return self.catalogue.collaboration(spelling, PUBLIC)
            except CollaborationNotFound:
                continue
        return Unresolved(name, "network not in the catalogue")

    def place(self, named: Named) -> int | Unresolved:
        """The row of a place; an authority of one city stands for it where no kind is named."""
        if not named.country:
            return Unresolved(named.name, "no country given")
        found = self._place(named)
        if isinstance(found, Unresolved) or named.kind:
            return found
        return self._only_city.get(self.places.id(found), found)

    def _place(self, named: Named) -> int | Unresolved:
        """By exact name or alias, else the nearest spelling in its country."""
        head, _, tail = named.name.partition(",")
        spellings = [named.name, head, _BRACKET.sub("", named.name), _plain(named.name)]
        where = named.admin1 or tail.strip()
        for spelling in dict.fromkeys(s for s in spellings if s):
            rows = self._fit(self._exact(spelling, named.country), named)
            if rows:
                return self._choose(rows, named, where)
        if named.lat is not None:
            found = self._nearby(named, head)
            return self._elsewhere(named, head) if isinstance(found, Unresolved) else found
        return self._alike(named, head, where)

    def _exact(self, name: str, country: str | None = None) -> list[int]:
        """Places so called, of one country or of any."""
        found = self.places.directory.starting_with(name)
        rows = [row for row, exact in found if exact]
        if country is None:
            return rows
        code = COUNTRIES.index(country)
        return [row for row in rows if self._country[row] == code]

    def _elsewhere(self, named: Named, head: str) -> int | Unresolved:
        """At the coordinates and so called, under another code: an overseas territory's, say."""
        rows = self._fit(self._exact(head), named)
        here = [r for r, km in zip(rows, self._km(rows, named), strict=True) if km < NEARBY_KM]
        if not here:
            return Unresolved(str(named), "no place of that name near the coordinates")
        return self._choose(here, named, "")

    def _fit(self, rows: list[int], named: Named) -> list[int]:
        """Public places with a government, and near the coordinates where there are any."""
        rows = [row for row in dict.fromkeys(rows) if self._public[row]]
        rows = [row for row in rows if self._governed[row]] or rows
        if named.lat is not None:
            apart = self._km(rows, named)
            rows = [row for row, km in zip(rows, apart, strict=True) if not km > SAME_PLACE_KM]
        return rows

    def _km(self, rows: list[int], named: Named) -> list[float]:
        if not rows:
            return []
        points = self._points[rows]
        here = np.array([[named.lat, named.lon]], float)
        return [float(km) for km in distance_km(here, points)]

    @cached_property
    def _only_city(self) -> dict[str, int]:
        """Of each metropolitan authority with one city on file, that city."""
        cities: dict[str, list[int]] = defaultdict(list)
        for row in np.flatnonzero(self._public & (self._kind == KINDS.index(PlaceKind.CITY))):
            for whole in self.places.facts(int(row)).get("part_of", ()):
                cities[whole].append(int(row))
        metro = np.flatnonzero(self._public & (self._kind == _METRO))
        ids = (self.places.id(int(row)) for row in metro)
        return {key: cities[key][0] for key in ids if len(cities[key]) == 1}

    @cached_property
    def _points(self) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
        points = np.full((len(self.places), 2), np.nan)
        for row in range(len(self.places)):
            facts = self.places.facts(row)
            if "lat" in facts:
                points[row] = facts["lat"], facts["lon"]
        return points

    def _choose(self, rows: list[int], named: Named, where: str) -> int:
        """The kind named, else cities first; then the region named; then near; then large."""
        kinds = [k for k in _ORDER if k == named.kind] + [k for k in _ORDER if k != named.kind]
        rank = {KINDS.index(kind): i for i, kind in enumerate(kinds)}
        near = dict(zip(rows, self._km(rows, named), strict=True)) if named.lat is not None else {}
        return min(
            rows,
            key=lambda row: (
                rank[int(self._kind[row])],
                not self._in_region(row, where),
                near.get(row, 0) // NEARBY_KM,
                -self._size[row],
                row,
            ),
        )

    def _in_region(self, row: int, where: str) -> bool:
        if not where:
            return True
        region = self.places.facts(row).get("region")
        found = self.places.row(f"iso:{region}") if region else None
        if found is None:
            return False
        facts = self.places.facts(found)
        return fold(where) in {fold(n) for n in (facts["name"], *facts.get("aliases", ()))}

    @cached_property
    def _spellings(self) -> dict[int, tuple[list[str], list[int]]]:
        """Folded names and their rows, by country."""
        found: dict[int, tuple[list[str], list[int]]] = defaultdict(lambda: ([], []))
        for row in np.flatnonzero(self._public & self._governed):
            facts = self.places.facts(int(row))
            names, rows = found[int(self._country[row])]
            for name in {fold(n) for n in (facts["name"], *facts.get("aliases", ()))}:
                names.append(name)
                rows.append(int(row))
        return found

    def _nearby(self, named: Named, head: str) -> int | Unresolved:
        """A like spelling close to the coordinates."""
        names, rows = self._spellings[COUNTRIES.index(named.country)]
        owners = list(dict.fromkeys(rows))
        close = {r for r, km in zip(owners, self._km(owners, named), strict=True) if km < NEARBY_KM}
        best: dict[int, float] = {}
        for name, row in zip(names, rows, strict=True):
            if row in close:
                best[row] = max(best.get(row, 0), fuzz.token_set_ratio(fold(head), name))
        fit = [row for row, alike in best.items() if alike >= ALIKE_NEARBY]
        if not fit:
            return Unresolved(str(named), "no place of that name near the coordinates")
        top = max(best[row] for row in fit)
        return self._choose([row for row in fit if best[row] == top], named, "")

    def _alike(self, named: Named, head: str, where: str) -> int | Unresolved:
        """The one spelling in the country that is nearly the same."""
        names, rows = self._spellings[COUNTRIES.index(named.country)]
        found = process.extract(fold(head), names, scorer=fuzz.ratio, limit=8)
        if not found or found[0][1] < ALIKE:
            return Unresolved(str(named), "no place of that name in the country")
        best: dict[int, float] = {}
        for _, alike, at in found:
            best[rows[at]] = max(best.get(rows[at], 0), alike)
        top = max(best.values())
        close = [row for row, alike in best.items() if alike > top - GAP]
        if len({self.places.facts(row)["name"] for row in close}) > 1:
            return Unresolved(str(named), "several names in the country are nearly the same")
        return self._choose(close, named, where)


def _plain(name: str) -> str:
    """A name without the words that say what kind of place it is."""
    return _TITLE.sub("", fold(name))
