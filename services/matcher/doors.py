"""All collaborations on a day, in a language, and what they say to one place that knocks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from models.taxonomy import Verdict
from services.matcher.eligibility import Facts, Judgement, status_of
from services.matcher.judging import Door

# Figures are told apart by whoever knocks: what is said of one is said to one place.
FIGURES = {"population", "metro_population", "own_budget", "national_rank", "lat", "lon"}
# What is said to places alike (of a country and kind, mostly): some 10 MB a day and language.
MOST_ALIKE = 500
_WORDS = (str, bool, type(None))


@dataclass(frozen=True)
class Heard:
    """What some doors say to a place, and what of it an answer counts. Shared: never written to."""

    judgements: Mapping[int, Judgement]
    refused: frozenset[int]
    unsettled: frozenset[int]
    """Those undetermined for something that could be told."""

    @classmethod
    def of(cls, judgements: Mapping[int, Judgement]) -> "Heard":
        """What the judgements come to."""
        rows = judgements.items()
        refused = frozenset(row for row, one in rows if one.verdict is Verdict.REFUSED)
        unsettled = frozenset(
            row for row, one in rows if one.verdict is Verdict.UNDETERMINED and one.missing
        )
        return cls(judgements, refused, unsettled)

    def __or__(self, other: "Heard") -> "Heard":
        return Heard(
            {**self.judgements, **other.judgements},
            self.refused | other.refused,
            self.unsettled | other.unsettled,
        )


class Doors(list[Door]):
    """All collaborations on a day, in a language.

    Most doors say the same to whoever knocks, and of the others most look at a word or two (a
    country, a kind): what they say is found once for places that are alike in these.
    """

    def __init__(self, doors: Iterable[Door]) -> None:
        super().__init__(doors)
        self._alike: dict[tuple[Any, ...], Heard] = {}

    def judge(self, place: Facts, require_verified: bool = False) -> Heard:
        """What each door says to a place."""
        of_like = self._of_like(place, require_verified)
        if not self._at_figures:
            return of_like
        return of_like | Heard.of(self._judge(self._at_figures, place, require_verified))

    def _judge(
        self, rows: Iterable[int], place: Facts, require_verified: bool
    ) -> dict[int, Judgement]:
        return {row: self[row].judge(place, require_verified) for row in rows}

    def _of_like(self, place: Facts, require_verified: bool) -> Heard:
        """What the doors say that look at no figure, from memory for places that are alike."""
        key = self._key(place, require_verified)
        found = self._alike.get(key) if key else None
        if found is not None:
            return found
        found = Heard.of(self._judge(self._at_words, place, require_verified))
        if key:
            if len(self._alike) >= MOST_ALIKE:
                self._alike.clear()
            self._alike[key] = found
        return found

    def _key(self, place: Facts, require_verified: bool) -> tuple[Any, ...] | None:
        """All that these doors see of a place; None where it is more than words."""
        key: list[Any] = [require_verified]
        for field in self._words:
            value = place.get(field)
            if not isinstance(value, _WORDS):
                return None
            key += (value, status_of(place, field))
        return tuple(key)

    @cached_property
    def _at_figures(self) -> list[int]:
        return [row for row, door in enumerate(self) if not door.looks_at.isdisjoint(FIGURES)]

    @cached_property
    def _at_words(self) -> list[int]:
        return [row for row, door in enumerate(self) if door.looks_at.isdisjoint(FIGURES)]

    @cached_property
    def _words(self) -> list[str]:
        return sorted(set().union(*(self[row].looks_at for row in self._at_words)))
