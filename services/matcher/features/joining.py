"""Joining a collaboration: what it serves, whom it is for, and what it costs to take part."""

import numpy as np

from models.snapshot.codes import DEGREES, LEVELS, THEMES
from models.taxonomy import Theme
from services.matcher.features.feature import Because, Facts, Feature, Scores, Values, overlap
from services.matcher.features.needs import SECTORS, STAGE_KERNEL, STAGES, sector_fields, sectors_of


def needs_served(ours: Values, theirs: Values) -> Scores:
    """The collaboration works on what the place needs, by sector and stage."""
    cells = theirs.reshape(len(theirs), len(STAGES), len(SECTORS))
    served = (cells[:, None] * STAGE_KERNEL[None, :, :, None]).max(axis=2)
    wanted = ours.reshape(len(ours), len(STAGES), len(SECTORS))
    count = wanted.sum(axis=(1, 2))
    total = (wanted * served).sum(axis=(1, 2), dtype=np.float64)
    known = (count > 0) & (cells.sum(axis=(1, 2)) > 0)
    return np.where(known, total / np.maximum(count, 1), np.nan)


def made_for_such_places(ours: Values, theirs: Values) -> Scores:
    """The collaboration is for this kind of place in this part of the world."""
    kind, country = int(ours[0, 0]), int(ours[0, 1])
    audience = theirs[:, [kind, 4 + country]].astype(np.float64)
    return audience.mean(axis=1)


def theme_fits(ours: Values, theirs: Values) -> Scores:
    """Its theme is that of what the place needs; working across all sectors counts for half."""
    theme = np.nan_to_num(theirs[:, 0], nan=-1).astype(int)
    wanted = ours[0] > 0
    value = np.select([wanted[theme], theme == THEMES.index(Theme.CROSS_SECTOR)], [1.0, 0.5], 0.0)
    known = wanted.any() & (theme != THEMES.index(Theme.DEDICATED))
    return np.where(known, value, np.nan)


def effort_fits(ours: Values, theirs: Values) -> Scores:
    """The days a year it asks are days the place has free."""
    days, asked = ours[:, 0].astype(np.float64), theirs[:, 0].astype(np.float64)
    # What asks for no day fits whoever said how many there are; of others nothing is known.
    share = np.where(asked > 0, np.minimum(days / np.where(asked > 0, asked, 1), 1), asked + 1)
    return np.where(np.isnan(days), np.nan, share)


def fee_fits(ours: Values, theirs: Values) -> Scores:
    """The fee is within the place's budget for collaborations; no fee always is."""
    fee = theirs[:, 0]
    same_currency = ours[:, 1] == theirs[:, 1]
    within = np.where(ours[:, 0] >= fee, 1.0, 0.0)
    return np.where(fee == 0, 1.0, np.where(same_currency, within, np.nan))


def support_fits(ours: Values, theirs: Values) -> Scores:
    """The collaboration guides its members as much as the place wants to be guided."""
    lacking = np.maximum(ours[:, 0] - theirs[:, 0], 0).astype(np.float64)
    return 1 - lacking / (len(DEGREES) - 1)


def level_fits(ours: Values, theirs: Values) -> Scores:
    """It brings together people of the level that the place's needs name."""
    gap = np.abs(ours[:, 0] - theirs[:, 0]).astype(np.float64)
    return 1 - gap / (len(LEVELS) - 1)


def size_in_band(ours: Values, theirs: Values) -> Scores:
    """The place's size lies in the band the collaboration says it is made for."""
    size = ours[:, 0].astype(np.float64)
    below = np.maximum(theirs[:, 0] - size, 0)
    above = np.maximum(size - theirs[:, 1], 0)
    return np.exp(-(below + above))


