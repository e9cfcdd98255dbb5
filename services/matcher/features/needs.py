"""Needs and offers: what each side gets from the other, and where both stand."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from models.taxonomy import Sector, Stage
from services.matcher.features.feature import (
    Because,
    Facts,
    Feature,
    Scores,
    Values,
    in_common,
    members,
    nothing,
    once_a_table,
    overlap,
)

STAGES = list(Stage)
SECTORS = list(Sector)
_STEPS = np.arange(len(STAGES))
# An offer helps most at the stage of the need, and less with each stage between them.
STAGE_KERNEL = np.clip(1 - 0.2 * np.abs(_STEPS[:, None] - _STEPS[None, :]), 0, 1)
# A peer stands at the same stage; one stage off is still company, three are none.
PEER_KERNEL = np.clip(1 - 0.35 * np.abs(_STEPS[:, None] - _STEPS[None, :]), 0, 1)
# A teacher stands one or two stages ahead.
_AHEAD = _STEPS[None, :] - _STEPS[:, None]
TEACHER_KERNEL = np.select([(_AHEAD == 1) | (_AHEAD == 2), _AHEAD >= 3, _AHEAD == 0], [1, 0.5, 0.3])


# Which stages are in each of the sets that can be made of them: bit t of a set's number is stage t.
_SETS = (np.arange(1 << len(STAGES))[:, None] >> _STEPS) & 1


def _between_sets(kernel: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each two sets of stages, the sum over the first of how near the second's nearest is."""
    nearest = np.where(_SETS[None, :, :] > 0, kernel[:, None, :], 0).max(axis=2)
    return _SETS @ nearest


_OFFERED = _between_sets(STAGE_KERNEL)
_BESIDE = _between_sets(PEER_KERNEL)
_AHEAD_OF = _between_sets(TEACHER_KERNEL)
# How many stages of the first set stand beside any of the second.
_COUNTED = _between_sets(np.ones_like(STAGE_KERNEL))


@once_a_table
def _stage_sets(values: Values) -> NDArray[np.intp]:
    """The set of stages marked in each sector, by its number (sectors, rows)."""
    cells = values.reshape(len(values), len(STAGES), len(SECTORS))
    sets = np.zeros((len(SECTORS), len(values)), np.intp)
    for stage in range(len(STAGES)):
        sets += (cells[:, stage].T > 0).astype(np.intp) << stage
    return sets


def _summed(ours: Values, theirs: Values, *tables: NDArray[np.float64]) -> list[Scores]:
    """Per table of two sets of stages the sum over all sectors, one side being a single row.

    NaN where either side says nothing.
    """
    mine, other = _stage_sets(ours), _stage_sets(theirs)
    totals = [nothing(ours) + nothing(theirs) for _ in tables]
    one, many = (mine, other) if len(ours) == 1 else (other, mine)
    for sector in np.flatnonzero(one[:, 0]):
        # Where the single row marks nothing, no table says more than 0.
        marked = one[sector, 0]
        for total, table in zip(totals, tables, strict=True):
            of_one = table[marked] if len(ours) == 1 else table[:, marked]
            total += of_one.take(many[sector])
    return totals


def _best(needs: Values, offers: Values) -> Scores:
    """The mean over the needs of the best offer in the same sector, by nearness of stage."""
    (total,) = _summed(needs, offers, _OFFERED)
    total /= members(needs)
    return total


def needs_met(ours: Values, theirs: Values) -> Scores:
    """What the asking place needs is what the other can show, by sector and stage."""
    return _best(ours, theirs)


def gives_back(ours: Values, theirs: Values) -> Scores:
    """What the asking place can show is what the other needs, by sector and stage."""
    return _best(theirs, ours)


def _standing(ours: Values, theirs: Values, table: NDArray[np.float64]) -> Scores:
    """Nearness of stage over the sectors of both; NaN where they share none."""
    total, count = _summed(ours, theirs, table, _COUNTED)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def same_stage(ours: Values, theirs: Values) -> Scores:
    """Both stand at the same stage in the sectors they share."""
    return _standing(ours, theirs, _BESIDE)


