"""Learning from contrast: who learns what from whom, where powers differ."""

from typing import Any

from services.matcher.features import Facts
from services.matcher.features.powers import hard_power, soft_power
from services.matcher.wording import Wording

# A smaller gap than this is no lesson.
LESSON = 0.15


def learning(ours: Facts, theirs: Facts, result: dict[str, Any], words: Wording) -> dict[str, Any]:
    """What each side can learn from the other, and the direction; it is always said."""
    lessons = {"ours": _lesson(ours, theirs), "theirs": _lesson(theirs, ours)}
    learns: dict[str, Any] = {}
    for side, what in lessons.items():
        if what:
            args = {"name": theirs["name"], "what": words.text(f"learns.{what}", {})}
            learns[side] = {"code": what, "text": words.text(f"learns.{side}", args)}
    gets = bool(learns.get("ours")) or "gets" in result
    gives = bool(learns.get("theirs")) or "gives" in result
    direction = "mutual" if gets == gives else "learn_from" if gets else "teach"
    return {"direction": direction} | ({"learns": learns} if learns else {})


def _lesson(learner: Facts, teacher: Facts) -> str | None:
    """The power of which the teacher has clearly more: soft to use well, hard to advocate for."""
    gaps = []
    for what, power in (("soft_power", soft_power), ("hard_power", hard_power)):
        mine, other = power(learner), power(teacher)
        if mine is not None and other is not None and other - mine >= LESSON:
            gaps.append((other - mine, what))
    return max(gaps)[1] if gaps else None
