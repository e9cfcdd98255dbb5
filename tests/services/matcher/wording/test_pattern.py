"""Patterns: JSON with holes, filled in at once or one side after the other."""

from typing import Any

import orjson
import pytest

from services.matcher.wording import LANGUAGES, wording
from services.matcher.wording.pattern import Pattern

HOLES = [("mine", orjson.dumps), ("yours", orjson.dumps), ("mine", orjson.dumps)]
PATTERN = Pattern(b'{"mine":%s,"yours":%s,"all":"100 %%","again":%s}', HOLES)


@pytest.mark.parametrize("mine", [1, "plain", "100 % and %s", 'with "quotes" and \\'])
def test_what_is_begun_and_filled_says_what_is_filled_at_once(mine: Any) -> None:
    args = {"mine": mine, "yours": "50 %d"}
    begun = PATTERN.begun({"mine": mine})
    assert [name for name, _ in begun.holes] == ["yours"]
    assert begun.filled({"yours": args["yours"]}) == PATTERN.filled(args)
    assert orjson.loads(PATTERN.filled(args)) == {**args, "all": "100 %", "again": mine}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("what", ["region", "a_word_of_its_own", 'with "quotes"'])
@pytest.mark.parametrize("count", [7, 1_234, 9_999, 10_000, 8_982_256])
def test_a_pattern_says_what_the_sentence_says(language: str, what: str, count: int) -> None:
    words, code = wording(language), "similar_size.roughly"
    args = {"ours": count, "theirs": 5_000, "ours_what": what, "theirs_what": "settlement"}
    found = orjson.loads(b"{%s}" % words.pattern(code, args).filled(args))
    assert found == {"code": code, "args": args, "text": words.text(code, args)}
