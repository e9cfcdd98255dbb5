"""What a screening says of each applicant: verdict, fit, reasons and what to look at twice."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from models.taxonomy import Verdict
from services.matcher.convening.admissions import twins
from services.matcher.convening.applicants import Known
from services.matcher.convening.cap_outcomes import Ruled
from services.matcher.convening.desk import Desk, name_of
from services.matcher.convening.fit import Fit, Scorer, sub_scores
from services.matcher.convening.queue import Behind, Turn
from services.matcher.convening.roster import Roster
from services.matcher.eligibility import Judgement, RuleOutcome
from services.matcher.matching.caution import caution
from services.matcher.matching.collaboration_cautions import Cautions
from services.matcher.matching.routes_in import next_steps, smallest_change

Facts = dict[str, Any]
NEAR = 0.02
WEAK_FIT = "eligible_weak_fit"
# Cautions about the applicant; what is to be known of the network itself its convener knows.
_ABOUT_APPLICANT = {"capacity_gap", "commitment_gap", "level", "size_class", "stretch"}


@dataclass
class Judged:
    """One applicant on its way to a result."""

    who: Known
    ruled: list[Ruled]
    fit: Fit
    member: bool
    lot: str
    place: int | None = None
    behind: Behind | None = None
    turn: Turn = field(init=False)

    def __post_init__(self) -> None:
        """The turn is that before the places of a call are given away."""
        self.turn = Turn(self.judgement.verdict, self.fit.rank_score, self.lot, self.who.number)

    @property
    def judgement(self) -> Judgement:
        return Judgement([outcome for outcome, _ in self.ruled])

    @property
    def takes_a_place(self) -> bool:
        """Whether it would take a place of the call: members do not."""
        return self.turn.verdict is not Verdict.REFUSED and not self.member


@dataclass(frozen=True)
class Results:
    """Writes what a screening says, applicant by applicant."""

    desk: Desk
    record: Facts
    as_of: date
    roster: Roster
    scorer: Scorer

    def of(self, rank: int, one: Judged) -> Facts:
        """What is said of one applicant."""
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
        if one.behind is not None:
            result["behind"] = one.behind.as_json(words)
        if one.who.conflicts:
            result["claim_conflict"] = one.who.conflicts
        change = smallest_change(judgement)
        if change:
            result["smallest_change"] = change
        steps = next_steps(self.record, judgement, words)
        return result | ({"next_steps": steps} if steps else {})

    def _cautions(self, one: Judged) -> Iterator[Facts]:
        words, facts = self.desk.words, one.who.facts
        for found in Cautions(facts, self.as_of, words).about(self.record):
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
