"""What the features say of a question's candidates, as tables that any weights can score."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.taxonomy import Mode
from services.matcher.features import EXISTING_TIE
from services.matcher.learning.asking import Question, Questions
from services.matcher.learning.evaluation import peer_matches
from services.matcher.matching import Context
from services.matcher.matching.peers import PeerMatch
from services.matcher.terms import Rows, Term, parts

Table = NDArray[np.float64]
# Candidates drawn to stand for all; a rank among them is scaled up to a rank among all.
DRAWN = 2000
# A rank of 100 counts half of a rank of 1: what the first hundred can hold.
DEPTH = 100.0


@dataclass(frozen=True)
class Fit:
    """Weights and exponents of one mode."""

    weights: Mapping[str, float]
    shapes: Mapping[str, float]


@dataclass(frozen=True)
class QuestionTable:
    """One question: per side (features, candidates) of trust and of value; true ones come first."""

    question: Question
    names: tuple[str, ...]
    sides: tuple[tuple[Table, Table], ...]
    true: int
    lost: int
    scale: float

    def scores(self, fit: Fit, gamma: float) -> Table:
        """The rank scores of the candidates, of the weaker side, as the matcher adds them up."""
        weight = np.array([fit.weights[n] for n in self.names])
        total = sum(fit.weights.values())
        sides = []
        for trust, value in self.sides:
            told = weight @ trust
            worth = sum(
                w * t * (v if p == 1 else v**p)
                for w, t, v, p in zip(weight, trust, value, self._exponents(fit), strict=True)
                if w
            )
            score = np.divide(worth, told, out=np.zeros(len(told)), where=told > 0)
            sides.append(score * (told / total) ** gamma)
        return np.minimum.reduce(sides)

    def _exponents(self, fit: Fit) -> list[float]:
        return [fit.shapes.get(name, 1.0) for name in self.names]

    def found(self, fit: Fit, gamma: float) -> float:
        """How well the true ones are found: 1 at the very top, a half at rank 100."""
        scores = self.scores(fit, gamma)
        total = 0.0
        for at in range(self.true):
            above = (scores > scores[at]).sum() + ((scores == scores[at]).sum() - 1) / 2
            total += 1 / (1 + self.scale * float(above) / DEPTH)
        return total / (self.true + self.lost)


def tables(
    context: Context, questions: Questions, mode: Mode, seed: int = 0
) -> list[QuestionTable]:
    """A table for each question that has a true candidate."""
    random = np.random.default_rng(seed)
    found = []
    for question, match, rows in peer_matches(context, questions, mode, closed=False):
        truths = np.intersect1d(rows, question.truths)
        others = np.setdiff1d(rows, truths)
        if len(truths) and len(others):
            drawn = random.choice(others, min(DRAWN, len(others)), replace=False)
            scale = len(others) / len(drawn)
            lost = len(question.truths) - len(truths)
            sides = _sides(match, np.concatenate([truths, drawn]))
            found.append(QuestionTable(question, *sides, len(truths), lost, scale))
    return found


def _sides(match: PeerMatch, rows: Rows) -> tuple[tuple[str, ...], tuple[tuple[Table, Table], ...]]:
    names = tuple(name for name in match.weights if name != EXISTING_TIE)
    terms = [match.ours, match.theirs] if match.theirs else [match.ours]
    return names, tuple(_side(side, match, names, rows) for side in terms)


def _side(
    terms: Sequence[Term], match: PeerMatch, names: tuple[str, ...], rows: Rows
) -> tuple[Table, Table]:
    """Trust and value of each feature; values as they were before a shape was laid on them."""
    trust, value = np.zeros((2, len(names), len(rows)))
    for term, told, worth in zip(terms, *parts(terms, rows)[:2], strict=True):
        if term.name in names:
            at = names.index(term.name)
            trust[at] = told / match.weights[term.name]
            counted = np.divide(worth, told, out=np.zeros(len(rows)), where=told > 0)
            value[at] = counted ** (1 / match.shapes.get(term.name, 1.0))
    return trust, value
