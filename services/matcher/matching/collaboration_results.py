"""What an answer says of each collaboration, and of those that refuse."""

from typing import Any

import orjson

from services.matcher.evidence import Exhibits
from services.matcher.matching.collaboration_cautions import Cautions
from services.matcher.matching.collaboration_match import CollaborationMatch
from services.matcher.matching.question import Standing, figures
from services.matcher.matching.routes_in import insiders, route_in, smallest_change
from services.matcher.matching.told_to_all import summary, told_of, told_to_all
from services.matcher.reasons import Explainer, quote_of
from services.matcher.scoring import Ranking, Share, shares
from services.matcher.terms import Rows


class CollaborationResults:
    """Writes the results of one question."""

    def __init__(self, match: CollaborationMatch) -> None:
        self.match = match
        self.context, self.profile, self.records = match.context, match.profile, match.records
        self.exhibits = Exhibits(match.profile.facts, "ours")
        self.cautions = Cautions(match.profile.facts, match.as_of, match.context.words)

    def all(self, ranking: Ranking, best: Rows) -> list[dict[str, Any]]:
        """The results at these places of a ranking, best first."""
        standing = Standing(ranking, best, range(len(best)), len(ranking.rows))
        found = figures(standing, self.context.catalogue.weights["bands"])
        each = zip(ranking.rows[best].tolist(), found, shares(ranking, best), strict=True)
        return [self._result(*one) for one in each]

    def _result(self, row: int, found: dict[str, Any], told: list[Share]) -> dict[str, Any]:
        record, judgement, door = self.records[row], self.match.judged[row], self.match.doors[row]
        to_all, to_alike = told_to_all(door), told_of(door, judgement)
        nearest = self.context.snapshot.collaboration_texts.nearest(row, self.profile.texts)
        quote = quote_of(record, nearest)
        explain = Explainer(self.profile.facts, record, self.context.words, quote, self.exhibits)
        result: dict[str, Any] = {
            "collaboration": to_all.collaboration,
            **found,
            "verdict": to_alike.verdict,
            "rules": to_alike.rules,
            "reasons": orjson.Fragment(explain.written(told)),
            "cautions": self.cautions.about(record) + to_all.cautions,
            **to_all.terms,
        }
        if to_alike.missing is not None:
            result["missing"] = to_alike.missing
        inside = insiders(self.context, self.profile, row)
        if inside:
            result["peers_inside"] = [member.written for member in inside]
        if to_alike.next_steps is not None:
            result["next_steps"] = to_alike.next_steps
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
            "rules": judgement.rules(),
        }
        change = smallest_change(judgement)
        if change:
            refusal["smallest_change"] = change
        inside = insiders(self.context, self.profile, row)
        way = route_in(self.context, self.profile, record, judgement, inside)
        if way:
            refusal["route_in"] = way
        return refusal
