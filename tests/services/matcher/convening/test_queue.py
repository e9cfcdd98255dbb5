"""Whose turn it is: by verdict, by fit, and among equals by lot."""

import hashlib

import pytest

from models.taxonomy import Verdict
from services.matcher.convening.queue import Before, Turn, lot

CITY = {"id": "gn:1", "name": "Aarhus", "country": "DK"}


def test_a_lot_can_be_drawn_again_by_anybody() -> None:
    drawn = hashlib.sha256(b"c40\n2026\ngn:1").hexdigest()
    assert lot("c40", "2026", CITY) == drawn
    assert lot("c40", "2026", {**CITY, "name": "Zwolle"}) == drawn
    assert lot("c40", "2027", CITY) != drawn


@pytest.mark.parametrize(
    ("first", "then", "by"),
    [
        (Turn(Verdict.ELIGIBLE, 0.1, "b", 2), Turn(Verdict.CONDITIONAL, 0.9, "a", 1), "verdict"),
        (Turn(Verdict.ELIGIBLE, 0.6, "b", 2), Turn(Verdict.ELIGIBLE, 0.5, "a", 1), "fit"),
        (Turn(Verdict.ELIGIBLE, 0.5, "a", 2), Turn(Verdict.ELIGIBLE, 0.5 + 1e-9, "b", 1), "lot"),
    ],
)
def test_what_sets_one_before_another(first: Turn, then: Turn, by: str) -> None:
    assert sorted([then, first], key=lambda turn: turn.order) == [first, then]
    assert first.parted_by(then) is Before(by)
