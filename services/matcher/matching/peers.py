"""POST /v1/matches/peers: the places that fit, best first, each with reasons."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from models.snapshot.columns import StoredColumns
from models.taxonomy import Mode, Purpose, StageRelation, Ties
from services.matcher.comparing import Asked, Pair
from services.matcher.features import EXISTING_TIE, PEER_FEATURES, SIMILAR_TEXT, Facts
from services.matcher.features.stance import WORKS_ABROAD
from services.matcher.matching.alike import terms_alike
from services.matcher.matching.by_country import full_countries, passed_over
from services.matcher.matching.candidates import candidates, known_ties
from services.matcher.matching.conditions import Condition
from services.matcher.matching.peer_results import PeerResults, fewer_because, not_on_file, refusals
from services.matcher.matching.picking import Picked, Sides, pick
from services.matcher.matching.question import (
    Context,
    Standing,
    asking_profile,
    chosen_weights,
    figures,
)
from services.matcher.profile import Profile
from services.matcher.schemas import PeersRequest
from services.matcher.scoring import rank, weaker
from services.matcher.searching.query import Query
from services.matcher.searching.retrieval import best_rows
from services.matcher.terms import Rows, RowTerm, Term, TextTerm
from services.stepwise import Stepwise, in_one_go

# What an existing tie weighs where the caller asks to deepen ties.
DEEPEN_WEIGHT = 2.0
TWO_SIDED = {Mode.SUSTAINED_PAIRING}
LEDGER = 50


class PeerMatch:
    """One question about peers on its way to its answer."""

    def __init__(self, context: Context, request: PeersRequest) -> None:
        self.context = context
        self.request = request
        self.snapshot = context.snapshot
        self.profile: Profile = asking_profile(context, request)
        self.weights = chosen_weights(self._default_weights(), request.weights)
        self.gamma: float = context.catalogue.weights["gamma"]
        self.ties = known_ties(self.snapshot, self.profile, context.tenant)
        self.pool = candidates(self.snapshot, self.profile, request, context.tenant)
        self.shapes = context.catalogue.shapes(request.mode)
        given = self._given()
        two_sides = request.mode in TWO_SIDED
        ours, theirs = self._compared(two_sides)
        self.ours = ours + given
        self.theirs: list[Term] = []
        if two_sides:
            self.theirs = self.ours if theirs is ours else theirs + given

    def _compared(self, two_sides: bool) -> Pair:
        """The features as terms, on our side and on theirs; of one side both are one list."""
        places, row = self.snapshot.places, self.profile.row
        if row is not None and self.profile.as_stored:
            stored = StoredColumns(places.columns, row)
            asked = Asked(self.weights, stored, places.columns, self.shapes)
            return terms_alike(asked, PEER_FEATURES, places, row, two_sides)
        asked = Asked(self.weights, self.profile.values, places.columns, self.shapes)
        if two_sides:
            return asked.both_sides(PEER_FEATURES)
        return (asked.terms(PEER_FEATURES),) * 2

    def _default_weights(self) -> dict[str, float]:
        weights = dict(self.context.catalogue.weights["peers"][self.request.mode])
        if self.request.stage_relation is StageRelation.TEACHER:
            stage = max(weights["same_stage"], weights["stage_ahead"])
            weights |= {"same_stage": 0, "stage_ahead": stage}
        deepen = self.request.ties is Ties.DEEPEN or self.request.purpose is not Purpose.INNOVATION
        if deepen:
            weights[EXISTING_TIE] = DEEPEN_WEIGHT
        if deepen or self.request.among is not None or self._stays_at_home():
            # Of partners known or named, who is likely to take part is no longer the question; of
            # those at home nobody asks who works with others abroad.
            weights[WORKS_ABROAD.name] = 0
        return weights

    def _stays_at_home(self) -> bool:
        """Whether peers are asked for in the place's own country alone."""
        countries = self.request.filters.countries
        return countries is not None and set(countries) == {self.profile.facts["country"]}

    def _given(self) -> list[Term]:
        """Likeness of texts where both sides wrote one, and existing ties."""
        given: list[Term] = []
        texts, weight = self.snapshot.places.texts, self.weights[SIMILAR_TEXT]
        if weight and len(self.profile.texts):
            floor = self.context.catalogue.text_floors[0]
            given.append(TextTerm(SIMILAR_TEXT, weight, texts, self.profile.texts, floor))
        if self.weights[EXISTING_TIE]:
            # That two places have no tie on file is known, so it tells as much as a tie does.
            tied = np.array(sorted(r for r, t in self.ties.items() if self._counts(t)), np.intp)
            ones = np.ones(len(tied))
            given.append(RowTerm(EXISTING_TIE, self.weights[EXISTING_TIE], tied, ones, 0.0))
        return given

    def _counts(self, ties: list[Facts]) -> bool:
        """Whether ties serve the purpose asked for; one of unstated purpose serves innovation."""
        wanted = self.request.purpose
        return any(tie.get("purpose", Purpose.INNOVATION) == wanted for tie in ties)

    def rows(self, count: int, exhaustive: bool = False) -> Rows:
        """Rows that hold the best `count` candidates; all of them where asked for."""
        if not exhaustive and self.pool.grouped:
            two = bool(self.theirs) and self.theirs is not self.ours
            sides = [self.ours, self.theirs] if two else [self.ours]
            query = Query(self.snapshot.places, sides, sum(self.weights.values()), self.gamma)
            found = best_rows(query, self.pool.open, self.pool.barred, count)
            if found is not None:
                return found
        return self.pool.rows()

    def rank(self, rows: Rows) -> Sides:
        """Score rows: on the asking side, or on the weaker of the two."""
        ours = rank(self.ours, self.weights, self.gamma, rows)
        if not self.theirs:
            return Sides(ours, ours)
        theirs = ours
        if self.theirs is not self.ours:
            theirs = rank(self.theirs, self.weights, self.gamma, rows)
        ranking, mine = weaker(ours, theirs)
        return Sides(ranking, ours, theirs, mine)

    def pick(self) -> Picked:
        """What is shown, best first."""

        def search(count: int, exhaustive: bool) -> Sides:
            return self.rank(self.rows(count, exhaustive))

        return pick(self.snapshot.places, self.pool, self.request, search)

    def answer(self, picked: Picked) -> dict[str, Any]:
        """The answer but for its head."""
        limit, conditions = self.request.limit, self._met_by(picked)
        show = PeerResults(self.context, self.request, self.profile, self.ties, conditions)
        results = show.all(picked, self.pool.count())
        answer: dict[str, Any] = {
            "mode": self.request.mode,
            "weights": self.weights,
            "results": results,
        }
        if len(results) < limit:
            words, places = self.context.words, self.snapshot.places
            named = self.request.among or []
            unknown = [name for name in named if places.row(name, self.context.tenant) is None]
            answer["fewer_because"] = fewer_because(places, conditions, words)
            answer["fewer_because"] += not_on_file(unknown, words)
        if len(picked.passed):
            answer["passed_over"] = passed_over(
                self.snapshot.places, picked.passed, self.context.words
            )
        if self.profile.inferred:
            answer["inferred"] = self.profile.inferred
        if "refused" in self.request.include:
            answer["refused"] = self._refused(conditions, picked.passed)
        return answer

    def in_brief(self) -> list[dict[str, Any]]:
        """Who fits and how well, without the reasons."""
        picked, places = self.pick(), self.snapshot.places
        standing = Standing(picked.sides.ranking, picked.shown, picked.above, self.pool.count())
        found = figures(standing, self.context.catalogue.weights["bands"])
        return [
            {"place_id": places.id(row), **one}
            for row, one in zip(picked.rows.tolist(), found, strict=True)
        ]

    def _met_by(self, picked: Picked) -> list[Condition]:
        """All conditions that what is shown meets."""
        if self.request.max_per_country is None:
            return self.pool.conditions
        return [*self.pool.conditions, full_countries(picked.passed, self.request.max_per_country)]

    def _refused(self, conditions: Sequence[Condition], passed: Rows) -> list[dict[str, Any]]:
        """The ledger of what was ruled out, those that would have ranked best first.

        Where places were named, of those alone, and all of them. The best of those passed over
        stand among the others, and in nobody's place.
        """
        count = max(self.request.limit, LEDGER)
        judged = np.flatnonzero(self.snapshot.places.visible_to(self.context.tenant))
        if self.pool.only is not None:
            judged = np.intersect1d(judged, self.pool.only)
            count = len(judged)
        ruled_out = self.rank(np.setdiff1d(judged, self.pool.rows())).ranking
        told = np.union1d(ruled_out.rows[ruled_out.best(count)], passed[:count])
        ranking = self.rank(told).ranking
        rows = [int(ranking.rows[at]) for at in ranking.best(len(told))]
        return refusals(self.context, conditions, rows)


def match_peers(context: Context, request: PeersRequest) -> dict[str, Any]:
    """The peers of a place, best first."""
    return in_one_go(matching_peers(context, request))


def matching_peers(context: Context, request: PeersRequest) -> Stepwise[dict[str, Any]]:
    """The same, step by step."""
    match = PeerMatch(context, request)
    yield
    picked = match.pick()
    yield
    return match.answer(picked)
