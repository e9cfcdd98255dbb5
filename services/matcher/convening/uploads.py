"""A file of applicants: good rows become applicants, each bad one is told by row and column."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from models.errors import BadFile, InvalidInput, PlaceNotFound
from models.records import Place
from services.files.checks import to_record, unknown_columns
from services.files.rows import RowError, SheetRow
from services.files.sheets import rows, sheets_of
from services.matcher.convening.desk import Desk
from services.matcher.convening.schemas import APPLICANTS, Applicant
from services.matcher.convening.together import screening_caution
from services.matcher.wording import Wording

# The column that names a stored place instead of describing one.
PLACE_ID = "place_id"


@dataclass
class Sheet:
    """The applicants of a file with their lines, and what was wrong with the others."""

    applicants: list[Applicant] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    """The sheets of its workbook that hold something; the first one is read."""

    def left_unread(self, words: Wording) -> list[dict[str, Any]]:
        """A caution where a workbook has other sheets than the one that was read."""
        if len(self.names) < 2:
            return []
        args = {"sheet": self.names[0], "others": self.names[1:]}
        return [screening_caution("sheets_unread", words, args)]

    def told(self) -> list[dict[str, Any]]:
        return [asdict(error) for error in self.errors]


def read(desk: Desk, content: bytes, filename: str) -> Sheet:
    """Read a CSV, XLSX or NDJSON file of applicants."""
    sheet = read_rows(desk, rows(content, filename))
    sheet.names = sheets_of(content)
    if not sheet.applicants:
        detail = "no row of the file is an applicant that can be read"
        errors = [{"pointer": "/file", "detail": detail, "code": "no_applicants"}]
        raise InvalidInput(detail, errors + sheet.told()[:100])
    return sheet


def read_rows(desk: Desk, found_rows: Iterable[SheetRow | RowError]) -> Sheet:
    """Rows as applicants; a sheet without a good one is for who asked to judge."""
    sheet, seen, columns = Sheet(), dict[str, int](), set[str]()
    for row in found_rows:
        if isinstance(row, RowError):
            sheet.errors.append(row)
            continue
        if row.has_header:
            _check_columns(row, columns)
        found = _applicant(desk, row, seen)
        if isinstance(found, Applicant):
            sheet.applicants.append(found)
            sheet.lines.append(row.number)
        else:
            sheet.errors += found
        if len(sheet.applicants) > APPLICANTS:
            raise BadFile(f"At most {APPLICANTS:,} applicants at once; split the file.")
    return sheet


def _check_columns(row: SheetRow, columns: set[str]) -> None:
    """A misspelt column must not be lost silently."""
    new = [name for name in row.cells if name not in columns and name != PLACE_ID]
    columns.update(new)
    unknown = unknown_columns(new, Place)
    if unknown:
        names = ", ".join(repr(error.column) for error in unknown)
        raise BadFile(f"Unknown columns: {names}. Rename or remove them.")


def _applicant(desk: Desk, row: SheetRow, seen: dict[str, int]) -> Applicant | list[RowError]:
    cells = {k: v for k, v in row.cells.items() if k != PLACE_ID}
    place_id = str(row.cells.get(PLACE_ID) or "").strip()
    if place_id:
        return _stored(desk, row, place_id, cells, seen)
    record = to_record(replace(row, cells=cells), Place)
    if isinstance(record, list):
        return record
    if record.id is not None:
        try:
            if not record.id.startswith("x:"):
                desk.stored(record.id)
        except PlaceNotFound as error:
            return [RowError.at(row.number, "place_not_found", error.detail, "id", record.id)]
    key = record.id or f"{record.name}|{record.kind}|{record.country}|{record.region}"
    return _once(row, key, seen, "id" if record.id else "name") or Applicant(place=record)


def _stored(
    desk: Desk, row: SheetRow, place_id: str, cells: dict[str, Any], seen: dict[str, int]
) -> Applicant | list[RowError]:
    if any(str(cell or "").strip() for cell in cells.values()):
        detail = "a row either names a stored place or describes one"
        return [RowError.at(row.number, "two_places", detail, PLACE_ID, place_id)]
    try:
        desk.stored(place_id)
    except PlaceNotFound as error:
        return [RowError.at(row.number, "place_not_found", error.detail, PLACE_ID, place_id)]
    return _once(row, place_id, seen, PLACE_ID) or Applicant(place_id=place_id)


def _once(row: SheetRow, key: str, seen: dict[str, int], column: str) -> list[RowError] | None:
    if key in seen:
        detail = f"row {seen[key]} is the same applicant"
        error = RowError.at(row.number, "duplicate", detail, column, row.cells.get(column))
        return [error.repeating(seen[key])]
    seen[key] = row.number
    return None
