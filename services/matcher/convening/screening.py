"""Screening applicants against a call: support for a jury, never the jury itself."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from models.taxonomy import Intake, Outcome, RuleScope, Verdict
from services.matcher.convening.admissions import Ruled, judge_cap, twins
from services.matcher.convening.applicants import Known
from services.matcher.convening.caps import limits
from services.matcher.convening.desk import Desk, name_of
from services.matcher.convening.fit import Fit, Scorer, sub_scores
from services.matcher.convening.roster import Roster, in_force
from services.matcher.convening.schemas import ScreeningTerms
from services.matcher.convening.standing import key_of
from services.matcher.eligibility import Judgement, RuleOutcome
from services.matcher.judging import judge
from services.matcher.matching.caution import caution
from services.matcher.matching.collaboration_cautions import collaboration_cautions
from services.matcher.matching.routes_in import next_steps, smallest_change

Facts = dict[str, Any]
NEAR = 0.02
WEAK_FIT = "eligible_weak_fit"
_ORDER = list(Verdict)
# Cautions about the applicant; what is to be known of the network itself its convener knows.
_ABOUT_APPLICANT = {"capacity_gap", "commitment_gap", "level", "size_class", "stretch"}


@dataclass
class Judged:
    """One applicant on its way to a result."""

    who: Known
    ruled: list[Ruled]
    fit: Fit
    member: bool
    place: int | None = None

    @property
    def judgement(self) -> Judgement:
        return Judgement([outcome for outcome, _ in self.ruled])

    @property
    def order(self) -> tuple[int, float, str, int]:
        rank = _ORDER.index(self.judgement.verdict)
        return rank, -self.fit.rank_score, key_of(self.who.facts), self.who.number


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
        scorer = Scorer(desk.context, desk.row)
        self.scorer = scorer
        self.judged = sorted(
            (self._judge(who, scorer) for who in applicants), key=lambda one: one.order
        )
        self._fill_places()
        self.judged.sort(key=lambda one: one.order)

    def _judge(self, who: Known, scorer: Scorer) -> Judged:
        ruled: list[Ruled] = [(o, {}) for o in outcomes(self, who)]
        member = key_of(who.facts) in self.members or self._is_member(who.facts)
        if not member:
            ruled += self._caps(who.facts)
        return Judged(who, ruled, scorer.fit(who.facts), member)

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
        results = [self._result(rank, one) for rank, one in enumerate(self.judged, start=1)]
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

    def _result(self, rank: int, one: Judged) -> Facts:
        facts, judgement, words = one.who.facts, one.judgement, self.desk.words
        subs = sub_scores(facts, self.record)
        weak = [name for name, sub in subs.items() if sub["level"] == "low"]
        result: Facts = {
            "rank": rank,
            "applicant": one.who.shown(),
            "verdict": judgement.verdict,
            "status": str(judgement.verdict),
            **one.fit.as_json(),
            "sub_scores": subs,
            "rules": [outcome.as_json() | more for outcome, more in one.ruled],
            "reasons": self.scorer.reasons(facts, one.fit),
            "cautions": list(self._cautions(one)),
            "missing": judgement.missing,
        }
        if judgement.verdict is Verdict.ELIGIBLE and weak:
            result["status"] = WEAK_FIT
            text = words.text("convening.weak_fit", {"fields": weak})
            result["weak_on"] = {"fields": weak, "text": text}
        if one.place is not None:
            result["waitlist_position"] = one.place
        if one.who.conflicts:
            result["claim_conflict"] = one.who.conflicts
        change = smallest_change(judgement)
        if change:
            result["smallest_change"] = change
        steps = next_steps(self.record, judgement, words)
        return result | ({"next_steps": steps} if steps else {})

    def _cautions(self, one: Judged) -> Iterator[Facts]:
        words, facts = self.desk.words, one.who.facts
        for found in collaboration_cautions(facts, self.record, self.as_of, words):
            if found["code"] in _ABOUT_APPLICANT:
                yield found
        if one.member:
            yield caution("already_member", words, {})
        for conflict in one.who.conflicts:
            evidence = {**conflict, "value": conflict["claimed"]}
            yield caution("claim_conflict", words, conflict, evidence)
        if one.who.candidates:
            text = words.text("convening.name_unsure", {})
            named = [{"field": "name", "value": c["name"], **c} for c in one.who.candidates]
            yield {"code": "name_unsure", "text": text, "evidence": named}
        for outcome, _ in one.ruled:
            if _is_near(outcome):
                yield caution("near_limit", words, {"field": outcome.field})
        for _, twin in twins(self.roster, [facts]):
            args = {"name": facts["name"], "other": twin["name"]}
            yield caution("possible_duplicate", words, args, name_of(twin))


def called(record: Facts, call: Facts | None) -> Facts:
    """The collaboration with the rules of a call added to its own."""
    if not call or not call.get("rules"):
        return record
    rules = {rule["id"]: rule for rule in (*record.get("rules", ()), *call["rules"])}
    return {**record, "rules": list(rules.values()), "entry_rules_known": True}


def outcomes(screening: Screening, who: Known) -> list[RuleOutcome]:
    """What each rule says of an applicant; where its claims decide against the catalogue's
    figures, a person does."""
    mine = _own_outcomes(screening, who.facts)
    if not who.conflicts or who.on_file is None:
        return mine
    contested = {c["field"] for c in who.conflicts}
    held = {k: v for k, v in who.on_file.items() if k in contested}
    told = {k: v for k, v in who.facts.items() if k not in contested}
    theirs = {o.rule_id: o for o in _own_outcomes(screening, {**told, **held})}
    return [o if theirs[o.rule_id].outcome == o.outcome else _contested(screening, o) for o in mine]


def _contested(screening: Screening, outcome: RuleOutcome) -> RuleOutcome:
    text = screening.desk.words.text("convening.claim_conflict", {"field": outcome.field})
    return outcome._replace(
        outcome=Outcome.UNDETERMINED,
        effect=Verdict.UNDETERMINED,
        code="claim_conflict",
        text=text,
        missing=outcome.field,
    )


def _own_outcomes(screening: Screening, facts: Facts) -> list[RuleOutcome]:
    """The rules of entry. Whether a call is open, and how old the record is, its convener knows."""
    found = judge(
        screening.record,
        facts,
        screening.as_of,
        screening.desk.words,
        screening.terms.require_verified,
    ).outcomes
    shut = screening.call is None and screening.record.get("intake") == Intake.CLOSED
    passed_over = {"confirm"} if shut else {"confirm", "intake"}
    return [o for o in found if o.rule_id not in passed_over]


def _is_near(outcome: RuleOutcome) -> bool:
    """Whether a figure lies so near its threshold that it is worth a second look."""
    seen, threshold = outcome.seen, outcome.threshold
    if outcome.rule_id == "intake" or not _is_number(seen) or not _is_number(threshold):
        return False
    if outcome.rule_id.endswith("_cap") or outcome.field == "national_rank":
        return False
    return bool(threshold) and bool(abs(seen - threshold) <= NEAR * abs(threshold))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def place_rules(record: Facts) -> list[Facts]:
    """The rules of entry that judge a place alone."""
    return [
        rule
        for rule in record.get("rules", ())
        if rule.get("scope", RuleScope.PLACE) == RuleScope.PLACE
    ]
