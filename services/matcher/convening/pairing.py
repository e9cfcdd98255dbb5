"""Pairs and clusters of places: the most there can be, then the best of those."""

from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np

from models.errors import InvalidInput
from models.taxonomy import Outcome, Verdict
from services.matcher.convening.affinity import Affinity
from services.matcher.convening.assignment import Clusters, clusters, one_pool, two_sides
from services.matcher.convening.belonging import belonging
from services.matcher.convening.desk import Desk, refuse_doubles, shown
from services.matcher.convening.pair_rules import REFUSED, UNDETERMINED, PairRules
from services.matcher.convening.schemas import PairingsRequest
from services.matcher.convening.standing import key_of
from services.matcher.eligibility import RuleOutcome
from services.matcher.matching.caution import caution

Facts = dict[str, Any]
# A pair that no rule refuses but its source does not settle counts for half.
UNSETTLED = 0.5
# Larger pools are not clustered within a minute.
CLUSTERED = 60


class Pairing:
    """One pairing on its way to its answer."""

    def __init__(
        self, desk: Desk, request: PairingsRequest, apart: Sequence[tuple[int, int]] = ()
    ) -> None:
        """`apart` are pairs that somebody locked out, by their positions: of one pool both
        in it, of two sides the first in the left and the second in the right.
        """
        self.desk, self.request, self.apart = desk, request, apart
        self.as_of = request.as_of or desk.context.today
        rules = [rule.facts() | _head(rule) for rule in request.rules]
        if request.collaboration is not None:
            rules += desk.record.get("rules", [])
        self.rules = PairRules.of(rules, self.as_of)
        left = desk.all_facts(request.left)
        right = desk.all_facts(request.right or [])
        refuse_doubles([key_of(f) for f in left], "/left")
        refuse_doubles([key_of(f) for f in right], "/right")
        both = {key_of(f) for f in left} & {key_of(f) for f in right}
        if both:
            detail = f"on both sides: {', '.join(sorted(both))}"
            raise InvalidInput.at("/right", detail, "duplicate")
        self.two = request.right is not None
        self.all = [*left, *right]
        self.sides = [0] * len(left) + [1] * len(right) if self.two else None
        if request.cluster_size > 2 and len(self.all) > CLUSTERED:
            detail = f"clusters are made of at most {CLUSTERED} places at once"
            raise InvalidInput.at("/cluster_size", detail, "too_many_places")
        self.barred = {
            i: failed
            for i, facts in enumerate(self.all)
            if (failed := [o for o in self.rules.alone(facts) if o.outcome is Outcome.FAIL])
        }
        self.left = list(range(len(left)))
        self.right = list(range(len(left), len(self.all))) if self.two else self.left
        self._judge()

    def _judge(self) -> None:
        """Score all pairs, and say of each whether the rules allow it."""
        desk = self.desk
        self.affinity = Affinity(desk.context, self._facts(self.left), self._facts(self.right))
        self.grid = self.rules.grid(self._facts(self.left), self._facts(self.right))
        self.kin = belonging(self._facts(self.left), self._facts(self.right))
        self._bar()
        self.weights = self.affinity.scores * np.where(self.grid == UNDETERMINED, UNSETTLED, 1.0)
        if not self.two:
            # What the pair is worth must not hang on who is named first.
            self.weights = np.minimum(self.weights, self.weights.T)

    def _facts(self, indices: Sequence[int]) -> list[Facts]:
        return [self.all[i] for i in indices]

    def _bar(self) -> None:
        """No place goes with itself, its own whole or part, nor one that may not take part."""
        self.grid[self.kin] = REFUSED
        for i in self.barred:
            if i < len(self.left):
                self.grid[i, :] = REFUSED
            if not self.two or i >= len(self.left):
                self.grid[:, i - self.right[0]] = REFUSED
        for i, j in self.apart:
            self.grid[i, j] = REFUSED
        if not self.two:
            np.fill_diagonal(self.grid, REFUSED)
            for i, j in self.apart:
                self.grid[j, i] = REFUSED

    def answer(self) -> Facts:
        size = self.request.cluster_size
        allowed = self.grid != REFUSED
        head: Facts = {
            "as_of": self.as_of.isoformat(),
            "rules": [r["id"] for r in self.rules.rules],
        }
        if size > 2:
            return head | self._clustered(allowed)
        found = (two_sides if self.two else one_pool)(self.weights, allowed)
        offset = self.right[0]
        pairs = [self._pair(i, j) for i, j in found]
        pairs.sort(key=lambda p: (-p["rank_score"], p["places"][0]["name"]))
        taken = {i for i, _ in found} | {j + offset for _, j in found}
        return head | {
            "status": "optimal",
            "pairs": pairs,
            "unmatched": self._unmatched(taken),
            "objective": {
                "pairs": len(pairs),
                "weight": round(sum(float(self.weights[i, j]) for i, j in found), 6),
            },
        }

    def _pair(self, i: int, j: int) -> Facts:
        """One pair with what the rules say of it."""
        found = self.affinity.explain(i, j)
        words = self.desk.words
        outcomes = self.rules.pair(self.affinity.left[i], self.affinity.right[j])
        unsettled = [o for o in outcomes if o.outcome is Outcome.UNDETERMINED]
        found["rules"] = [o.as_json() for o in outcomes]
        if unsettled:
            found["verdict"] = Verdict.UNDETERMINED
            found["cautions"] += [
                caution("pair_undetermined", words, {"rule": o.rule_id}) for o in unsettled
            ]
        return found

    def _clustered(self, allowed: Any) -> Facts:
        """Clusters of one size; with two sides, each has places of both."""
        whole, may = self._square(self.weights), self._square(allowed)
        found: Clusters = clusters(
            whole, may, self.request.cluster_size, self.request.time_limit_s, self.sides
        )
        taken = {i for group in found.groups for i in group}
        return {
            "status": found.status,
            "gap": round(found.gap, 6),
            "pairs": [],
            "clusters": [self._cluster(group) for group in found.groups],
            "unmatched": self._unmatched(taken),
            "objective": {
                "clusters": len(found.groups),
                "weight": round(
                    sum(float(whole[i, j]) for g in found.groups for i, j in self._pairs_of(g)), 6
                ),
            },
        }

    def _square(self, table: Any) -> Any:
        """A table of two sides as one of all places with all."""
        if not self.two:
            return table
        whole = np.zeros((len(self.all), len(self.all)), table.dtype)
        whole[: len(self.left), len(self.left) :] = table
        whole[len(self.left) :, : len(self.left)] = table.T
        return whole

    def _pairs_of(self, group: Sequence[int]) -> list[tuple[int, int]]:
        sides = self.sides
        return [(i, j) for i, j in combinations(group, 2) if sides is None or sides[i] != sides[j]]

    def _cluster(self, group: Sequence[int]) -> Facts:
        offset = self.right[0]
        return {
            "places": [shown(self.all[i]) for i in group],
            "pairs": [self._pair(i, j - offset) for i, j in self._pairs_of(group)],
        }

    def _unmatched(self, taken: set[int]) -> list[Facts]:
        return [
            {"place": shown(facts), "why": self._why(i)}
            for i, facts in enumerate(self.all)
            if i not in taken
        ]

    def _why(self, i: int) -> Facts:
        """Why a place was left over: its own rules, the pair rules, or too few partners."""
        text = self.desk.words.text
        if i in self.barred:
            args = {"rule": self.barred[i][0].rule_id}
            rules = [o.as_json() for o in self.barred[i]]
            return {
                "code": "entry",
                "text": text("convening.unmatched.entry", args),
                "rules": rules,
            }
        line = self.grid[i] if i < len(self.left) else self.grid[:, i - self.right[0]]
        if (line != REFUSED).any():
            code = "cluster" if self.request.cluster_size > 2 else "outnumbered"
            return {"code": code, "text": text(f"convening.unmatched.{code}", {})}
        partners = self._partners(i)
        if not partners:
            return {"code": "part_of", "text": text("convening.unmatched.part_of", {})}
        return self._rules_in_the_way(i, partners)

    def _partners(self, i: int) -> list[Facts]:
        """The places it could be put with, were it not for rules."""
        on_the_left = i < len(self.left)
        others = self.right if on_the_left else self.left
        kin = self.kin[i] if on_the_left else self.kin[:, i - self.right[0]]
        return [self.all[j] for j, own in zip(others, kin, strict=True) if j != i and not own]

    def _rules_in_the_way(self, i: int, partners: Sequence[Facts]) -> Facts:
        """Which pair rules leave a place without any partner."""
        text = self.desk.words.text
        failed: Counter[str] = Counter()
        shown_rules: dict[str, RuleOutcome] = {}
        for partner in partners:
            for outcome in self.rules.pair(self.all[i], partner):
                if outcome.outcome is Outcome.FAIL:
                    failed[outcome.rule_id] += 1
                    shown_rules.setdefault(outcome.rule_id, outcome)
        every = [rule for rule, count in failed.items() if count == len(partners)]
        return {
            "code": "pair_rule",
            "text": text("convening.unmatched.rule", {"rule": every[0]})
            if every
            else text("convening.unmatched.rules", {}),
            "rules": [o.as_json() for o in shown_rules.values()],
        }


def _head(rule: Any) -> Facts:
    """What a rule must have even where it is the default."""
    return {"id": rule.id, "scope": rule.scope, "text": rule.text, "strict": rule.strict}
