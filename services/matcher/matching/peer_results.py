"""What an answer says of each peer, of those ruled out, and of a list that came out short."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from models.snapshot import Places
from models.taxonomy import Mode, Outcome, Verdict
from services.matcher.eligibility import RuleOutcome
from services.matcher.features import Facts
from services.matcher.matching.conditions import Condition
from services.matcher.matching.contrast import learning
from services.matcher.matching.peer_cautions import Pair, mismatched, peer_cautions
from services.matcher.matching.picking import Picked, Sides
from services.matcher.matching.question import (
    Context,
    Standing,
    exchanges,
    figures,
    place_summary,
)
from services.matcher.profile import Profile
from services.matcher.reasons import Exhibits, Explainer, quote_of
from services.matcher.schemas import PeersRequest
from services.matcher.scoring import Share, shares
from services.matcher.terms import Rows
from services.matcher.wording import Wording

# The conditions that every peer is told to meet; the others were asked for.
_TOLD = ("foreign", "kind", "has_government")


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
        self.request = request
        self.profile = profile
        self.ties = ties
        self.exhibits = Exhibits(profile.facts, "ours")
        self.told = [condition for condition in conditions if condition.name in _TOLD]
        self._rules: dict[tuple[str, Any], dict[str, Any]] = {}

    def all(self, picked: Picked, judged: int) -> list[dict[str, Any]]:
        """The results that were picked, of so many judged."""
        sides = picked.sides
        ours = theirs = shares(sides.ours, picked.shown)
        if sides.theirs is not None and sides.theirs is not sides.ours:
            theirs = shares(sides.theirs, picked.shown)
        results = [
            self._result(sides, int(at), Standing(above, judged), (ours[i], theirs[i]))
            for i, (at, above) in enumerate(zip(picked.shown, picked.above, strict=True))
        ]
        if self.request.stretch:
            self._mark_stretch(results, picked.rows, picked.usual)
        return results

    def _mark_stretch(self, results: list[dict[str, Any]], rows: Rows, usual: Rows) -> None:
        """Say of each result that a stretch slot brought in that it did."""
        text = self.context.words.text("suggest.stretch", {})
        for result, row in zip(results, rows, strict=True):
            if row not in usual:
                result["stretch"] = {"code": "stretch", "text": text}

    def _result(
        self, sides: Sides, at: int, standing: Standing, parts: tuple[list[Share], list[Share]]
    ) -> dict[str, Any]:
        """One peer with its score, reasons and cautions."""
        row = int(sides.ranking.rows[at])
        places = self.context.snapshot.places
        theirs = places.facts(row)
        asking = sides.mine is None or bool(sides.mine[at])
        nearest = places.texts.nearest(row, self.profile.texts) if len(self.profile.texts) else None
        quote = quote_of(theirs, nearest)
        explain = Explainer(self.profile.facts, theirs, self.context.words, quote, self.exhibits)
        explain.by(self.context.catalogue.shapes(self.request.mode))
        limits = self.context.catalogue.weights["bands"]
        ours_told = explain.reasons(parts[0])
        # Where the sides are one, so is what is told of them: no feature there has two faces.
        alike = parts[1] is parts[0]
        theirs_told = ours_told if alike else explain.reasons(parts[1], mirrored=True)
        result = {
            "place": place_summary(theirs, places.id(row)),
            **figures(sides.ranking, at, limits, standing),
            "verdict": Verdict.ELIGIBLE,
            "rules": self._met(theirs),
            "reasons": ours_told if asking else theirs_told,
            "cautions": peer_cautions(self._pair(row, theirs)),
            **exchanges(self.profile.facts, theirs),
        }
        result |= self._extras(row, theirs, result)
        other = sides.theirs if asking else sides.ours
        if other is not None:
            result["side"] = "ours" if asking else "theirs"
            result["other_side"] = {
                "score": float(other.score[at]),
                "coverage": float(other.coverage[at]),
                "reasons": theirs_told if asking else ours_told,
            }
        return result

    def _met(self, theirs: Facts) -> list[dict[str, Any]]:
        """The conditions that a peer meets; what is said of like peers is said once."""
        rules = []
        for condition in self.told:
            key = (condition.name, theirs.get(condition.field))
            if key not in self._rules:
                found = outcome(condition, True, theirs, self.context.words)
                self._rules[key] = found.as_json()
            rules.append(self._rules[key])
        return rules

    def _pair(self, row: int, theirs: Facts) -> Pair:
        request, ties = self.request, self.ties.get(row, [])
        words = self.context.words
        return Pair(self.profile.facts, theirs, request.mode, request.purpose, ties, words)

    def _extras(self, row: int, theirs: Facts, result: dict[str, Any]) -> dict[str, Any]:
        """What only some results have: lessons, another form of tie, ties there are."""
        extras: dict[str, Any] = {}
        if self.request.mode is Mode.LEARN_FROM_CONTRAST:
            extras |= learning(self.profile.facts, theirs, result, self.context.words)
        if mismatched(result["cautions"]):
            text = self.context.words.text("suggest.thematic_cluster", {})
            extras["suggest"] = {"code": "thematic_cluster", "text": text}
        if row in self.ties:
            extras["ties"] = [_tie(tie) for tie in self.ties[row]]
        return extras


def _tie(commitment: Facts) -> dict[str, Any]:
    """A tie as an answer shows it: what kind it is, what for, and since when."""
    shown = {"tie": "kind", "purpose": "purpose", "role": "role", "since": "since"}
    found = {name: commitment[field] for field, name in shown.items() if field in commitment}
    if "value_note" in commitment:
        found["note"] = commitment["value_note"]
    return found


def outcome(condition: Condition, met: bool, theirs: Facts, words: Wording) -> RuleOutcome:
    """A condition on peers as the outcome of a rule."""
    seen = theirs.get("id") if condition.field == "id" else theirs.get(condition.field)
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
        theirs, one = places.facts(row), np.array([row])
        failed = [c for c in conditions if not c.test.met(one)[0]]
        ledger.append(
            {
                "place": place_summary(theirs, places.id(row)),
                "verdict": Verdict.REFUSED,
                "rules": [outcome(c, False, theirs, context.words).as_json() for c in failed],
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
