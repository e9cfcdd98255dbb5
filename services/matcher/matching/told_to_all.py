"""What is told of a collaboration on a day to many: said and written once, kept as JSON."""

from functools import lru_cache
from typing import NamedTuple

from services.matcher.eligibility import Judgement
from services.matcher.features import Facts
from services.matcher.judging import Door
from services.matcher.kept_json import kept_bytes
from services.matcher.matching.collaboration_cautions import standing_cautions, terms
from services.matcher.matching.routes_in import next_steps

# Some hundred collaborations on the few days, and in the four languages, that are asked about.
MOST_DOORS = 4_000
# What they say to the kinds of places there are: some 15 MB when full, with the judgements.
MOST_JUDGEMENTS = 6_000


class ToldToAll(NamedTuple):
    """The parts of a result that do not look at who asks."""

    collaboration: bytes
    """What it is, as the first thing of a result."""
    cautions: list[bytes]
    terms: bytes
    """What it gives and asks, after the cautions."""


@lru_cache(maxsize=MOST_DOORS)
def told_to_all(door: Door) -> ToldToAll:
    """What a door says to all alike."""
    record, as_of, words = door.collaboration, door.as_of, door.words
    return ToldToAll(
        b'{"collaboration":%s' % kept_bytes(summary(record)),
        [kept_bytes(one) for one in standing_cautions(record, as_of, words)],
        _as_parts(terms(record, words)),
    )


class ToldOfJudgement(NamedTuple):
    """What a judgement comes to: the verdict with its rules, what to find out and to do first."""

    judged: bytes
    missing: bytes
    next_steps: bytes


@lru_cache(maxsize=MOST_JUDGEMENTS)
def told_of(door: Door, judgement: Judgement) -> ToldOfJudgement:
    """What a door says to all places that are judged alike."""
    missing = {"missing": judgement.missing} if judgement.missing else {}
    steps = next_steps(door.collaboration, judgement, door.words)
    return ToldOfJudgement(
        judged(judgement),
        _as_parts(missing),
        _as_parts({"next_steps": steps} if steps else {}),
    )


def judged(judgement: Judgement) -> bytes:
    """The verdict with its rules, as parts of a result."""
    return _as_parts({"verdict": judgement.verdict, "rules": judgement.rules()})


def _as_parts(parts: Facts) -> bytes:
    """Parts of a result as they stand after others; nothing where there are none."""
    return b",%s" % kept_bytes(parts)[1:-1] if parts else b""


def summary(record: Facts) -> Facts:
    """What an answer says of a collaboration."""
    shown = (
        "id", "name", "type", "led_by", "theme", "goals", "sectors", "stages", "fee", "grant",
        "footprint", "founded", "member_count", "last_confirmed", "description",
    )  # fmt: skip
    return {k: record[k] for k in shown if k in record}
