"""What is told of a collaboration on a day to many: said and written once, kept as bytes."""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from orjson import Fragment

from models.taxonomy import Verdict
from services.matcher.eligibility import Judgement
from services.matcher.features import Facts
from services.matcher.judging import Door
from services.matcher.kept_json import kept
from services.matcher.matching.collaboration_cautions import standing_cautions, terms
from services.matcher.matching.routes_in import next_steps

# Some hundred collaborations on the few days, and in the four languages, that are asked about.
MOST_DOORS = 4_000
# What they say to the kinds of places there are: some 15 MB when full, with the judgements.
MOST_JUDGEMENTS = 6_000


class ToldToAll(NamedTuple):
    """The parts of a result that do not look at who asks. They are shared: never written to."""

    collaboration: Fragment
    cautions: list[Fragment]
    terms: Mapping[str, Fragment]


@lru_cache(maxsize=MOST_DOORS)
def told_to_all(door: Door) -> ToldToAll:
    """What a door says to all alike."""
    record, as_of, words = door.collaboration, door.as_of, door.words
    cautions = [kept(one) for one in standing_cautions(record, as_of, words)]
    said = {name: kept(value) for name, value in terms(record, words).items()}
    return ToldToAll(kept(summary(record)), cautions, said)


class ToldOfJudgement(NamedTuple):
    """What a judgement comes to: the verdict, its rules, and what to find out and to do first."""

    verdict: Verdict
    rules: Fragment
    missing: Fragment | None
    next_steps: Fragment | None


@lru_cache(maxsize=MOST_JUDGEMENTS)
def told_of(door: Door, judgement: Judgement) -> ToldOfJudgement:
    """What a door says to all places that are judged alike."""
    steps = next_steps(door.collaboration, judgement, door.words)
    return ToldOfJudgement(
        judgement.verdict,
        kept(judgement.rules()),
        kept(judgement.missing) if judgement.missing else None,
        kept(steps) if steps else None,
    )


def summary(record: Facts) -> Facts:
    """What an answer says of a collaboration."""
    shown = (
        "id", "name", "type", "led_by", "theme", "goals", "sectors", "stages", "fee", "grant",
        "footprint", "founded", "member_count", "last_confirmed", "description",
    )  # fmt: skip
    return {k: record[k] for k in shown if k in record}
