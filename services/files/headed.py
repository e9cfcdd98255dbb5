"""A table as rows by its header: what stands over it is a title, blank rows are counted."""

from collections.abc import Iterable

from models.errors import BadFile
from services.files.merged_header import with_one_header
from services.files.rows import RowError, Rows, SheetRow

ROWS = 200_000
COLUMNS = 300
CELL = 32_767
# Lines that may stand over the header, such as the name of the call across all columns.
TITLES = 3


def by_header(found: Iterable[list[str] | RowError]) -> Rows:
    """Rows by their header, within the limits; blank rows are passed over but counted."""
    header: list[str] | None = None
    lone: list[tuple[int, list[str]]] = []
    for number, row in enumerate(with_one_header(found), start=1):
        if isinstance(row, RowError):
            if header is None:
                raise BadFile(f"The header is {row.detail}")
            yield row
            continue
        if number > ROWS:
            raise BadFile(f"The file has more than {ROWS:,} rows; split it.")
        if not any(cell.strip() for cell in row):
            continue
        if header is None and _is_lone(row) and len(lone) < TITLES:
            lone.append((number, row))
            continue
        if header is None:
            header, waiting = _begun(lone, number, row)
            yield from (_row(at, header, cells) for at, cells in waiting)
        else:
            yield _row(number, header, row)
    if header is None and lone:
        header = _header(lone[0][1])
        yield from (_row(at, header, cells) for at, cells in lone[1:])
    if header is None:
        raise BadFile("The file is empty: expected a header and rows.")


def _is_lone(row: list[str]) -> bool:
    """Whether a wide row holds one cell alone, as a title over the table does."""
    return len(row) > 1 and sum(1 for cell in row if cell.strip()) == 1


def _begun(
    lone: list[tuple[int, list[str]]], number: int, row: list[str]
) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The header, and the rows read before it was clear: what stands alone above it is a title."""
    if not lone or not _is_lone(row):
        return _header(row), []
    return _header(lone[0][1]), [*lone[1:], (number, row)]


def _header(row: list[str]) -> list[str]:
    names = [cell.strip() for cell in row]
    while names and not names[-1]:
        names.pop()
    if len(names) > COLUMNS:
        raise BadFile(f"The file has more than {COLUMNS} columns.")
    if "" in names:
        raise BadFile(f"Column {names.index('') + 1} has no name in the header.")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BadFile(f"Columns with the same name: {', '.join(twice)}.")
    return names


def _row(number: int, header: list[str], row: list[str]) -> SheetRow | RowError:
    extra = [cell for cell in row[len(header) :] if cell.strip()]
    if extra:
        detail = f"the row has more cells than the header has columns ({len(header)})"
        return RowError.at(number, "too_many_cells", detail, value=extra[0])
    cells = dict(zip(header, row, strict=False))
    for name, cell in cells.items():
        if len(cell) > CELL:
            detail = f"a cell has at most {CELL:,} characters, this one has {len(cell):,}"
            return RowError.at(number, "cell_too_long", detail, name, cell)
    return SheetRow(number, cells)