def stage_ahead(ours: Values, theirs: Values) -> Scores:
    """The other stands one or two stages ahead in the sectors they share."""
    return _standing(ours, theirs, _AHEAD_OF)


def shared_sectors(ours: Values, theirs: Values) -> Scores:
    """The two work on the same sectors."""
    return overlap(ours, theirs)


def shared_goals(ours: Values, theirs: Values) -> Scores:
    """The two pursue the same innovation goals."""
    wanted = np.minimum(members(ours), members(theirs))
    return np.where(wanted > 0, in_common(ours, theirs) / np.maximum(wanted, 1), np.nan)


def _touched(needy: Facts, giver: Facts) -> list[str]:
    """The sectors in which one place needs what the other offers."""
    wanted = {need["sector"] for need in needy.get("needs", ())}
    return sorted(wanted & {offer["sector"] for offer in giver.get("offers", ())})


def _met(ours: Facts, theirs: Facts, value: float) -> Because:
    code = "needs_met.some" if value else "needs_met.none"
    args = {"sectors": _touched(ours, theirs), **_wanted(ours)}
    return Because(code, args, ("needs",), ("offers",))


def _back(ours: Facts, theirs: Facts, value: float) -> Because:
    code = "gives_back.some" if value else "gives_back.none"
    args = {"sectors": _touched(theirs, ours), **_wanted(theirs)}
    return Because(code, args, ("offers",), ("needs",))


def _wanted(facts: Facts) -> Facts:
    return {"wanted": sorted({need["sector"] for need in facts.get("needs", ())})}


def _stands(facts: Facts) -> str:
    return "needs" if facts.get("needs") else "offers"


def _stage(name: str) -> Callable[[Facts, Facts, float], Because]:
    def because(ours: Facts, theirs: Facts, value: float) -> Because:
        mine, other = _stands(ours), _stands(theirs)
        shared = {i["sector"] for i in ours[mine]} & {i["sector"] for i in theirs[other]}
        args = {
            "sectors": sorted(shared),
            "ours": _stages_in(ours[mine], shared),
            "theirs": _stages_in(theirs[other], shared),
        }
        word = "yes" if value >= 0.6 else "no"
        return Because(f"{name}.{word}", args, (mine,), (other,))

    return because


def _stages_in(items: list[Facts], sectors: set[str]) -> list[str]:
    found = {item.get("stage") for item in items if item["sector"] in sectors}
    return [str(stage) for stage in STAGES if stage in found]


def sector_fields(facts: Facts) -> tuple[str, ...]:
    """The fields that say which sectors a place or a collaboration works on."""
    return tuple(f for f in ("sectors", "needs", "offers") if facts.get(f))


def sectors_of(facts: Facts) -> set[str]:
    named = set(facts.get("sectors", ()))
    return named | {i["sector"] for f in ("needs", "offers") for i in facts.get(f, ())}


def _sectors(ours: Facts, theirs: Facts, value: float) -> Because:
    shared = sorted(sectors_of(ours) & sectors_of(theirs))
    code = "shared_sectors.some" if value else "shared_sectors.none"
    return Because(code, {"sectors": shared}, sector_fields(ours), sector_fields(theirs))


def _goals(ours: Facts, theirs: Facts, value: float) -> Because:
    shared = sorted(set(ours["goals"]) & set(theirs["goals"]))
    code = "shared_goals.some" if value else "shared_goals.none"
    return Because(code, {"goals": shared}, ("goals",), ("goals",))


NEEDS_MET = Feature(needs_met, "needs", "offers", _met, mirrored=_back)
GIVES_BACK = Feature(gives_back, "offers", "needs", _back, mirrored=_met)
SAME_STAGE = Feature(same_stage, "standing", "standing", _stage("same_stage"))
STAGE_AHEAD = Feature(
    stage_ahead,
    "standing",
    "standing",
    _stage("stage_ahead"),
    one_way=True,
)
SHARED_SECTORS = Feature(shared_sectors, "sectors", "sectors", _sectors, mutual=True)
SHARED_GOALS = Feature(shared_goals, "goals", "goals", _goals, mutual=True)
