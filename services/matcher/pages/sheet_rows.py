"""The rows of a sheet with what was chosen for them: whom each means, and what is wrong with it."""

from collections.abc import Mapping, Set
from dataclasses import replace
from typing import Any

from models.records import Place
from services.files.checks import column_type
from services.files.numbers import thousands_marks, without_thousands
from services.files.rows import RowError, SheetRow
from services.matcher.convening.desk import Desk
from services.matcher.convening.naming import Named, NameState, named
from services.matcher.convening.uploads import Sheet, read_rows
from services.matcher.pages.applicant_sheet import Carried
from services.matcher.pages.sheet_words import country_code, kind_of

LEAVE_OUT, AS_WRITTEN, FOUND = "leave_out", "as_written", "found"
# Columns that every row needs; what cannot be read in another counts as not known.
_NEEDED = {"name", "country", "id"}


def choices_of(form: Mapping[str, Any]) -> dict[int, str]:
    """What somebody chose for rows: a place, the row as it is written, or to leave it out."""
    return {
        int(name.removeprefix("row_")): str(value)
        for name, value in form.items()
        if name.startswith("row_") and name.removeprefix("row_").isdecimal() and value
    }


def decided_rows(
    desk: Desk, sheet: Carried, form: Mapping[str, Any]
) -> tuple[dict[int, str], list[Named]]:
    """What was chosen, for rows one by one and for all that are left, and the rows that stay."""
    choices = choices_of(form)
    found = checked(desk, sheet, choices)
    for_all = {
        one.row: choice
        for one in found
        if one.row not in choices
        and not settled(one)
        and (choice := _for_all(one, str(form.get(f"each_{one.state}", ""))))
    }
    if not for_all:
        return choices, found
    choices |= for_all
    return choices, checked(desk, sheet, choices)


def _for_all(one: Named, choice: str) -> str:
    """What a choice for all that are left means for this row; "" where it cannot be."""
    on_file = one.who.on_file if one.who is not None else None
    if choice == LEAVE_OUT:
        return choice
    if choice == FOUND and on_file is not None:
        return str(on_file["id"])
    return AS_WRITTEN if choice == AS_WRITTEN and one.applicant is not None and not on_file else ""


def settled(one: Named) -> bool:
    """Whether a row can be used as it stands."""
    return one.state is NameState.MATCHED and not one.errors


def checked(desk: Desk, sheet: Carried, choices: Mapping[int, str]) -> list[Named]:
    """The rows that stay, each matched, to be asked about or not found."""
    kept = [line for line in sheet.lines if choices.get(line[0]) != LEAVE_OUT]
    read, unread = _read(desk, sheet, kept, choices)
    found = named(desk, read, sheet.named())
    return [_decided(one, choices.get(one.row, ""), unread.get(one.row, [])) for one in found] + [
        Named(row, "", NameState.NOT_FOUND, errors=[RowError.at(row, code, detail)])
        for row, code, detail in sheet.broken
        if choices.get(row) != LEAVE_OUT
    ]


def _read(
    desk: Desk, sheet: Carried, kept: list[list[Any]], choices: Mapping[int, str]
) -> tuple[Sheet, dict[int, list[RowError]]]:
    """The rows, without the cells that cannot be read and need not be, and what is wrong there."""
    cells = _Cells(sheet, kept)
    read = read_rows(desk, (cells.row(line, choices.get(line[0], "")) for line in kept))
    unread: dict[int, list[RowError]] = {}
    for error in read.errors:
        if error.value and error.column in cells.fields and error.column not in _NEEDED:
            unread.setdefault(error.row, []).append(error)
    if not unread:
        return read, unread
    without = {row: {error.column for error in errors} for row, errors in unread.items()}
    again = (
        cells.row(line, choices.get(line[0], ""), without.get(line[0], set())) for line in kept
    )
    return read_rows(desk, again), unread


class _Cells:
    """The cells of a sheet by the fields they hold."""

    def __init__(self, sheet: Carried, kept: list[list[Any]]) -> None:
        assert sheet.mapping is not None
        self.sheet = sheet
        self.fields = {name: at for at, name in enumerate(sheet.mapping) if name}
        self.marks = {
            name: thousands_marks(str(line[1 + at]) for line in kept)
            for name, at in self.fields.items()
            if column_type(Place, name) is int
        }

    def row(self, line: list[Any], choice: str, without: Set[str | None] = frozenset()) -> SheetRow:
        sheet = self.sheet
        cells = {
            name: "" if name in without else self._cell(name, str(line[1 + at]))
            for name, at in self.fields.items()
        }
        cells["country"] = country_code(cells.get("country") or sheet.country)
        cells["kind"] = kind_of(cells.get("kind") or sheet.kind)
        if choice and choice != AS_WRITTEN:
            cells["id"] = choice
        return SheetRow(line[0], cells)

    def _cell(self, name: str, text: str) -> str:
        return without_thousands(text, self.marks[name]) if name in self.marks else text


def _decided(one: Named, choice: str, unread: list[RowError]) -> Named:
    """A row that somebody decided is not asked about again; what cannot be read is asked about."""
    if unread and not choice:
        state = NameState.ASK if one.state is NameState.MATCHED else one.state
        return replace(one, state=state, errors=[*unread, *one.errors])
    if choice == AS_WRITTEN and one.applicant is not None and not one.errors:
        return replace(one, state=NameState.MATCHED)
    return one
