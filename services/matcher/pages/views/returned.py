"""The sheet that goes back to its sender: each row as it came, with what became of it beside it."""

from collections.abc import Sequence

from services.files.tables import as_xlsx
from services.matcher.convening.naming import Named
from services.matcher.pages.applicant_sheet import Carried
from services.matcher.pages.views.desk import said
from services.matcher.pages.words import PageWording

# The columns that are added; sent again, the first is read as the place's id.
ADDED = ("place_id", "returned_row", "returned_state", "returned_matched", "returned_errors")


def returned_sheet(sheet: Carried, found: Sequence[Named], words: PageWording) -> bytes:
    """An Excel workbook; rows that were left out are said to be."""
    by_row = {one.row: one for one in found}
    heads = [words.text(f"sheet.{name}", {}) if name != "place_id" else name for name in ADDED]
    own = [at for at, name in enumerate(sheet.columns) if name not in (*heads, *ADDED)]
    lines = [
        [*(str(line[1 + at]) for at in own), *_beside(line[0], by_row.get(line[0]), words)]
        for line in sheet.lines
    ]
    broken = {row for row, _, _ in sheet.broken}
    lines += [
        [*("" for _ in own), *_beside(one.row, one, words)] for one in found if one.row in broken
    ]
    return as_xlsx("Counterpart", [*(sheet.columns[at] for at in own), *heads], lines)


def _beside(row: int, one: Named | None, words: PageWording) -> list[str | int]:
    """What became of a row."""
    if one is None:
        return ["", row, words.text("sheet.left_out", {}), "", ""]
    on_file = one.who.on_file if one.who is not None else None
    offered = one.who.candidates if one.who is not None else []
    errors = [said(e, words) for e in one.errors]
    if offered:
        names = [f"{c['name']} ({c['place_id']})" for c in offered]
        errors.append(words.text("sheet.may_mean", {"names": names}))
    return [
        on_file["id"] if on_file is not None else "",
        row,
        words.term("name_state", str(one.state)),
        on_file["name"] if on_file is not None else "",
        "; ".join(errors),
    ]
