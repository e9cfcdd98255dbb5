"""Finding places and collaborations by name."""

import numpy as np

from models.names import fold
from models.snapshot import Snapshot
from models.snapshot.columns import COUNTRIES, KINDS
from models.tables.records import PUBLIC


def find_places(
    snapshot: Snapshot, q: str | None, tenant: str, country: str | None, kind: str | None
) -> list[int]:
    """Rows whose name starts with the text: exact names first, then the largest places first."""
    places = snapshot.places
    seen = places.visible_to(tenant)
    for name, words, wanted in (("country", COUNTRIES, country), ("kind", KINDS, kind)):
        if wanted is not None:
            column = places.columns[name]
            seen &= (column.values[:, 0] == list(words).index(wanted))[column.codes]
    if q is None:
        return [int(row) for row in np.flatnonzero(seen)]
    exact: dict[int, bool] = {}
    for row, is_exact in places.directory.starting_with(q):
        if seen[row]:
            exact[row] = exact.get(row, False) or is_exact
    rows = np.fromiter(exact, np.intp, len(exact))
    size = places.columns["size"]
    residents = np.nan_to_num(size.values[size.codes[rows], 0])
    whole = np.fromiter(exact.values(), bool, len(exact))
    return [int(row) for row in rows[np.lexsort((rows, -residents, ~whole))]]


def find_collaborations(snapshot: Snapshot, q: str | None, tenant: str) -> list[int]:
    """Rows whose id, name or any alias holds the text; those that start with it first."""
    key = fold(q) if q else ""
    found = []
    for row, record in enumerate(snapshot.collaborations):
        if record["tenant"] not in (PUBLIC, tenant):
            continue
        names = [fold(n) for n in (record["name"], record["id"], *record.get("aliases", ()))]
        if not key or any(name == key for name in names):
            found.append((0, names[0], row))
        elif any(name.startswith(key) for name in names):
            found.append((1, names[0], row))
        elif any(key in name for name in names):
            found.append((2, names[0], row))
    return [row for *_, row in sorted(found)]
