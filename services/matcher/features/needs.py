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
    either_unknown,
    in_common,
    members,
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


def _best(needs: Values, offers: Values, kernel: NDArray[np.float64]) -> Scores:
    """The mean over the needs of the best offer in the same sector, by nearness of stage."""
    wanted, shown = _cells(needs), _cells(offers)
    total = np.zeros(max(len(needs), len(offers)))
    for sector in _sectors_of_the_one(wanted, shown):
        for stage in np.flatnonzero(wanted[:, :, sector].any(axis=0)):
            total += wanted[:, stage, sector] * _nearest(shown[:, :, sector], kernel[stage])
    return total / np.maximum(members(needs), 1)


def _cells(values: Values) -> Values:
    """Sets of cells as (rows, stages, sectors)."""
    return values.reshape(len(values), len(STAGES), len(SECTORS))


def _sectors_of_the_one(ours: Values, theirs: Values) -> NDArray[np.intp]:
    """The sectors of the side that is a single row: in the others nothing is shared."""
    one = ours if len(ours) == 1 else theirs
    return np.flatnonzero(one[0].any(axis=0))


def _nearest(stages: Values, kernel: NDArray[np.float64]) -> Scores:
    """How near the nearest of the stages marked is; 0 where none is."""
    near = [stages[:, stage] * kernel[stage] for stage in np.flatnonzero(kernel)]
    return np.maximum.reduce(near)


def needs_met(ours: Values, theirs: Values) -> Scores:
    """What the asking place needs is what the other can show, by sector and stage."""
    return np.where(either_unknown(ours, theirs), np.nan, _best(ours, theirs, STAGE_KERNEL))


def gives_back(ours: Values, theirs: Values) -> Scores:
    """What the asking place can show is what the other needs, by sector and stage."""
    return np.where(either_unknown(ours, theirs), np.nan, _best(theirs, ours, STAGE_KERNEL))


def _standing(ours: Values, theirs: Values, kernel: NDArray[np.float64]) -> Scores:
    """Nearness of stage over the sectors of both; NaN where they share none."""
    mine, other = _cells(ours), _cells(theirs)
    total, count = np.zeros((2, max(len(ours), len(theirs))))
    for sector in _sectors_of_the_one(mine, other):
        there = other[:, :, sector].any(axis=1)
        for stage in np.flatnonzero(mine[:, :, sector].any(axis=0)):
            shared = mine[:, stage, sector] * there
            count += shared
            total += shared * _nearest(other[:, :, sector], kernel[stage])
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def same_stage(ours: Values, theirs: Values) -> Scores:
    """Both stand at the same stage in the sectors they share."""
    return _standing(ours, theirs, PEER_KERNEL)


def stage_ahead(ours: Values, theirs: Values) -> Scores:
    """The other stands one or two stages ahead in the sectors they share."""
    return _standing(ours, theirs, TEACHER_KERNEL)


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
SHARED_SECTORS = Feature(shared_sectors, "sectors", "sectors", _sectors)
SHARED_GOALS = Feature(shared_goals, "goals", "goals", _goals)
