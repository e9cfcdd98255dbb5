"""Each fact of a place in the words of a page."""

from collections.abc import Callable
from typing import Any

from services.matcher.features import Facts
from services.matcher.pages.words import PageWording

Said = tuple[list[str], list[str]]
"""A fact in the words of the page, and what of it is in the words of its source."""


class FactWords:
    """Says facts; `names` are those of the places and collaborations that they tell of."""

    def __init__(self, words: PageWording, names: dict[str, str]) -> None:
        self.words, self.names = words, names
        self._by_field = self._ways()

    def said(self, field: str, value: Any) -> Said:
        """A fact in words; one that has no words of its own, as it stands."""
        say = self._by_field.get(field)
        return say(value) if say else ([str(value)], [])

    def _ways(self) -> dict[str, Callable[[Any], Said]]:
        return {
            "population": self._number,
            "metro_population": self._number,
            "national_rank": self._number,
            "languages": self._languages,
            "kind": self._kind,
            "has_government": self._has_government,
            "part_of": self._part_of,
            "executive": self._executive,
            "contact_office": self._contact_office,
            "own_budget": self._own_budget,
            "capacity": self._capacity,
            "powers": self._powers,
            "levers": self._levers,
            "sectors": self._sectors,
            "goals": self._goals,
            "strategic_goals": self._strategic_goals,
            "stakeholders": self._stakeholders,
            "support_need": self._support_need,
            "needs": self._needs,
            "offers": self._needs,
            "commitments": self._commitments,
        }

    def _terms(self, vocabulary: str, values: Any) -> Said:
        return [self.words.joined([self.words.term(vocabulary, v) for v in values])], []

    def _number(self, value: int) -> Said:
        return [self.words.format_field(value, "number")], []

    def _languages(self, value: list[str]) -> Said:
        return [self.words.format_field(value, "language")], []

    def _kind(self, value: str) -> Said:
        return [self.words.term("kind", value)], []

    def _has_government(self, value: bool) -> Said:
        return [self.words.term("yes_no", "yes" if value else "no")], []

    def _part_of(self, value: list[str]) -> Said:
        return [self.names.get(one, one) for one in value], []

    def _executive(self, value: Facts) -> Said:
        parts = []
        if value.get("form"):
            parts.append(self.words.term("executive_form", value["form"]))
        if value.get("capacity"):
            args = {"degree": value["capacity"]}
            parts.append(self.words.text("places.executive_capacity", args))
        return parts, []

    def _own_budget(self, value: Facts) -> Said:
        return [self.words.money(value)], []

    def _capacity(self, value: Facts) -> Said:
        words = self.words
        parts = [
            words.text(f"places.capacity_{name}", {"count": value[name]})
            for name in ("officer_days", "mayor_slots", "officer_slots")
            if value.get(name) is not None
        ]
        if value.get("budget"):
            parts.append(words.text("places.capacity_budget", {"budget": value["budget"]}))
        return parts, []

    def _powers(self, value: Facts) -> Said:
        words = self.words
        known = {k: v for k, v in value.items() if k != "basis" and v is not None}
        parts = [
            words.labelled(words.term("power", name), words.format_field(round(v, 2), "number"))
            for name, v in known.items()
        ]
        return parts, []

    def _levers(self, value: Facts) -> Said:
        words = self.words
        return [
            words.labelled(words.term("sector", s), words.term("lever", v))
            for s, v in value.items()
        ], []

    def _sectors(self, value: list[str]) -> Said:
        return self._terms("sector", value)

    def _goals(self, value: list[str]) -> Said:
        return self._terms("goal", value)

    def _stakeholders(self, value: list[str]) -> Said:
        return self._terms("stakeholder", value)

    def _support_need(self, value: str) -> Said:
        return [self.words.term("degree", value)], []

    def _strategic_goals(self, value: list[str]) -> Said:
        return [], list(value)

    def _contact_office(self, value: str) -> Said:
        return [], [value]

    def _needs(self, value: list[Facts]) -> Said:
        words = self.words
        told, theirs = [], []
        for one in value:
            stage = f" ({words.term('stage', one['stage'])})" if one.get("stage") else ""
            told.append(f"{words.term('sector', one['sector'])}{stage}")
            if one.get("text"):
                theirs.append(one["text"])
        return told, theirs

    def _commitments(self, value: list[Facts]) -> Said:
        words, told = self.words, []
        for tie in value:
            key = tie.get("collaboration") or tie.get("place_id") or ""
            role = f" ({words.term('role', tie['role'])})" if tie.get("role") else ""
            told.append(f"{self.names.get(key, key)}{role}")
        return told, []
