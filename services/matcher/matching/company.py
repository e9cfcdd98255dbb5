"""The company a place would keep: members of a network that are like it and near it."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from services.matcher.features import PEERS_INSIDE, Scores, Values
from services.matcher.features.geography import distance_km
from services.matcher.members import Company
from services.matcher.terms import ColumnTerm, Compared

# At this distance nearness has fallen to 0.37; one unit of size is a factor of e in residents.
NEAR_KM = 700.0
# What a member on the other side of the world still counts for.
FAR = 0.02
# Below one member just like the place and next door, no network has the company of its like.
ENOUGH = 1.0


def company_term(
    profile: Mapping[str, Values], row: int | None, weight: float, company: Company
) -> ColumnTerm | None:
    """How many like places are known to be inside, beside the network that has most of them.

    Members are weighed by likeness, so that a long list of others far away counts for little.
    None of a place of unknown size or location: nobody can say who is like it.
    """
    known = (*profile["size"][0].tolist(), *profile["location"][0].tolist())
    if any(value != value for value in known) or not len(company.networks):
        return None
    others = company.rows != row if row in company.places else None
    values = np.full(len(company.every_network), np.nan)
    values[company.networks] = _inside(_alike(profile, company), others, company)
    return ColumnTerm(
        PEERS_INSIDE, company.every_network, Compared(PEERS_INSIDE, values, None), weight
    )


def _inside(alike: Scores, others: NDArray[np.bool_] | None, company: Company) -> Scores:
    """What the like places in each network come to; NaN where the place itself is all there is."""
    if others is not None:
        alike *= others
    sums: Scores = np.add.reduceat(alike, company.starts)
    sums /= max(ENOUGH, float(sums.max()))
    if others is not None:
        sums[~np.logical_or.reduceat(others, company.starts)] = np.nan
    return sums


def _alike(profile: Mapping[str, Values], company: Company) -> Scores:
    """How like the place each member is: by residents, and by how near it lies."""
    # Over a thousand members each time: every step in place of the one before.
    size = company.sizes - profile["size"][0, 0]
    np.square(size, out=size)
    np.negative(size, out=size)
    np.exp(size, out=size)
    near = distance_km(profile["location"].astype(float), company.points)
    near /= -NEAR_KM
    np.exp(near, out=near)
    if len(company.nowhere):
        near[company.nowhere] = 0
    near *= 1 - FAR
    near += FAR
    alike = near.take(company.at)
    alike *= size
    return alike
