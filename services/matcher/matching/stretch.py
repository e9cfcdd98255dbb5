"""Slots kept for places outside the usual circle: on a continent that no other result lies on."""

import numpy as np
from numpy.typing import NDArray

from models.countries import countries
from models.snapshot import Places
from models.snapshot.columns import COUNTRIES
from services.matcher.scoring import Ranking, Rows

_CONTINENT = np.array([str(countries()[code].continent) for code in COUNTRIES])


def with_stretch(places: Places, ranking: Ranking, limit: int, slots: int) -> NDArray[np.intp]:
    """Positions of the best, the last `slots` of them on continents that the others leave out.

    The largest city of a country is known well enough, and takes no such slot. Where no place is
    left for one, the next best has it.
    """
    best = ranking.best(limit)
    usual, chosen = best[: max(limit - slots, 0)], list[int]()
    continents = _continents(places, ranking.rows)
    rank = places.columns["rank"]
    open_to = ~(rank.values[rank.codes[ranking.rows], 0] == 0)
    for _ in range(slots):
        taken = np.unique(continents[[*usual, *chosen]])
        fit = np.flatnonzero(open_to & ~np.isin(continents, taken))
        if len(fit):
            order = np.lexsort((ranking.rows[fit], -ranking.rank_score[fit]))
            chosen.append(int(fit[order[0]]))
    rest = [int(at) for at in best if at not in usual and at not in chosen]
    filled = [*usual.tolist(), *chosen, *rest][:limit]
    order = np.lexsort((ranking.rows[filled], -ranking.rank_score[filled]))
    return np.array(filled, np.intp)[order]


def _continents(places: Places, rows: Rows) -> NDArray[np.str_]:
    country = places.columns["country"]
    found: NDArray[np.str_] = _CONTINENT[country.values[country.codes[rows], 0].astype(int)]
    return found
