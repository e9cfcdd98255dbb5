"""The shortlist as CSV, XLSX and GeoJSON; no cell of a table is ever taken for a formula."""

import csv
from collections.abc import Iterator
from io import BytesIO, StringIO
from typing import Any

import orjson

from models.errors import InvalidInput
from services.matcher.briefing.paper import Json, thing
from services.matcher.briefing.sources import every_source

COLUMNS = (
    "rank", "id", "name", "country", "type", "verdict", "band", "score", "coverage",
    "reasons", "cautions", "sources",
)  # fmt: skip
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
# What a cell of a workbook can hold.
CELL = 32_000
Cell = str | float


def rows(answer: Json) -> Iterator[list[Cell]]:
    """One row a result, in order."""
    for rank, result in enumerate(answer["results"], 1):
        found = thing(result)
        yield [
            rank,
            found["id"],
            found["name"],
            found.get("country", ""),
            str(found.get("type") or found.get("kind", "")),
            result.get("verdict", ""),
            result["band"],
            round(result["score"], 6),
            round(result["coverage"], 6),
            " ".join(reason["text"] for reason in result["reasons"]),
            " ".join(caution["text"] for caution in result.get("cautions", ())),
            "; ".join(every_source(result)),
        ]


def safe(text: str) -> str:
    """A text that no spreadsheet runs: an apostrophe stands before what starts a formula."""
    text = text.replace("\0", "")[:CELL]
    risky = text.startswith(_STARTS_A_FORMULA) or text.lstrip().startswith(_STARTS_A_FORMULA)
    return f"'{text}" if risky else text


def as_csv(answer: Json) -> bytes:
    """UTF-8 with a mark that spreadsheets know it by."""
    text = StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(COLUMNS)
    for row in rows(answer):
        writer.writerow([safe(cell) if isinstance(cell, str) else cell for cell in row])
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(answer: Json) -> bytes:
    """A workbook whose texts are written as texts, whatever they begin with."""
    from xlsxwriter import Workbook  # type: ignore[import-untyped]

    written = BytesIO()
    off = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(written, {"in_memory": True, **off}) as book:
        sheet = book.add_worksheet("Shortlist")
        header: list[Cell] = list(COLUMNS)
        for at, row in enumerate([header, *rows(answer)]):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(at, column, safe(cell))
                else:
                    sheet.write_number(at, column, cell)
        sheet.freeze_panes(1, 0)
    return written.getvalue()


def as_geojson(answer: Json) -> bytes:
    """The peers as points (RFC 7946); those without coordinates on file have no geometry."""
    if answer["mode"] == "collaborations":
        detail = "a map shows peers: collaborations have no place on it"
        raise InvalidInput.at("?format", detail, "no_places")
    features = [_feature(rank, result) for rank, result in enumerate(answer["results"], 1)]
    return orjson.dumps({"type": "FeatureCollection", "features": features})


def _feature(rank: int, result: Json) -> dict[str, Any]:
    found = thing(result)
    here = "lat" in found and "lon" in found
    names = ("id", "name", "country", "kind")
    properties = {name: found[name] for name in names if name in found}
    return {
        "type": "Feature",
        "id": found["id"],
        "geometry": {"type": "Point", "coordinates": [found["lon"], found["lat"]]}
        if here
        else None,
        "properties": {"rank": rank, "band": result["band"], "score": result["score"]} | properties,
    }
