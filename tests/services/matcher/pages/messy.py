"""A sheet as conveners get it: real names written in many ways, and names of no place."""

import csv
import io
import random
from dataclasses import dataclass

from models.snapshot import Snapshot

ROWS = 300
HEAD = ["Nombre", "País", "Observaciones"]
ABSENT = ["Atlantis", "Gondor", "Zzyzx Qwfp", "Quahog", "Macondo", "<script>alert(1)</script>"]


@dataclass(frozen=True)
class Messy:
    """One row, and the place it was made from; None where there is no such place."""

    name: str
    country: str
    made_from: str | None


def messy_rows(snapshot: Snapshot) -> list[Messy]:
    """Three hundred rows, the same at each run."""
    draw = random.Random(300)
    cities = [
        (snapshot.places.id(row), snapshot.places.facts(row))
        for row in range(len(snapshot.places))
        if snapshot.places.facts(row)["kind"] == "city"
        and not snapshot.places.id(row).startswith("x:")
    ]
    rows = []
    for at, (place_id, facts) in enumerate(draw.sample(cities, ROWS - 60)):
        name = _written(facts["name"], at, draw)
        rows.append(Messy(name, facts["country"], place_id))
    rows += [Messy(ABSENT[at % len(ABSENT)] + f" {at}", "ES", None) for at in range(60)]
    draw.shuffle(rows)
    return rows


def _written(name: str, at: int, draw: random.Random) -> str:
    """A name in one of the ways that people write it."""
    match at % 6:
        case 0:
            return name.upper()
        case 1:
            return f"  {name} "
        case 2:
            return f"City of {name}"
        case 3:
            cut = draw.randrange(len(name))
            return name[:cut] + name[cut + 1 :] or name
        case 4:
            return f"{name} ({draw.randrange(9)})"
        case _:
            return name


def as_sheet(rows: list[Messy]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEAD)
    writer.writerows([row.name, row.country, "=1+1"] for row in rows)
    return text.getvalue().encode()
