"""Weights learned from pairs that happened: additive and never below zero, so reasons stay true.

Per question, each true partner is set against candidates drawn at random; a logistic regression
on the differences of what the features say finds the weights. Countries held out are never
learned from: no pair with an end in them is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.taxonomy import Mode
from services.matcher.features import EXISTING_TIE
from services.matcher.learning.asking import Question, Questions
from services.matcher.learning.evaluation import peer_matches
from services.matcher.matching import Context
from services.matcher.matching.peers import PeerMatch
from services.matcher.scoring import Rows

Table = NDArray[np.float64]
DRAWN = 30
# Learned weights stay near the hand-set ones unless the pairs say otherwise.
RIDGE = 0.02
HELD_OUT = 4
TOTAL = 20.0


def held_out(questions: Questions, context: Context, part: int = 0) -> tuple[Questions, Questions]:
    """Questions to learn from, and those of one country in four, which share no country."""
    country = context.snapshot.places.columns["country"]

    def held(row: int) -> bool:
        return int(country.values[country.codes[row], 0]) % HELD_OUT == part

    def inside(question: Question) -> list[bool]:
        return [held(row) for row in (question.asker, *question.truths)]

    learn = [q for q in questions.asked if not any(inside(q))]
    test = [q for q in questions.asked if held(q.asker)]
    return replace(questions, asked=learn), replace(questions, asked=test)


def learned_weights(
    context: Context, questions: Questions, mode: Mode, seed: int = 0
) -> dict[str, float]:
    """Weights of one mode; a feature that the pairs cannot speak of keeps its hand-set weight."""
    before = dict(context.catalogue.weights["peers"][mode])
    names = [name for name in before if name != EXISTING_TIE]
    rows = list(_differences(context, questions, mode, names, seed))
    if not rows:
        return before
    table = np.concatenate(rows)
    spoken = np.abs(table).sum(axis=0) > 0
    start = np.array([before[name] for name in names])
    found = _fit(table, start)
    weights = {n: float(w) for n, w, s in zip(names, found, spoken, strict=True) if s}
    merged = {**before, **weights, EXISTING_TIE: before[EXISTING_TIE]}
    scale = TOTAL / max(sum(merged.values()), 1e-9)
    return {name: round(weight * scale, 3) for name, weight in merged.items()}


def _differences(
    context: Context, questions: Questions, mode: Mode, names: Sequence[str], seed: int
) -> Iterator[Table]:
    """What each feature says of the true partner, less what it says of those drawn."""
    random = np.random.default_rng(seed)
    for question, match, rows in peer_matches(context, questions, mode, closed=False):
        truths = np.intersect1d(rows, question.truths)
        if len(truths) and len(rows) > DRAWN:
            drawn = random.choice(np.setdiff1d(rows, truths), DRAWN, replace=False)
            values = _values(match, np.concatenate([truths[:1], drawn]), names)
            yield values[0] - values[1:]


def _values(match: PeerMatch, rows: Rows, names: Sequence[str]) -> Table:
    """Each feature's value; what is not known counts as nothing, as it does in coverage."""
    table = np.zeros((len(rows), len(names)))
    for term in match.ours:
        _, worth = term.of(rows)
        weight = match.weights[term.name]
        if term.name in names and weight:
            table[:, list(names).index(term.name)] = worth / weight
    return table


def _fit(table: Table, start: Table) -> Table:
    """Weights at or above zero under which the true partners stand highest."""
    # The command line starts without it.
    from scipy.optimize import minimize  # type: ignore[import-untyped]

    def loss(weights: Table) -> tuple[float, Table]:
        margin = table @ weights
        pull = weights - start
        value = np.logaddexp(0, -margin).mean() + RIDGE * (pull @ pull) / 2
        slope = -(table.T @ (1 / (1 + np.exp(margin)))) / len(table) + RIDGE * pull
        return float(value), slope

    fitted = minimize(loss, start, jac=True, bounds=[(0, None)] * len(start), method="L-BFGS-B")
    return np.asarray(fitted.x, np.float64)


def artefact(
    weights: Mapping[str, Any], mode: Mode, learned: Mapping[str, float], about: Mapping[str, Any]
) -> dict[str, Any]:
    """The weights as a file: version, date, data and figures beside the features' names."""
    day = date.today().isoformat()
    return {
        **weights,
        "version": f"learned-{day}",
        "peers": {**weights["peers"], str(mode): dict(learned)},
        "learned": {"mode": str(mode), "date": day, "features": sorted(learned), **about},
    }