def _served(ours: Facts, theirs: Facts, value: float) -> Because:
    wanted = {need["sector"] for need in ours["needs"]}
    args = {
        "sectors": sorted(wanted & set(theirs.get("sectors", ()))),
        "wanted": sorted(wanted),
        "stages": sorted({n["stage"] for n in ours["needs"] if "stage" in n}, key=STAGES.index),
        "theirs": [s["stage"] for s in theirs.get("stages", ())],
    }
    word = "none" if not value else "some"
    if value and args["stages"]:
        word = "stage" if args["theirs"] else "stage_unknown"
    return Because(f"needs_served.{word}", args, ("needs",), ("sectors", "stages"))


def _audience(ours: Facts, _theirs: Facts, value: float) -> Because:
    args = {"kind": ours["kind"], "country": ours["country"]}
    word = "yes" if value > 0.5 else "open" if value == 0.5 else "no"
    return Because(f"made_for_such_places.{word}", args, ("kind", "country"), ("rules",))


def _theme(ours: Facts, theirs: Facts, value: float) -> Because:
    word = "yes" if value == 1 else "across" if value else "no"
    args = {"theme": theirs["theme"], "wanted": sorted({n["sector"] for n in ours["needs"]})}
    return Because(f"theme_fits.{word}", args, ("needs",), ("theme",))


def _effort(ours: Facts, theirs: Facts, value: float) -> Because:
    args = {"free": ours["capacity"]["officer_days"], "asked": theirs["effort_days"]}
    word = "yes" if value == 1 else "no"
    return Because(f"effort_fits.{word}", args, ("capacity",), ("effort_days",))


def _fee(ours: Facts, theirs: Facts, value: float) -> Because:
    if not theirs["fee"]["amount"]:
        return Because("fee_fits.free", {}, (), ("fee",))
    args = {"fee": theirs["fee"], "budget": ours["capacity"]["budget"]}
    return Because(f"fee_fits.{'yes' if value else 'no'}", args, ("capacity",), ("fee",))


def _support(ours: Facts, theirs: Facts, value: float) -> Because:
    args = {"wanted": ours["support_need"], "given": theirs["facilitation"]}
    word = "yes" if value == 1 else "no"
    return Because(f"support_fits.{word}", args, ("support_need",), ("facilitation",))


def _level(ours: Facts, theirs: Facts, value: float) -> Because:
    wanted = {n["level"] for n in ours["needs"] if n.get("level")}
    args = {"wanted": min(wanted, key=LEVELS.index), "theirs": theirs["level"]}
    return Because(f"level_fits.{'yes' if value == 1 else 'no'}", args, ("needs",), ("level",))


def _band(ours: Facts, theirs: Facts, value: float) -> Because:
    args = {"residents": ours.get("metro_population") or ours["population"], **theirs["size_band"]}
    field = "metro_population" if ours.get("metro_population") else "population"
    word = "yes" if value == 1 else "no"
    return Because(f"size_in_band.{word}", args, (field,), ("size_band",))


def _shared(ours: Facts, theirs: Facts, value: float) -> Because:
    needed = {need["sector"] for need in ours.get("needs", ())}
    shared = sorted((needed or sectors_of(ours)) & set(theirs["sectors"]))
    word = "none" if not value else "focus" if value >= 0.7 else "some"
    fields = ("needs",) if needed else sector_fields(ours)
    return Because(f"sector_focus.{word}", {"sectors": shared}, fields, ("sectors",))


def sector_focus(ours: Values, theirs: Values) -> Scores:
    """It works on the sectors the place seeks, and on few others."""
    return overlap(ours, theirs)


NEEDS_SERVED = Feature(needs_served, "needs", "serves", _served)
FOCUS = Feature(sector_focus, "sought", "sectors", _shared)
AUDIENCE = Feature(made_for_such_places, "place_type", "audience", _audience)
THEME = Feature(theme_fits, "themes", "theme", _theme)
EFFORT = Feature(effort_fits, "officer_days", "effort", _effort)
FEE = Feature(fee_fits, "budget", "fee", _fee)
SUPPORT = Feature(support_fits, "support_need", "facilitation", _support)
LEVEL = Feature(level_fits, "level", "level", _level)
SIZE_BAND = Feature(size_in_band, "size", "size_band", _band)
