"""The two kinds of records that names are reconciled with, behind one face."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from models.errors import CollaborationNotFound
from models.snapshot import Snapshot
from models.taxonomy import CollaborationType, PlaceKind
from services.matcher.catalogue import Catalogue
from services.matcher.reconciling import collaborations, places
from services.matcher.reconciling.collaborations import ANY_COLLABORATION, CollaborationFinder
from services.matcher.reconciling.finding import find_collaborations, find_places
from services.matcher.reconciling.places import ANY_PLACE, Found, PlaceFinder
from services.matcher.reconciling.properties import (
    COLLABORATION_PROPERTIES,
    PLACE_PROPERTIES,
    Property,
)
from services.matcher.reconciling.schemas import Query

Facts = dict[str, Any]


class Reconcilable(Protocol):
    """What the routes need to know of a kind of record."""

    noun: ClassVar[str]
    types: ClassVar[dict[str, str]]
    properties: ClassVar[tuple[Property, ...]]

    def find(self, query: Query) -> list[Found]: ...
    def starting_with(self, prefix: str) -> Sequence[int]: ...
    def facts(self, row: int) -> Facts: ...
    def by_id(self, key: str) -> Facts | None: ...
    def type_of(self, facts: Facts) -> str: ...
    def describe(self, facts: Facts) -> str: ...


def _words(value: str) -> str:
    return value.replace("_", " ")


@dataclass(frozen=True)
class PlacesToName:
    """Places, as one tenant sees them."""

    snapshot: Snapshot
    tenant: str
    noun: ClassVar[str] = "places"
    types: ClassVar[dict[str, str]] = {ANY_PLACE: "place"} | {
        str(kind): _words(kind) for kind in PlaceKind
    }
    properties: ClassVar[tuple[Property, ...]] = PLACE_PROPERTIES

    def find(self, query: Query) -> list[Found]:
        return PlaceFinder(self.snapshot, self.tenant).find(query)

    def starting_with(self, prefix: str) -> Sequence[int]:
        return find_places(self.snapshot, prefix, self.tenant, None, None)

    def facts(self, row: int) -> Facts:
        return self.snapshot.places.facts(row)

    def by_id(self, key: str) -> Facts | None:
        row = self.snapshot.places.row(key, self.tenant)
        return None if row is None else self.facts(row)

    def type_of(self, facts: Facts) -> str:
        return str(facts["kind"])

    def describe(self, facts: Facts) -> str:
        return places.describe(facts)


@dataclass(frozen=True)
class CollaborationsToName:
    """Collaborations, as one tenant sees them."""

    catalogue: Catalogue
    tenant: str
    noun: ClassVar[str] = "collaborations"
    types: ClassVar[dict[str, str]] = {ANY_COLLABORATION: "collaboration"} | {
        str(kind): _words(kind) for kind in CollaborationType
    }
    properties: ClassVar[tuple[Property, ...]] = COLLABORATION_PROPERTIES

    def find(self, query: Query) -> list[Found]:
        return CollaborationFinder(self.catalogue.snapshot, self.tenant).find(query)

    def starting_with(self, prefix: str) -> Sequence[int]:
        return find_collaborations(self.catalogue.snapshot, prefix, self.tenant)

    def facts(self, row: int) -> Facts:
        return self.catalogue.snapshot.collaborations[row]

    def by_id(self, key: str) -> Facts | None:
        try:
            return self.facts(self.catalogue.collaboration(key, self.tenant))
        except CollaborationNotFound:
            return None

    def type_of(self, facts: Facts) -> str:
        return str(facts["type"])

    def describe(self, facts: Facts) -> str:
        return collaborations.describe(facts)
