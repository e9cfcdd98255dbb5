"""From a written name to the places it may mean, best first, and whether one may be taken.

A name is taken only where it is written like a name on file and like no other place's: a
misspelling is offered and never taken (Neuenkirchen is no misspelt Neunkirchen), and so is a name
that several places have, that a country has, or that a part of a city has.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from math import log10
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.countries import countries
from models.data_tables import DATA, rows
from models.names import fold
from models.residents import residents
from models.snapshot import Snapshot
from models.snapshot.codes import COUNTRIES, KIND_CODES
from models.taxonomy import PlaceKind
from services.matcher.reconciling.countries import is_country_name, read_country
from services.matcher.reconciling.name_matching import AHEAD, without_office
from services.matcher.reconciling.names import EXACT, FOLDED, Likeness, Names, is_latin, names_of
from services.matcher.reconciling.schemas import Query

ANY_PLACE = "place"
# Shares of the score: how the name is written, how large the place is, and a city's precedence
# over the region of the same name where no type is asked for.
NAME_SHARE, SIZE_SHARE, CITY_SHARE = 0.96, 3.0, 1.0
LARGEST = 8.0  # powers of ten
# What contradicts a property that was sent keeps this share of its score.
CONTRADICTED = 0.5
# Residents from which an alias alone says which place is meant, where no country is given.
WELL_KNOWN = 100_000
_LAST_PART = re.compile(r"^(.+?)\s*[,(،，、（]\s*([^,()،，、（）]+?)\s*[)）]?$")
_REGION_WORD = re.compile(r"\b(province|region|state|county|oblast|prefecture|department)\b")


@dataclass(frozen=True)
class Found:
    """One place a name may mean."""

    row: int
    score: float
    name_likeness: float
    agrees: bool
    match: bool = False


@dataclass(frozen=True)
class Wanted:
    """A question read: the bare name, and what must hold of the place."""

    name: str
    kinds: tuple[str, ...]
    country: str | None
    region: str | None
    unread: bool = False


class PlaceFinder:
    """Looks names up among the places that one tenant may see."""

    def __init__(self, snapshot: Snapshot, tenant: str) -> None:
        self.snapshot, self.places, self.tenant = snapshot, snapshot.places, tenant
        self.seen = snapshot.places.visible_to(tenant)

    @property
    def names(self) -> Names:
        return names_of(self.snapshot)

    def find(self, query: Query) -> list[Found]:
        """The places a query may mean, best first."""
        by_id = self._by_id(query.query.strip())
        if by_id is not None:
            return [Found(by_id, 100.0, 100.0, agrees=True, match=True)]
        wanted = self._read(query)
        likely = self._likely(wanted)
        found = [self._scored(row, like, wanted) for row, like in likely.items()]
        found.sort(key=lambda one: (-one.score, one.row))
        found = found[: query.limit + 1]
        if found and self._may_take(found, likely[found[0].row], wanted):
            found[0] = Found(**{**vars(found[0]), "match": True})
        return found[: query.limit]

    def _by_id(self, text: str) -> int | None:
        return self.places.row(text, self.tenant) if ":" in text and " " not in text else None

    def _read(self, query: Query) -> Wanted:
        kinds = tuple(kind for kind in query.types() if kind in set(PlaceKind))
        country = region = None
        unread = any(kind not in (*PlaceKind, ANY_PLACE) for kind in query.types())
        for given in query.properties:
            for text in _texts(given.v):
                match given.pid:
                    case "country":
                        country = read_country(text)
                        unread |= country is None
                    case "region":
                        region = text
                    case "kind" if text in set(PlaceKind):
                        kinds += (text,)
        return self._split(Wanted(query.query.strip(), kinds, country, region, unread))

    def _split(self, wanted: Wanted) -> Wanted:
        """A name with its country or region behind it, in two."""
        parts = _LAST_PART.match(wanted.name)
        if not parts or self._seen_only(self.names.written(wanted.name)):
            return wanted
        name, behind = parts.groups()
        country = read_country(behind)
        if country is not None and wanted.country in (None, country):
            return Wanted(name, wanted.kinds, country, wanted.region, wanted.unread)
        return Wanted(name, wanted.kinds, wanted.country, behind, wanted.unread)

    def _likely(self, wanted: Wanted) -> dict[int, Likeness]:
        found = self._seen_only(self.names.written(wanted.name))
        inside = self._inside(wanted)
        if any(inside[row] for row in found):
            return found
        rows = inside if inside.any() else self.seen
        return self._seen_only(self.names.like(wanted.name, rows)) | found

    def _seen_only(self, found: dict[int, Likeness]) -> dict[int, Likeness]:
        return {row: like for row, like in found.items() if self.seen[row]}

    def _inside(self, wanted: Wanted) -> NDArray[np.bool_]:
        inside = self.seen.copy()
        if wanted.country is not None:
            inside &= self._values("country") == COUNTRIES.index(wanted.country)
        if wanted.kinds:
            inside &= np.isin(
                self._values("kind"), [KIND_CODES[PlaceKind(k)] for k in wanted.kinds]
            )
        return inside

    def _values(self, column: str) -> NDArray[Any]:
        found = self.places.columns[column]
        return found.values[:, 0][found.codes]

    def _scored(self, row: int, like: Likeness, wanted: Wanted) -> Found:
        facts = self.places.facts(row)
        size = min(log10(1 + (residents(facts) or 0)) / LARGEST, 1)
        score = NAME_SHARE * like.score + SIZE_SHARE * size
        score += CITY_SHARE * (bool(wanted.kinds) or facts["kind"] == PlaceKind.CITY)
        agrees = self._agrees(facts, wanted)
        score *= 1 if agrees else CONTRADICTED
        return Found(row, round(score, 2), round(like.score, 1), agrees)

    def _agrees(self, facts: dict[str, Any], wanted: Wanted) -> bool:
        """Whether a place is of the kind, the country and the region asked for."""
        if wanted.kinds and facts["kind"] not in wanted.kinds:
            return False
        if wanted.country is not None and facts["country"] != wanted.country:
            return False
        return wanted.region is None or fold(wanted.region) in self._region_names(facts)

    def _region_names(self, facts: dict[str, Any]) -> set[str]:
        code = facts.get("region")
        found = {fold(code), fold(code.partition("-")[2])} if code else set()
        for parent in {*facts.get("part_of", ()), *([f"iso:{code}"] if code else [])}:
            row = self.places.row(parent, self.tenant)
            if row is not None:
                above = self.places.facts(row)
                names = (above["name"], *above.get("aliases", ()))
                found |= {fold(parent)} | {fold(name) for name in names}
        return found

    def _may_take(self, found: list[Found], like: Likeness, wanted: Wanted) -> bool:
        best = found[0]
        if not best.agrees or wanted.unread or best.name_likeness < FOLDED:
            return False
        facts = self.places.facts(best.row)
        if wanted.country is None and not _is_well_known(facts, best, wanted):
            return False
        rivals = [one for one in found[1:] if one.agrees]
        if any(best.name_likeness - rival.name_likeness < AHEAD for rival in rivals):
            return False
        if like.bare and _REGION_WORD.search(fold(wanted.name)):
            return facts["kind"] == PlaceKind.REGION
        return not _is_part_of_a_city(wanted, facts)


def _texts(value: Any) -> list[str]:
    """A property's value as texts: it may be one, several, or a record found before."""
    values = value if isinstance(value, list) else [value]
    found = [v.get("id") or v.get("name") if isinstance(v, dict) else v for v in values]
    return [str(v) for v in found if v not in (None, "")][:10]


