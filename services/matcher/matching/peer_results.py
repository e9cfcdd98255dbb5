"""What an answer says of each peer, of those ruled out, and of a list that came out short."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from models.snapshot import Places
from models.snapshot.place_records import Record
from models.taxonomy import Mode, Outcome, Verdict
from services.matcher.eligibility import RuleOutcome
from services.matcher.features import Facts
from services.matcher.kept_json import kept_bytes
from services.matcher.matching.conditions import Condition
from services.matcher.matching.contrast import learning
from services.matcher.matching.peer_cautions import (
    Asker,
    Told,
    checks_for,
    mismatched,
    peer_cautions,
)
from services.matcher.matching.picking import Picked, Sides
from services.matcher.matching.question import (
    Context,
    Standing,
    exchanges,
    figures,
)
from services.matcher.profile import Profile
from services.matcher.reasons import MIRRORED, Explainer, quotes_of
from services.matcher.schemas import PeersRequest
from services.matcher.scoring import Shares, shares
from services.matcher.wording import Wording

# The conditions that every peer is told to meet; the others were asked for.
_TOLD = ("foreign", "kind", "has_government")
# To look a member of an enum up takes as long as to compare with it, and to write one longer.
_ELIGIBLE, _CONTRAST = Verdict.ELIGIBLE.value, Mode.LEARN_FROM_CONTRAST


_Reasons = tuple[orjson.Fragment, orjson.Fragment]
"""The reasons of our side, and those of theirs: one and the same where the sides are one."""

_Sided = tuple[bool, Facts | None]
"""Whether the asking side is the weaker one, and the other side's figures where both count."""

# What is said of so many conditions met is kept; some 5 MB when full.
MOST_MET = 250


@lru_cache(maxsize=MOST_MET)
def _told_of(*_condition: Any) -> dict[Any, bytes]:
    """What is told of a condition that peers meet, of any question: by what is seen, as JSON."""
    return {}


class PeerResults:
    """Writes the results of one question."""

    def __init__(
        self,
        context: Context,
        request: PeersRequest,
        profile: Profile,
        ties: dict[int, list[Facts]],
        conditions: Sequence[Condition],
    ) -> None:
        self.context = context
        self.places = context.snapshot.places
        self.request = request
        self.profile = profile
        self.ties = ties
        self.asker = Asker(profile.facts, request.purpose, context.words)
        self.checks = checks_for(profile.facts, request.mode, tied=False)
        self.met = [(c, self._told_before(c)) for c in conditions if c.name in _TOLD]

    def all(self, picked: Picked, judged: int) -> list[dict[str, Any]]:
        """The results that were picked, of so many judged."""
        sides, rows, shown = picked.sides, picked.rows.tolist(), picked.shown
        standing = Standing(sides.ranking, shown, picked.above, judged)
        found = figures(standing, self.context.catalogue.weights["bands"])
        records = [self.places.record(row) for row in rows]
        told = self._reasons(rows, [facts for facts, _ in records], sides, shown)
        each = zip(rows, records, found, told, _sided(sides, shown, found), strict=True)
        results = [self._result(*one) for one in each]
        if self.request.stretch:
            self._mark_stretch(results, picked)
        return results

    def _mark_stretch(self, results: list[dict[str, Any]], picked: Picked) -> None:
        """Say of each result that a stretch slot brought in that it did."""
        text = self.context.words.text("suggest.stretch", {})
        for result, row in zip(results, picked.rows, strict=True):
            if row not in picked.usual:
                result["stretch"] = {"code": "stretch", "text": text}

    def _result(
        self, row: int, record: Record, found: Facts, told: _Reasons, sided: _Sided
    ) -> dict[str, Any]:
        """One peer with its score, reasons and cautions."""
        (theirs, shown), (ours_told, theirs_told), (asking, other) = record, told, sided
        result = {
            "place": orjson.Fragment(shown),
            **found,
            "verdict": _ELIGIBLE,
            "rules": self._rules_of(theirs),
            "reasons": ours_told if asking else theirs_told,
            "cautions": self._cautions(row, theirs),
            **exchanges(self.profile.facts, theirs),
        }
        self._add_extras(row, theirs, result)
        if other is not None:
            result["side"] = "ours" if asking else "theirs"
            result["other_side"] = {**other, "reasons": theirs_told if asking else ours_told}
        return result

    def _reasons(
        self, rows: list[int], others: list[Facts], sides: Sides, shown: NDArray[np.intp]
    ) -> Iterable[_Reasons]:
        """Of each the reasons of our side, and those of theirs."""
        explainer = self._explainer(rows, others)
        ours = shares(sides.ours, shown)
        told = [orjson.Fragment(reasons) for reasons in explainer.written(ours)]
        if sides.theirs is None or sides.theirs is sides.ours:
            return zip(told, told, strict=True)
        theirs = shares(sides.theirs, shown)
        if _told_alike(ours, theirs):
            return zip(told, told, strict=True)
        mirrored = explainer.written(theirs, mirrored=True)
        return zip(told, [orjson.Fragment(reasons) for reasons in mirrored], strict=True)

    def _explainer(self, rows: list[int], others: list[Facts]) -> Explainer:
        quotes = quotes_of(others, rows, self.places.texts, self.profile.texts)
        shapes = self.context.catalogue.shapes(self.request.mode)
        return Explainer(self.profile.facts, others, self.context.words, shapes, quotes)

    def _rules_of(self, theirs: Facts) -> orjson.Fragment:
        """The conditions that a peer meets."""
        rules = []
        for condition, told in self.met:
            seen = theirs.get(condition.field)
            rule = told.get(seen)
            if rule is None:
                said = outcome(condition, True, seen, self.context.words).as_json()
                rule = told[seen] = kept_bytes(said)
            rules.append(rule)
        return orjson.Fragment(b"[%s]" % b",".join(rules))

    def _told_before(self, condition: Condition) -> dict[Any, bytes]:
        wanted = condition.wanted
        asked = tuple(wanted) if isinstance(wanted, list) else wanted
        return _told_of(condition.name, asked, self.context.words)

    def _cautions(self, row: int, theirs: Facts) -> list[Told]:
        """What to know before writing to a peer."""
        asker, checks = self.asker, self.checks
        if row in self.ties:
            asker = asker._replace(ties=self.ties[row])
            checks = checks_for(asker.ours, self.request.mode, tied=True)
        return peer_cautions(asker, theirs, checks)

    def _add_extras(self, row: int, theirs: Facts, result: dict[str, Any]) -> None:
        """Add what only some results have: lessons, another form of tie, ties there are."""
        if self.request.mode is _CONTRAST:
            result |= learning(self.profile.facts, theirs, result, self.context.words)
        if mismatched(result["cautions"]):
            text = self.context.words.text("suggest.thematic_cluster", {})
            result["suggest"] = {"code": "thematic_cluster", "text": text}
        if row in self.ties:
            result["ties"] = [_tie(tie) for tie in self.ties[row]]


