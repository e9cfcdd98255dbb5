"""Places side by side in real units, with the medians of those chosen and of all of their kind."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import numpy as np

from models.countries import countries
from models.residents import residents
from models.snapshot import Places
from models.taxonomy import Power
from services.matcher.features import Facts
from services.matcher.features.geography import distance_km
from services.matcher.features.size import counted_as, size_field
from services.matcher.pages.views.strips import POWERS, kind_sizes
from services.matcher.pages.words import PageWording

Number = float | None


@dataclass(frozen=True)
class Row:
    """One fact across all places: what is shown, and the two medians of a number."""

    label: str
    cells: list[str]
    same: bool
    chosen: str = ""
    all: str = ""
    foreign: bool = False
    at: tuple[float | None, ...] = ()
    """Where each stands between the least and the greatest, from 0 to 1."""


class Compare:
    """Makes the table; the first place is the one that asks."""

    def __init__(self, places: Places, facts: list[Facts], words: PageWording) -> None:
        self.places, self.facts, self.words = places, facts, words

    def rows(self) -> list[Row]:
        """All facts that any of them has."""
        words = self.words
        found = [
            self._text("country", lambda f: words.format_field(f["country"], "country")),
            self._text("income", self._income),
            self._residents(),
            self._number("rank", lambda f: f.get("national_rank")),
            self._number("distance", self._distance),
            *(self._number(f"power {p}", _power(p)) for p in POWERS),
            self._text(
                "budget", lambda f: words.money(f["own_budget"]) if f.get("own_budget") else ""
            ),
            self._text("languages", lambda f: self._terms(f, "languages", "language")),
            self._text("sectors", lambda f: self._terms(f, "sectors", "sector")),
            self._text("goals", lambda f: self._terms(f, "goals", "goal")),
            self._text("needs", lambda f: self._exchanges(f.get("needs"))),
            self._text("offers", lambda f: self._exchanges(f.get("offers"))),
            self._text("ties", lambda f: self._ties(f)),
        ]
        return [row for row in found if any(row.cells)]

    def _residents(self) -> Row:
        """Residents with what each figure counts: a city's and its whole area's differ by much."""
        row, words = self._number("residents", residents, self._usual_size()), self.words
        cells = [
            f"{cell} ({words.term('population_basis', counted_as(facts, size_field(facts)))})"
            if cell
            else cell
            for cell, facts in zip(row.cells, self.facts, strict=True)
        ]
        return replace(row, cells=cells)

    def _number(
        self, name: str, read: Callable[[Facts], Number], median_of_all: Number = None
    ) -> Row:
        values = [read(facts) for facts in self.facts]
        known = [v for v in values if v is not None]
        peers = [v for v in values[1:] if v is not None]
        return Row(
            label=self._label(name),
            cells=[self._shown(v) for v in values],
            same=len(set(values)) == 1,
            chosen=self._shown(median(peers) if peers else None),
            all=self._shown(median_of_all),
            at=tuple(_between(v, known) for v in values),
        )

    def _label(self, name: str) -> str:
        kind, _, power = name.partition(" ")
        if kind == "power":
            return self.words.term("power", power)
        return self.words.text(f"compare.row_{name}", {})

    def _shown(self, value: Number) -> str:
        if value is None:
            return ""
        return self.words.format_field(round(value) if value >= 10 else round(value, 2), "number")

    def _text(self, name: str, read: Callable[[Facts], str]) -> Row:
        cells = [read(facts) for facts in self.facts]
        return Row(self._label(name), cells, same=len(set(cells)) == 1)

    def _income(self, facts: Facts) -> str:
        group = countries()[facts["country"]].income_group
        return self.words.term("income_group", group) if group else ""

    def _distance(self, facts: Facts) -> Number:
        ours = self.facts[0]
        if None in (ours.get("lat"), facts.get("lat")):
            return None
        points = (np.array([[f["lat"], f["lon"]]], np.float64) for f in (ours, facts))
        return float(distance_km(*points)[0])

    def _usual_size(self) -> Number:
        sizes = kind_sizes(self.places, self.facts[0]["kind"])
        return float(np.exp(np.median(sizes))) if len(sizes) else None

    def _terms(self, facts: Facts, field: str, vocabulary: str) -> str:
        values = facts.get(field)
        return self.words.format_field(list(values), vocabulary) if values else ""

    def _exchanges(self, items: list[Facts] | None) -> str:
        words = self.words
        sectors = list(dict.fromkeys(item["sector"] for item in items or ()))
        return words.format_field(sectors, "sector") if sectors else ""

    def _ties(self, facts: Facts) -> str:
        count = len(facts.get("commitments", ()))
        return self.words.format_field(count, "number") if count else ""


def _power(power: Power) -> Callable[[Facts], Number]:
    def read(facts: Facts) -> Number:
        value: Any = (facts.get("powers") or {}).get(power)
        return None if value is None else float(value)

    return read


def _between(value: Number, known: list[float]) -> Number:
    if value is None or not known or max(known) == min(known):
        return None
    return round((value - min(known)) / (max(known) - min(known)), 3)
