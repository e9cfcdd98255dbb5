"""The shortlist as CSV, XLSX and GeoJSON."""

from collections.abc import Iterator
from typing import Any

import orjson

from models.errors import InvalidInput
from services.files import tables
from services.files.tables import Cell
from services.matcher.briefing.parts import Json, thing
from services.matcher.briefing.sources import every_source

COLUMNS = (
    "rank", "id", "name", "country", "type", "verdict", "band", "score", "coverage",
    "reasons", "cautions", "sources",
)  # fmt: skip


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


def as_csv(answer: Json) -> bytes:
    """One row a result."""
    return tables.as_csv(COLUMNS, rows(answer))


def as_xlsx(answer: Json) -> bytes:
    """The same as a workbook."""
    return tables.as_xlsx("Shortlist", COLUMNS, rows(answer))


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
