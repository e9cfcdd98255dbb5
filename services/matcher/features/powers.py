"""Powers: what a government may do. Alike to work together long, unlike to learn."""

import numpy as np
from numpy.typing import NDArray

from models.taxonomy import Power
from services.matcher.features.feature import Because, Facts, Feature, Scores, Values, close

POWERS = list(Power)
HARD = [i for i, power in enumerate(POWERS) if power is not Power.SOFT]
SOFT = POWERS.index(Power.SOFT)
# A gap of this much on the scale from 0 to 1 is as much contrast as one can learn from.
FULL_CONTRAST = 0.5


def similar_powers(ours: Values, theirs: Values) -> Scores:
    """The two governments have like powers, over the dimensions known of both."""
    return 1 - _mean(_apart(ours[:, :-1], theirs[:, :-1]))


def contrasting_powers(ours: Values, theirs: Values) -> Scores:
    """One government's hard or soft power is strong where the other's is weak."""
    hard = np.abs(_mean(ours[:, HARD]) - _mean(theirs[:, HARD]))
    soft = np.abs(ours[:, SOFT] - theirs[:, SOFT]).astype(np.float64)
    gap: Scores = np.fmax(hard, soft)
    return np.minimum(gap / FULL_CONTRAST, 1)


def _apart(ours: Values, theirs: Values) -> Values:
    """How far apart the two are, in each dimension known of the single row."""
    known = np.flatnonzero(~np.isnan((ours if len(ours) == 1 else theirs)[0]))
    if len(known) < ours.shape[1]:
        # By columns, as tables lie.
        ours, theirs = ours.T[known].T, theirs.T[known].T
    return np.abs(ours - theirs)


def _mean(values: Values) -> NDArray[np.float64]:
    """The mean over what is known in each row; NaN where nothing is."""
    if not values.shape[1]:
        return np.full(len(values), np.nan)
    mean: NDArray[np.float64] = values.mean(axis=1, dtype=np.float64)
    gaps = np.flatnonzero(np.isnan(mean))
    if len(gaps):
        # Of few rows only some is known: these are counted.
        known = ~np.isnan(values[gaps])
        total = np.where(known, values[gaps], 0).sum(axis=1, dtype=np.float64)
        mean[gaps] = np.divide(
            total, known.sum(axis=1), out=np.full(len(gaps), np.nan), where=known.any(axis=1)
        )
    return mean


def trust(ours: Values, theirs: Values) -> Scores:
    """Half where either side's powers are only its country's average."""
    return np.minimum(ours[:, -1], theirs[:, -1]).astype(np.float64)


def hard_power(facts: Facts) -> float | None:
    """The mean of the hard powers known of a place, or None."""
    powers = facts.get("powers") or {}
    known = [powers[POWERS[i]] for i in HARD if POWERS[i] in powers]
    return sum(known) / len(known) if known else None


def soft_power(facts: Facts) -> float | None:
    value = (facts.get("powers") or {}).get(Power.SOFT)
    return None if value is None else float(value)


def _basis(facts: Facts) -> str:
    return "average" if facts["powers"].get("basis") == "average" else "own"


def _args(ours: Facts, theirs: Facts) -> Facts:
    shared = [p for p in POWERS if p in ours["powers"] and p in theirs["powers"]]
    return {
        "powers": [str(p) for p in shared],
        "ours_basis": _basis(ours),
        "theirs_basis": _basis(theirs),
        "ours_country": ours["country"],
        "theirs_country": theirs["country"],
        "ours_kind": ours["kind"],
        "theirs_kind": theirs["kind"],
    }


def _similar(ours: Facts, theirs: Facts, value: float) -> Because:
    args = _args(ours, theirs)
    word = "alike" if value >= 0.8 else "apart" if value < 0.6 else "roughly"
    average = ".average" if "average" in (args["ours_basis"], args["theirs_basis"]) else ""
    return Because(f"similar_powers.{word}{average}", args, ("powers",), ("powers",))


def _contrasting(ours: Facts, theirs: Facts, value: float) -> Because:
    args = _args(ours, theirs)
    average = ".average" if "average" in (args["ours_basis"], args["theirs_basis"]) else ""
    return Because(f"contrasting_powers.{close(value)}{average}", args, ("powers",), ("powers",))


def held_levers(ours: Values, theirs: Values) -> Scores:
    """The two places hold, or lack, the legal lever in the same sectors."""
    return 1 - _mean(_apart(ours, theirs))


def _levers(ours: Facts, theirs: Facts, value: float) -> Because:
    shared = sorted(set(ours["levers"]) & set(theirs["levers"]))
    return Because(f"held_levers.{close(value)}", {"sectors": shared}, ("levers",), ("levers",))


# Most powers on file are averages of a country's governments of a kind.
_LOOKED_AT = ("powers", "country", "kind")
SIMILAR_POWERS = Feature(
    similar_powers, "powers", "powers", _similar, trust, mutual=True, by_fields=_LOOKED_AT
)
CONTRASTING_POWERS = Feature(
    contrasting_powers, "powers", "powers", _contrasting, trust, mutual=True, by_fields=_LOOKED_AT
)
LEVERS = Feature(held_levers, "levers", "levers", _levers, mutual=True)
