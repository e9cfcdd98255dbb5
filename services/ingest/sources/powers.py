"""Powers of a country's cities and regions on average, from the table data/powers.csv."""

from collections import defaultdict
from pathlib import Path

from pydantic import ValidationError

from models.countries import is_country
from models.data_tables import rows
from models.errors import BadFile
from models.records import Powers
from models.taxonomy import PlaceKind, Power, PowerBasis

# An index speaks of one level of government; metropolitan bodies and rural areas are local.
LEVEL: dict[PlaceKind, str] = {
    PlaceKind.CITY: "city",
    PlaceKind.METRO_AUTHORITY: "city",
    PlaceKind.RURAL_AREA: "city",
    PlaceKind.REGION: "region",
}


def average_powers(path: Path) -> dict[tuple[str, str], Powers]:
    """By country and level, what is published; the rest is unknown, not low."""
    values: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for line, row in enumerate(rows(path), start=2):
        where = f"{path.name}, line {line}"
        if not is_country(row["country"]) or row["level"] not in LEVEL.values():
            raise BadFile(f"{where}: unknown country or level")
        if row["power"] not in set(Power):
            raise BadFile(f"{where}: unknown power {row['power']!r}")
        known = values[row["country"], row["level"]]
        if row["power"] in known:
            raise BadFile(f"{where}: {row['power']!r} is already given for this country and level")
        known[row["power"]] = row["value"]
    return {key: _powers(key, known, path.name) for key, known in values.items()}


def _powers(key: tuple[str, str], known: dict[str, str], file: str) -> Powers:
    try:
        return Powers.model_validate({**known, "basis": PowerBasis.AVERAGE})
    except ValidationError as error:
        raise BadFile(f"{file}, {' '.join(key)}: a value is not between 0 and 1") from error
