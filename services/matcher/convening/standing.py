"""What a member counts as under a cap: its country, continent, kind, size or region.

Where an assignment is disputed the value is unknown until the convener assigns one.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from models.countries import countries
from models.data_tables import DATA, rows
from models.names import fold
from models.residents import residents, size_class
from models.taxonomy import CapAttribute, PlaceKind

Facts = dict[str, Any]
Assignments = Mapping[str, Mapping[str, str]]

# Territories of which sources differ on the country they count for; the code is a data code.
_COUNTRY_DISPUTED = {"EH", "FK", "GI", "GS", "HK", "MO", "PS", "TW", "XK", "YT"}


@lru_cache(maxsize=1)
def contested_places() -> frozenset[str]:
    """Places whose country is disputed (`data/contested.csv`)."""
    return frozenset(r["id"] for r in rows(DATA / "contested.csv") if r["rule"] == "flag")


def key_of(facts: Facts) -> str:
    """What a member is told apart by: its id, or its name and country where it has none."""
    return str(facts.get("id") or f"{fold(facts['name'])}|{facts['country']}")


def country_of(facts: Facts, assignments: Assignments) -> str | None:
    """The sovereign country a place counts for; None where that is disputed."""
    assigned = _assigned(facts, assignments, "country")
    if assigned:
        return assigned
    disputed = facts["country"] in _COUNTRY_DISPUTED or facts.get("id") in contested_places()
    return None if disputed else str(facts["country"])


def continent_of(facts: Facts, assignments: Assignments) -> str | None:
    """The continent a place counts for; None where sources differ on its country's."""
    assigned = _assigned(facts, assignments, "continent")
    if assigned:
        return assigned
    country = countries()[_assigned(facts, assignments, "country") or facts["country"]]
    return None if "continent" in (country.disputed or "") else country.continent


def value_of(facts: Facts, attribute: CapAttribute, assignments: Assignments) -> str | None:
    """A place's value under a cap; None where it is not known."""
    match attribute:
        case CapAttribute.COUNTRY:
            return country_of(facts, assignments)
        case CapAttribute.CONTINENT:
            return continent_of(facts, assignments)
        case CapAttribute.KIND:
            return str(facts["kind"])
        case CapAttribute.SIZE_CLASS:
            found = size_class(residents(facts))
            return str(found) if found else None
        case CapAttribute.REGION:
            own = facts.get("id") if facts["kind"] == PlaceKind.REGION else None
            region = facts.get("region") or (own or "").removeprefix("iso:")
            return str(region) or None


def _assigned(facts: Facts, assignments: Assignments, what: str) -> str | None:
    """The convener's own assignment, for the place itself or else for its country."""
    for key in (key_of(facts), facts["country"]):
        if what in assignments.get(key, {}):
            return assignments[key][what]
    return None
