"""Weights and shapes learned from what happened: additive, monotone, near the hand-set ones.

Each step multiplies one weight or one exponent and is kept where the true partners of the
questions learned from come nearer the top by more than chance would bring them. The score
stays the sum that it was, an exponent keeps the order of a feature's values, and what the
questions say nothing about stays as it was set by hand.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from models.snapshot.codes import COUNTRIES
from models.taxonomy import Mode
from services.matcher.features import PEER_FEATURES
from services.matcher.learning.asking import Question, Questions
from services.matcher.learning.tables import Fit, QuestionTable, tables
from services.matcher.matching import Context

# What one step may do to a weight and to an exponent.
STEPS = ((0.6, 1.0), (1.6, 1.0), (1.0, 0.7), (1.0, 1.4))
ROUNDS = 2
# A step must gain this share; less is the chance of who was asked.
WORTH_IT = 0.006
# Never further from the hand-set value than this factor, however loudly the questions speak.
BOUND = 3.0
FOLDS = 4
SHAPED = {feature.name for feature in PEER_FEATURES}


def hand_set(context: Context, mode: Mode) -> Fit:
    """The weights and shapes in force."""
    weights = context.catalogue.weights["peers"][mode]
    return Fit(dict(weights), dict(context.catalogue.shapes(mode)))


def held_out(questions: Questions, context: Context) -> tuple[Questions, Questions]:
    """Questions to learn from and to judge by: they share no programme, or else no country."""
    # Read where it is used: a server would take a second longer to start, and 60 MiB.
    from sklearn.model_selection import GroupKFold  # type: ignore[import-untyped]

    asked = questions.asked
    sources = [question.source for question in asked]
    if len(set(sources)) >= FOLDS:
        folds = GroupKFold(FOLDS, shuffle=True, random_state=0)
        learn, test = next(iter(folds.split(asked, groups=sources)))
        parts = [asked[at] for at in learn], [asked[at] for at in test]
    else:
        parts = _by_country(asked, context)
    return replace(questions, asked=parts[0]), replace(questions, asked=parts[1])


def _by_country(
    asked: Sequence[Question], context: Context
) -> tuple[list[Question], list[Question]]:
    """Those with no end in the held-out countries, and those asked from there."""
    country = context.snapshot.places.columns["country"]
    held = set(np.random.default_rng(0).permutation(len(COUNTRIES))[::FOLDS].tolist())

    def away(row: int) -> bool:
        return int(country.values[country.codes[row], 0]) in held

    learn = [q for q in asked if not any(away(row) for row in (q.asker, *q.truths))]
    return learn, [q for q in asked if away(q.asker)]


def learned(context: Context, questions: Questions, mode: Mode, seed: int = 0) -> Fit:
    """The weights and shapes under which the true partners come highest."""
    asked = tables(context, questions, mode, seed)
    gamma = context.catalogue.weights["gamma"]
    start = hand_set(context, mode)
    return _climbed(asked, start, gamma) if asked else start


def _climbed(asked: Sequence[QuestionTable], start: Fit, gamma: float) -> Fit:
    best, value = start, _mean(asked, start, gamma)
    for _ in range(ROUNDS):
        for name in [n for n, weight in start.weights.items() if weight and n in asked[0].names]:
            for by, power in STEPS:
                tried = _step(best, start, name, (by, power))
                if tried is not None and (reached := _mean(asked, tried, gamma)) > value * (
                    1 + WORTH_IT
                ):
                    best, value = tried, reached
    return best


def _step(fit: Fit, start: Fit, name: str, by: tuple[float, float]) -> Fit | None:
    """One step away; None where it leads too far, or the feature has no shape."""
    weight = fit.weights[name] * by[0]
    exponent = fit.shapes.get(name, 1.0) * by[1]
    near = 1 / BOUND <= weight / start.weights[name] <= BOUND
    straight = 1 / BOUND <= exponent / start.shapes.get(name, 1.0) <= BOUND
    if not near or not straight or (by[1] != 1 and name not in SHAPED):
        return None
    shapes = fit.shapes if by[1] == 1 else {**fit.shapes, name: exponent}
    return Fit({**fit.weights, name: weight}, shapes)


def _mean(asked: Sequence[QuestionTable], fit: Fit, gamma: float) -> float:
    return float(np.mean([table.found(fit, gamma) for table in asked]))


def artefact(
    weights: Mapping[str, Any], mode: Mode, fit: Fit, data: Path, about: Mapping[str, Any]
) -> dict[str, Any]:
    """The weights as a file: version, date, hash of the data, figures, names of features."""
    digest = hashlib.sha256(data.read_bytes()).hexdigest()
    day = date.today().isoformat()
    return {
        **weights,
        "version": f"learned-{day}-{digest[:8]}",
        "peers": {**weights["peers"], str(mode): _rounded(fit.weights)},
        "shapes": {**weights.get("shapes", {}), str(mode): _rounded(fit.shapes)},
        "learned": {
            "mode": str(mode),
            "date": day,
            "data": {"name": data.name, "sha256": digest},
            "features": sorted(fit.weights),
            "from": weights["version"],
            **about,
        },
    }


def _rounded(values: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 3) for name, value in values.items()}
