"""The catalogue of collaborations, and who is known to belong to them, from `data/`."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

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
    for path in sorted(folder.glob("*.yaml")):
        for number, raw in enumerate(records(path, "collaborations"), start=1):
            record = _collaboration(raw, f"{path.name}, record {number}")
            if record.id in seen:
                raise BadFile(
                    f"{path.name}, record {number}: the id {record.id!r} is already taken "
                    f"in {seen[record.id]}"
                )
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


def _collaboration(raw: Any, where: str) -> Collaboration:
    if isinstance(raw, dict) and raw.get("id"):
        where = f"{where} ({raw['id']})"
    try:
        return Collaboration.model_validate(raw)
    except ValidationError as error:
        raise BadFile(f"{where}: {said(error)}") from error
