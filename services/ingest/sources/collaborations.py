"""The catalogue of collaborations, and who is known to belong to them, from `data/`."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from models.errors import BadFile
from models.records import Collaboration
from models.records.values import CollaborationId, PlaceId
from models.taxonomy import CommitmentRole, FactStatus
from services.ingest.sources.yaml_tables import records, said


@dataclass(frozen=True)
class Membership:
    """A place in a collaboration; `place_id` is None where no id is known for certain."""

    collaboration: CollaborationId
    place_id: PlaceId | None
    place_name: str
    role: CommitmentRole
    since: date | None
    as_of: date | None
    status: FactStatus
    source: str


_MEMBERSHIP = TypeAdapter(Membership)
_COLUMNS = list(Membership.__dataclass_fields__)


def collaborations(folder: Path) -> Iterator[Collaboration]:
    """Every record of the YAML files in a folder; an id may occur only once."""
    seen: dict[str, str] = {}
    for path, where, record in records(folder, "collaborations", Collaboration):
        if record.id in seen:
            raise BadFile(f"{where}: the id {record.id!r} is already taken in {seen[record.id]}")
        seen[record.id] = path.name
        yield record


def memberships(path: Path) -> Iterator[Membership]:
    """Every row of the table of memberships; an empty cell is an unknown value."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if reader.fieldnames != _COLUMNS:
            raise BadFile(f"{path.name}: expected the columns {', '.join(_COLUMNS)}")
        for row in reader:
            cells = {name: row[name] or None for name in _COLUMNS}
            try:
                yield _MEMBERSHIP.validate_python(cells)
            except ValidationError as error:
                raise BadFile(f"{path.name}, line {reader.line_num}: {said(error)}") from error
