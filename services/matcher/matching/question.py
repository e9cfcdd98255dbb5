"""What both match questions share: the asking place, the weights, and the shape of an answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.errors import InvalidInput
from models.snapshot import Snapshot
from models.snapshot.columns import profile_columns
from models.taxonomy import Band, FactStatus
from services.inputs import pointer, resembling
from services.matcher.catalogue import Catalogue
from services.matcher.features import Facts
from services.matcher.profile import LoadEmbedder, Profile, stored_facts, vectors
from services.matcher.reading.reader import NeedReader, Reading
from services.matcher.schemas import MatchRequest
from services.matcher.scoring import Ranking
from services.matcher.terms import Weights
from services.matcher.wording import Wording

# Below this a reading of free text is shown to the user but asks for nothing by itself.
CONFIDENT = 0.3
# Said here once: to look a member of an enum up takes as long as to compare two numbers, and to
# write one longer.
_STRONG, _FAIR, _WEAK = Band.STRONG.value, Band.FAIR.value, Band.WEAK.value


@dataclass(frozen=True)
class Context:
    """What an answer is made with, besides the question."""

    catalogue: Catalogue
    tenant: str
    words: Wording
    today: date
    load_embedder: LoadEmbedder
    load_reader: Callable[[], NeedReader]
    sign: Callable[[Mapping[str, Any]], str]

    @property
    def snapshot(self) -> Snapshot:
        return self.catalogue.snapshot


def asking_profile(context: Context, request: MatchRequest) -> Profile:
    """The asking place: stored or sent along, with the needs of this question laid over it."""
    snapshot, row = context.snapshot, None
    if request.place_id is not None:
        row, facts = stored_facts(snapshot, request.place_id, context.tenant)
    else:
        assert request.place is not None
        facts = request.place.facts()
    on_file = facts
    texts = [request.text] if request.text else []
    if request.needs is not None:
        needs = [need.facts() for need in request.needs]
        facts = _asked(facts, needs, {"source": "the question", "status": FactStatus.CLAIM})
        texts += [need.text for need in request.needs if need.text]
    inferred = _infer(context, request)
    if inferred and request.needs is None:
        # The question is what the text asks; what the place needs besides is not asked now.
        facts = _with_inferred(facts, inferred)
    read = vectors(snapshot, facts, row, texts, context.load_embedder)
    return Profile(facts, profile_columns(facts), read, row, inferred, facts is on_file)


def _infer(context: Context, request: MatchRequest) -> list[dict[str, Any]]:
    """Sectors and stages read from free text, as many as are worth showing."""
    if not request.text:
        return []
    found: list[Reading] = context.load_reader().read_needs(request.text)
    return [
        {
            "sector": reading.sector,
            **({"stage": reading.stage} if reading.stage else {}),
            "confidence": round(reading.confidence, 3),
        }
        for reading in found[:5]
    ]


def _with_inferred(facts: Facts, inferred: list[dict[str, Any]]) -> Facts:
    """Facts with the needs that were read with confidence, marked as inferred.

    Only their sectors: a stage is read too unsurely (docs/embedding.md) to rank by; it is shown.
    """
    needs = [{"sector": r["sector"]} for r in inferred if r["confidence"] >= CONFIDENT]
    if not needs:
        return facts
    return _asked(
        facts, needs, {"source": "the text of the question", "status": FactStatus.INFERRED}
    )


def _asked(facts: Facts, needs: list[Facts], rests_on: Facts) -> Facts:
    """Facts with the needs of this question in the place of what is stored."""
    provenance = {**facts.get("provenance", {}), "needs": rests_on}
    return {**facts, "needs": needs, "provenance": provenance}


def chosen_weights(default: Weights, asked: Weights) -> dict[str, float]:
    """The default weights with the caller's laid over them."""
    for name in asked:
        if name not in default:
            raise InvalidInput.at(
                pointer(("body", "weights", name)),
                f"unknown feature {name!r}{resembling(name, default) or '.'} "
                f"Expected one of {', '.join(sorted(default))}.",
                "unknown_feature",
            )
    weights = {**default, **asked}
    if not any(weights.values()):
        raise InvalidInput.at("/weights", "at least one weight must be above zero", "all_zero")
    return weights


def band(rank_score: float, limits: Mapping[str, float]) -> str:
    """A word for a rank score."""
    if rank_score >= limits["strong"]:
        return _STRONG
    return _FAIR if rank_score >= limits["fair"] else _WEAK


@lru_cache(maxsize=10_000)
def percentile(above: int, judged: int) -> float:
    """The share of the other candidates that rank below, in per cent."""
    if judged < 2:
        return 100.0
    return round(100 * (judged - 1 - above) / (judged - 1), 1)


class Standing(NamedTuple):
    """Where results stand: their positions in a ranking, and how many rank above each."""

    ranking: Ranking
    shown: NDArray[np.intp]
    above: Sequence[int]
    judged: int


def figures(standing: Standing, limits: Mapping[str, float]) -> list[dict[str, Any]]:
    """The numbers of each result."""
    ranking, shown, above, judged = standing
    scores = (ranking.score, ranking.coverage, ranking.rank_score)
    return [
        {
            "score": score,
            "coverage": coverage,
            "rank_score": rank_score,
            "band": band(rank_score, limits),
            "percentile": percentile(before, judged),
        }
        for score, coverage, rank_score, before in zip(
            *(part[shown].tolist() for part in scores), above, strict=True
        )
    ]


def exchanges(ours: Facts, theirs: Facts) -> dict[str, Any]:
    """What each side gives the other, and so which way the learning goes."""
    if "offers" not in ours and "offers" not in theirs:
        return {}
    gets = _offered(ours, theirs)
    gives = _offered(theirs, ours)
    answer: dict[str, Any] = {}
    if gets:
        answer["gets"] = gets
    if gives:
        answer["gives"] = gives
    if gets or gives:
        both = bool(gets) and bool(gives)
        answer["direction"] = "mutual" if both else "learn_from" if gets else "teach"
    return answer


def _offered(needy: Facts, giver: Facts) -> list[dict[str, Any]]:
    """The giver's offers in the sectors of the other's needs, with what became of them."""
    if not giver.get("offers"):
        return []
    wanted = {need["sector"] for need in needy.get("needs", ())}
    return [
        {k: offer[k] for k in ("sector", "stage", "text", "evidence") if k in offer}
        for offer in giver.get("offers", ())
        if offer["sector"] in wanted
    ]
