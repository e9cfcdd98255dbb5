"""An opened snapshot with what the matcher derives from it once: columns, aliases, weights."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np

from models.errors import CollaborationNotFound, SnapshotRefused
from models.memory import remember
from models.names import fold
from models.snapshot import Snapshot
from models.snapshot.columns import ProfileColumns, profile_columns
from models.snapshot.groups import FINE
from models.snapshot.texts import TextIndex
from models.tables.records import PUBLIC
from models.taxonomy import FactStatus, Mode, Stage
from services.matcher.askers import MOST_ALIKE, Askers
from services.matcher.collaboration_columns import collaboration_columns
from services.matcher.comparing import Shapes, compared
from services.matcher.doors import Doors, Remembered
from services.matcher.features import (
    COLLABORATION_FEATURES,
    EXISTING_TIE,
    GIVEN_OF_COLLABORATIONS,
    PEER_FEATURES,
    SIMILAR_TEXT,
    Feature,
)
from services.matcher.members import Company, Roll, company, read_members
from services.matcher.wording import Wording

# What is read from columns can be given a shape: it acts on a column's distinct values.
SHAPED = {f.name for f in PEER_FEATURES}
PEER_NAMES = {f.name for f in PEER_FEATURES} | {SIMILAR_TEXT, EXISTING_TIE}
COLLABORATION_NAMES = {f.name for f in COLLABORATION_FEATURES} | set(GIVEN_OF_COLLABORATIONS)

# The share of collaborations on record at a stage below which its supply is thin, or only fair
# (the report finds the late stages thinly supplied, lines 3378-3382).
THIN_SUPPLY = 0.1
FAIR_SUPPLY = 0.25
# Tenants whose known members are kept ready.
COMPANIES = 64
# Days and languages for which the collaborations are kept judged as far as all are judged alike.
DAYS = 16


def stages_on_record(collaboration: Mapping[str, Any]) -> frozenset[str]:
    """The stages at which a collaboration works on record; its own claims cover none."""
    stages = collaboration.get("stages", ())
    return frozenset(s["stage"] for s in stages if s["status"] != FactStatus.CLAIM)


class Catalogue:
    """One snapshot, ready to answer from; made once per snapshot and shared by all requests."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.weights = snapshot.weights
        _check_weights(snapshot)
        self.columns = collaboration_columns(snapshot.collaborations)
        self._companies: dict[str, Company] = {}
        self._doors: dict[tuple[date, str], Doors] = {}
        self._alike: Remembered = {}
        self._askers: dict[Hashable, Askers] = {}
        self._answered: set[type] = set()

    def has_answered(self, kind: type) -> bool:
        """Whether a question of this kind was answered: what its answers rest on is derived."""
        return kind in self._answered

    def answered(self, kind: type) -> None:
        """Remember that a question of this kind was answered."""
        self._answered.add(kind)

    def shapes(self, mode: str) -> Shapes:
        """How the values of a mode's features count; as they are where nothing else is set."""
        found: Shapes = self.weights.get("shapes", {}).get(mode, {})
        return found

    def telling(self, asking: ProfileColumns) -> list[Feature]:
        """The features of collaborations that can tell: most rest on what few places have."""
        whoever = self._telling_whoever
        return [f for f in COLLABORATION_FEATURES if asking.says(f.asks) or f.name in whoever]

    @cached_property
    def _telling_whoever(self) -> frozenset[str]:
        """The features that tell a place of which nothing is on file (that there is no fee)."""
        nothing = profile_columns({})
        return frozenset(
            f.name
            for f in COLLABORATION_FEATURES
            if not nothing.says(f.asks)
            and compared(f, self.columns[f.answers], nothing[f.asks], True) is not None
        )

    @cached_property
    def says_of_one(self) -> bool:
        """Whether a collaboration says anything that each place is compared with for itself."""
        asked = [f for f in COLLABORATION_FEATURES if f.asks in FINE]
        return any(not np.isnan(self.columns[f.answers].values).all() for f in asked)

    @cached_property
    def text_floors(self) -> tuple[float, float]:
        """The cosine of unrelated texts: of places, of collaborations (see `TextTerm`)."""
        places, collaborations = self.snapshot.places.texts, self.snapshot.collaboration_texts
        return background(places), background(collaborations)

    @cached_property
    def members(self) -> list[Roll]:
        """The known members of each collaboration."""
        return read_members(self.snapshot)

    def company(self, tenant: str) -> Company:
        """The members that a tenant knows of; tenants with ties of their own are few at a time."""
        found = self._companies.get(tenant)
        if found is None:
            made = company(self.snapshot.places, self.members, tenant)
            found = remember(self._companies, COMPANIES, tenant, made)
        return found

    def doors(self, as_of: date, words: Wording) -> Doors:
        """The collaborations as they stand on a day, in a language; most ask about today."""
        found = self._doors.get((as_of, words.language))
        if found is None:
            made = Doors(self.snapshot.collaborations, as_of, words, self._alike)
            found = remember(self._doors, DAYS, (as_of, words.language), made)
        return found

    def askers(self, key: Hashable | None, make: Callable[[], Askers]) -> Askers:
        """What is found for all places alike, by all that they share; made anew without a key."""
        found = self._askers.get(key) if key else None
        if found is None:
            found = make()
            if key:
                remember(self._askers, MOST_ALIKE, key, found)
        return found

    def collaborations_of(self, tenant: str) -> Sequence[int]:
        """The rows of the collaborations that a tenant sees: the public ones and its own."""
        mine = self._rows_by_tenant.get(tenant) if tenant != PUBLIC else None
        public = self._rows_by_tenant.get(PUBLIC, [])
        return sorted(public + mine) if mine else public

    @cached_property
    def _rows_by_tenant(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for row, record in enumerate(self.snapshot.collaborations):
            found.setdefault(record["tenant"], []).append(row)
        return found

    @cached_property
    def domestic(self) -> frozenset[int]:
        """The rows of networks at home: a first step, never an international match."""
        records = enumerate(self.snapshot.collaborations)
        return frozenset(row for row, record in records if record.get("domestic"))

    @cached_property
    def _aliases(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for row, record in enumerate(self.snapshot.collaborations):
            for name in (record["id"], record["name"], *record.get("aliases", ())):
                rows = found.setdefault(fold(name), [])
                if row not in rows:
                    rows.append(row)
        return found

    def collaboration(self, name: str, tenant: str) -> int:
        """The row of a collaboration by id, name, alias or former name."""
        by_id = self.snapshot.collaboration_row(name, tenant)
        if by_id is not None:
            return by_id
        for row in self._aliases.get(fold(name), ()):
            if self.snapshot.collaborations[row]["tenant"] in (tenant, PUBLIC):
                return row
        raise CollaborationNotFound(name)

    @cached_property
    def on_record(self) -> list[frozenset[str]]:
        """The stages at which each collaboration works on record."""
        return [stages_on_record(record) for record in self.snapshot.collaborations]

    @cached_property
    def supply(self) -> dict[str, str]:
        """How many collaborations work at each stage, in a word; claims do not count."""
        answer = {}
        for stage in Stage:
            share = sum(stage in at for at in self.on_record) / max(len(self.on_record), 1)
            word = "thin" if share < THIN_SUPPLY else "fair" if share < FAIR_SUPPLY else "rich"
            answer[str(stage)] = word
        return answer


def background(texts: TextIndex) -> float:
    """The mean cosine of two texts of the index: that of the mean vector with itself."""
    count = texts.index.ntotal
    if count == 0:
        return 0.0
    mean = texts.vectors.mean(axis=0, dtype=np.float64)
    return float(mean @ mean)


def _check_weights(snapshot: Snapshot) -> None:
    """Refuse weights made for other features than these."""
    odd = misfits(snapshot.weights)
    if odd:
        raise SnapshotRefused(
            f"The weights of snapshot {snapshot.id} were made for other features ({odd[0]})."
        )


def misfits(weights: Mapping[str, Any]) -> list[str]:
    """Where weights and shapes do not go with the features there are."""
    peers, shapes = weights.get("peers", {}), weights.get("shapes", {})
    tables = [(f"peers/{mode}", peers.get(mode, {}), PEER_NAMES) for mode in Mode]
    tables.append(("collaborations", weights.get("collaborations", {}), COLLABORATION_NAMES))
    odd = [(name, sorted(set(table) ^ expected)) for name, table, expected in tables]
    for mode, table in shapes.items():
        odd.append(
            (f"shapes/{mode}", sorted(n for n, p in table.items() if n not in SHAPED or p <= 0))
        )
    odd.append(("shapes", sorted(set(shapes) - set(map(str, Mode)))))
    return [f"{name}: {', '.join(names)}" for name, names in odd if names]
