"""Facts of a record that a sheet may be extended by, as the protocol writes values."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from models.countries import countries
from models.residents import residents, size_class

Facts = dict[str, Any]
Value = dict[str, Any]


@dataclass(frozen=True)
class Property:
    """One fact: its id, its name, and how it is read from a record. Unknown has no values."""

    id: str
    name: str
    values: Callable[[Facts], list[Value]]


def _text(value: Any) -> Value:
    return {"str": str(value)}


def _number(value: Any) -> Value:
    return {"int": value} if isinstance(value, int) else {"float": float(value)}


def _fact(field: str, name: str, show: Callable[[Any], Value] = _text) -> Property:
    def values(facts: Facts) -> list[Value]:
        found = facts.get(field)
        listed = found if isinstance(found, list) else [found]
        return [show(value) for value in listed if value is not None]

    return Property(field, name, values)


def _external(scheme: str, name: str) -> Property:
    def values(facts: Facts) -> list[Value]:
        found = facts.get("external_ids", {}).get(scheme)
        return [_text(found)] if found else []

    return Property(scheme, name, values)


def _country(facts: Facts) -> list[Value]:
    return [{"id": facts["country"], "name": countries()[facts["country"]].name}]


def _size_class(facts: Facts) -> list[Value]:
    found = size_class(residents(facts))
    return [_text(found)] if found else []


PLACE_PROPERTIES = (
    Property("country", "country", _country),
    _fact("region", "region (ISO 3166-2)"),
    _fact("kind", "kind of place"),
    _fact("population", "population", _number),
    _fact("metro_population", "population of the metropolitan area", _number),
    Property("size_class", "size class", _size_class),
    _fact("national_rank", "rank by size in its country", _number),
    _fact("lat", "latitude", _number),
    _fact("lon", "longitude", _number),
    _fact("timezone", "time zone"),
    _fact("languages", "languages"),
    _fact("part_of", "part of"),
    _fact("aliases", "other names"),
    _external("wikidata", "Wikidata id"),
    _external("geonames", "GeoNames id"),
    _external("iso_3166_2", "ISO 3166-2 code"),
)
COLLABORATION_PROPERTIES = (
    _fact("type", "type of collaboration"),
    _fact("led_by", "led by"),
    _fact("theme", "theme"),
    _fact("sectors", "sectors"),
    _fact("goals", "goals"),
    _fact("intake", "intake"),
    _fact("founded", "founded"),
    _fact("member_count", "number of members", _number),
    _fact("ends", "end"),
    _fact("successor", "successor"),
    _fact("last_confirmed", "last confirmed"),
    _fact("aliases", "other names"),
    _external("wikidata", "Wikidata id"),
)
