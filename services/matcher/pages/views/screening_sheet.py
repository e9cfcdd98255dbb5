"""A screening as a sheet: each applicant with what the rules say, and what was decided."""

from typing import Any

from services.files.tables import as_xlsx
from services.matcher.convening.together import verdict_of
from services.matcher.pages.views.screening import table_view
from services.matcher.pages.words import PageWording

Json = dict[str, Any]
ADDED = ("sheet_member", "sheet_verdict", "sheet_rules", "sheet_author", "sheet_reason",
         "sheet_queue", "sheet_behind")  # fmt: skip


def screening_sheet(screening: Json, words: PageWording) -> bytes:
    """An Excel workbook with the columns of the page's table, and the decisions beside them."""
    table = table_view(screening, "", words)
    heads = [words.text(f"screening.{name}", {}) for name in ADDED]
    columns = [
        words.text("screening.applicant", {}),
        words.term("rule_field", "country"),
        "place_id",
        *heads,
        words.text("results.h_fit", {}),
        *table.heads,
    ]
    lines = [
        [
            row.name,
            row.where,
            result["applicant"].get("id") or "",
            words.term("yes_no", "yes") if row.member else "",
            *_decided(result, words),
            row.waits or "",
            row.behind,
            row.band,
            *(word for _, word in row.cells),
        ]
        for row, result in zip(table.rows, screening["results"], strict=True)
    ]
    return as_xlsx("Counterpart", columns, lines)


def _decided(result: Json, words: PageWording) -> list[str]:
    """What counts, what the rules said, and of a person's decision by whom and why."""
    decision = result.get("decision") or {}
    return [
        words.term("verdict", verdict_of(result)),
        words.term("verdict", str(result["verdict"])),
        str(decision.get("author") or ""),
        str(decision.get("reason") or ""),
    ]
