"""Answers that wait are packed once each, whoever packs them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest

from services.matcher.decisions import packer as subject
from services.matcher.decisions.asked import Made
from services.matcher.decisions.packer import Packer, Waiting
from services.matcher.decisions.packing import unpacked
from tests.waiting import until

NOW = datetime(2026, 11, 27, tzinfo=UTC)


def _waiting(number: int) -> Waiting:
    made = Made("public", f"m_{number}", "peers", b"{}", date(2026, 11, 27), "en", "s", b"{}")
    return Waiting(made, _answer(number), NOW, "")


def _answer(number: int) -> bytes:
    return b'{"number":%d,"text":"%b"}' % (number, b"as said " * 100)


def test_what_fills_a_lot_is_packed_without_anybody_asking_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(subject, "BYTES_AT_ONCE", 3 * len(_answer(1)))
    packer, many = Packer(), [_waiting(number) for number in range(1, 5)]
    for waiting in many[:3]:
        packer.add(waiting)
    until(lambda: all(len(one.answer) < 100 for one in many[:3]), "packed")
    packer.add(many[3])
    assert many[3].answer == _answer(4)
    packer.pack()
    assert [unpacked(waiting.answer) for waiting in many] == [_answer(at) for at in range(1, 5)]


def test_each_is_packed_once_whoever_packs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "BYTES_AT_ONCE", 2 * len(_answer(1)))
    packer, many = Packer(), [_waiting(number) for number in range(500)]
    with ThreadPoolExecutor(4) as others:
        for waiting in many:
            packer.add(waiting)
            others.submit(packer.pack)
    packer.pack()
    assert [unpacked(waiting.answer) for waiting in many] == [_answer(at) for at in range(500)]
