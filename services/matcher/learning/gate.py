"""The gate: new weights are refused where a golden case breaks, figures or exposure get worse."""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.countries import countries
from models.snapshot.codes import KINDS
from models.taxonomy import Continent, Mode, PlaceKind
from services.matcher.learning.metrics import METRICS, Ranks, difference, gini, summary
from services.matcher.matching import Context
from services.matcher.matching.peers import PeerMatch
from services.matcher.schemas import PeersRequest

SHOWN = 10
LOWER_INCOME = {"low", "lower_middle", "upper_middle"}
# A share may fall by this much by the chance of who was asked.
SLACK = 0.005
ASKERS = 200
GOLDEN = Path(__file__).resolve().parents[3] / "tests" / "golden"
# Where the golden cases find the weights that they are to be answered with.
CANDIDATE = "COUNTERPART_CANDIDATE_WEIGHTS"


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
    for asker in askers:
        request = PeersRequest(place_id=places.id(asker), mode=mode, limit=SHOWN)
        match = PeerMatch(context, request)
        ranking = match.rank(match.rows(SHOWN)).ranking
        counts.update(int(ranking.rows[at]) for at in ranking.best(SHOWN))
    return exposure_of(context, counts)


def exposure_of(context: Context, counts: Mapping[int, int]) -> Exposure:
    """How the suggestions counted by place are spread over all places that may be suggested."""
    places, columns = context.snapshot.places, context.snapshot.places.columns
    kind = columns["kind"]
    pool = int((kind.values[kind.codes, 0] == KINDS.index(PlaceKind.CITY)).sum())
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
    before: Sequence[Ranks], after: Sequence[Ranks], shown: Mapping[str, tuple[Exposure, Exposure]]
) -> list[str]:
    """Why new weights must not be used; none where they may.

    `shown` says who is suggested before and after, by who asks: fairness to the many must not be
    bought with what the few who are on record everywhere are shown.
    """
    found = []
    figures = summary(before), summary(after)
    for metric in METRICS:
        gained = difference(after, before)[metric]
        if gained.high < 0:
            found.append(f"{metric} is worse by {-gained.value:.3f}")
        elif figures[1][metric].value < figures[0][metric].low:
            found.append(f"{metric} falls below the interval it had")
    for asked_by, exposures in shown.items():
        for name in ("second_tier", "lower_income", "outside_europe"):
            was, now = (getattr(exposure, name) for exposure in exposures)
            if now < was - SLACK:
                fall = f"falls from {was:.3f} to {now:.3f}, asked by {asked_by}"
                found.append(f"the share of {name} places {fall}")
    return found


def drawn_askers(context: Context) -> dict[str, list[int]]:
    """Cities to suggest to, drawn at random: of all, and of those that work with others abroad."""
    columns = context.snapshot.places.columns
    kind, record = columns["kind"], columns["track_record"]
    city = kind.values[kind.codes, 0] == KINDS.index(PlaceKind.CITY)
    known = ~np.isnan(record.values[record.codes, 0])
    random = np.random.default_rng(0)
    drawn = {}
    for name, among in (("any city", city), ("cities with a track record", city & known)):
        rows = np.flatnonzero(among)
        drawn[name] = [int(r) for r in random.choice(rows, min(ASKERS, len(rows)), replace=False)]
    return drawn


def broken_cases(weights: Mapping[str, Any]) -> list[str]:
    """What of the golden cases breaks under other weights, asked of the tests themselves."""
    if not GOLDEN.is_dir():
        return ["the golden cases are not here, so nobody can say that none breaks"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "weights.json"
        path.write_text(json.dumps(weights), encoding="utf-8")
        ran = subprocess.run(
            [sys.executable, "-m", "pytest", str(GOLDEN), "-q", "--no-header", "--tb=no"],
            cwd=GOLDEN.parents[1],
            env={**os.environ, CANDIDATE: str(path)},
            capture_output=True,
            text=True,
            check=False,
        )
    broken = [line for line in ran.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    if ran.returncode and not broken:
        broken = [(ran.stdout + ran.stderr).strip().splitlines()[-1]]
    return [f"a golden case breaks: {line}" for line in broken]
