"""An evaluation by a file of what really happened: its kind, its questions, a sample of them."""

import random
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from models.taxonomy import Mode
from services.matcher.learning.asking import (
    Questions,
    group_questions,
    membership_questions,
    pair_questions,
    peer_questions,
)
from services.matcher.learning.evaluation import Evaluation, evaluate_peers
from services.matcher.learning.memberships import evaluate_memberships
from services.matcher.learning.resolving import Resolver
from services.matcher.learning.truth import (
    read_groups,
    read_memberships,
    read_pairs,
    read_peers,
)
from services.matcher.matching import Context

Facts = dict[str, Any]


class TruthKind(StrEnum):
    PAIRS = "pairs"
    GROUPS = "groups"
    MEMBERSHIPS = "memberships"
    PEERS = "peers"


class Pool(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


MODES = {
    TruthKind.PAIRS: Mode.SUSTAINED_PAIRING,
    TruthKind.GROUPS: Mode.COHORT,
    TruthKind.PEERS: Mode.SUSTAINED_PAIRING,
}


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
        case TruthKind.PEERS:
            return peer_questions(resolver, read_peers(path))


@dataclass(frozen=True)
class Sample:
    """So many questions drawn, by a seed that draws the same ones again."""

    size: int
    seed: int = 0

    def of(self, asked: Questions) -> Questions:
        if len(asked.asked) <= self.size:
            return asked
        drawn = random.Random(self.seed).sample(asked.asked, self.size)
        return replace(asked, asked=drawn)


def evaluate(
    context: Context,
    kind: TruthKind,
    path: Path,
    pool: Pool = Pool.OPEN,
    sample: Sample | None = None,
) -> Evaluation:
    """How often the matcher finds what the file says really happened."""
    asked = questions(context, kind, path)
    if sample is not None:
        asked = sample.of(asked)
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
