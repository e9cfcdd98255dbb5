"""The company a place would keep: members of a network that are like it and near it."""

from collections.abc import Mapping

import numpy as np

from models.snapshot import Places
from services.matcher.features import PEERS_INSIDE, Scores, Values
from services.matcher.features.geography import distance_km
from services.matcher.members import Company
from services.matcher.scoring import Rows, RowTerm

# One unit is a factor of e in residents; at this distance nearness has fallen to 0.37.
SIZE_TOLERANCE = 1.0
NEAR_KM = 700.0
# What a member on the other side of the world still counts for.
FAR = 0.02
# Below one member just like the place and next door, no network has the company of its like.
ENOUGH = 1.0


def company_term(
    places: Places,
    profile: Mapping[str, Values],
    row: int | None,
    weight: float,
    company: Company,
) -> RowTerm:
    """How many like places are known to be inside, beside the network that has most of them.

    Members are weighed by likeness, so that a long list of others far away counts for little.
    """
    rows: list[int] = []
    values: list[float] = []
    # Of a place of unknown size or location nobody can say who is like it.
    known = not np.isnan([*profile["size"][0], *profile["location"][0]]).any()
    if known and company.networks:
        alike, others = _alike(places, profile, company.rows), company.rows != row
        for network, part in company.parts():
            inside = others[part]
            if inside.any():
                rows.append(network)
                values.append(float(alike[part][inside].sum()))
    most = max([ENOUGH, *values])
    return RowTerm(PEERS_INSIDE, weight, np.array(rows, np.intp), np.array(values, float) / most)


def _alike(places: Places, profile: Mapping[str, Values], members: Rows) -> Scores:
    """How like the place each member is: by residents, and by how near it lies."""
    columns = places.columns
    size, location = columns["size"], columns["location"]
    gap = size.values[size.codes[members], 0] - profile["size"][0, 0]
    apart = distance_km(
        profile["location"].astype(float), location.values[location.codes[members]].astype(float)
    )
    near = FAR + (1 - FAR) * np.exp(-np.nan_to_num(apart, nan=np.inf) / NEAR_KM)
    alike: Scores = np.exp(-((gap / SIZE_TOLERANCE) ** 2)).astype(np.float64) * near
    return np.nan_to_num(alike)
