"""What an answer says of each collaboration, and of those that refuse."""

from typing import Any

from services.matcher.matching.collaboration_cautions import place_cautions
from services.matcher.matching.collaboration_match import CollaborationMatch
from services.matcher.matching.question import Standing, figures
from services.matcher.matching.routes_in import insiders, next_steps, route_in, smallest_change
from services.matcher.matching.told_to_all import summary, told_to_all
from services.matcher.reasons import Exhibits, Explainer, quote_of
from services.matcher.scoring import Ranking, Share, shares
from services.matcher.terms import Rows


class CollaborationResults:
    """Writes the results of one question."""

    def __init__(self, match: CollaborationMatch) -> None:
        self.match = match
        self.context, self.profile, self.records = match.context, match.profile, match.records
        self.exhibits = Exhibits(match.profile.facts, "ours")

    def all(self, ranking: Ranking, best: Rows) -> list[dict[str, Any]]:
        """The results at these places of a ranking, best first."""
        told = shares(self.match.terms, ranking.rows[best])
        count = len(ranking.rows)
        return [
            self._result(ranking, int(at), Standing(above, count), told[above])
            for above, at in enumerate(best)
        ]

    def _result(
        self, ranking: Ranking, at: int, standing: Standing, told: list[Share]
    ) -> dict[str, Any]:
        row = int(ranking.rows[at])
        record, judgement = self.records[row], self.match.judged[row]
        to_all, as_of = told_to_all(self.match.doors[row]), self.match.as_of
        limits = self.context.catalogue.weights["bands"]
        words = self.context.words
        nearest = self.context.snapshot.collaboration_texts.nearest(row, self.profile.texts)
        quote = quote_of(record, nearest)
        explain = Explainer(self.profile.facts, record, words, quote, self.exhibits)
        result: dict[str, Any] = {
            "collaboration": to_all.collaboration,
            **figures(ranking, at, limits, standing),
            "verdict": judgement.verdict,
            "rules": judgement.rules,
            "reasons": explain.reasons(told),
            "cautions": place_cautions(self.profile.facts, record, as_of, words) + to_all.cautions,
            **to_all.terms,
        }
        if judgement.missing:
            result["missing"] = judgement.missing
        inside = insiders(self.context, self.profile, row)
        if inside:
            result["peers_inside"] = inside
        steps = next_steps(record, judgement, words)
        if steps:
            result["next_steps"] = steps
        way = route_in(self.context, self.profile, record, judgement, inside)
        if way:
            result["route_in"] = way
        return result

    def refusal(self, row: int) -> dict[str, Any]:
        """A collaboration that does not let the place in, and what would change that."""
        record, judgement = self.records[row], self.match.judged[row]
        refusal: dict[str, Any] = {
            "collaboration": summary(record),
            "verdict": judgement.verdict,
            "rules": judgement.rules,
        }
        change = smallest_change(judgement)
        if change:
            refusal["smallest_change"] = change
        inside = insiders(self.context, self.profile, row)
        way = route_in(self.context, self.profile, record, judgement, inside)
        if way:
            refusal["route_in"] = way
        return refusal
