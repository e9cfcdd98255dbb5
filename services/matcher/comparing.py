"""From features to terms: one place's values compared with the columns of all candidates."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from models.snapshot.columns import Column
from services.matcher.features import Feature, Scores, Values, fully
from services.matcher.features.geography import cells_in_space
from services.matcher.searching.remembering import remembered
from services.matcher.terms import ByLine, ColumnTerm, Compared, ComparedByLine, Term, Weights

Shapes = Mapping[str, float]
"""Exponents by feature: a value counts as value^exponent, so that its order never changes."""

PLAIN: Shapes = {}

Pair = tuple[list[Term], list[Term]]
"""Our side's terms, and theirs."""


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
    # Where the first is known, which it mostly is, the others need no look.
    if np.isnan(values[:1]).all() and np.isnan(values).all():
        return None
    if feature.trust is fully:
        return Compared(feature.name, values, None)
    trust = feature.trust(*sides)
    return Compared(feature.name, values, None if (trust == 1).all() else trust)


def compared_by_line(
    feature: Feature, column: Column, value: Values, exponent: float
) -> ComparedByLine | None:
    """The same of a feature that is told by how far apart two places lie, for what is looked at."""
    if feature.by_line is None or value[0, 0] != value[0, 0]:
        return None
    return ComparedByLine(
        feature.name,
        cells_in_space(value),
        cells_in_space(column.values),
        shaped_by_line(feature.by_line, exponent),
    )


@lru_cache(maxsize=64)
def shaped_by_line(by_line: ByLine, exponent: float) -> ByLine:
    """Values by the straight lines between places, in a shape; one and the same each time."""
    if exponent == 1:
        return by_line

    def in_shape(line: Scores) -> Scores:
        # From 0 to 1 as they are, since lines are: nothing is to be cut off.
        values = by_line(line)
        return np.power(values, exponent, out=values)

    return in_shape


class Asked(NamedTuple):
    """What features are turned into terms with: one place's values against the candidates'."""

    weights: Weights
    profile: Mapping[str, Values]
    candidates: Mapping[str, Column]
    shapes: Shapes = PLAIN

    def term(self, feature: Feature, asking: bool = True) -> Term | None:
        """The feature as the place sees the candidates, or as they see it; None if of nobody."""
        mine, other = feature.asks, feature.answers
        if not asking:
            mine, other = other, mine
        weight, column = self.weights.get(feature.name, 0), self.candidates[other]
        if weight <= 0:
            return None
        exponent, value = self.shapes.get(feature.name, 1.0), self.profile[mine]
        found: Compared | ComparedByLine | None
        if feature.by_line is None:
            found = compared(feature, column, value, asking, exponent)
        else:
            found = compared_by_line(feature, column, value, exponent)
        return None if found is None else ColumnTerm(other, column.codes, found, weight)

    def terms(self, features: Sequence[Feature]) -> list[Term]:
        """The features as the place sees the candidates; none that can tell of nobody."""
        return [term for feature in features if (term := self.term(feature)) is not None]

    def both(self, feature: Feature) -> tuple[Term | None, Term | None]:
        """The feature from our side, and from theirs; one term where it is told once."""
        seen = self.term(feature)
        return seen, seen if feature.told_once else self.term(feature, asking=False)

    def both_sides(self, features: Sequence[Feature]) -> Pair:
        """The features as the place sees the candidates, and as each of them sees it.

        Where all that tells is the same from either side, both are one list.
        """
        seen = [self.both(feature) for feature in features]
        ours = [mine for mine, _ in seen if mine is not None]
        if all(mine is other for mine, other in seen):
            return ours, ours
        return ours, [other for _, other in seen if other is not None]
