"""The company a place would keep: members of a network that are like it and near it."""

from collections.abc import Mapping

import numpy as np

from services.matcher.features import PEERS_INSIDE, Scores, Values
from services.matcher.features.geography import distance_km
from services.matcher.members import Company
from services.matcher.terms import RowTerm

# One unit is a factor of e in residents; at this distance nearness has fallen to 0.37.
SIZE_TOLERANCE = 1.0
NEAR_KM = 700.0
# What a member on the other side of the world still counts for.
FAR = 0.02
# Below one member just like the place and next door, no network has the company of its like.
ENOUGH = 1.0


def company_term(
    profile: Mapping[str, Values], row: int | None, weight: float, company: Company
) -> RowTerm:
    """How many like places are known to be inside, beside the network that has most of them.

    Members are weighed by likeness, so that a long list of others far away counts for little.
    """
    # Of a place of unknown size or location nobody can say who is like it.
    known = not np.isnan([*profile["size"][0], *profile["location"][0]]).any()
    if not known or not len(company.networks):
        return RowTerm(PEERS_INSIDE, weight, np.empty(0, np.intp), np.empty(0))
    others = company.rows != row
    values = np.add.reduceat(_alike(profile, company) * others, company.starts)
    has_others = np.add.reduceat(others.astype(int), company.starts) > 0
    most = max(ENOUGH, float(values.max()))
    return RowTerm(PEERS_INSIDE, weight, company.networks[has_others], values[has_others] / most)


def _alike(profile: Mapping[str, Values], company: Company) -> Scores:
    """How like the place each member is: by residents, and by how near it lies."""
    gap = company.sizes - profile["size"][0, 0]
    apart = distance_km(profile["location"].astype(float), company.points)
    near = FAR + (1 - FAR) * np.exp(-np.where(np.isnan(apart), np.inf, apart) / NEAR_KM)
    alike: Scores = np.exp(-((gap / SIZE_TOLERANCE) ** 2)).astype(np.float64) * near
    return np.where(np.isnan(alike), 0, alike)
