"""Cohorts: who should learn together, under any caps, chosen by an exact solver."""

from collections.abc import Iterator, Sequence
from typing import Any

from services.matcher.convening.applicants import Known, known
from services.matcher.convening.caps import Limit, limits
from services.matcher.convening.cohort_model import (
    Bound,
    Member,
    Problem,
    Solution,
    solve,
    worth,
)
from services.matcher.convening.cohort_parts import brought, cap_line
from services.matcher.convening.desk import Desk, shown
from services.matcher.convening.entry_rules import called, judge_alone, not_to_be_mended
from services.matcher.convening.fit import Fit, Scorer
from services.matcher.convening.roster import Roster, required
from services.matcher.convening.schemas import (
    PURPOSE_SIZES,
    CohortPurpose,
    CohortRequest,
    PlaceRef,
)
from services.matcher.convening.standing import continent_of, key_of
from services.matcher.eligibility import RuleOutcome

Facts = dict[str, Any]
RESERVE = 5


class Cohort:
    """One cohort on its way to its answer."""

    def __init__(self, desk: Desk, request: CohortRequest) -> None:
        self.desk, self.request = desk, request
        self.call = desk.call(request.call)
        self.as_of = desk.day(request.as_of, self.call)
        self.record = called(desk.record, self.call)
        self.roster = required(desk) if request.with_roster else Roster([])
        own = self.record.get("caps", ())
        self.limits = limits([*own, *self.roster.caps, *(c.facts() for c in request.caps)])
        inside = {key_of(m) for m in self.roster.members}
        found = known(desk, request.applicants)
        # In the order of their keys, so that the order they came in changes nothing.
        unique = {key_of(who.facts): who for who in found if key_of(who.facts) not in inside}
        self.applicants = [unique[key] for key in sorted(unique)]
        self.scorer = Scorer(desk.context, desk.row)
        self.fits: list[Fit] = [self.scorer.fit(who.facts) for who in self.applicants]
        self.failed = [self._failed(who) for who in self.applicants]
        self.wanted = self._indices(request.must_include)
        self.unwanted = self._indices(request.must_exclude)
        self.problem = self._problem()

    def _failed(self, who: Known) -> list[RuleOutcome]:
        """The fixed rules of entry that an applicant fails: it may not be chosen."""
        return not_to_be_mended(judge_alone(self.record, who.facts, self.as_of))

    def _indices(self, refs: Sequence[PlaceRef]) -> list[int]:
        """Applicants named by the convener; one that did not apply is added, as approached."""
        found: list[int] = []
        for ref in refs:
            facts = self.desk.facts(ref)
            keys = [key_of(who.facts) for who in self.applicants]
            if key_of(facts) not in keys:
                if refs is self.request.must_exclude:
                    continue
                who = Known(len(self.request.applicants) + len(found), facts)
                self.applicants.append(who)
                self.fits.append(self.scorer.fit(facts))
                self.failed.append(self._failed(who))
                keys.append(key_of(facts))
            found.append(keys.index(key_of(facts)))
        return found

    def _problem(self) -> Problem:
        members = [
            Member(
                key_of(who.facts),
                fit.rank_score,
                frozenset(n["sector"] for n in who.facts.get("needs", ())),
                frozenset(o["sector"] for o in who.facts.get("offers", ())),
                frozenset(brought(who.facts)),
            )
            for who, fit in zip(self.applicants, self.fits, strict=True)
        ]
        present = frozenset(v for m in self.roster.members for v in brought(m))
        return Problem(members, list(self._bounds()), self.request.variety, present)

    def _bounds(self) -> Iterator[Bound]:
        every = dict.fromkeys(range(len(self.applicants)), 1)
        for i, failed in enumerate(self.failed):
            if failed:
                args = {"name": self.applicants[i].facts["name"]}
                more = {"rules": [o.as_json() for o in failed], "place": self._place(i)}
                yield self._bound("entry", args, [({i: 1}, 0)], more)
        places = self.places()
        if places is not None:
            yield self._bound("intake", {"places": places}, [(every, places)])
        for limit in self.limits:
            args = {"attribute": limit.attribute, "max": limit.max, "share": limit.fraction}
            code = "cap.share" if limit.share else "cap.max"
            head = {k: v for k, v in args.items() if v is not None} | {"rule_id": limit.rule_id}
            yield self._bound(code, args, self._cap_lines(limit), head)
        low, high = self._size()
        yield self._bound("size_max", {"max": high}, [(every, high)])
        for i in self.wanted:
            args = {"name": self.applicants[i].facts["name"]}
            more = {"place": self._place(i)}
            yield self._bound("must_include", args, [({i: -1}, -1)], more)
        for i in self.unwanted:
            args = {"name": self.applicants[i].facts["name"]}
            yield self._bound("must_exclude", args, [({i: 1}, 0)], {"place": self._place(i)})
        yield self._bound("size_min", {"min": low}, [(dict.fromkeys(every, -1), -low)])

    def _bound(
        self, code: str, args: Facts, lines: list[tuple[dict[int, int], int]],
        more: Facts | None = None,
    ) -> Bound:  # fmt: skip
        text = self.desk.words.text(f"convening.cohort.{code}", args)
        rule = code.partition(".")[0]
        return Bound(code, {"rule": rule, "text": text, **(more or args)}, lines)

    def _place(self, i: int) -> Facts:
        return shown(self.applicants[i].facts)

    def places(self) -> int | None:
        """The intake: of the call asked for, else of the last one on file that states it."""
        if self.call is not None:
            return self.call.get("places")
        stated = [c for c in self.record.get("calls", ()) if c.get("places") is not None]
        return max(stated, key=lambda c: c.get("opens") or "")["places"] if stated else None

    def _size(self) -> tuple[int, int]:
        if self.request.size:
            return self.request.size.min, self.request.size.max
        assert self.request.purpose is not None
        return PURPOSE_SIZES[self.request.purpose]

    def _cap_lines(self, limit: Limit) -> list[tuple[dict[int, int], int]]:
        """A cap for each value; a place whose value is not known counts under all of them."""
        tally = self.roster.tally(limit)
        values = [self.roster.value(who.facts, limit) for who in self.applicants]
        named: list[str | None] = [
            *sorted({v for v in values if v is not None} | set(tally.counts))
        ]
        return [cap_line(limit, tally, values, value) for value in named or [None]]

    def answer(self) -> Facts:
        solution = solve(self.problem, self.request.time_limit_s)
        parts = worth(self.problem, solution.chosen)
        answer: Facts = {
            "status": solution.status,
            "collaboration": self.desk.named,
            "as_of": self.as_of.isoformat(),
            "size": dict(zip(("min", "max"), self._size(), strict=True)),
            "cohort": [self._chosen(i, solution) for i in solution.chosen],
            "reserve": self._reserve(solution) if solution.chosen else [],
            "binding_caps": self._binding(solution),
            "objective": {
                **parts,
                "total": sum(parts.values()),
                "bound": solution.bound,
                "gap": round(solution.gap, 6),
            },
            "left_out_by_rules": [
                {**self._place(i), "rules": [o.as_json() for o in failed]}
                for i, failed in enumerate(self.failed)
                if failed
            ],
        }
        if solution.relaxed:
            answer["relaxations"] = [bound.facts for bound in solution.relaxed]
        if self.request.purpose is CohortPurpose.REPLICATION:
            answer |= self._subnetworks()
        return answer

    def _chosen(self, i: int, solution: Solution) -> Facts:
        one = self.problem.members[i]
        others = [self.problem.members[j] for j in solution.chosen if j != i]
        return {
            **self._place(i),
            **self.fits[i].as_json(),
            "learns": sorted(n for n in one.needs if any(n in o.offers for o in others)),
            "shows": sorted(s for s in one.offers if any(s in o.needs for o in others)),
            "alone_in": [
                {"what": what, "value": value}
                for what, value in sorted(one.values)
                if not any((what, value) in o.values for o in others)
            ],
        }

    def _fits_in(self, chosen: Sequence[int]) -> bool:
        """Whether a cohort keeps every rule."""
        return all(
            sum(weights.get(i, 0) for i in chosen) <= limit
            for bound in self.problem.bounds
            for weights, limit in bound.lines
        )

    def _reserve(self, solution: Solution) -> list[Facts]:
        """Who comes next: for each, whose place it could take without breaking a rule."""
        taken = set(solution.chosen)
        left = [i for i in range(len(self.applicants)) if i not in taken]
        left = [i for i in left if not self.failed[i] and i not in self.unwanted]
        left.sort(key=lambda i: (-self.fits[i].rank_score, self.problem.members[i].key))
        found = []
        for i in left:
            could = [
                j
                for j in solution.chosen
                if self._fits_in([*(k for k in solution.chosen if k != j), i])
            ]
            if could:
                entry = {**self._place(i), **self.fits[i].as_json()}
                any_of_them = len(could) == len(solution.chosen)
                ids = [self.problem.members[j].key for j in could]
                found.append({**entry, "could_replace": "any" if any_of_them else ids})
            if len(found) >= (RESERVE if self.request.reserve is None else self.request.reserve):
                break
        return found

    def _binding(self, solution: Solution) -> list[Facts]:
        """Rules that leave no room: an applicant not chosen would break them."""
        chosen, taken = solution.chosen, set(solution.chosen)
        left = [i for i in range(len(self.applicants)) if i not in taken and not self.failed[i]]
        found = []
        for bound in self.problem.bounds:
            if bound.name in ("entry", "must_include", "must_exclude", "size_min"):
                continue
            shut = sum(
                any(
                    sum(weights.get(j, 0) for j in (*chosen, i)) > limit
                    for weights, limit in bound.lines
                )
                for i in left
            )
            if shut:
                found.append({**bound.facts, "shuts_out": shut})
        return found

    def _subnetworks(self) -> Facts:
        """Above 80 a single network no longer replicates: groups by continent, none too large."""
        high = PURPOSE_SIZES[CohortPurpose.REPLICATION][1]
        able = [i for i, failed in enumerate(self.failed) if not failed]
        if len(able) <= high:
            return {}
        able.sort(
            key=lambda i: (
                continent_of(self.applicants[i].facts, self.roster.assignments) or "",
                self.applicants[i].facts["country"],
                self.problem.members[i].key,
            )
        )
        count = -(-len(able) // high)
        size = -(-len(able) // count)
        groups = [able[start : start + size] for start in range(0, len(able), size)]
        return {"subnetworks": [{"members": [self._place(i) for i in g]} for g in groups]}
