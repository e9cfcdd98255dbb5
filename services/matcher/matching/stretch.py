"""Slots kept for places outside the usual circle: on a continent that no other result lies on."""

import numpy as np
from numpy.typing import NDArray

from models.countries import countries
from models.snapshot import Places
from models.snapshot.codes import COUNTRIES
from services.matcher.matching.by_country import countries_of, within
from services.matcher.schemas import PeersRequest
from services.matcher.scoring import Ranking
from services.matcher.terms import Rows

_CONTINENT = np.array([str(countries()[code].continent) for code in COUNTRIES])


def with_stretch(
    places: Places, ranking: Ranking, kept: NDArray[np.intp], request: PeersRequest
) -> NDArray[np.intp]:
    """Of the positions kept the best, the last slots on continents that the others leave out.

    The largest city of a country is known well enough, and takes no such slot. Where no place is
    left for one, the next best has it.
    """
    limit, slots = request.limit, request.stretch
    usual, chosen = kept[: max(limit - slots, 0)], list[int]()
    continents = _continents(places, ranking.rows)
    rank = places.columns["rank"]
    open_to = ~(rank.values[rank.codes[ranking.rows], 0] == 0)
    for _ in range(slots):
        taken = np.unique(continents[[*usual, *chosen]])
        fit = np.flatnonzero(open_to & ~np.isin(continents, taken))
        if len(fit):
            order = np.lexsort((ranking.rows[fit], -ranking.rank_score[fit]))
            chosen.append(int(fit[order[0]]))
    rest = [int(at) for at in kept if at not in usual and at not in chosen]
    filled = np.array([*usual.tolist(), *chosen, *rest], np.intp)
    if request.max_per_country is not None:
        countries = countries_of(places, ranking.rows[filled])
        filled = filled[within(countries, request.max_per_country)]
    filled = filled[:limit]
    return filled[np.lexsort((ranking.rows[filled], -ranking.rank_score[filled]))]


def _continents(places: Places, rows: Rows) -> NDArray[np.str_]:
    found: NDArray[np.str_] = _CONTINENT[countries_of(places, rows)]
    return found
