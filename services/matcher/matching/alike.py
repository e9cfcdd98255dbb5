"""The terms of a stored place: what it has in common with its group is compared once for all of it.

Most places differ from hundreds of others in size, rank and location alone.
"""

from collections.abc import Sequence

from models.snapshot import Places
from models.snapshot.groups import FINE
from services.matcher.comparing import Asked, Pair
from services.matcher.features import Feature
from services.matcher.searching.remembering import remembered
from services.matcher.terms import Term

Line = tuple[Term | int, ...]
"""A side's terms; in the place of what is the place's own, which of such features stands there."""


def terms_alike(
    asked: Asked, features: Sequence[Feature], places: Places, row: int, two_sides: bool
) -> Pair:
    """The terms of a stored place, on our side and, where there are two, on theirs."""
    own = [asked.both(feature) for feature in features if feature.asks in FINE]
    # Tables are as long as columns have values: few are kept of long ones.
    lines: tuple[Line, Line] = remembered(
        places.widest,
        (
            int(places.groups.of_row[row]),
            two_sides,
            tuple(asked.weights.items()),
            tuple(asked.shapes.items()),
        ),
        lambda: _lines(asked, features, two_sides),
    )
    ours = _filled(lines[0], [mine for mine, _ in own])
    if lines[1] is lines[0]:
        return ours, ours
    return ours, _filled(lines[1], [other for _, other in own])


def _lines(asked: Asked, features: Sequence[Feature], two_sides: bool) -> tuple[Line, Line]:
    """What a place's group says on each side; one line where both say the same."""
    ours: list[Term | int] = []
    theirs: list[Term | int] = []
    differ, own = False, 0
    for feature in features:
        if feature.asks in FINE:
            ours.append(own)
            theirs.append(own)
            differ, own = differ or not feature.told_once, own + 1
            continue
        mine, other = asked.both(feature) if two_sides else (asked.term(feature),) * 2
        differ = differ or mine is not other
        ours += [] if mine is None else [mine]
        theirs += [] if other is None else [other]
    one = tuple(ours)
    return one, tuple(theirs) if differ and two_sides else one


def _filled(line: Line, own: Sequence[Term | None]) -> list[Term]:
    terms = (own[term] if isinstance(term, int) else term for term in line)
    return [term for term in terms if term is not None]
