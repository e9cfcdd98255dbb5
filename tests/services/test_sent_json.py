"""JSON as it was sent: what is nested too deeply is told where, whatever else stands in it."""

from typing import Any

import orjson
import pytest

from services.sent_json import LEVELS, loads


def test_many_brackets_side_by_side_are_not_deep() -> None:
    wide: list[Any] = [[{}]] * LEVELS
    assert loads(orjson.dumps(wide)) == wide


@pytest.mark.parametrize(
    "sent", ["[" * LEVELS + "]" * LEVELS, '{"a":' * LEVELS + "1" + "}" * LEVELS]
)
def test_as_deep_as_may_be_is_read(sent: str) -> None:
    assert loads(sent) == loads(sent.encode())


@pytest.mark.parametrize("before", ["", '"[[[{{{",', '"\\"[",', '"é",'])
def test_one_level_more_is_told_where(before: str) -> None:
    sent = "[" + before + "[" * LEVELS + "]" * LEVELS + "]"
    with pytest.raises(orjson.JSONDecodeError, match="nested more than 100 levels") as refused:
        loads(sent)
    assert refused.value.pos == 1 + len(before) + LEVELS - 1
    with pytest.raises(orjson.JSONDecodeError):
        loads(sent.encode())
