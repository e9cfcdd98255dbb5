"""The places of a snapshot: read in the order of their keys, page by page, never all at once."""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.snapshot import place_key
from models.snapshot.columns import ColumnWriter
from models.snapshot.directory import write_directory
from models.snapshot.groups import write_groups
from models.snapshot.place_records import RecordWriter
from models.snapshot.texts import written_texts
from models.tables import PlaceRow
from services.ingest.embed import Progress

PAGE = 1_000


class StoredPlace(NamedTuple):
    """A place as it is on file."""

    key: bytes
    tenant: str
    record: str
    content_hash: str


def stored_places(session: Session, progress: Progress) -> Iterator[StoredPlace]:
    """All places by their key; no database sorts bytes alike, so they are asked for by id."""
    ids = session.execute(select(PlaceRow.tenant_id, PlaceRow.id))
    keys = sorted((place_key(tenant, id), tenant, id) for tenant, id in ids)
    columns = (PlaceRow.tenant_id, PlaceRow.id, PlaceRow.record, PlaceRow.content_hash)
    for start in range(0, len(keys), PAGE):
        page = keys[start : start + PAGE]
        query = select(*columns).where(
            PlaceRow.tenant_id.in_({tenant for _, tenant, _ in page}),
            PlaceRow.id.in_([id for _, _, id in page]),
        )
        found = {(tenant, id): rest for tenant, id, *rest in session.execute(query)}
        for key, tenant, id in page:
            # Between two pages a place may have been taken away.
            if (tenant, id) in found:
                yield StoredPlace(key, tenant, *found[tenant, id])
        progress(start + len(page), len(keys))


@dataclass
class PlaceFiles:
    """What is gathered of the places as their records go by."""

    columns: ColumnWriter = field(default_factory=ColumnWriter)
    keys: list[bytes] = field(default_factory=list)
    tenants: "array[int]" = field(default_factory=lambda: array("H"))
    names: list[tuple[str, int]] = field(default_factory=list)
    texts: list[tuple[int, str]] = field(default_factory=list)
    records: RecordWriter = field(default_factory=RecordWriter)

    def add(self, place: StoredPlace, tenant: int) -> bytes:
        """Take in one place; answers with its record as bytes."""
        facts, row = orjson.loads(place.record), len(self.keys)
        self.columns.add(facts)
        self.keys.append(place.key)
        self.tenants.append(tenant)
        self.names += [(name, row) for name in (facts["name"], *facts.get("aliases", ()))]
        self.texts += [(row, written.text) for written in written_texts(facts)]
        return self.records.add(facts)

    def write(self, folder: Path) -> list[str]:
        """Write all but the records themselves; answers with the names of the files."""
        coded = self.columns.columns()
        tenants = np.array(self.tenants, np.uint16)
        arrays = {"place_keys.npy": self.sorted_keys(), "place_tenants.npy": tenants}
        for name, column in coded.items():
            arrays[f"place_{name}.codes.npy"] = column.codes
            arrays[f"place_{name}.values.npy"] = column.values
        for file, values in arrays.items():
            np.save(folder / file, values)
        owners = np.unique(np.array([row for row, _ in self.texts], np.int32))
        groups = write_groups(folder, coded, tenants, owners)
        records, names = self.records.write(folder), write_directory(folder, "place", self.names)
        return [*arrays, *groups, *records, *names]

    def sorted_keys(self) -> NDArray[np.bytes_]:
        return np.array(self.keys, np.bytes_)
