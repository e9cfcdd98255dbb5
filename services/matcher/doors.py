"""All collaborations on a day, in a language, and what they say to one place that knocks."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from models.memory import remember
from models.taxonomy import Verdict
from services.matcher.eligibility import (
    Facts,
    Judgement,
    RuleOutcome,
    found_in,
    judge_rule,
    status_of,
)
from services.matcher.judging import Door
from services.matcher.wording import Wording

# Of these a place has its own, and what they rest on: what a rule says of them is said to one
# place, though its effect is that on many.
FIGURES = frozenset(
    ("population", "population_basis", "metro_population", "own_budget", "national_rank")
)
# Kinds of places (a country and a kind, mostly) on a day, in a language: some 15 MB when full.
MOST_ALIKE = 1_000
_WORDS = (str, bool, type(None))


class Alike(NamedTuple):
    """What the doors say to all places that are alike in what is looked at."""

    judgements: dict[int, Judgement]
    """Of the doors that look at words only."""
    refused: frozenset[int]
    unsettled: frozenset[int]


Remembered = dict[tuple[Any, ...], Alike]
"""What was found for places that are alike, on all days and in all languages."""

Figures = dict[int, list[RuleOutcome]]


class Heard(dict[int, Judgement]):
    """What each door says to one place, by its row, once it is asked for.

    `refused` are the rows of those that do not let it in, `unsettled` of those undetermined for
    something that could be told.
    """

    def __init__(self, found: Alike, doors: "Doors", place: Facts, require_verified: bool) -> None:
        self.refused, self.unsettled = found.refused, found.unsettled
        self._found, self._doors = found.judgements, doors
        self._place, self._require_verified = place, require_verified

    def __missing__(self, row: int) -> Judgement:
        found = self._doors.of_anyone.get(row) or self._found.get(row)
        if found is None:
            found = self._doors[row].judge(self._place, self._require_verified)
        self[row] = found
        return found


class Doors(list[Door]):
    """All collaborations on a day, in a language.

    Most doors say the same to whoever knocks, and of the others most look at a word or two (a
    country, a kind): what they say is found once for places that are alike in these, and that
    stand on the same side of every figure.
    """

    def __init__(
        self, collaborations: Iterable[Facts], as_of: date, words: Wording, alike: Remembered
    ) -> None:
        super().__init__(Door(one, as_of, words) for one in collaborations)
        self.day = (as_of, words.language)
        self._alike = alike

    def judge(self, place: Facts, require_verified: bool = False) -> Heard:
        """What each door says to a place."""
        key = self._key(place, require_verified)
        found = self._alike.get(key) if key else None
        if found is None:
            found = self._judge(place, require_verified)
            if key:
                remember(self._alike, MOST_ALIKE, key, found)
        return Heard(found, self, place, require_verified)

    def _judge(self, place: Facts, require_verified: bool) -> Alike:
        judged = {row: door.judge(place, require_verified) for row, door in enumerate(self)}
        return Alike(
            {
                row: judged[row]
                for row in judged.keys() - self.on_figures.keys() - self.of_anyone.keys()
            },
            _rows_of(judged, Verdict.REFUSED),
            frozenset(r for r in _rows_of(judged, Verdict.UNDETERMINED) if judged[r].missing),
        )

    def figures(self, place: Facts, require_verified: bool) -> Figures:
        """What rules say of a place's figures, by the row of their door."""
        return {
            row: [
                judge_rule(self[row].rules[at], place, self[row].as_of, require_verified)
                for at in rules
            ]
            for row, rules in self.on_figures.items()
        }

    def _key(self, place: Facts, require_verified: bool) -> tuple[Any, ...] | None:
        """All that the verdicts rest on; None where it is more than words and figures."""
        key: list[Any] = [self.day, require_verified]
        for field in self._in_order:
            value = place.get(field)
            if not isinstance(value, _WORDS):
                return None
            key += (value, status_of(place, field))
        for outcomes in self.figures(place, require_verified).values():
            for outcome in outcomes:
                key += (outcome.effect, outcome.missing)
        return tuple(key)

    @cached_property
    def of_anyone(self) -> dict[int, Judgement]:
        """Those that say the same to whoever knocks, and what they say."""
        return {row: door.of_anyone for row, door in enumerate(self) if door.of_anyone is not None}

    @cached_property
    def on_figures(self) -> dict[int, list[int]]:
        """Which rules of a door look at a figure, which is each place's own; by its row."""
        found = {
            row: [
                at
                for at, rule in enumerate(door.rules)
                if not FIGURES.isdisjoint(found_in(rule["field"]))
            ]
            for row, door in enumerate(self)
        }
        return {row: rules for row, rules in found.items() if rules}

    @cached_property
    def on_size(self) -> frozenset[int]:
        """The rows of those that say for places of which size they are."""
        found = (row for row, one in enumerate(self) if one.collaboration.get("described_sizes"))
        return frozenset(found)

    @cached_property
    def words(self) -> frozenset[str]:
        """The fields that they look at besides figures."""
        looked_at: frozenset[str] = frozenset().union(*(door.looks_at for door in self))
        return looked_at - FIGURES

    @cached_property
    def _in_order(self) -> list[str]:
        return sorted(self.words)


def _rows_of(judged: Mapping[int, Judgement], verdict: Verdict) -> frozenset[int]:
    return frozenset(row for row, one in judged.items() if one.verdict is verdict)
