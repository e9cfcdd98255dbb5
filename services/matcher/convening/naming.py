"""The names of a sheet, before anything is kept: matched, to be asked about, or not found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from services.files.rows import RowError
from services.matcher.convening.applicants import Known, known
from services.matcher.convening.desk import Desk
from services.matcher.convening.schemas import Applicant
from services.matcher.convening.uploads import Sheet


class NameState(StrEnum):
    """What became of a name; none is ever guessed."""

    MATCHED = "matched"
    ASK = "ask"
    NOT_FOUND = "not_found"


@dataclass(frozen=True)
class Named:
    """One row of a sheet: whom it means, as far as that is known, and what is wrong with it."""

    row: int
    asked: str
    state: NameState
    applicant: Applicant | None = None
    who: Known | None = None
    errors: list[RowError] = field(default_factory=list)


def named(desk: Desk, sheet: Sheet, asked: Mapping[int, str]) -> list[Named]:
    """Every row of a sheet with its state, in order; `asked` is the name that each row gives."""
    found: dict[int, Named] = {}
    first: dict[str, int] = {}
    people = known(desk, sheet.applicants, sheet.lines)
    for applicant, who, row in zip(sheet.applicants, people, sheet.lines, strict=True):
        found[row] = _one(row, asked.get(row, ""), applicant, who, first)
    for error in sheet.errors:
        before = found.get(error.row)
        if before is None:
            name = asked.get(error.row, "")
            before = found[error.row] = Named(error.row, name, NameState.NOT_FOUND)
        before.errors.append(error)
    return [found[row] for row in sorted(found)]


def _one(row: int, asked: str, applicant: Applicant, who: Known, first: dict[str, int]) -> Named:
    """A row that can be read; two rows that mean one place are asked about, not merged."""
    on_file = who.on_file["id"] if who.on_file is not None else applicant.place_id
    if on_file is None:
        state = NameState.ASK if who.candidates else NameState.NOT_FOUND
        return Named(row, asked, state, applicant, who)
    if on_file in first:
        detail = f"row {first[on_file]} means the same place"
        error = RowError.at(row, "duplicate", detail, "name", asked)
        again = error.repeating(first[on_file])
        return Named(row, asked, NameState.ASK, applicant, who, [again])
    first[on_file] = row
    return Named(row, asked, NameState.MATCHED, applicant, who)
