"""Caps on a roster in exact integers; where members are not known, by bounds."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from models.taxonomy import CapAttribute, Outcome

Facts = dict[str, Any]


class CapStatus(StrEnum):
    """How a value of a cap stands: may one more be admitted?"""

    OK = "ok"
    FULL = "full"
    IN_BREACH = "in_breach"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True)
class Limit:
    """A cap: at most `max` members of one value, or at most a share of the roster."""

    rule_id: str
    attribute: CapAttribute
    max: int | None = None
    share: Fraction | None = None
    text: str | None = None
    source: str | None = None

    @property
    def fraction(self) -> str | None:
        """The share as a fraction in text, where it is a share."""
        return f"{self.share.numerator}/{self.share.denominator}" if self.share else None

    def breached(self, count: int, total: int) -> bool:
        """Whether `count` members of one value among `total` are too many."""
        if self.max is not None:
            return count > self.max
        assert self.share is not None
        return count * self.share.denominator > self.share.numerator * total

    def at_most(self, total: int) -> int:
        """How many members of one value a roster of `total` may have."""
        if self.max is not None:
            return self.max
        assert self.share is not None
        return self.share.numerator * total // self.share.denominator

    def allows(self, before: int, total: int, admitted: int, joining: int) -> bool:
        """Whether `joining` members, `admitted` of them of the value, may join.

        They may when the cap holds afterwards, and in a breach when it gets no worse.
        """
        if not self.breached(before + admitted, total + joining):
            return True
        if not self.breached(before, total):
            return False
        if self.max is not None:
            return admitted == 0
        return (before + admitted) * total <= before * (total + joining)


@dataclass(frozen=True)
class Tally:
    """Members counted by one attribute. `hidden` members are not known at all.

    `unplaced` members are known but their value is not. `hidden` is None where nobody says how
    many there are.
    """

    counts: Counter[str]
    unplaced: int = 0
    hidden: int | None = 0

    @property
    def known(self) -> int:
        return sum(self.counts.values()) + self.unplaced

    @classmethod
    def of(cls, values: Iterable[str | None], hidden: int | None = 0) -> "Tally":
        found = list(values)
        return cls(Counter(v for v in found if v is not None), found.count(None), hidden)


@dataclass(frozen=True)
class Finding:
    """What a cap says of an admission, for one value."""

    limit: Limit
    value: str | None
    outcome: Outcome
    before: int
    after: int
    total_before: int
    total_after: int


def limits(caps: Sequence[Facts]) -> list[Limit]:
    """Caps of a record as limits, named by attribute; a second one on the same is numbered."""
    found: list[Limit] = []
    seen: Counter[str] = Counter()
    for cap in caps:
        name = f"{cap['attribute']}_cap"
        seen[name] += 1
        share = cap.get("max_share")
        found.append(
            Limit(
                name if seen[name] == 1 else f"{name}_{seen[name]}",
                CapAttribute(cap["attribute"]),
                cap.get("max"),
                Fraction(share) if share else None,
                cap.get("text"),
                cap.get("source"),
            )
        )
    return found


def status(limit: Limit, tally: Tally, value: str) -> CapStatus:
    """How a value stands; undetermined where the bounds of what is unknown straddle."""
    low = tally.counts[value]
    if tally.hidden is None:
        if limit.max is None:
            return CapStatus.OK if limit.share == 1 else CapStatus.UNDETERMINED
        settled = limit.breached(low, 0)
        return CapStatus.IN_BREACH if settled else CapStatus.UNDETERMINED
    unknown = tally.unplaced + tally.hidden
    total = tally.known + tally.hidden
    found = {_state(limit, count, total) for count in range(low, low + unknown + 1)}
    return found.pop() if len(found) == 1 else CapStatus.UNDETERMINED


def _state(limit: Limit, count: int, total: int) -> CapStatus:
    if limit.breached(count, total):
        return CapStatus.IN_BREACH
    return CapStatus.FULL if limit.breached(count + 1, total + 1) else CapStatus.OK


def judge_admission(limit: Limit, before: Tally, admitted: Sequence[str | None]) -> list[Finding]:
    """What a cap says of admitting places of these values together, one finding a value."""
    values: set[str | None] = {v for v in admitted if v is not None}
    doubtful = admitted.count(None)
    if doubtful:
        # A place of unknown value may be of any value on the roster, or of none of them.
        values |= {*before.counts, None}
    total = before.known + (before.hidden or 0)
    return [
        Finding(
            limit,
            value,
            _outcome(limit, before, value, admitted),
            before.counts[value] if value is not None else 0,
            (before.counts[value] + admitted.count(value)) if value is not None else doubtful,
            total,
            total + len(admitted),
        )
        for value in sorted(values, key=lambda v: (v is None, v or ""))
    ]


def _outcome(
    limit: Limit, before: Tally, value: str | None, admitted: Sequence[str | None]
) -> Outcome:
    low = before.counts[value] if value is not None else 0
    sure = admitted.count(value) if value is not None else 0
    doubtful, joining = admitted.count(None), len(admitted)
    new = range(sure, sure + doubtful + 1)
    if before.hidden is None:
        allowed = {_allowed_unbounded(limit, low, a) for a in new}
    else:
        unknown, total = before.unplaced + before.hidden, before.known + before.hidden
        old = range(low, low + unknown + 1)
        allowed = {limit.allows(c, total, a, joining) for c in old for a in new}
    if allowed == {True}:
        return Outcome.PASS
    return Outcome.FAIL if allowed == {False} else Outcome.UNDETERMINED


def _allowed_unbounded(limit: Limit, low: int, admitted: int) -> bool | None:
    """Whether any number of hidden members allows it: None where it depends on them."""
    if admitted == 0 or limit.share == 1:
        return True
    if limit.max is not None and low + admitted > limit.max:
        return False
    return None
