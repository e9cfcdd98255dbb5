"""POST /v1/matches/peers: the places that fit, best first, each with reasons."""

from typing import Any

import numpy as np

from models.taxonomy import Mode, Outcome, Purpose, StageRelation, Ties, Verdict
from services.matcher.eligibility import RuleOutcome
from services.matcher.features import EXISTING_TIE, PEER_FEATURES, SIMILAR_TEXT, Facts
from services.matcher.matching.candidates import Condition, conditions, known_ties
from services.matcher.matching.contrast import learning
from services.matcher.matching.peer_cautions import Pair, mismatched, peer_cautions
from services.matcher.matching.question import (
    Context,
    asking_profile,
    chosen_weights,
    exchanges,
    figures,
    place_summary,
)
from services.matcher.profile import Profile
from services.matcher.reasons import Explainer, quote_of
from services.matcher.schemas import PeersRequest
from services.matcher.scoring import (
    Ranking,
    RowTerm,
    Term,
    TextTerm,
    answering_terms,
    asking_terms,
    rank,
    shares,
    weaker,
)

# What an existing tie weighs where the caller asks to deepen ties.
DEEPEN_WEIGHT = 2.0
TWO_SIDED = {Mode.SUSTAINED_PAIRING}


class PeerMatch:
    """One question about peers on its way to its answer."""

    def __init__(self, context: Context, request: PeersRequest) -> None:
        self.context = context
        self.request = request
        self.snapshot = context.snapshot
        self.profile: Profile = asking_profile(context, request)
        self.weights = chosen_weights(self._default_weights(), request.weights)
        self.ties = known_ties(self.snapshot, self.profile, context.tenant)
        self.conditions = conditions(self.snapshot, self.profile, request, context.tenant)
        given = self._given()
        columns = self.snapshot.places.columns
        profile = self.profile.values
        self.ours = asking_terms(PEER_FEATURES, self.weights, profile, columns) + given
        self.theirs: list[Term] = []
        if request.mode in TWO_SIDED:
            self.theirs = answering_terms(PEER_FEATURES, self.weights, profile, columns) + given

    def _default_weights(self) -> dict[str, float]:
        weights = dict(self.context.catalogue.weights["peers"][self.request.mode])
        if self.request.stage_relation is StageRelation.TEACHER:
            stage = max(weights["same_stage"], weights["stage_ahead"])
            weights |= {"same_stage": 0, "stage_ahead": stage}
        if self.request.ties is Ties.DEEPEN or self.request.purpose is not Purpose.INNOVATION:
            weights[EXISTING_TIE] = DEEPEN_WEIGHT
        return weights

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

    def answer(self) -> dict[str, Any]:
        met = np.logical_and.reduce([c.met for c in self.conditions])
        ranking, mine, sides = self._rank(np.flatnonzero(met))
        best = ranking.best(self.request.limit)
        results = [self._result(ranking, mine, sides, int(i)) for i in best]
        answer: dict[str, Any] = {
            "mode": self.request.mode,
            "weights": self.weights,
            "results": results,
        }
        if len(results) < self.request.limit:
            answer["fewer_because"] = fewer_because(self.conditions, self.context)
        if self.profile.inferred:
            answer["inferred"] = self.profile.inferred
        if "refused" in self.request.include:
            answer["refused"] = self._refused(met)
        return answer

    def _rank(self, rows: Any) -> tuple[Ranking, Any, tuple[Ranking, Ranking] | None]:
        gamma = self.context.catalogue.weights["gamma"]
        ours = rank(self.ours, self.weights, gamma, rows)
        if not self.theirs:
            return ours, None, None
        theirs = rank(self.theirs, self.weights, gamma, rows)
        ranking, mine = weaker(ours, theirs)
        return ranking, mine, (ours, theirs)

    def _result(
        self, ranking: Ranking, mine: Any, sides: tuple[Ranking, Ranking] | None, at: int
    ) -> dict[str, Any]:
        row = int(ranking.rows[at])
        theirs = self.snapshot.places.facts(row)
        limits = self.context.catalogue.weights["bands"]
        asking = sides is None or bool(mine[at])
        nearest = self.snapshot.places.texts.nearest(row, self.profile.texts)
        explain = Explainer(
            self.profile.facts, theirs, self.context.words, quote_of(theirs, nearest)
        )
        ties = self.ties.get(row, [])
        pair = Pair(
            self.profile.facts,
            theirs,
            self.request.mode,
            self.request.purpose,
            ties,
            self.context.words,
        )
        cautions = peer_cautions(pair)
        result = {
            "place": place_summary(theirs, self.snapshot.places.id(row)),
            **figures(ranking, at, limits),
            "verdict": Verdict.ELIGIBLE,
            "rules": self._rules(row, theirs),
            "reasons": self._reasons(explain, row, asking),
            "cautions": cautions,
            **exchanges(self.profile.facts, theirs),
        }
        if self.request.mode is Mode.LEARN_FROM_CONTRAST:
            result |= learning(self.profile.facts, theirs, result, self.context.words)
        if mismatched(cautions):
            text = self.context.words.text("suggest.thematic_cluster", {})
            result["suggest"] = {"code": "thematic_cluster", "text": text}
        if ties:
            result["ties"] = [_tie(tie) for tie in ties]
        if sides is not None:
            other = sides[1] if asking else sides[0]
            result["side"] = "ours" if asking else "theirs"
            result["other_side"] = {
                "score": float(other.score[at]),
                "coverage": float(other.coverage[at]),
                "reasons": self._reasons(explain, row, not asking),
            }
        return result

    def _reasons(self, explain: Explainer, row: int, asking: bool) -> list[dict[str, Any]]:
        found = shares(self.ours if asking else self.theirs, row)
        return explain.reasons(found, mirrored=not asking)

    def _rules(self, row: int, theirs: Facts) -> list[dict[str, Any]]:
        return [
            _outcome(c, bool(c.met[row]), theirs, self.context).as_json()
            for c in self.conditions
            if c.name in ("foreign", "kind", "has_government")
        ]

    def _refused(self, met: Any) -> list[dict[str, Any]]:
        """The ledger of what was ruled out, those that would have ranked best first."""
        visible = self.conditions[0].met
        ranking, *_ = self._rank(np.flatnonzero(visible & ~met))
        ledger = []
        for at in ranking.best(max(self.request.limit, 50)):
            row = int(ranking.rows[at])
            theirs = self.snapshot.places.facts(row)
            failed = [c for c in self.conditions[1:] if not c.met[row]]
            ledger.append(
                {
                    "place": place_summary(theirs, self.snapshot.places.id(row)),
                    "verdict": Verdict.REFUSED,
                    "rules": [_outcome(c, False, theirs, self.context).as_json() for c in failed],
                }
            )
        return ledger