def _told_alike(ours: Shares, theirs: Shares) -> bool:
    """Whether the same is told of both sides: of most peers what tells is mutual."""
    mine, others = ([c for c in side.columns if c.at] for side in (ours, theirs))
    return mine == others and MIRRORED.isdisjoint([column.feature for column in mine])


def _sided(sides: Sides, shown: NDArray[np.intp], found: list[Facts]) -> Iterable[_Sided]:
    """Of each result, which side is told first, and the figures of the other."""
    if sides.mine is None or sides.theirs is None:
        return [(True, None)] * len(shown)
    if sides.theirs is sides.ours:
        return [(True, {"score": f["score"], "coverage": f["coverage"]}) for f in found]
    asking = sides.mine[shown]
    score = np.where(asking, sides.theirs.score[shown], sides.ours.score[shown])
    coverage = np.where(asking, sides.theirs.coverage[shown], sides.ours.coverage[shown])
    pairs = zip(score.tolist(), coverage.tolist(), strict=True)
    return zip(asking.tolist(), [{"score": s, "coverage": c} for s, c in pairs], strict=True)


def _tie(commitment: Facts) -> dict[str, Any]:
    """A tie as an answer shows it: what kind it is, what for, and since when."""
    shown = {"tie": "kind", "purpose": "purpose", "role": "role", "since": "since"}
    found = {name: commitment[field] for field, name in shown.items() if field in commitment}
    if "value_note" in commitment:
        found["note"] = commitment["value_note"]
    return found


def outcome(condition: Condition, met: bool, seen: Any, words: Wording) -> RuleOutcome:
    """A condition on peers as the outcome of a rule; `seen` is what is on file of its field."""
    unknown = condition.name == "has_government" and seen is None
    return RuleOutcome(
        rule_id=rule_id(condition),
        outcome=Outcome.UNDETERMINED if unknown else Outcome.PASS if met else Outcome.FAIL,
        effect=Verdict.ELIGIBLE if met else Verdict.REFUSED,
        field=condition.field,
        text=words.text(f"peer.{condition.name}", {}),
        seen=seen,
        threshold=condition.wanted,
        remedy_kind=None if met else condition.remedy_kind,
    )


def rule_id(condition: Condition) -> str:
    return f"peer-{condition.name.replace('_', '-')}"


def refusals(
    context: Context, conditions: Sequence[Condition], rows: Sequence[int]
) -> list[dict[str, Any]]:
    """Places that were ruled out, with every condition they do not meet."""
    places, ledger = context.snapshot.places, []
    for row in rows:
        (theirs, shown), one = places.record(row), np.array([row])
        failed = [c for c in conditions if not c.test.met(one)[0]]
        ledger.append(
            {
                "place": orjson.Fragment(shown),
                "verdict": Verdict.REFUSED,
                "rules": [
                    outcome(c, False, theirs.get(c.field), context.words).as_json() for c in failed
                ],
            }
        )
    return ledger


def fewer_because(
    places: Places, conditions: Sequence[Condition], words: Wording
) -> list[dict[str, Any]]:
    """How many places each condition ruled out, after those before it; of those named, if any."""
    left = np.arange(len(places))
    first = [conditions[0], *(c for c in conditions if c.name == "among")]
    for condition in first:
        left = left[condition.test.met(left)]
    told = []
    for condition in conditions:
        if condition in first:
            continue
        met = condition.test.met(left)
        removed = len(left) - int(met.sum())
        left = left[met]
        if removed:
            text = words.text(f"peer.{condition.name}", {})
            told.append({"rule_id": rule_id(condition), "removed": removed, "text": text})
    return told


def not_on_file(names: Sequence[str], words: Wording) -> list[dict[str, Any]]:
    """What was named in a question and cannot be judged, as one of the reasons for fewer."""
    if not names:
        return []
    text = words.text("named.not_on_file", {"names": names})
    return [{"rule_id": "not-on-file", "removed": len(names), "text": text}]
