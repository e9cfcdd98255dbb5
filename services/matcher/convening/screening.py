"""Screening applicants against a call: support for a jury, never the jury itself."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from models.taxonomy import Outcome, Verdict
from services.matcher.convening.applicants import Known
from services.matcher.convening.cap_outcomes import Ruled, judge_caps
from services.matcher.convening.caps import limits
from services.matcher.convening.desk import Desk
from services.matcher.convening.entry_rules import EntryRules, called
from services.matcher.convening.fit import Scorer
from services.matcher.convening.queue import Before, Behind, lot
from services.matcher.convening.roster import Roster, in_force
from services.matcher.convening.schemas import ScreeningTerms
from services.matcher.convening.screening_results import Judged, Results
from services.matcher.convening.standing import key_of
from services.matcher.convening.together import screening_caution, together
from services.matcher.eligibility import RuleOutcome

Facts = dict[str, Any]
_BEST_FIRST = list(Verdict)


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
        self.judged = sorted(map(self._judge, applicants), key=lambda one: one.turn.order)
        self._fill_places()
        # Stable: who waits stands as the places were given away.
        self.judged.sort(key=lambda one: _BEST_FIRST.index(one.judgement.verdict))

    def _judge(self, who: Known) -> Judged:
        ruled: list[Ruled] = [(o, {}) for o in self.rules.outcomes(who)]
        member = key_of(who.facts) in self.members or self._is_member(who.facts)
        if not member:
            ruled += self._caps(who.facts)
        drawn = lot(self.record["id"], (self.call or {}).get("id", ""), who.facts)
        return Judged(who, ruled, self.scorer.fit(who.facts), member, drawn)

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
            self._capped[key] = judge_caps(self.roster, self.limits, [facts], self.desk.words)
        return self._capped[key]

    def _fill_places(self) -> None:
        """The places of the call go to the best; who would pass besides waits in order."""
        places = (self.call or {}).get("places")
        if places is None:
            return
        held, waiting = self.terms.taken, 0
        before: Judged | None = None
        for one in filter(lambda one: one.takes_a_place, self.judged):
            full = held >= places
            waiting += full
            if full:
                one.place, one.behind = waiting, _behind(one, before)
            one.ruled.append((self._intake(places, held, full), {}))
            held += not full
            before = one

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
            "collaboration": self.desk.named,
            "as_of": self.as_of.isoformat(),
            "snapshot_id": self.desk.context.snapshot.id,
            "roster_version": self.roster.version,
            "order": list(Before),
            "results": results,
            "counts": dict(sorted(Counter(str(r["verdict"]) for r in results).items())),
        }
        if self.call:
            answer["call"] = {
                k: self.call[k] for k in ("id", "opens", "closes", "places") if k in self.call
            } | ({"taken": self.terms.taken} if self.terms.taken else {})
        cautions = list(self._cautions())
        if cautions:
            answer["cautions"] = cautions
        if self.terms.caps:
            answer["caps"] = [cap.facts() for cap in self.terms.caps]
        if self.limits:
            answer["together"] = self._together()
        return answer

    def _cautions(self) -> Iterator[Facts]:
        """What to mind of the screening as a whole."""
        words = self.desk.words
        if self._shut():
            assert self.call is not None
            args = {"call": self.call["id"], "day": self.as_of.isoformat()}
            yield screening_caution("call_not_open", words, args)
        if self.caps_unjudged:
            yield screening_caution("caps_unjudged", words, {})
        yield from self._parted_by_lot()

    def _shut(self) -> bool:
        """Whether the call is not open on the day of the screening."""
        opens, closes = (self.call or {}).get("opens"), (self.call or {}).get("closes")
        early = opens and self.as_of < date.fromisoformat(opens)
        return bool(early or (closes and self.as_of > date.fromisoformat(closes)))

    def _parted_by_lot(self) -> Iterator[Facts]:
        """Told where the last places went by lot: there a jury may want to look once more."""
        first = next((one for one in self.judged if one.place == 1), None)
        if first is None or first.behind is None or first.behind.by is not Before.LOT:
            return
        equals = [
            one
            for one in self.judged
            if one.takes_a_place and one.turn.parted_by(first.turn) is Before.LOT
        ]
        inside = sum(one.place is None for one in equals)
        args = {"call": (self.call or {})["id"], "count": len(equals), "inside": inside}
        yield screening_caution("last_places_by_lot", self.desk.words, args)

    def _together(self) -> Facts:
        admitted = [
            one.who.facts
            for one in self.judged
            if one.takes_a_place and one.judgement.verdict is not Verdict.WAITLISTED
        ]
        return together(self.roster, self.limits, admitted, self.desk.words)


def _behind(one: Judged, before: Judged | None) -> Behind | None:
    """Whom one that waits stands behind, and why; None where all places were taken before."""
    if before is None:
        return None
    by = before.turn.parted_by(one.turn)
    return Behind(before.who.number, before.who.facts["name"], by)