def _is_well_known(facts: dict[str, Any], best: Found, wanted: Wanted) -> bool:
    """Whether a name without a country can only mean this: no country's, no obscure alias.

    In other scripts than Latin two names may be transliterated alike, so one has to be on file.
    """
    if not wanted.kinds and is_country_name(wanted.name):
        return False
    if best.name_likeness < EXACT and not wanted.name.isascii() and not is_latin(wanted.name):
        return False
    is_large = (residents(facts) or 0) >= WELL_KNOWN
    return is_large or without_office(fold(wanted.name)) == fold(facts["name"])


@lru_cache(maxsize=1)
def _parts_of_cities() -> dict[str, set[str]]:
    """Names of districts that are left out of the catalogue, with their countries."""
    found: dict[str, set[str]] = {}
    for row in rows(DATA / "districts.csv"):
        found.setdefault(fold(row["name"]), set()).add(row["country"])
    return found


def _is_part_of_a_city(wanted: Wanted, facts: dict[str, Any]) -> bool:
    where = _parts_of_cities().get(without_office(fold(wanted.name)), set())
    if wanted.region is not None:
        return False
    return bool(where - {facts["country"]}) if wanted.country is None else wanted.country in where


def describe(facts: dict[str, Any]) -> str:
    """A place in half a line, for people who choose between two of the same name."""
    country = countries()[facts["country"]].name
    where = f"{facts['region']}, {country}" if facts.get("region") else country
    count = residents(facts)
    size = f", {count:,} residents" if count else ""
    return f"{facts['kind'].replace('_', ' ')} in {where}{size}"
