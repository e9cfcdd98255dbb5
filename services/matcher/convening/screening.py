"""Screening applicants against a call: support for a jury, never the jury itself."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from models.taxonomy import Outcome, Verdict
from services.matcher.convening.applicants import Known
from services.matcher.convening.cap_outcomes import Ruled, judge_cap
from services.matcher.convening.caps import limits
from services.matcher.convening.desk import Desk
from services.matcher.convening.entry_rules import EntryRules, called
from services.matcher.convening.fit import Scorer
from services.matcher.convening.roster import Roster, in_force
from services.matcher.convening.schemas import ScreeningTerms
from services.matcher.convening.screening_results import Judged, Results
from services.matcher.convening.standing import key_of
from services.matcher.eligibility import Judgement, RuleOutcome

Facts = dict[str, Any]


class Screening:
    """One set of applicants judged against one call on one day."""

    def __init__(self, desk: Desk, terms: ScreeningTerms, applicants: Sequence[Known]) -> None:
        self.desk, self.terms = desk, terms
        self.call = desk.call(terms.call)
        self.as_of = desk.day(terms.as_of, self.call)
        self.record = called(desk.record, self.call)
        stored = in_force(desk)
        self.roster = stored or Roster([])
        own = self.record.get("caps", ())
        caps = [*own, *self.roster.caps, *(c.facts() for c in terms.caps)]
        # Caps are about a roster: on an empty one the first to come would be all of it.
        self.limits = limits(caps) if stored else []
        self.caps_unjudged = bool(caps) and not stored
        self.members = {key_of(m) for m in self.roster.members}
        self._capped: dict[tuple[str | None, ...], list[Ruled]] = {}
        self.rules = EntryRules(
            self.record, self.call, self.as_of, terms.require_verified, desk.words
        )
        self.scorer = Scorer(desk.context, desk.row)
        self.judged = sorted(map(self._judge, applicants), key=lambda one: one.order)
        self._fill_places()
        self.judged.sort(key=lambda one: one.order)

    def _judge(self, who: Known) -> Judged:
        ruled: list[Ruled] = [(o, {}) for o in self.rules.outcomes(who)]
        member = key_of(who.facts) in self.members or self._is_member(who.facts)
        if not member:
            ruled += self._caps(who.facts)
        return Judged(who, ruled, self.scorer.fit(who.facts), member)

    def _is_member(self, facts: Facts) -> bool:
        """Whether an applicant is in the network already, or was in the one it carries on."""
        names = {self.record["id"]} | {
            c["id"]
            for c in self.desk.context.snapshot.collaborations
            if c.get("successor") == self.record["id"]
        }
        return any(c.get("collaboration") in names for c in facts.get("commitments", ()))

    def _caps(self, facts: Facts) -> list[Ruled]:
        key = tuple(self.roster.value(facts, limit) for limit in self.limits)
        if key not in self._capped:
            self._capped[key] = [
                pair
                for limit in self.limits
                for pair in judge_cap(self.roster, limit, [facts], self.desk.words)
            ]
        return self._capped[key]

    def _fill_places(self) -> None:
        """The places of the call go to the best; who would pass besides waits in order."""
        places = (self.call or {}).get("places")
        if places is None:
            return
        held, waiting = self.terms.taken, 0
        for one in self.judged:
            if one.judgement.verdict is Verdict.REFUSED or one.member:
                continue
            full = held >= places
            waiting += full
            one.place = waiting if full else None
            one.ruled.append((self._intake(places, held, full), {}))
            held += not full

    def _intake(self, places: int, held: int, full: bool) -> RuleOutcome:
        assert self.call is not None
        args = {"call": self.call["id"], "held": held, "places": places}
        return RuleOutcome(
            rule_id="intake",
            outcome=Outcome.FAIL if full else Outcome.PASS,
            effect=Verdict.WAITLISTED if full else Verdict.ELIGIBLE,
            field="calls",
            text=self.desk.words.text(f"convening.intake.{'fail' if full else 'pass'}", args),
            seen=held,
            threshold=places,
        )

    def answer(self) -> Facts:
        writes = Results(self.desk, self.record, self.as_of, self.roster, self.scorer)
        results = [writes.of(rank, one) for rank, one in enumerate(self.judged, start=1)]
        answer: Facts = {
            "collaboration": {k: self.record[k] for k in ("id", "name")},
            "as_of": self.as_of.isoformat(),
            "snapshot_id": self.desk.context.snapshot.id,
            "roster_version": self.roster.version,
            "results": results,
            "counts": dict(sorted(Counter(str(r["verdict"]) for r in results).items())),
        }
        if self.call:
            answer["call"] = {
                k: self.call[k] for k in ("id", "opens", "closes", "places") if k in self.call
            }
            answer |= self._not_open()
        if self.caps_unjudged:
            text = self.desk.words.text("convening.caps_unjudged", {})
            told = {"code": "caps_unjudged", "text": text, "args": {}, "evidence": []}
            answer["cautions"] = [*answer.get("cautions", ()), told]
        if self.limits:
            answer["together"] = self._together()
        return answer

    def _not_open(self) -> Facts:
        assert self.call is not None
        opens, closes = self.call.get("opens"), self.call.get("closes")
        early = opens and self.as_of < date.fromisoformat(opens)
        if not early and not (closes and self.as_of > date.fromisoformat(closes)):
            return {}
        args = {"call": self.call["id"], "day": self.as_of.isoformat()}
        text = self.desk.words.text("convening.call_not_open", args)
        return {"cautions": [{"code": "call_not_open", "text": text, "args": args, "evidence": []}]}

    def _together(self) -> Facts:
        """What the caps say of admitting at once all who are neither refused nor waiting."""
        admitted = [
            one.who.facts
            for one in self.judged
            if one.judgement.verdict not in (Verdict.REFUSED, Verdict.WAITLISTED) and not one.member
        ]
        ruled = [
            pair
            for limit in self.limits
            for pair in judge_cap(self.roster, limit, admitted, self.desk.words)
        ]
        return {
            "admitted": len(admitted),
            "verdict": Judgement([outcome for outcome, _ in ruled]).verdict,
            "rules": [o.as_json() | more for o, more in ruled if o.outcome is not Outcome.PASS],
        }
