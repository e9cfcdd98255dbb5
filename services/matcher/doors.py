"""All collaborations on a day, in a language, and what they say to one place that knocks."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from models.taxonomy import Verdict
from services.matcher.eligibility import Facts, Judgement, found_in, judge_rule, status_of
from services.matcher.judging import Door

# Of these a place has its own, and what they rest on: what a rule says of them is said to one
# place, though its effect is that on many.
FIGURES = frozenset(
    ("population", "population_basis", "metro_population", "own_budget", "national_rank")
)
# What is said to places alike (of a country and kind, mostly): some 10 MB a day and language.
MOST_ALIKE = 500
_WORDS = (str, bool, type(None))


class _Alike(NamedTuple):
    """What the doors say to all places that are alike in what is looked at."""

    judgements: dict[int, Judgement]
    """Of the doors that look at no figure."""
    refused: frozenset[int]
    unsettled: frozenset[int]


class Heard(dict[int, Judgement]):
    """What each door says to one place, by its row; what tells its figures, once it is asked for.

    `refused` are the rows of those that do not let it in, `unsettled` of those undetermined for
    something that could be told.
    """

    def __init__(self, alike: _Alike, doors: "Doors", place: Facts, require_verified: bool) -> None:
        super().__init__(alike.judgements)
        self.refused, self.unsettled = alike.refused, alike.unsettled
        self._doors, self._place, self._require_verified = doors, place, require_verified

    def __missing__(self, row: int) -> Judgement:
        found = self[row] = self._doors[row].judge(self._place, self._require_verified)
        return found


class Doors(list[Door]):
    """All collaborations on a day, in a language.

    Most doors say the same to whoever knocks, and of the others most look at a word or two (a
    country, a kind): what they say is found once for places that are alike in these, and that
    stand on the same side of every figure.
    """

    def __init__(self, doors: Iterable[Door]) -> None:
        super().__init__(doors)
        self._alike: dict[tuple[Any, ...], _Alike] = {}

    def judge(self, place: Facts, require_verified: bool = False) -> Heard:
        """What each door says to a place."""
        key = self._key(place, require_verified)
        found = self._alike.get(key) if key else None
        if found is None:
            found = self._judge(place, require_verified)
            if key:
                if len(self._alike) >= MOST_ALIKE:
                    self._alike.clear()
                self._alike[key] = found
        return Heard(found, self, place, require_verified)

    def _judge(self, place: Facts, require_verified: bool) -> _Alike:
        judged = {row: door.judge(place, require_verified) for row, door in enumerate(self)}
        return _Alike(
            {row: one for row, one in judged.items() if row not in self._at_figures},
            _rows_of(judged, Verdict.REFUSED),
            frozenset(r for r in _rows_of(judged, Verdict.UNDETERMINED) if judged[r].missing),
        )

    def _key(self, place: Facts, require_verified: bool) -> tuple[Any, ...] | None:
        """All that the verdicts rest on; None where it is more than words and figures."""
        key: list[Any] = [require_verified]
        for field in self._words:
            value = place.get(field)
            if not isinstance(value, _WORDS):
                return None
            key += (value, status_of(place, field))
        for door, rule in self._on_figures:
            outcome = judge_rule(rule, place, door.as_of, require_verified)
            key += (outcome.effect, outcome.missing)
        return tuple(key)

    @cached_property
    def _at_figures(self) -> frozenset[int]:
        return frozenset(row for row, door in enumerate(self) if door.looks_at & FIGURES)

    @cached_property
    def _on_figures(self) -> list[tuple[Door, Facts]]:
        return [
            (self[row], rule)
            for row in sorted(self._at_figures)
            for rule in self[row].rules
            if not FIGURES.isdisjoint(found_in(rule["field"]))
        ]

    @cached_property
    def _words(self) -> list[str]:
        looked_at: frozenset[str] = frozenset().union(*(door.looks_at for door in self))
        return sorted(looked_at - FIGURES)


def _rows_of(judged: Mapping[int, Judgement], verdict: Verdict) -> frozenset[int]:
    return frozenset(row for row, one in judged.items() if one.verdict is verdict)
