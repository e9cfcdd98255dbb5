"""What an answer says of each collaboration, and of those that refuse."""

from collections.abc import Sequence
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
from services.matcher.reasons import Explainer, quotes_of, with_figures
from services.matcher.scoring import Column, Ranking, shares
from services.matcher.terms import Rows
from services.written_json import as_json

_NOT_ASKED = Column(PEERS_INSIDE, [], [], [], [])


class CollaborationResults:
    """Writes the results of one question."""

    def __init__(self, match: CollaborationMatch) -> None:
        self.match, self.askers = match, match.askers
        self.context, self.profile, self.records = match.context, match.profile, match.records
        self.cautions = Cautions(match.profile.facts, match.as_of, match.context.words)

    def all(self, ranking: Ranking, best: Rows) -> list[Fragment]:
        """The results at these places of a ranking, best first."""
        rows = ranking.rows[best].tolist()
        standing = Standing(ranking, best, range(len(best)), len(ranking.rows))
        found = figures(standing, self.context.catalogue.weights["bands"])
        company, told = self._company(rows), self.askers.told
        effects = self.match.effects
        keys = [(row, at in company.at, effects.get(row)) for at, row in enumerate(rows)]
        new = [at for at, key in enumerate(keys) if key not in told]
        if new:
            *others, company = self._shares(ranking, best)
            reasons = self._reasons_to_all(rows, [column.only(new) for column in others])
            told |= {keys[at]: self._told(rows[at], reasons[at]) for at in new}
        inside = self._of_company(rows, company)
        each = zip(rows, found, [told[key] for key in keys], strict=True)
        return [Fragment(self._result(*one, inside.get(at))) for at, one in enumerate(each)]

    def _company(self, rows: list[int]) -> Column:
        """The part of company in the score of each of these collaborations, where it tells."""
        term = self.match.company
        if term is None:
            return _NOT_ASKED
        values, weight = term.compared.values[rows].tolist(), term.weight
        at = [i for i, value in enumerate(values) if value == value]
        known, told = [values[i] for i in at], self.askers.sums.told[rows].tolist()
        # Places alike have fewer than eight terms: in any order the last bit is that of `shares`.
        value = [one * weight / weight for one in known]
        part = [one * weight / (told[i] + weight) for i, one in zip(at, known, strict=True)]
        return Column(PEERS_INSIDE, at, [weight] * len(at), value, part)

    def _shares(self, ranking: Ranking, best: Rows) -> list[Column]:
        """What the scores are made of; company is the last."""
        columns = shares(ranking, best).columns
        company = [column for column in columns if column.feature == PEERS_INSIDE]
        others = [column for column in columns if column.feature != PEERS_INSIDE]
        return [*others, *(company or [_NOT_ASKED])]

    def _result(self, row: int, found: dict[str, Any], told: Told, company: Reason | None) -> bytes:
        match, figures = self.match, self.match.figures.get(row)
        is_judged = with_own(told.judged, figures) if figures else told.judged[0]
        reasons = sorted((*told.reasons, company)) if company else told.reasons
        said = b",".join([reason for *_, reason in reasons])
        inside = insiders(self.context, self.profile, row)
        ways = route_in(self.context, self.profile, row, match.as_of, inside)
        return b"".join((
            told.before, b",", orjson.dumps(found)[1:-1], is_judged,
            b',"reasons":[', said, b'],"cautions":[', told.cautions, told.after,
            b',"peers_inside":%s' % inside.written if inside.written else b"",
            told.steps,
            b',"route_in":%s' % as_json(ways) if ways else b"",
            b"}",
        ))  # fmt: skip

    def _reasons_to_all(self, rows: list[int], columns: list[Column]) -> list[list[Reason]]:
        """Why each fits places alike."""
        reasons: list[list[Reason]] = [[] for _ in rows]
        explainer = self._explainer(rows)
        for column in columns:
            for at, reason in _in_order(column, explainer.of_feature(column)).items():
                reasons[at].append(reason)
        return reasons

    def _told(self, row: int, reasons: list[Reason]) -> Told:
        """What is told of a collaboration to all places alike, company apart."""
        match, door = self.match, self.match.doors[row]
        own = tuple(match.doors.on_figures.get(row, ()))
        to_all, to_alike = told_to_all(door), told_of(door, match.judged[row], own)
        cautions = self.cautions.about(self.records[row])
        return Told(
            to_all.collaboration,
            to_alike.judged,
            tuple(sorted(reasons)),
            as_json(cautions)[1:-1] + (b"," if cautions and to_all.cautions else b""),
            to_alike.after,
            to_alike.next_steps,
        )

    def _of_company(self, rows: list[int], company: Column) -> dict[int, Reason]:
        """What the company in each tells; in words it is one of few things."""
        words, known = [close(value) for value in company.value], self.askers.company
        for at, value, word in zip(company.at, company.value, words, strict=True):
            if word not in known:
                alone = Column(PEERS_INSIDE, [0], [0], [value], [0])
                (known[word],) = self._explainer([rows[at]]).said(alone)
        return _in_order(company, with_figures(company, [known[word] for word in words]))

    def _explainer(self, rows: list[int]) -> Explainer:
        profile, records = self.profile, [self.records[row] for row in rows]
        quotes = quotes_of(records, rows, self.context.snapshot.collaboration_texts, profile.texts)
        return Explainer(profile.facts, records, self.context.words, quotes=quotes)

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


def _in_order(column: Column, reasons: Sequence[bytes]) -> dict[int, Reason]:
    """One feature's reasons as they are put in order, by what they tell of."""
    each = zip(column.at, column.contribution, reasons, strict=True)
    return {at: (-part, column.feature, reason) for at, part, reason in each}
