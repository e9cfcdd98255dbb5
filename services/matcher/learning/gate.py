"""The gate: new weights are refused where figures get worse or the same few places are shown."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.countries import countries
from models.taxonomy import Continent, Mode
from services.matcher.learning.metrics import METRICS, Ranks, difference, gini
from services.matcher.matching import Context
from services.matcher.matching.peers import PeerMatch
from services.matcher.schemas import PeersRequest

SHOWN = 10
LOWER_INCOME = {"low", "lower_middle", "upper_middle"}
# A share may fall by this much by the chance of who was asked.
SLACK = 0.005


@dataclass(frozen=True)
class Exposure:
    """Who is suggested: shares of all suggestions, and how unevenly they are spread."""

    second_tier: float
    lower_income: float
    outside_europe: float
    most_suggested: float
    gini: float

    def as_json(self) -> dict[str, float]:
        return {name: round(value, 4) for name, value in vars(self).items()}


def exposure(context: Context, askers: Sequence[int], mode: Mode) -> Exposure:
    """Who is suggested to these places, ten to each."""
    places, counts = context.snapshot.places, Counter[int]()
    pool = 1
    for asker in askers:
        request = PeersRequest(place_id=places.id(asker), mode=mode, limit=SHOWN)
        match = PeerMatch(context, request)
        ranking = match.rank(match.rows(SHOWN)).ranking
        counts.update(int(ranking.rows[at]) for at in ranking.best(SHOWN))
        pool = max(pool, match.pool.count())
    total = max(sum(counts.values()), 1)

    def share(test: Any) -> float:
        return sum(n for row, n in counts.items() if test(places.facts(row))) / total

    spread = [*counts.values(), *([0] * max(pool - len(counts), 0))]
    return Exposure(
        second_tier=share(lambda f: f.get("national_rank", 1) > 1),
        lower_income=share(lambda f: countries()[f["country"]].income_group in LOWER_INCOME),
        outside_europe=share(lambda f: countries()[f["country"]].continent != Continent.EUROPE),
        most_suggested=sum(sorted(spread, reverse=True)[: max(pool // 100, 1)]) / total,
        gini=gini(spread),
    )


def objections(
    before: Sequence[Ranks], after: Sequence[Ranks], shown: Mapping[str, Exposure]
) -> list[str]:
    """Why new weights must not be used; none where they may. `shown`: "before" and "after"."""
    found = []
    for metric in METRICS:
        gained = difference(after, before)[metric]
        if gained.high < 0:
            found.append(f"{metric} is worse by {-gained.value:.3f}")
    for name in ("second_tier", "lower_income", "outside_europe"):
        was, now = getattr(shown["before"], name), getattr(shown["after"], name)
        if now < was - SLACK:
            found.append(f"the share of {name} places falls from {was:.3f} to {now:.3f}")
    return found
