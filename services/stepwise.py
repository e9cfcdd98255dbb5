"""Work that is done step by step, so that several can take the same step one after another.

What a step reads and runs is in the processor's caches for whoever takes it next; where each goes
all its way before the next begins, it is gone by then.
"""

from collections.abc import Generator, Sequence
from contextvars import copy_context
from typing import TypeVar

T = TypeVar("T")

# So many are brought to an end before others begin: each waits for all.
TOGETHER = 4

Stepwise = Generator[None, None, T]
"""Work that yields between two steps."""


def in_one_go(work: Stepwise[T]) -> T:
    """What comes of all its steps."""
    while True:
        try:
            next(work)
        except StopIteration as done:
            made: T = done.value
            return made


def in_step(works: Sequence[Stepwise[T]]) -> list[T]:
    """What comes of each; all take a step, each in its own context, before any takes the next."""
    if len(works) == 1:
        return [in_one_go(works[0])]
    made: dict[int, T] = {}

    def goes_on(at: int) -> bool:
        try:
            next(works[at])
        except StopIteration as done:
            made[at] = done.value
            return False
        return True

    going = [(at, copy_context()) for at in range(len(works))]
    while going:
        going = [(at, context) for at, context in going if context.run(goes_on, at)]
    return [made[at] for at in range(len(works))]
