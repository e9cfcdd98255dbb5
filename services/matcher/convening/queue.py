"""Whose turn it is: by verdict, then by fit, among equals by a lot that anybody can draw again."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from models.taxonomy import Verdict
from services.matcher.convening.standing import key_of
from services.matcher.wording import Wording

Facts = dict[str, Any]
# A fit is told to so many digits; what differs less is equal.
DIGITS = 6
_BEST_FIRST = list(Verdict)


def lot(collaboration: str, call: str, facts: Facts) -> str:
    """A place's lot for a call: no alphabet and no row of a sheet, and drawn only once.

    It hangs on nothing but the network, the call and the place, so that it is the same whoever
    else applies, and can be checked: SHA-256 of the three, one a line.
    """
    drawn = "\n".join((collaboration, call, key_of(facts)))
    return hashlib.sha256(drawn.encode()).hexdigest()


class Before(StrEnum):
    """What sets one applicant before another."""

    VERDICT = "verdict"
    FIT = "fit"
    LOT = "lot"


class Turn(NamedTuple):
    """Where an applicant stands among the others."""

    verdict: Verdict
    fit: float
    lot: str
    number: int

    @property
    def order(self) -> tuple[int, float, str, int]:
        return _BEST_FIRST.index(self.verdict), -round(self.fit, DIGITS), self.lot, self.number

    def parted_by(self, other: "Turn") -> Before:
        """What decides between the two."""
        mine, theirs = self.order, other.order
        if mine[0] != theirs[0]:
            return Before.VERDICT
        return Before.FIT if mine[1] != theirs[1] else Before.LOT


@dataclass(frozen=True)
class Behind:
    """The applicant whose turn comes just before, and why."""

    number: int
    name: str
    by: Before

    def as_json(self, words: Wording) -> Facts:
        text = words.text(f"convening.behind.{self.by}", {"name": self.name})
        return {"number": self.number, "name": self.name, "by": self.by, "text": text}
