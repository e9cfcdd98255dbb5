"""The terms of a stored place: what it has in common with its group is compared once for all of it.

Most places differ from hundreds of others in size, rank and location alone.
"""

from collections.abc import Sequence
from typing import NamedTuple

from models.snapshot import Places
from models.snapshot.groups import FINE
from services.matcher.comparing import Asked, Pair
from services.matcher.features import Feature
from services.matcher.searching.remembering import remembered
from services.matcher.terms import Term

Line = tuple[Term | int, ...]
"""A side's terms; in the place of what is the place's own, which of such features stands there."""


class Lines(NamedTuple):
    """What a group says on each side: one line where both say the same."""

    ours: Line
    theirs: Line
    own: tuple[Feature, ...]
    """The features that each place of the group is compared by for itself."""


def terms_alike(
    asked: Asked, features: Sequence[Feature], places: Places, row: int, two_sides: bool
) -> Pair:
    """The terms of a stored place, on our side and, where there are two, on theirs."""
    group, weights = int(places.groups.of_row[row]), tuple(asked.weights.items())
    key = (group, two_sides, weights, tuple(asked.shapes.items()))
    # Tables are as long as columns have values: few are kept of long ones.
    lines = remembered(places.widest, key, lambda: _lines(asked, features, two_sides))
    own = [asked.both(feature) for feature in lines.own]
    ours = _filled(lines.ours, [mine for mine, _ in own])
    if lines.theirs is lines.ours:
        return ours, ours
    return ours, _filled(lines.theirs, [other for _, other in own])


def _lines(asked: Asked, features: Sequence[Feature], two_sides: bool) -> Lines:
    ours: list[Term | int] = []
    theirs: list[Term | int] = []
    own: list[Feature] = []
    differ = False
    for feature in features:
        mine: Term | int | None
        other: Term | int | None
        if feature.asks in FINE or feature.answers in FINE:
            mine = other = len(own)
            own.append(feature)
            differ = differ or not feature.told_once
        else:
            mine, other = asked.both(feature) if two_sides else (asked.term(feature),) * 2
            differ = differ or mine is not other
        ours += [] if mine is None else [mine]
        theirs += [] if other is None else [other]
    line = tuple(ours)
    return Lines(line, tuple(theirs) if differ and two_sides else line, tuple(own))


def _filled(line: Line, own: Sequence[Term | None]) -> list[Term]:
    terms = (own[term] if isinstance(term, int) else term for term in line)
    return [term for term in terms if term is not None]
