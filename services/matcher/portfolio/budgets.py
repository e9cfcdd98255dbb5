"""Slots, days and money: what is used now, and the limit where the place has stated one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.matcher.portfolio.holdings import Facts, Holding, spent


@dataclass(frozen=True)
class Budgets:
    """What a place spends on its commitments; what is not on file is counted as unknown."""

    mayor_slots: tuple[int, int | None]
    officer_slots: tuple[int, int | None]
    days: tuple[float, float | None]
    money: tuple[float, float | None]
    currency: str | None
    days_unknown: int
    fees_unknown: int
    other_fees: tuple[Facts, ...] = ()
    """Fees in other currencies: known, and not added up."""

    def limits(self) -> dict[str, Any]:
        return {
            "mayor_slots": self.mayor_slots[1],
            "officer_slots": self.officer_slots[1],
            "days": self.days[1],
            "money": self.money[1],
        }

    def in_currency(self, fee: Facts | None) -> float:
        """A fee in the budget's currency; another currency is not converted and counts as none."""
        if not fee or fee["currency"] != self.currency:
            return 0.0
        return float(fee["amount"])

    def full(self, level: str) -> bool:
        used, limit = self.mayor_slots if level == "mayor" else self.officer_slots
        return limit is not None and used >= limit

    def as_json(self) -> Facts:
        money: Facts = {"used": self.money[0], "limit": self.money[1]}
        if self.currency:
            money["currency"] = self.currency
        if self.other_fees:
            money["other_currencies"] = list(self.other_fees)
        days: Facts = {"used": self.days[0], "limit": self.days[1]}
        return {
            "mayor_slots": {"used": self.mayor_slots[0], "limit": self.mayor_slots[1]},
            "officer_slots": {"used": self.officer_slots[0], "limit": self.officer_slots[1]},
            "days": days | ({"unknown": self.days_unknown} if self.days_unknown else {}),
            "money": money | ({"unknown": self.fees_unknown} if self.fees_unknown else {}),
        }


def budgets_of(facts: Facts, found: Sequence[Holding]) -> Budgets:
    """The budgets of a place before anything is changed."""
    capacity = facts.get("capacity") or {}
    budget = capacity.get("budget")
    fees = [holding.fee for holding in found if not holding.with_place or holding.fee]
    currency = budget["currency"] if budget else next((f["currency"] for f in fees if f), None)
    counted = [f["amount"] for f in fees if f and f["currency"] == currency]
    others = [f for f in fees if f and f["currency"] != currency and f["amount"]]
    return Budgets(
        mayor_slots=(spent(found, "mayor"), capacity.get("mayor_slots")),
        officer_slots=(spent(found, "officer"), capacity.get("officer_slots")),
        days=(sum(h.days or 0.0 for h in found), capacity.get("officer_days")),
        money=(float(sum(counted)), budget["amount"] if budget else None),
        currency=currency,
        days_unknown=sum(h.days is None for h in found),
        fees_unknown=sum(fee is None for fee in fees),
        other_fees=tuple(sorted(others, key=lambda f: (f["currency"], f["amount"]))),
    )
