"""What is told of a collaboration on a day to whoever asks: said once, kept as long as its door."""

from functools import lru_cache
from typing import NamedTuple

from services.matcher.features import Facts
from services.matcher.judging import Door
from services.matcher.matching.caution import Caution
from services.matcher.matching.collaboration_cautions import standing_cautions, terms

# Some hundred collaborations on the few days, and in the four languages, that are asked about.
MOST_DOORS = 4_000


class ToldToAll(NamedTuple):
    """The parts of a result that do not look at who asks. They are shared: never written to."""

    collaboration: Facts
    cautions: list[Caution]
    terms: Facts


@lru_cache(maxsize=MOST_DOORS)
def told_to_all(door: Door) -> ToldToAll:
    """What a door says to all alike."""
    record, as_of, words = door.collaboration, door.as_of, door.words
    return ToldToAll(summary(record), standing_cautions(record, as_of, words), terms(record, words))


def summary(record: Facts) -> Facts:
    """What an answer says of a collaboration."""
    shown = (
        "id", "name", "type", "led_by", "theme", "goals", "sectors", "stages", "fee", "grant",
        "footprint", "founded", "member_count", "last_confirmed", "description",
    )  # fmt: skip
    return {k: record[k] for k in shown if k in record}
