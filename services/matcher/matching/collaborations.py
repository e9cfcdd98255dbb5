"""POST /v1/matches/collaborations: what fits, would it let the place in, and what is in the way."""

from collections import Counter
from typing import Any

import numpy as np

from models.errors import CollaborationNotFound
from models.taxonomy import Stage, Verdict
from services.matcher.eligibility import Judgement
from services.matcher.features import COLLABORATION_FEATURES, PEERS_INSIDE, SIMILAR_TEXT, Facts
from services.matcher.features.needs import sectors_of
from services.matcher.matching.collaboration_cautions import (
    collaboration_cautions,
    is_stretch,
    terms,
)
from services.matcher.matching.company import company_term
from services.matcher.matching.considered import LeftOut
from services.matcher.matching.founding import founding_group
from services.matcher.matching.peer_results import not_on_file
from services.matcher.matching.question import (
    Context,
    Standing,
    asking_profile,
    chosen_weights,
    figures,
)
from services.matcher.matching.routes_in import insiders, next_steps, route_in, smallest_change
from services.matcher.profile import Profile
from services.matcher.reasons import Exhibits, Explainer, quote_of
from services.matcher.schemas import CollaborationsRequest
from services.matcher.scoring import Ranking, Share, Term, TextTerm, asking_terms, rank, shares

TEXT_ALONE_WEIGHT = 4.0
# What the company of like places weighs where nothing says what is sought.
COMPANY_ALONE_WEIGHT = 15.0
# And where the question says what is sought: no more than that the need is served, as the company
# of like places is no answer to it.
COMPANY_BESIDE_A_NEED = 4.0


