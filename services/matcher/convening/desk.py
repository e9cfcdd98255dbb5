"""What every question of a convener starts from: the collaboration, places and the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.errors import InvalidInput, PlaceNotFound
from models.records import Call
from models.snapshot import Snapshot
from models.tables import PlaceRow
from services.matcher.convening.schemas import PlaceRef
from services.matcher.matching.question import Context
from services.matcher.profile import stored_facts
from services.matcher.reconciling.name_matching import NameIndex
from services.matcher.wording import Wording

Facts = dict[str, Any]
OWN = "x:"


@lru_cache(maxsize=2)
def name_index(snapshot: Snapshot) -> NameIndex:
    """The names of a snapshot, indexed once; that of the one before may still be asked."""
    return NameIndex(snapshot)


@dataclass(frozen=True)
class Desk:
    """One convener's question about one collaboration (`row` is -1 for none)."""

    context: Context
    session: Session
    row: int = -1

    @property
    def tenant(self) -> str:
        return self.context.tenant

    @property
    def words(self) -> Wording:
        return self.context.words

    @property
    def record(self) -> Facts:
        return self.context.snapshot.collaborations[self.row]

    @property
    def named(self) -> Facts:
        """The collaboration as the head of an answer names it."""
        return {k: self.record[k] for k in ("id", "name")}

    @property
    def names(self) -> NameIndex:
        return name_index(self.context.snapshot)

    def stored(self, place_id: str) -> Facts:
        """A place by id: published, or one's own that is not published yet."""
        try:
            return stored_facts(self.context.snapshot, place_id, self.tenant)[1]
        except PlaceNotFound:
            row = (
                self.session.get(PlaceRow, (self.tenant, place_id))
                if place_id.startswith(OWN)
                else None
            )
            if row is None:
                raise
            facts: Facts = orjson.loads(row.record)
            return {**facts, "id": place_id}

    def own_places(self) -> list[str]:
        """The tenant's own places, published or not."""
        mine = select(PlaceRow.id).where(PlaceRow.tenant_id == self.tenant)
        return list(
            self.session.scalars(mine.where(PlaceRow.id.startswith(OWN)).order_by(PlaceRow.id))
        )

    def facts(self, ref: PlaceRef) -> Facts:
        """A place by its id, or as it describes itself."""
        return self.stored(ref) if isinstance(ref, str) else ref.facts()

    def all_facts(self, refs: Sequence[PlaceRef]) -> list[Facts]:
        return [self.facts(ref) for ref in refs]

    def call(self, asked: str | Call | None) -> Facts | None:
        """The call asked for: one of the collaboration's by its id, or one sent along."""
        if asked is None or isinstance(asked, Call):
            return asked.facts() | {"id": asked.id} if asked else None
        calls: list[Facts] = self.record.get("calls", [])
        for call in calls:
            if call["id"] == asked:
                return call
        known = ", ".join(repr(call["id"]) for call in calls) or "none"
        detail = f"no call {asked!r} of this collaboration is on file (on file: {known})"
        raise InvalidInput.at("/call", detail, "unknown_call")

    def day(self, asked: date | None, call: Facts | None) -> date:
        """The day to judge on: the one asked for, else the day of the call nearest to today."""
        if asked is not None or call is None:
            return asked or self.context.today
        opens, closes = call.get("opens"), call.get("closes")
        day = self.context.today
        if closes and day > date.fromisoformat(closes):
            return date.fromisoformat(closes)
        return date.fromisoformat(opens) if opens and day < date.fromisoformat(opens) else day


def shown(facts: Facts) -> Facts:
    """What an answer of the desk says of a place."""
    names = ("id", "name", "kind", "country", "region", "population", "metro_population")
    return {k: facts[k] for k in names if k in facts}


def name_of(facts: Facts) -> Facts:
    """A place as evidence: its name, and what else an answer says of it."""
    return {"field": "name", "value": facts["name"], **shown(facts)}


def refuse_doubles(keys: Sequence[str], pointer: str) -> None:
    """The same place twice in a list is a mistake, not two members."""
    seen: dict[str, int] = {}
    errors = []
    for at, key in enumerate(keys):
        if key in seen:
            detail = f"the same place as number {seen[key]}"
            errors.append({"pointer": f"{pointer}/{at}", "detail": detail, "code": "duplicate"})
        seen.setdefault(key, at)
    if errors:
        raise InvalidInput(f"{errors[0]['pointer']}: {errors[0]['detail']}", errors)
