"""The project's own records of places, laid field by field over the rows of the packages."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import ValidationError

from models.errors import BadFile
from models.records import Fact, Place
from services.ingest.sources.yaml_tables import records, said

_IDENTITY = {"id", "provenance"}
# What qualifies a figure goes with it: an old qualifier would misdescribe a new figure.
_GO_TOGETHER = {"population": "population_basis"}


def overrides(folder: Path) -> Iterator[Place]:
    """Every record of the YAML files in a folder, in the order of files and records."""
    for _, where, place in records(folder, "places", Place):
        if place.id is None:
            raise BadFile(f"{where}: a record needs an id")
        yield place


def lay_all_over(bases: Iterable[Place], extras: Iterable[Place]) -> Iterator[Place]:
    """Every base place with its extras laid over it, then the extras that have no base."""
    by_id: dict[str, list[Place]] = {}
    for extra in extras:
        by_id.setdefault(extra.id or "", []).append(extra)
    for base in bases:
        yield _laid(base, by_id.pop(base.id or "", []))
    for first, *others in by_id.values():
        yield _laid(first, others)


def _laid(base: Place, extras: Iterable[Place]) -> Place:
    for extra in extras:
        base = lay_over(base, extra)
    return base


def lay_over(base: Place, extra: Place) -> Place:
    """The base with what the extra gives; a given field replaces, names and ids are joined.

    Each given field takes the extra's fact, never the base's: a figure must not stand with the
    source of another one.
    """
    if extra.kind is not base.kind or extra.country != base.country:
        raise BadFile(f"{extra.id}: kind or country differ from the row it is laid over")
    given = {name: getattr(extra, name) for name in extra.model_fields_set - _IDENTITY}
    for figure, qualifier in _GO_TOGETHER.items():
        if given.get(figure) is not None:
            given.setdefault(qualifier, None)
    given["aliases"] = _names(base, extra)
    given["external_ids"] = {**base.external_ids, **extra.external_ids}
    given["provenance"] = _provenance(base, extra)
    merged = {name: getattr(base, name) for name in base.model_fields_set} | given
    try:
        return Place.model_validate(merged)
    except ValidationError as error:
        raise BadFile(f"{extra.id}: {said(error)}") from error


def _names(base: Place, extra: Place) -> list[str]:
    """All names but the first: the base's stay, or nobody would find the place by them."""
    names = dict.fromkeys([*extra.aliases, base.name, *base.aliases])
    names.pop(extra.name, None)
    return list(names)


def _provenance(base: Place, extra: Place) -> dict[str, Fact]:
    whole = extra.provenance.get("*")
    facts = dict(base.provenance)
    for field in extra.model_fields_set - _IDENTITY:
        fact = extra.provenance.get(field, whole)
        if getattr(extra, field) != getattr(base, field):
            facts.pop(field, None)
            if fact:
                facts[field] = fact
        elif field in extra.provenance:
            facts[field] = extra.provenance[field]
    return facts
