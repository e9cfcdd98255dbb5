"""Stance: what a place can make use of, given its powers, its readiness and its allies."""

import numpy as np

from models.snapshot.codes import GOALS, READINESS, STAKEHOLDERS
from models.taxonomy import Goal, Readiness, Stakeholder
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

# Below this mean of its own hard powers, a place gets most from policy and service know-how
# (the report, lines 1860-1868 and 492-496).
LOW_POWERS = 0.4
_CASUAL = READINESS.index(Readiness.CASUAL)
_ANCHORS = [STAKEHOLDERS.index(s) for s in (Stakeholder.UNIVERSITY, Stakeholder.BUSINESS)]
# How useful each goal is to a place of low powers.
_USE = {Goal.POLICY: 1.0, Goal.PARTNERSHIPS: 0.6, Goal.SYSTEMS: 0.2}


def within_powers(ours: Values, theirs: Values) -> Scores:
    """Its innovation goals are within reach of the place's own powers."""
    use = np.array([_USE[goal] for goal in GOALS])
    best = np.where(theirs > 0, use, 0).max(axis=1)
    known = ~np.isnan(ours[:, 0]) & (theirs.sum(axis=1) > 0)
    return np.where(known, np.where(ours[:, 0] < LOW_POWERS, best, 1.0), np.nan)


def suits_readiness(ours: Values, theirs: Values) -> Scores:
    """It suits the place's stance: a casual learner starts where the door is open."""
    casual = ours[:, 0] == _CASUAL
    known = ~np.isnan(ours[:, 0]) & ~np.isnan(theirs[:, 0])
    return np.where(known, np.where(casual, theirs[:, 0], 1.0).astype(np.float64), np.nan)


def anchor_institution(ours: Values, theirs: Values) -> Scores:
    """It builds partnerships, and the place has a university or firms to bring along."""
    partnerships = theirs[:, GOALS.index(Goal.PARTNERSHIPS)] > 0
    anchors = ours[:, _ANCHORS].max(axis=1)
    known = (ours.sum(axis=1) > 0) & partnerships
    return np.where(known, anchors.astype(np.float64), np.nan)


def shared_stakeholders(ours: Values, theirs: Values) -> Scores:
    """The two bring the same kinds of partners along."""
    both = in_common(ours, theirs)
    either = np.maximum(members(ours) + members(theirs) - both, 1)
    return np.where(either_unknown(ours, theirs), np.nan, both / either)


def works_abroad(ours: Values, theirs: Values) -> Scores:
    """Both work with others abroad already, on record in international networks or registers."""
    known = ~np.isnan(ours[:, 0]) & ~np.isnan(theirs[:, 0])
    return np.where(known, 1 - 0.5 ** theirs[:, 0].astype(np.float64), np.nan)


def sdg_reporting(ours: Values, theirs: Values) -> Scores:
    """Both speak the language of the same Sustainable Development Goals."""
    return overlap(ours, theirs)


def whole_city_demo(ours: Values, theirs: Values) -> Scores:
    """It looks for a test bed, and a small place with one door can be one as a whole."""
    return (ours[:, 0] * theirs[:, 0]).astype(np.float64)


def _powers(_ours: Facts, theirs: Facts, value: float) -> Because:
    word = "yes" if value >= 0.5 else "no"
    args = {"goals": theirs["goals"]}
    return Because(f"within_powers.{word}", args, ("powers",), ("goals",))


def _readiness(ours: Facts, theirs: Facts, value: float) -> Because:
    fields = tuple(f for f in ("hurdle", "formats", "open_to_non_members") if f in theirs)
    word = "yes" if value >= 0.5 else "no"
    args = {"readiness": ours["readiness"]}
    return Because(f"suits_readiness.{word}", args, ("readiness",), fields)


def _anchor(ours: Facts, _theirs: Facts, value: float) -> Because:
    found = [s for s in (Stakeholder.UNIVERSITY, Stakeholder.BUSINESS) if s in ours["stakeholders"]]
    args = {"stakeholders": [str(s) for s in found]}
    word = "yes" if value else "no"
    return Because(f"anchor_institution.{word}", args, ("stakeholders",), ("goals",))


def _stakeholders(ours: Facts, theirs: Facts, value: float) -> Because:
    shared = sorted(set(ours["stakeholders"]) & set(theirs["stakeholders"]))
    word = "some" if value else "none"
    fields = ("stakeholders",)
    return Because(f"shared_stakeholders.{word}", {"stakeholders": shared}, fields, fields)


def _abroad(ours: Facts, theirs: Facts, _value: float) -> Because:
    mine, other = set(ours["track_record"]), set(theirs["track_record"])
    args = {"names": sorted(other), "shared": sorted(mine & other)}
    word = "together" if args["shared"] else "both"
    return Because(f"works_abroad.{word}", args, ("track_record",), ("track_record",))


def _sdgs(ours: Facts, theirs: Facts, value: float) -> Because:
    shared = sorted(set(ours["sdgs"]) & set(theirs["sdgs"]))
    word = "all" if len(shared) == 17 else "some" if value else "none"
    return Because(f"sdg_reporting.{word}", {"sdgs": shared}, ("sdgs",), ("sdgs",))


def _demo(ours: Facts, _theirs: Facts, _value: float) -> Because:
    size = "metro_population" if ours.get("metro_population") else "population"
    return Because("whole_city_demo", {}, ("roles", size), ("formats",))


WITHIN_POWERS = Feature(within_powers, "own_powers", "goals", _powers)
READINESS_FITS = Feature(suits_readiness, "readiness", "openness", _readiness)
ANCHOR = Feature(anchor_institution, "stakeholders", "goals", _anchor)
STAKEHOLDERS_SHARED = Feature(
    shared_stakeholders, "stakeholders", "stakeholders", _stakeholders, mutual=True
)
WORKS_ABROAD = Feature(works_abroad, "track_record", "track_record", _abroad, one_way=True)
SDG = Feature(sdg_reporting, "sdgs", "sdgs", _sdgs)
TEST_BED = Feature(whole_city_demo, "test_bed", "seeks_test_bed", _demo)
