"""The project's own small tables that several sources read: contested rows, and languages."""

from pathlib import Path
from typing import NamedTuple

from models.countries import countries
from models.data_tables import rows
from models.records import Fact
from models.taxonomy import FactStatus

SPOKEN = Fact(
    source="Unicode CLDR (Babel 2.18.0), official languages of the country or region",
    status=FactStatus.INFERRED,
)


class Contested(NamedTuple):
    """What is done with a row that two sources claim: drop, keep or flag it, and why."""

    rule: str
    why: str


def contested(path: Path) -> dict[str, Contested]:
    """Rows of the sources that are duplicates or whose country is disputed, by place id."""
    return {row["id"]: Contested(row["rule"], row["why"]) for row in rows(path)}


def left_out(data: Path) -> set[str]:
    """Ids of rows of the sources that stand for no place of their own: parts of cities, doubles."""
    parts = {row["id"] for row in rows(data / "districts.csv")}
    doubles = {
        key for key, case in contested(data / "contested.csv").items() if case.rule == "drop"
    }
    return parts | doubles


def region_languages(path: Path) -> dict[str, list[str]]:
    """Official languages of regions that differ from their country's, by place id."""
    return {row["id"]: row["languages"].split() for row in rows(path)}


def languages_of(country: str, region: str | None, by_region: dict[str, list[str]]) -> list[str]:
    """The official languages of a place: its region's where on file, else its country's."""
    if region in by_region:
        return list(by_region[region])
    known = countries().get(country)
    return list(known.languages) if known else []
