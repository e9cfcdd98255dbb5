"""What an answer says of each collaboration, and of those that refuse."""

from typing import Any

from services.matcher.features import Facts
from services.matcher.matching.collaboration_cautions import collaboration_cautions, terms
from services.matcher.matching.collaboration_match import CollaborationMatch
from services.matcher.matching.question import Standing, figures
from services.matcher.matching.routes_in import insiders, next_steps, route_in, smallest_change
from services.matcher.reasons import Exhibits, Explainer, quote_of
from services.matcher.scoring import Ranking, Rows, Share, shares


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
        limits = self.context.catalogue.weights["bands"]
        words = self.context.words
        nearest = self.context.snapshot.collaboration_texts.nearest(row, self.profile.texts)
        quote = quote_of(record, nearest)
        explain = Explainer(self.profile.facts, record, words, quote, self.exhibits)
        result: dict[str, Any] = {
            "collaboration": summary(record),
            **figures(ranking, at, limits, standing),
            "verdict": judgement.verdict,
            "rules": [outcome.as_json() for outcome in judgement.outcomes],
            "reasons": explain.reasons(told),
            "cautions": collaboration_cautions(self.profile.facts, record, self.match.as_of, words),
            **terms(record, words),
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
            "rules": [outcome.as_json() for outcome in judgement.outcomes],
        }
        change = smallest_change(judgement)
        if change:
            refusal["smallest_change"] = change
        inside = insiders(self.context, self.profile, row)
        way = route_in(self.context, self.profile, record, judgement, inside)
        if way:
            refusal["route_in"] = way
        return refusal


def summary(record: Facts) -> dict[str, Any]:
    """What an answer says of a collaboration."""
    shown = (
        "id", "name", "type", "led_by", "theme", "goals", "sectors", "stages", "fee", "grant",
        "footprint", "founded", "member_count", "last_confirmed", "description",
    )  # fmt: skip
    return {k: record[k] for k in shown if k in record}