def _tie(commitment: Facts) -> dict[str, Any]:
    """A tie as an answer shows it: what kind it is, what for, and since when."""
    shown = {"tie": "kind", "purpose": "purpose", "role": "role", "since": "since"}
    found = {name: commitment[field] for field, name in shown.items() if field in commitment}
    if "value_note" in commitment:
        found["note"] = commitment["value_note"]
    return found


def _outcome(condition: Condition, met: bool, theirs: Facts, context: Context) -> RuleOutcome:
    seen = theirs.get("id") if condition.field == "id" else theirs.get(condition.field)
    unknown = condition.name == "has_government" and seen is None
    return RuleOutcome(
        rule_id=f"peer-{condition.name.replace('_', '-')}",
        outcome=Outcome.UNDETERMINED if unknown else Outcome.PASS if met else Outcome.FAIL,
        effect=Verdict.ELIGIBLE if met else Verdict.REFUSED,
        field=condition.field,
        text=context.words.text(f"peer.{condition.name}", {}),
        seen=seen,
        threshold=condition.wanted,
        remedy_kind=None if met else condition.remedy_kind,
    )


def fewer_because(found: list[Condition], context: Context) -> list[dict[str, Any]]:
    """How many places each condition ruled out, after those before it."""
    left = found[0].met
    told = []
    for condition in found[1:]:
        removed = int((left & ~condition.met).sum())
        left = left & condition.met
        if removed:
            told.append(
                {
                    "rule_id": f"peer-{condition.name.replace('_', '-')}",
                    "removed": removed,
                    "text": context.words.text(f"peer.{condition.name}", {}),
                }
            )
    return told


def match_peers(context: Context, request: PeersRequest) -> dict[str, Any]:
    """The peers of a place, best first."""
    return PeerMatch(context, request).answer()
