"""Where a place stands: its facts, what it holds, and what could be added to that."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from models.taxonomy import NeedLevel, Verdict
from services.matcher.eligibility import Judgement
from services.matcher.matching import Context
from services.matcher.matching.collaboration_match import CollaborationMatch
from services.matcher.matching.peers import match_peers
from services.matcher.portfolio.budgets import Budgets, budgets_of
from services.matcher.portfolio.covering import covers, place_covers, weights_of
from services.matcher.portfolio.holdings import (
    Facts,
    Holding,
    holdings,
    live,
    named,
    why_reassess,
    yearly,
)
from services.matcher.portfolio.schemas import PortfolioRequest
from services.matcher.portfolio.worth import Choice, Element, Limits, Option
from services.matcher.schemas import CollaborationsRequest, PeersRequest
from services.matcher.wording import Wording
from services.written_json import read_back

# What is not on file may be worth anything: it is never given up for what is.
UNKNOWN_KEPT = 100.0
# Trust that has grown speaks for what is held; time and attention against what is new.
KEPT_BONUS, NEW_COST = 0.5, 1.0
FIT_WEIGHT = 3.0
# What takes mayors gives less where it is followed by officers alone.
OFFICER_SHARE = 0.75
OPENNESS = {Verdict.ELIGIBLE: 1.0, Verdict.CONDITIONAL: 0.9, Verdict.UNDETERMINED: 0.7}
PEERS = 5


@dataclass(frozen=True)
class Candidate:
    """A collaboration or place that is not held: how well it fits, and may the place join?"""

    key: str
    record: Facts
    fit: float
    verdict: Verdict
    with_place: bool = False
    judgement: Judgement | None = None

    def named(self) -> Facts:
        return named(self.key, self.record["name"], self.record)


class Situation:
    """One place's portfolio on one day."""

    def __init__(self, context: Context, request: PortfolioRequest, words: Wording) -> None:
        self.context, self.request, self.words = context, request, words
        self.as_of: date = context.today
        asked = CollaborationsRequest(
            place_id=request.place_id,
            place=request.place,
            needs=request.needs,
            exclude=request.exclude,
            as_of=self.as_of,
        )
        self.match = CollaborationMatch(context, asked)
        self.facts: Facts = self.match.profile.facts
        self.holdings: list[Holding] = holdings(context, self.facts)
        self.live = live(self.holdings)
        self.weights: dict[Element, float] = weights_of(self.facts)
        self.budgets: Budgets = budgets_of(self.facts, self.holdings)

    @cached_property
    def candidates(self) -> dict[str, Candidate]:
        """What could be added, by id: collaborations that may be joined, and peers that offer."""
        found = {c.key: c for c in [*self._collaborations(), *self._peers()]}
        return {key: found[key] for key in sorted(found)}

    @cached_property
    def _fits(self) -> dict[int, float]:
        ranking = self.match.rank(self.match.rows)
        return dict(zip(ranking.rows.tolist(), ranking.rank_score.tolist(), strict=True))

    def _collaborations(self) -> list[Candidate]:
        held = {holding.key for holding in self.holdings if not holding.with_place}
        return [
            self.collaboration(row)
            for row in self.match.rows
            if self.match.judged[row].verdict in OPENNESS
            and not self.match.records[row].get("domestic")
            and self.match.records[row]["id"] not in held
        ]

    def collaboration(self, row: int) -> Candidate:
        """One collaboration as a candidate, whatever the verdict."""
        record, judgement = self.match.records[row], self.match.judged[row]
        fit = self._fits.get(row, 0.0)
        return Candidate(record["id"], record, fit, judgement.verdict, judgement=judgement)

    def _peers(self) -> list[Candidate]:
        """The best peers that have something on file to show in what the place needs."""
        if not self.facts.get("needs"):
            return []
        request = self.request
        held = [holding.key for holding in self.holdings if holding.with_place]
        asked = PeersRequest(
            place_id=request.place_id,
            place=request.place,
            needs=request.needs,
            exclude=[*request.exclude, *held],
            as_of=self.as_of,
            limit=4 * PEERS,
        )
        snapshot, found = self.context.snapshot, []
        for result in read_back(match_peers(self.context, asked))["results"]:
            row = snapshot.places.row(result["place"]["id"], self.context.tenant)
            if result.get("gets") and row is not None:
                facts = {**snapshot.places.facts(row), "id": result["place"]["id"]}
                fit = float(result["rank_score"])
                verdict = Verdict.CONDITIONAL
                found.append(Candidate(facts["id"], facts, fit, verdict, with_place=True))
        return found[:PEERS]

    def covers(self, item: Holding | Candidate) -> dict[Element, float]:
        if not item.record or (isinstance(item, Holding) and item.over):
            return {}
        found = place_covers if item.with_place else covers
        return found(item.record, self.facts)

    def held_option(self, holding: Holding) -> Option:
        """A holding as it stands; what has ended cannot be kept."""
        return Option(
            key=holding.key,
            level=holding.level,
            held=True,
            covers=self.covers(holding),
            bonus=KEPT_BONUS if holding.record else UNKNOWN_KEPT,
            days=holding.days or 0.0,
            money=self.budgets.in_currency(holding.fee),
            allowed=not holding.over,
        )

    @cached_property
    def reassess(self) -> dict[str, list[tuple[str, dict[str, Any]]]]:
        """Per holding why it should be looked at again, where there is a reason."""
        found = {h.key: [*why_reassess(h, self.as_of), *self._next(h)] for h in self.holdings}
        return {key: why for key, why in found.items() if why}

    def _next(self, holding: Holding) -> list[tuple[str, Facts]]:
        """Who goes on with what has ended, and whether the place is in that already."""
        if not holding.over or not holding.record.get("successor"):
            return []
        row = self.context.catalogue.collaboration(holding.record["successor"], self.context.tenant)
        successor = self.match.records[row]
        held = any(h.key == successor["id"] for h in self.holdings if not h.with_place)
        code = "portfolio.review.successor_held" if held else "portfolio.review.successor"
        return [(code, {"name": successor["name"]})]

    def new_options(self, candidate: Candidate) -> list[Option]:
        """A candidate at each level it can be joined at."""
        base = self.covers(candidate)
        bonus = FIT_WEIGHT * candidate.fit * OPENNESS.get(candidate.verdict, 0.0) - NEW_COST
        days = candidate.record.get("effort_days") or 0.0 if not candidate.with_place else 0.0
        money = self.budgets.in_currency(yearly(candidate.record.get("fee")))
        officer = Option(candidate.key, "officer", False, base, bonus, days, money)
        if candidate.record.get("level") != NeedLevel.MAYOR:
            return [officer]
        less = {element: OFFICER_SHARE * strength for element, strength in base.items()}
        return [
            Option(candidate.key, "mayor", False, base, bonus, days, money),
            Option(candidate.key, "officer", False, less, bonus, days, money),
        ]

    @cached_property
    def choice(self) -> Choice:
        """All that a plan chooses from, and its limits."""
        held = [self.held_option(holding) for holding in self.holdings]
        new = [o for c in self.candidates.values() for o in self.new_options(c)]
        limits = Limits(**self.budgets.limits(), changes=self.request.changes)
        return Choice([*held, *new], self.weights, limits)
