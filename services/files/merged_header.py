"""A header of two rows, as merged cells make it, as one: "Figures" over "Population", "Budget"."""

import re
from collections.abc import Iterable, Iterator

from services.files.rows import RowError

Line = list[str] | RowError
_FIGURE = re.compile(r"[\d\s.,%+-]*\d[\d\s.,%+-]*")


def with_one_header(found: Iterable[Line]) -> Iterator[Line]:
    """The same lines; of a header of two rows the first is left blank, so that all keep count."""
    lines = iter(found)
    for row in lines:
        if isinstance(row, RowError) or _filled(row) < 2:
            yield row
            continue
        yield from _header_of(row, lines) if _filled(row) < len(row) else [row]
        break
    yield from lines


def _header_of(row: list[str], lines: Iterator[Line]) -> Iterator[Line]:
    """A header with gaps, and the next line that is not blank; joined where both are the header."""
    blank: list[Line] = []
    for below in lines:
        if not isinstance(below, RowError) and not _filled(below):
            blank.append(below)
            continue
        joined = None if isinstance(below, RowError) else _joined(row, below)
        yield from [[], *blank, joined] if joined else [row, *blank, below]
        return
    yield from [row, *blank]


def _joined(over: list[str], under: list[str]) -> list[str] | None:
    """Two rows of one header as one; None where the second is a row of the table."""
    width = max(_width(over), _width(under))
    above, below = (
        [cell.strip() for cell in row[:width]] + [""] * (width - len(row)) for row in (over, under)
    )
    gaps = [at for at in range(width) if not above[at]]
    told = gaps and all(below[at] for at in gaps)
    if not told or any(_FIGURE.fullmatch(cell) for cell in below):
        return None
    # A name over one column alone goes down over both rows, unless all above are names of groups.
    alone = [at for at in range(width) if above[at] and above[at + 1 : at + 2] != [""]]
    goes_down = alone and not any(below[at] for at in alone)
    names_groups = all(below) and _has_gap(over) and 2 * len(gaps) >= width
    if not goes_down and not names_groups:
        return None
    return [under or over for over, under in zip(above, below, strict=True)]


def _filled(row: list[str]) -> int:
    return sum(1 for cell in row if cell.strip())


def _width(row: list[str]) -> int:
    """How many columns a row has, up to the last that is filled."""
    return max((at for at, cell in enumerate(row, start=1) if cell.strip()), default=0)


def _has_gap(row: list[str]) -> bool:
    """Whether a column without a name stands before one that has one."""
    return _filled(row) < _width(row)
