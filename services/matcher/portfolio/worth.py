"""What a set of commitments is worth: every need, type, goal and stage, with diminishing returns.

The first commitment that covers something counts in full, the second half as much, the third a
quarter, and more add nothing: so breadth is worth more than more of the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

STEPS = (1.0, 0.5, 0.25)
Element = tuple[str, ...]


@dataclass(frozen=True)
class Option:
    """One thing that can be in a plan, at one level: `key` is shared by its levels."""

    key: str
    level: str
    held: bool
    covers: Mapping[Element, float]
    bonus: float = 0.0
    days: float = 0.0
    money: float = 0.0
    allowed: bool = True


@dataclass(frozen=True)
class Limits:
    """What a place can spend; None is unknown, and then no limit."""

    mayor_slots: int | None = None
    officer_slots: int | None = None
    days: float | None = None
    money: float | None = None
    changes: int = 3


@dataclass(frozen=True)
class Choice:
    """What to choose from, what each element is worth, and the limits."""

    options: Sequence[Option]
    weights: Mapping[Element, float]
    limits: Limits = field(default_factory=Limits)


def steps(mass: float) -> float:
    """The worth of an element covered so much, per unit of weight."""
    worth = 0.0
    for slope in STEPS:
        worth += slope * min(mass, 1.0)
        mass -= min(mass, 1.0)
    return worth


def worth(choice: Choice, chosen: Sequence[Option]) -> float:
    """The worth of a set of options."""
    mass: dict[Element, float] = {}
    for option in chosen:
        for element, strength in option.covers.items():
            mass[element] = mass.get(element, 0.0) + strength
    covered = sum(choice.weights.get(e, 0.0) * steps(m) for e, m in sorted(mass.items()))
    return covered + sum(option.bonus for option in chosen)


def gain(choice: Choice, chosen: Sequence[Option], option: Option) -> float:
    """What an option adds to the others that are chosen."""
    others = [o for o in chosen if o.key != option.key]
    return worth(choice, [*others, option]) - worth(choice, others)


def within(limits: Limits, chosen: Sequence[Option], ended: bool = False) -> bool:
    """Whether a set of options keeps to the limits; `ended` allows what has ended in it."""
    keys = [option.key for option in chosen]
    spent = (
        (sum(o.level == "mayor" for o in chosen), limits.mayor_slots),
        (sum(o.level == "officer" for o in chosen), limits.officer_slots),
        (sum(o.days for o in chosen), limits.days),
        (sum(o.money for o in chosen), limits.money),
        (sum(not o.held for o in chosen), limits.changes),
    )
    once = len(keys) == len(set(keys)) and (ended or all(o.allowed for o in chosen))
    return once and all(limit is None or used <= limit + 1e-9 for used, limit in spent)
