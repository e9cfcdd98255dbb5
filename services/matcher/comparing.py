"""From features to terms: one place's values compared with the columns of all candidates."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from models.snapshot.columns import Column
from services.matcher.features import Feature, Scores, Values, fully
from services.matcher.searching.remembering import remembered
from services.matcher.terms import ColumnTerm, Compared, Term, Weights

Shapes = Mapping[str, float]
"""Exponents by feature: a value counts as value^exponent, so that its order never changes."""

PLAIN: Shapes = {}


def shaped(values: Scores, exponent: float) -> Scores:
    """Values as they count: in the same order, 0 and 1 where they were, unknown as before."""
    return values if exponent == 1 else np.power(np.clip(values, 0, 1), exponent)


def compared(
    feature: Feature, column: Column, value: Values, asking: bool, exponent: float = 1.0
) -> Compared | None:
    """A feature of one side's value against a column; None where it can tell of no row.

    The same value is asked with again and again (a country, a size), so answers are remembered
    for as long as the column is there.
    """
    return remembered(
        column,
        (feature.name, asking, exponent, value.tobytes()),
        lambda: _compare(feature, column, value, asking, exponent),
    )


def _compare(
    feature: Feature, column: Column, value: Values, asking: bool, exponent: float
) -> Compared | None:
    sides = (value, column.values) if asking else (column.values, value)
    values = shaped(feature.compare(*sides), exponent)
    if np.isnan(values).all():
        return None
    if feature.trust is fully:
        return Compared(feature.name, values, None)
    trust = feature.trust(*sides)
    return Compared(feature.name, values, None if (trust == 1).all() else trust)


class _Asked(NamedTuple):
    """What features are turned into terms with: one place's values against the candidates'."""

    weights: Weights
    profile: Mapping[str, Values]
    candidates: Mapping[str, Column]
    shapes: Shapes

    def term(self, feature: Feature, asking: bool) -> Term | None:
        """The feature as the place sees the candidates, or as they see it; None if of nobody."""
        mine, other = feature.asks, feature.answers
        if not asking:
            mine, other = other, mine
        weight, column = self.weights.get(feature.name, 0), self.candidates[other]
        if weight <= 0:
            return None
        exponent = self.shapes.get(feature.name, 1.0)
        found = compared(feature, column, self.profile[mine], asking, exponent)
        return None if found is None else ColumnTerm(other, column.codes, found, weight)


def asking_terms(
    features: Sequence[Feature],
    weights: Weights,
    profile: Mapping[str, Values],
    candidates: Mapping[str, Column],
    shapes: Shapes = PLAIN,
) -> list[Term]:
    """The features as the asking place sees the candidates; none that can tell of nobody."""
    asked = _Asked(weights, profile, candidates, shapes)
    return [term for feature in features if (term := asked.term(feature, True)) is not None]


def both_sides(
    features: Sequence[Feature],
    weights: Weights,
    profile: Mapping[str, Values],
    candidates: Mapping[str, Column],
    shapes: Shapes = PLAIN,
) -> tuple[list[Term], list[Term]]:
    """The features as the asking place sees the candidates, and as each of them sees it.

    Where all that tells is the same from either side, both are one list.
    """
    asked = _Asked(weights, profile, candidates, shapes)
    ours: list[Term] = []
    theirs: list[Term] = []
    differ = False
    for feature in features:
        seen = back = asked.term(feature, True)
        if not feature.told_once:
            back = asked.term(feature, False)
            differ = differ or seen is not None or back is not None
        ours += [] if seen is None else [seen]
        theirs += [] if back is None else [back]
    return ours, theirs if differ else ours
