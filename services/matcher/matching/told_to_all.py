"""What is told of a collaboration on a day to many: said and written once, kept as JSON."""

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from services.matcher.eligibility import Judgement, RuleOutcome
from services.matcher.features import Facts
from services.matcher.judging import Door
from services.matcher.kept_json import kept_bytes
from services.matcher.matching.collaboration_cautions import standing_cautions, terms
from services.matcher.matching.routes_in import next_steps
from services.written_json import as_json

# Some hundred collaborations on the few days, and in the four languages, that are asked about.
MOST_DOORS = 4_000
# What they say to the kinds of places there are: some 15 MB when full, with the judgements.
MOST_JUDGEMENTS = 6_000


class ToldToAll(NamedTuple):
    """The parts of a result that do not look at who asks."""

    collaboration: bytes
    """What it is, as the first thing of a result."""
    cautions: bytes
    """The last of its cautions."""
    terms: bytes
    """What it gives and asks, after the cautions."""


@lru_cache(maxsize=MOST_DOORS)
def told_to_all(door: Door) -> ToldToAll:
    """What a door says to all alike."""
    record, as_of, words = door.collaboration, door.as_of, door.words
    return ToldToAll(
        b'{"collaboration":%s' % kept_bytes(summary(record)),
        as_json(standing_cautions(record, as_of, words))[1:-1],
        _as_parts(terms(record, words)),
    )


class ToldOfJudgement(NamedTuple):
    """What a judgement comes to: the verdict with its rules, what to find out and to do first."""

    judged: tuple[bytes, ...]
    """Cut where an outcome stands that is each place's own."""
    after: bytes
    """What stands after the cautions that look at who asks."""
    next_steps: bytes


@lru_cache(maxsize=MOST_JUDGEMENTS)
def told_of(door: Door, judgement: Judgement, own: tuple[int, ...] = ()) -> ToldOfJudgement:
    """What a door says to all places that are judged alike, but for their `own` outcomes."""
    missing = {"missing": judgement.missing} if judgement.missing else {}
    to_all = told_to_all(door)
    steps = next_steps(door.collaboration, judgement, door.words)
    return ToldOfJudgement(
        _judged(judgement, own),
        b"%s]%s%s" % (to_all.cautions, to_all.terms, _as_parts(missing)),
        _as_parts({"next_steps": steps} if steps else {}),
    )


def _judged(judgement: Judgement, own: Collection[int]) -> tuple[bytes, ...]:
    cuts, told = [], b',"verdict":%s,"rules":[' % as_json(judgement.verdict)
    for at, outcome in enumerate(judgement.outcomes):
        told += b"," if at else b""
        if at in own:
            cuts.append(told)
            told = b""
        else:
            told += as_json(outcome.as_json())
    return *cuts, told + b"]"


def with_own(judged: Sequence[bytes], own: Iterable[RuleOutcome]) -> bytes:
    """The verdict with its rules, a place's own outcomes among them."""
    first, *others = judged
    told = [as_json(outcome.as_json()) + after for outcome, after in zip(own, others, strict=True)]
    return b"".join((first, *told))


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