class CollaborationMatch:
    """One question about collaborations on its way to its answer."""

    def __init__(self, context: Context, request: CollaborationsRequest) -> None:
        self.context = context
        self.request = request
        self.as_of = request.as_of or context.today
        self.records = context.snapshot.collaborations
        self.profile: Profile = asking_profile(context, request)
        self.exhibits = Exhibits(self.profile.facts, "ours")
        self.weights = chosen_weights(self._default_weights(), request.weights)
        self.terms = asking_terms(
            COLLABORATION_FEATURES, self.weights, self.profile.values, context.catalogue.columns
        )
        self.terms += [*self._text_terms(), *self._company_terms()]
        unwanted = {d["id"] for d in self.profile.facts.get("do_not_suggest", ())}
        left_out = LeftOut(request, self._memberships(), unwanted)
        self.rows, self.removed = left_out.considered(self.records, context.tenant)
        doors = context.catalogue.doors(self.as_of, context.words)
        self.judged: dict[int, Judgement] = {
            row: doors[row].judge(self.profile.facts, request.require_verified) for row in self.rows
        }

    def _default_weights(self) -> dict[str, float]:
        """Likeness of texts counts only where nothing else says what is sought.

        Networks describe themselves alike, and a description is easily written to please.
        """
        weights = dict(self.context.catalogue.weights["collaborations"])
        needs, text = self.profile.facts.get("needs"), self.request.text
        if needs and (text or self.request.needs):
            weights[PEERS_INSIDE] = COMPANY_BESIDE_A_NEED
        elif text:
            weights[SIMILAR_TEXT] = TEXT_ALONE_WEIGHT
        elif not needs:
            weights[PEERS_INSIDE] = COMPANY_ALONE_WEIGHT
        return weights

    def _text_terms(self) -> list[Term]:
        weight, texts = self.weights[SIMILAR_TEXT], self.context.snapshot.collaboration_texts
        if not weight or not len(self.profile.texts):
            return []
        floor = self.context.catalogue.text_floors[1]
        return [TextTerm(SIMILAR_TEXT, weight, texts, self.profile.texts, floor)]

    def _company_terms(self) -> list[Term]:
        weight = self.weights[PEERS_INSIDE]
        if not weight:
            return []
        snapshot, profile = self.context.snapshot, self.profile
        # A place sent along under its own id is not its own company.
        row = profile.row if profile.row is not None else snapshot.places.row(profile.id or "")
        company = self.context.catalogue.company(self.context.tenant)
        return [company_term(profile.values, row, weight, company)]

    def _memberships(self) -> set[int]:
        """Rows of the collaborations the place is in: never suggested to it as new."""
        found = set()
        for commitment in self.profile.facts.get("commitments", ()):
            if commitment.get("collaboration"):
                found.add(self._row(commitment["collaboration"]))
        return found

    def _row(self, name: str) -> int:
        """The row of a collaboration by any name it has or had."""
        try:
            return self.context.catalogue.collaboration(name, self.context.tenant)
        except CollaborationNotFound:
            return -1

    def answer(self) -> dict[str, Any]:
        open_rows = [
            row
            for row in self.rows
            if self.judged[row].verdict is not Verdict.REFUSED
            and not self.records[row].get("domestic")
        ]
        gamma = self.context.catalogue.weights["gamma"]
        ranking = rank(self.terms, self.weights, gamma, np.array(open_rows, np.intp))
        best = ranking.best(self.request.limit)
        told = shares(self.terms, ranking.rows[best])
        results = [
            self._result(ranking, int(at), Standing(place, len(open_rows)), told[place])
            for place, at in enumerate(best)
        ]
        answer: dict[str, Any] = {
            "mode": "collaborations",
            "weights": self.weights,
            "results": results,
            "supply": self.context.catalogue.supply,
            "uncovered_stages": self._uncovered(results),
        }
        stretch = [
            result["collaboration"]["id"]
            for result in results
            if is_stretch(
                self.profile.facts, self.records[self._row(result["collaboration"]["id"])]
            )
        ]
        if stretch:
            answer["stretch"] = stretch
        answer |= self._covering_set(ranking) | self._founding_group(open_rows)
        if len(results) < self.request.limit:
            answer["fewer_because"] = self._fewer_because()
        if self.profile.inferred:
            answer["inferred"] = self.profile.inferred
        answer |= self._domestic() | self._next_question()
        if "refused" in self.request.include:
            answer["refused"] = [
                self._refusal(row)
                for row in self.rows
                if self.judged[row].verdict is Verdict.REFUSED
            ]
        return answer

    def _result(
        self, ranking: Ranking, at: int, standing: Standing, told: list[Share]
    ) -> dict[str, Any]:
        row = int(ranking.rows[at])
        record, judgement = self.records[row], self.judged[row]
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
            "cautions": collaboration_cautions(self.profile.facts, record, self.as_of, words),
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

    def _refusal(self, row: int) -> dict[str, Any]:
        record, judgement = self.records[row], self.judged[row]
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

    def _uncovered(self, results: list[dict[str, Any]]) -> list[str]:
        """Stages that no result works at on record; a network's own claim covers none."""
        covered = {
            stage["stage"]
            for result in results
            for stage in self._stages(result["collaboration"]["id"])
            if stage["status"] != "claim"
        }
        asked = {n["stage"] for n in self.profile.facts.get("needs", ()) if n.get("stage")}
        return [str(s) for s in Stage if s not in covered and (not asked or s in asked)]

    def _covering_set(self, ranking: Ranking) -> dict[str, Any]:
        """A small set that together works at every stage asked for, the best first.

        No collaboration covers all stages; a network's own claim covers none.
        """
        asked = {n["stage"] for n in self.profile.facts.get("needs", ()) if n.get("stage")}
        chosen: list[dict[str, Any]] = []
        sought = sectors_of(self.profile.facts)
        for at in ranking.best(len(ranking.rows)) if asked else ():
            record = self.records[int(ranking.rows[at])]
            adds = asked & {s["stage"] for s in record.get("stages", ()) if s["status"] != "claim"}
            useful = sought.intersection(record.get("sectors", ()))
            if adds and useful:
                asked -= adds
                stages = [str(stage) for stage in Stage if stage in adds]
                chosen.append({"id": record["id"], "name": record["name"], "stages": stages})
        return {"covering_set": chosen} if chosen else {}

    def _founding_group(self, open_rows: list[int]) -> dict[str, Any]:
        """Where nothing serves a need: places that share it, to found a group with."""
        needed = {need["sector"] for need in self.profile.facts.get("needs", ())}
        if not needed or self.request.among is not None:
            return {}
        served = {s for row in open_rows for s in self.records[row].get("sectors", ())}
        unserved = sorted(needed - served)
        if not unserved:
            return {}
        return {"founding_group": founding_group(self.context, self.profile, unserved)}

    def _stages(self, collaboration_id: str) -> list[Facts]:
        stages: list[Facts] = self.records[self._row(collaboration_id)].get("stages", [])
        return stages

    def _fewer_because(self) -> list[dict[str, Any]]:
        refused = Counter(
            outcome.rule_id
            for row in self.rows
            for outcome in self.judged[row].outcomes
            if outcome.effect is Verdict.REFUSED
        )
        words = self.context.words
        told = [
            {"rule_id": rule, "removed": count, "text": words.text(f"removed.{rule}", {})}
            for rule, count in self.removed.most_common()
        ]
        told += [
            {"rule_id": rule, "removed": count, "text": words.text("removed.rule", {"rule": rule})}
            for rule, count in refused.most_common()
        ]
        known = {record["id"] for record in self.records}
        unknown = [name for name in self.request.among or () if name not in known]
        return told + not_on_file(unknown, words)

    def _domestic(self) -> dict[str, Any]:
        """Networks at home: a first step for newcomers, never an international match."""
        steps = [
            summary(self.records[row])
            for row in self.rows
            if self.records[row].get("domestic") and self.judged[row].verdict is not Verdict.REFUSED
        ]
        return {"step_0": steps} if steps else {}

    def _next_question(self) -> dict[str, Any]:
        """The missing field that would settle most of what is undetermined."""
        missing = Counter(
            field
            for judgement in self.judged.values()
            if judgement.verdict is Verdict.UNDETERMINED
            for field in judgement.missing
        )
        if not missing:
            return {}
        field, settles = max(missing.items(), key=lambda item: (item[1], item[0]))
        return {"next_question": {"field": field, "would_settle": settles}}


def summary(record: Facts) -> dict[str, Any]:
    """What an answer says of a collaboration."""
    shown = (
        "id", "name", "type", "led_by", "theme", "goals", "sectors", "stages", "fee", "grant",
        "footprint", "founded", "member_count", "last_confirmed", "description",
    )  # fmt: skip
    return {k: record[k] for k in shown if k in record}


def match_collaborations(context: Context, request: CollaborationsRequest) -> dict[str, Any]:
    """The collaborations that fit a place, best first, with a verdict each."""
    return CollaborationMatch(context, request).answer()
