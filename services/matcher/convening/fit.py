"""How well places fit one collaboration: the score, and four sub-scores with their evidence."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.snapshot.columns import Column, profile_columns
from models.taxonomy import Degree, EvidenceResult, Lever, PowerBasis, Readiness
from services.matcher.comparing import Asked
from services.matcher.evidence import fact
from services.matcher.features import COLLABORATION_FEATURES, SIMILAR_TEXT
from services.matcher.features.powers import hard_power
from services.matcher.matching.question import Context, band
from services.matcher.reasons import Explainer
from services.matcher.scoring import Shares, rank, shares

Facts = dict[str, Any]
LOW, HIGH = 1 / 3, 2 / 3
_ONLY = np.zeros(1, np.intp)
_DEGREES = {Degree.LOW: 0.0, Degree.MEDIUM: 0.5, Degree.HIGH: 1.0}
_READINESS = {
    Readiness.PROACTIVE: 1.0,
    Readiness.EAGER: 0.8,
    Readiness.PROCEDURALIST: 0.5,
    Readiness.CASUAL: 0.0,
}
_LEVERS = {Lever.OWN: 1.0, Lever.SHARED: 0.7, Lever.REGIONAL: 0.3, Lever.NATIONAL: 0.0}
# An offer alone is a claim; evidence that it worked proves expertise.
_OFFER, _PROVEN, _ELSEWHERE = 0.7, 1.0, 0.2


@dataclass(frozen=True)
class Fit:
    """A place's score for the collaboration, and the features behind it."""

    score: float
    coverage: float
    rank_score: float
    band: str
    shares: Shares

    def as_json(self) -> Facts:
        return {
            "fit": self.score,
            "coverage": self.coverage,
            "rank_score": self.rank_score,
            "band": self.band,
        }


class Scorer:
    """Scores places for one collaboration; texts do not count, as rules and facts decide."""

    def __init__(self, context: Context, row: int) -> None:
        self.context = context
        self.record = context.snapshot.collaborations[row]
        self.columns = {
            name: Column(np.zeros(1, np.int32), column.values[column.codes[[row]]])
            for name, column in context.catalogue.columns.items()
        }
        self.weights = {**context.catalogue.weights["collaborations"], SIMILAR_TEXT: 0}

    def fit(self, facts: Facts) -> Fit:
        asked = Asked(self.weights, profile_columns(facts), self.columns)
        terms = asked.terms(COLLABORATION_FEATURES)
        weights = self.context.catalogue.weights
        ranking = rank(terms, self.weights, weights["gamma"], _ONLY)
        rank_score = float(ranking.rank_score[0])
        return Fit(
            float(ranking.score[0]),
            float(ranking.coverage[0]),
            rank_score,
            band(rank_score, weights["bands"]),
            shares(ranking, _ONLY),
        )

    def reasons(self, facts: Facts, fit: Fit) -> list[Facts]:
        return Explainer(facts, [self.record], self.context.words).reasons(fit.shares)[0]


def sub_scores(facts: Facts, record: Facts) -> dict[str, Facts]:
    """Appetite, capacity, expertise and decision powers, each with what it rests on."""
    return {name: _sub_score(read(facts, record), facts) for name, read in _READ.items()}


def word(value: float | None) -> str | None:
    """A sub-score in a word."""
    if value is None:
        return None
    return Degree.LOW if value < LOW else Degree.HIGH if value >= HIGH else Degree.MEDIUM


Signals = list[tuple[str, float]]


def _sub_score(signals: Signals, facts: Facts) -> Facts:
    value = sum(v for _, v in signals) / len(signals) if signals else None
    fields = dict.fromkeys(name for name, _ in signals)
    return {
        "value": value,
        "level": word(value),
        "evidence": [fact(facts, name, "ours") for name in fields],
    }


def _appetite(facts: Facts, record: Facts) -> Signals:
    found = []
    if "readiness" in facts:
        found.append(("readiness", _READINESS[facts["readiness"]]))
    if facts.get("needs"):
        wanted = {need["sector"] for need in facts["needs"]}
        found.append(("needs", 1.0 if wanted & set(record.get("sectors", wanted)) else 0.0))
    return found


def _capacity(facts: Facts, record: Facts) -> Signals:
    found = []
    own = facts.get("capacity") or {}
    executive = (facts.get("executive") or {}).get("capacity")
    if executive:
        found.append(("executive", _DEGREES[executive]))
    days, effort = own.get("officer_days"), record.get("effort_days")
    if days is not None and effort:
        found.append(("capacity", min(days / effort, 1.0)))
    elif days == 0:
        found.append(("capacity", 0.0))
    budget, fee = own.get("budget"), record.get("fee")
    if budget and fee and budget["currency"] == fee["currency"]:
        found.append(("capacity", float(budget["amount"] >= fee["amount"])))
    return found


def _expertise(facts: Facts, record: Facts) -> Signals:
    offers = facts.get("offers") or []
    if not offers:
        return []
    inside = [o for o in offers if o["sector"] in record.get("sectors", [o["sector"]])]
    if not inside:
        return [("offers", _ELSEWHERE)]
    proven = any(
        e.get("result", EvidenceResult.WORKED) == EvidenceResult.WORKED
        for offer in inside
        for e in offer.get("evidence", ())
    )
    return [("offers", _PROVEN if proven else _OFFER)]


def _powers(facts: Facts, record: Facts) -> Signals:
    """The place's own powers; its country's average says nothing about it."""
    found = []
    mean = hard_power(facts)
    if mean is not None and facts["powers"].get("basis") != PowerBasis.AVERAGE:
        found.append(("powers", mean))
    levers = facts.get("levers") or {}
    sectors = record.get("sectors") or levers
    held = [_LEVERS[levers[s]] for s in sectors if s in levers]
    if held:
        found.append(("levers", sum(held) / len(held)))
    return found


_READ: dict[str, Callable[[Facts, Facts], Signals]] = {
    "appetite": _appetite,
    "capacity": _capacity,
    "expertise": _expertise,
    "powers": _powers,
}
