"""Finding places and collaborations by name."""

from math import log
from typing import Any

import numpy as np

from models.names import fold
from models.snapshot import Snapshot
from models.snapshot.codes import COUNTRIES, KINDS
from models.tables.records import PUBLIC
from services.matcher.reconciling.places import Found, PlaceFinder
from services.matcher.reconciling.schemas import PropertyValue, Query

# Of the names that begin with a text, so many are looked at more closely.
LOOKED_AT = 60
# A place whose own name begins so goes before one with an alias that does and fewer than so many
# times its residents: "bil" means Bilbao rather than Brussels.
OWN_NAME = 10.0
# Up to here a text is the beginning of a name, and what is called just so by an alias is a chance.
BEGINNING = 4
# A shorter text resembles too much to be a misspelling of anything.
SPELT = 4
OFFERED = 8
# What resembles a text less is no misspelling of it but a chance; a long text leaves fewer chances.
LIKE, LIKE_LONG, LONG = 84.0, 76.0, 10
# And beside one that resembles it more by so many points it is not worth naming.
BEHIND = 9.0


def find_places(
    snapshot: Snapshot, q: str | None, tenant: str, country: str | None, kind: str | None
) -> list[int]:
    """Rows with a name that starts with the text: those called so first, then the largest."""
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
    whole = np.fromiter(exact.values(), bool, len(exact)) & (len(fold(q)) > BEGINNING)
    order = [int(at) for at in np.lexsort((rows, -residents, ~whole))]
    looked = {at: _own_first(places.facts(int(rows[at])), fold(q)) for at in order[:LOOKED_AT]}

    def before(at: int) -> tuple[bool, float, int]:
        own, called_so = looked[at]
        return not (whole[at] or called_so), -float(residents[at]) - own, int(rows[at])

    return [int(rows[at]) for at in (*sorted(looked, key=before), *order[LOOKED_AT:])]


def _own_first(facts: dict[str, Any], key: str) -> tuple[float, bool]:
    """What the own name of a place counts where it begins with a text, and whether it is that."""
    own = [fold(part) for part in (facts["name"], *facts["name"].split("/"))]
    return log(OWN_NAME) * any(name.startswith(key) for name in own), key in own


def offered_places(
    snapshot: Snapshot, q: str, tenant: str, country: str | None = None, kind: str | None = None
) -> list[Found]:
    """Places that a text may mean though no name begins with it, best first.

    It may hold the words of an office, a country behind the name, or a misspelling.
    """
    if len(fold(q)) < SPELT:
        return []
    known = [PropertyValue(pid="country", v=country)] if country else []
    query = Query(query=q[:300], type=kind, limit=OFFERED, properties=known)
    found = PlaceFinder(snapshot, tenant).find(query)
    least = LIKE if len(fold(q)) < LONG else LIKE_LONG
    best = max((one.name_likeness for one in found), default=0.0)
    return [one for one in found if one.agrees and one.name_likeness >= max(least, best - BEHIND)]


def places_called(
    snapshot: Snapshot, q: str | None, tenant: str, country: str | None, kind: str | None
) -> list[int]:
    """Rows by the beginning of a name; where none begins so, those that the text may mean."""
    rows = find_places(snapshot, q, tenant, country, kind)
    if rows or not q:
        return rows
    return [one.row for one in offered_places(snapshot, q, tenant, country, kind)]


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
