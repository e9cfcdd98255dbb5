"""What an answer says of each collaboration, and of those that refuse."""

from collections.abc import Iterable
from typing import Any

import orjson
from orjson import Fragment

from services.matcher.askers import Reason, Told
from services.matcher.features import PEERS_INSIDE
from services.matcher.features.feature import close
from services.matcher.matching.collaboration_cautions import Cautions
from services.matcher.matching.collaboration_match import CollaborationMatch
from services.matcher.matching.question import Standing, figures
from services.matcher.matching.routes_in import insiders, route_in, smallest_change
from services.matcher.matching.told_to_all import summary, told_of, told_to_all, with_own
from services.matcher.reasons import Explainer, Pair, in_figures, quote_of
from services.matcher.scoring import Ranking, Share, shares
from services.matcher.terms import Rows
from services.written_json import as_json


class CollaborationResults:
    """Writes the results of one question."""

    def __init__(self, match: CollaborationMatch) -> None:
        self.match, self.askers = match, match.askers
        self.context, self.profile, self.records = match.context, match.profile, match.records
        self.explainer = Explainer(match.profile.facts, match.context.words)
        self.cautions = Cautions(match.profile.facts, match.as_of, match.context.words)

    def all(self, ranking: Ranking, best: Rows) -> list[Fragment]:
        """The results at these places of a ranking, best first."""
        rows = ranking.rows[best].tolist()
        standing = Standing(ranking, best, range(len(best)), len(ranking.rows))
        found = figures(standing, self.context.catalogue.weights["bands"])
        company, told = self._company(rows), self.askers.told
        effects = self.match.effects
        keys = [(r, c is not None, effects.get(r)) for r, c in zip(rows, company, strict=True)]
        if not told.keys() >= set(keys):
            all_shares = shares(ranking, best)
            company = [_company_in(of_row) for of_row in all_shares]
            for key, of_row in zip(keys, all_shares, strict=True):
                if key not in told:
                    told[key] = self._told(key[0], of_row)
        each = zip(rows, found, [told[key] for key in keys], company, strict=True)
        return [Fragment(self._result(*one)) for one in each]

    def _company(self, rows: list[int]) -> list[Share | None]:
        """The part of company in the score of each of these collaborations, where it tells."""
        term = self.match.company
        if term is None:
            return [None] * len(rows)
        # Places alike have fewer than eight terms: in any order the last bit is that of `shares`.
        weight, others = term.weight, self.askers.sums.told[rows].tolist()
        values = term.compared.values[rows].tolist()
        return [
            (PEERS_INSIDE, weight, v * weight / weight, v * weight / (told + weight))
            if v == v
            else None
            for v, told in zip(values, others, strict=True)
        ]

    def _result(self, row: int, found: dict[str, Any], told: Told, company: Share | None) -> bytes:
        match, figures = self.match, self.match.figures.get(row)
        is_judged = with_own(told.judged, figures) if figures else told.judged[0]
        reasons = [reason for *_, reason in self._reasons(row, told, company)]
        inside = insiders(self.context, self.profile, row)
        ways = route_in(self.context, self.profile, row, match.as_of, inside)
        return b"".join((
            told.before, b",", orjson.dumps(found)[1:-1], is_judged,
            b',"reasons":[', b",".join(reasons), b'],"cautions":[', told.cautions, told.after,
            b',"peers_inside":%s' % inside.written if inside.written else b"",
            told.steps,
            b',"route_in":%s' % as_json(ways) if ways else b"",
            b"}",
        ))  # fmt: skip

    def _told(self, row: int, found: list[Share]) -> Told:
        """What is told of a collaboration to all places alike, company apart."""
        match, door = self.match, self.match.doors[row]
        own = tuple(match.doors.on_figures.get(row, ()))
        to_all, to_alike = told_to_all(door), told_of(door, match.judged[row], own)
        pair, cautions = self._pair(row), self.cautions.about(self.records[row])
        return Told(
            to_all.collaboration,
            to_alike.judged,
            tuple(sorted(_reason(pair, one) for one in found if one[0] != PEERS_INSIDE)),
            as_json(cautions)[1:-1] + (b"," if cautions and to_all.cautions else b""),
            to_alike.after,
            to_alike.next_steps,
        )

    def _reasons(self, row: int, told: Told, company: Share | None) -> Iterable[Reason]:
        """Why it fits, the largest contribution first."""
        if company is None:
            return told.reasons
        return sorted((*told.reasons, self._of_company(row, company)))

    def _of_company(self, row: int, share: Share) -> Reason:
        """What the company in a collaboration tells; in words it is one of few things."""
        figures, word = in_figures(share), close(share[2])
        said = self.askers.company.get(word)
        if said is None:
            _, _, whole = _reason(self._pair(row), share)
            said = self.askers.company[word] = whole[len(figures) :]
        return -share[3], PEERS_INSIDE, figures + said

    def _pair(self, row: int) -> Pair:
        record = self.records[row]
        nearest = self.context.snapshot.collaboration_texts.nearest(row, self.profile.texts)
        return self.explainer.about(record, quote_of(record, nearest))

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
        way = route_in(self.context, self.profile, row, self.match.as_of, inside)
        if way:
            refusal["route_in"] = way
        return refusal


def _company_in(found: list[Share]) -> Share | None:
    return next((share for share in found if share[0] == PEERS_INSIDE), None)


def _reason(pair: Pair, share: Share) -> Reason:
    return -share[3], share[0], pair.written([share])[1:-1]
