"""What `counterpart evaluate` and `counterpart train` do."""

import json
import random
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from models.errors import BadFile
from models.taxonomy import Mode
from services.matcher.catalogue import Catalogue
from services.matcher.learning.asking import (
    Questions,
    group_questions,
    membership_questions,
    pair_questions,
)
from services.matcher.learning.evaluation import OURS, Evaluation, evaluate_peers
from services.matcher.learning.gate import exposure, objections
from services.matcher.learning.memberships import evaluate_memberships
from services.matcher.learning.metrics import as_json, summary
from services.matcher.learning.resolving import Resolver
from services.matcher.learning.training import artefact, held_out, learned_weights
from services.matcher.learning.truth import read_groups, read_memberships, read_pairs
from services.matcher.matching import Context

Facts = dict[str, Any]
SAMPLE = 600
ASKERS = 200


class TruthKind(StrEnum):
    PAIRS = "pairs"
    GROUPS = "groups"
    MEMBERSHIPS = "memberships"


class Pool(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


MODES = {TruthKind.PAIRS: Mode.SUSTAINED_PAIRING, TruthKind.GROUPS: Mode.COHORT}


def questions(context: Context, kind: TruthKind, path: Path) -> Questions:
    """The questions that a truth file asks of this catalogue."""
    resolver = Resolver(context.catalogue)
    match kind:
        case TruthKind.PAIRS:
            return pair_questions(resolver, read_pairs(path))
        case TruthKind.GROUPS:
            return group_questions(resolver, read_groups(path))
        case TruthKind.MEMBERSHIPS:
            return membership_questions(resolver, read_memberships(path))


def evaluate(context: Context, kind: TruthKind, path: Path, pool: Pool = Pool.OPEN) -> Evaluation:
    """How often the matcher finds what the file says really happened."""
    asked = questions(context, kind, path)
    closed = pool is Pool.CLOSED
    if not asked.asked:
        return Evaluation(asked)
    if kind is TruthKind.MEMBERSHIPS:
        return evaluate_memberships(context, asked, closed)
    return evaluate_peers(context, asked, MODES[kind], closed)


def in_words(found: Facts) -> list[str]:
    """An evaluation as lines for a terminal."""
    share = found["resolved"] / found["rows"]
    lines = [f"{found['rows']} rows, {found['resolved']} resolved ({share:.0%})."]
    lines += [f"  row {u['row']}: {u['name']}: {u['why']}" for u in found["unresolved"]]
    systems = {"counterpart": found["metrics"], **found["baselines"]}
    for name, metrics in systems.items():
        lines.append(name)
        lines += [
            f"  {metric:18}{f['value']:8.3f}  [{f['low']:.3f}, {f['high']:.3f}]"
            for metric, f in metrics.items()
        ]
    return lines


def train(context: Context, path: Path, out: Path, seed: int = 0) -> Facts:
    """Learn weights of pairing from a file of pairs; written only where the gate lets them by."""
    mode = Mode.SUSTAINED_PAIRING
    asked = questions(context, TruthKind.PAIRS, path)
    learn, test = (_sample(part, seed) for part in held_out(asked, context))
    if not learn.asked or not test.asked:
        raise BadFile(f"{path.name} has too few countries to hold some out.")
    before = evaluate_peers(context, test, mode)
    askers = [question.asker for question in test.asked][:ASKERS]
    shown = {"before": exposure(context, askers, mode)}
    learned = learned_weights(context, learn, mode, seed)
    other = replace(context, catalogue=Reweighted(context.catalogue, mode, learned))
    after = evaluate_peers(other, test, mode)
    shown["after"] = exposure(other, askers, mode)
    refused = objections(before.ranks[OURS], after.ranks[OURS], shown)
    about = {
        "data": path.name,
        "learned_from": len(learn.asked),
        "held_out": len(test.asked),
        "before": as_json(summary(before.ranks[OURS])),
        "after": as_json(summary(after.ranks[OURS])),
        "exposure": {name: found.as_json() for name, found in shown.items()},
    }
    if not refused:
        weights = artefact(context.catalogue.weights, mode, learned, about)
        out.write_text(json.dumps(weights, indent=2) + "\n", encoding="utf-8")
    return {"accepted": not refused, "objections": refused, "weights": learned, **about}


def _sample(asked: Questions, seed: int) -> Questions:
    """At most so many questions as can be asked in some minutes."""
    if len(asked.asked) <= SAMPLE:
        return asked
    return replace(asked, asked=random.Random(seed).sample(asked.asked, SAMPLE))


class Reweighted(Catalogue):
    """A catalogue with other weights of one mode."""

    def __init__(self, catalogue: Catalogue, mode: Mode, learned: Mapping[str, float]) -> None:
        super().__init__(catalogue.snapshot)
        peers = {**self.weights["peers"], str(mode): dict(learned)}
        self.weights = {**self.weights, "peers": peers}
