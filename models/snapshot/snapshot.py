"""An opened snapshot: all that answers rest on, immutable and checked."""

from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from models.errors import SnapshotRefused
from models.snapshot.blobs import Blob, mapped
from models.snapshot.columns import Column
from models.snapshot.crosswalk import OWN_SCHEMES, Crosswalk
from models.snapshot.directory import Directory
from models.snapshot.groups import COARSE, Groups
from models.snapshot.manifest import Manifest, read_manifest
from models.snapshot.packed import Packed, pack
from models.snapshot.place_columns import PLACE_COLUMNS
from models.snapshot.place_records import PlaceRecords, Record
from models.snapshot.texts import TextIndex
from models.tables.records import PUBLIC

PRIVATE = "\x1f"


def place_key(tenant: str, place_id: str) -> bytes:
    """What a place is found by: its id, and for a tenant's own the tenant too."""
    return (place_id if tenant == PUBLIC else f"{place_id}{PRIVATE}{tenant}").encode()


@dataclass(frozen=True)
class Tie:
    """A known tie of a place with a collaboration (`collaboration`) or a place (`partner`)."""

    place: int
    collaboration: int
    partner: int
    tenant: str
    record: dict[str, Any]


class Places:
    """Places as rows, sorted by key: columns to score by, records to explain with."""

    def __init__(self, folder: Path, tenants: list[str]) -> None:
        self.keys: NDArray[np.bytes_] = mapped(folder / "place_keys.npy")
        self.tenants: NDArray[np.uint16] = mapped(folder / "place_tenants.npy")
        self.columns = {
            name: Column(
                mapped(folder / f"place_{name}.codes.npy"),
                # By columns: a feature reads some columns of all rows.
                np.asfortranarray(np.load(folder / f"place_{name}.values.npy")),
            )
            for name in PLACE_COLUMNS
        }
        self.texts = TextIndex(folder, "place")
        self.groups = Groups(folder, self.texts.owners)
        self.directory = Directory(folder, "place")
        self._records = PlaceRecords(folder)
        self._tenant_names = tenants

    def __len__(self) -> int:
        return len(self.keys)

    @cached_property
    def packed(self) -> Packed:
        """The places as the kernel reads them."""
        return pack(self.groups, self.texts, self.columns)

    @cached_property
    def widest(self) -> Column:
        """Of the columns that places alike share, the one of most values."""
        return max((self.columns[name] for name in COARSE), key=lambda column: len(column.values))

    def row(self, place_id: str, tenant: str = PUBLIC) -> int | None:
        """The row of a place that this tenant may see, by any of its ids; None where none is."""
        scheme, _, value = place_id.partition(":")
        if value and scheme not in OWN_SCHEMES:
            return self._crosswalk.row(place_id, (tenant, PUBLIC))
        owner = tenant if place_id.startswith("x:") else PUBLIC
        key = place_key(owner, place_id)
        # Not numpy's search: asked for a longer key than any here, it converts all of them first.
        row = bisect_left(self.keys, key)
        return row if row < len(self.keys) and self.keys[row] == key else None

    @cached_property
    def _crosswalk(self) -> Crosswalk:
        """Ids of other schemes, read from all records at the first question with one."""
        rows = range(len(self))
        return Crosswalk((self._tenant_names[self.tenants[row]], self.facts(row)) for row in rows)

    def facts(self, row: int) -> dict[str, Any]:
        """The place's record as given, without what is unknown."""
        return self._records[row][0]

    def record(self, row: int) -> Record:
        """The same, with what answers show of it."""
        return self._records[row]

    def shown(self, row: int) -> dict[str, Any]:
        """The place as answers show it."""
        shown: dict[str, Any] = orjson.loads(self._records[row][1])
        return shown

    def id(self, row: int) -> str:
        """The place's id, as its tenant says it."""
        key: bytes = self.keys.item(row)
        return key.decode().partition(PRIVATE)[0]

    def tenants_seen_by(self, tenant: str) -> NDArray[np.bool_]:
        """Which tenants' places this tenant may see: the public ones and its own."""
        return np.array([name in (PUBLIC, tenant) for name in self._tenant_names])

    def visible_to(self, tenant: str) -> NDArray[np.bool_]:
        """Which rows this tenant may see."""
        return self.tenants_seen_by(tenant)[self.tenants]


class Ties:
    """Known memberships and partnerships, found from either side."""

    def __init__(self, folder: Path, tenants: list[str]) -> None:
        ends = np.load(folder / "ties.npy")
        records = Blob(folder, "tie_records")
        self._all = [
            Tie(place, collaboration, partner, tenants[tenant], orjson.loads(records[i]))
            for i, (place, collaboration, partner, tenant) in enumerate(ends.tolist())
        ]
        self._by_place: dict[int, list[Tie]] = {}
        self._by_collaboration: dict[int, list[Tie]] = {}
        self._by_partner: dict[int, list[Tie]] = {}
        for tie in self._all:
            self._by_place.setdefault(tie.place, []).append(tie)
            self._by_collaboration.setdefault(tie.collaboration, []).append(tie)
            self._by_partner.setdefault(tie.partner, []).append(tie)

    def of_place(self, row: int) -> list[Tie]:
        return self._by_place.get(row, [])

    def with_place(self, row: int) -> list[Tie]:
        """Ties that other places have with this one."""
        return self._by_partner.get(row, [])

    def of_collaboration(self, row: int) -> list[Tie]:
        return self._by_collaboration.get(row, [])


class Snapshot:
    """One published state of the catalogue with everything needed to answer."""

    def __init__(self, folder: Path) -> None:
        self.manifest: Manifest = read_manifest(folder)
        self.id = self.manifest.snapshot_id
        _refuse_without_columns(self.manifest)
        self.places = Places(folder, self.manifest.tenants)
        self.collaborations: list[dict[str, Any]] = orjson.loads(
            (folder / "collaborations.json").read_bytes()
        )
        self.collaboration_texts = TextIndex(folder, "collaboration")
        self._check_dimension()
        self.ties = Ties(folder, self.manifest.tenants)
        anchors = folder / "need_anchors.npy"
        self.need_anchors: NDArray[np.float32] | None = (
            np.load(anchors) if anchors.name in self.manifest.files else None
        )
        self.weights: dict[str, Any] = orjson.loads((folder / "weights.json").read_bytes())

    def _check_dimension(self) -> None:
        """Vectors of another length than the manifest says would fail at the first question."""
        for texts in (self.places.texts, self.collaboration_texts):
            if texts.index.d != self.manifest.embedding.dimension:
                raise SnapshotRefused(
                    f"The texts of snapshot {self.id} have {texts.index.d} dimensions, its "
                    f"manifest says {self.manifest.embedding.dimension}."
                )

    def collaboration_row(self, id: str, tenant: str) -> int | None:
        """The row of a collaboration that this tenant may see, by its id; None where none is."""
        rows = self._collaboration_rows
        return rows.get((tenant, id), rows.get((PUBLIC, id)))

    @cached_property
    def _collaboration_rows(self) -> dict[tuple[str, str], int]:
        return {(c["tenant"], c["id"]): row for row, c in enumerate(self.collaborations)}


def _refuse_without_columns(manifest: Manifest) -> None:
    """Refuse a snapshot made before a column was thought of."""
    for name in PLACE_COLUMNS:
        if f"place_{name}.codes.npy" not in manifest.files:
            raise SnapshotRefused(
                f"The snapshot {manifest.snapshot_id} was made without the column {name!r}: "
                "publish again."
            )
