"""What `counterpart train` does: learn, judge by questions held out, and ask the gate."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from models.errors import BadFile
from models.taxonomy import Mode
from services.matcher.catalogue import Catalogue
from services.matcher.learning.asking import Questions
from services.matcher.learning.evaluating import MODES, Sample, TruthKind, questions
from services.matcher.learning.evaluation import OURS, evaluate_peers
from services.matcher.learning.gate import broken_cases, drawn_askers, exposure, objections
from services.matcher.learning.metrics import METRICS, as_json, difference, summary
from services.matcher.learning.tables import Fit
from services.matcher.learning.training import artefact, hand_set, held_out, learned
from services.matcher.matching import Context

Facts = dict[str, Any]
MOST = 600


def train(context: Context, kind: TruthKind, path: Path, out: Path, seed: int = 0) -> Facts:
    """Learn a mode's weights from a file; written only where the gate lets them by."""
    if kind not in (TruthKind.PAIRS, TruthKind.GROUPS):
        raise BadFile("Weights are learned from pairs or groups.")
    mode, sample = MODES[kind], Sample(MOST, seed)
    parts = held_out(questions(context, kind, path), context)
    learn, test = (sample.of(part) for part in parts)
    if not learn.asked or not test.asked:
        raise BadFile(f"{path.name} has too few programmes and countries to hold some out.")
    fit = learned(context, learn, mode, seed)
    report = _judged(context, test, mode, fit)
    report |= {"learned_from": len(learn.asked), "held_out": len(test.asked), "seed": seed}
    weights = artefact(context.catalogue.weights, mode, fit, path, report)
    report["objections"] += broken_cases(weights) if not report["objections"] else []
    accepted = not report["objections"]
    if accepted:
        out.write_text(json.dumps(weights, indent=2) + "\n", encoding="utf-8")
    return {"accepted": accepted, **report, "changed": _changed(hand_set(context, mode), fit)}


def _judged(context: Context, test: Questions, mode: Mode, fit: Fit) -> Facts:
    """Figures on held-out questions and who is suggested, before and after; and objections."""
    other = replace(context, catalogue=Refitted(context.catalogue, mode, fit))
    before, after = (evaluate_peers(c, test, mode, beside={}).ranks[OURS] for c in (context, other))
    shown = {}
    for name, askers in drawn_askers(context).items():
        shown[name] = (exposure(context, askers, mode), exposure(other, askers, mode))
    gained = difference(after, before)
    return {
        "objections": objections(before, after, shown),
        "before": as_json(summary(before)),
        "after": as_json(summary(after)),
        "gained": {metric: gained[metric].as_json() for metric in METRICS},
        "exposure": {
            name: {"before": was.as_json(), "after": now.as_json()}
            for name, (was, now) in shown.items()
        },
    }


def _changed(before: Fit, after: Fit) -> Facts:
    """What learning moved: each weight and exponent that is another now."""
    moved: Facts = {}
    for what, old, new in (
        ("weights", before.weights, after.weights),
        ("shapes", before.shapes, after.shapes),
    ):
        default = 0.0 if what == "weights" else 1.0
        moved[what] = {
            name: [old.get(name, default), round(value, 3)]
            for name, value in new.items()
            if round(value, 3) != round(old.get(name, default), 3)
        }
    return moved


class Refitted(Catalogue):
    """A catalogue with other weights and shapes of one mode."""

    def __init__(self, catalogue: Catalogue, mode: Mode, fit: Fit) -> None:
        super().__init__(catalogue.snapshot)
        before = catalogue.weights
        self.weights = {
            **before,
            "peers": {**before["peers"], str(mode): dict(fit.weights)},
            "shapes": {**before.get("shapes", {}), str(mode): dict(fit.shapes)},
        }
