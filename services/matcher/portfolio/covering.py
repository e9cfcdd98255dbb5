"""What a commitment covers: needs, types, goals and stages, each as surely as it is known."""

from collections.abc import Iterable
from typing import Any

from models.taxonomy import CollaborationType, FactStatus, Goal, Stage, Theme
from services.matcher.collaboration_columns import STAGE_WORTH, UNKNOWN_STAGE
from services.matcher.portfolio.worth import Element

Facts = dict[str, Any]
TYPES = [str(t) for t in CollaborationType]
GOALS = [str(g) for g in Goal]
STAGES = [str(s) for s in Stage]
# What the first cover of each is worth. A type that is missing altogether outweighs one need,
# so that breadth comes before more of the same (the report, lines 1799-1810).
TYPE_WEIGHT, NEED_WEIGHT, GOAL_WEIGHT, STAGE_WEIGHT = 6.0, 4.0, 1.5, 1.0
# What lies outside all that a place works on still adds a type or a stage, but little.
ELSEWHERE = 0.25


def wanted_sectors(facts: Facts) -> set[str]:
    """The sectors of a place's needs, or else those it works on."""
    needs = {need["sector"] for need in facts.get("needs", ())}
    return needs or set(facts.get("sectors", ()))


def weights_of(facts: Facts) -> dict[Element, float]:
    """Every element that counts for a place, with its weight."""
    found: dict[Element, float] = {("type", t): TYPE_WEIGHT for t in TYPES}
    found |= {("goal", g): GOAL_WEIGHT for g in facts.get("goals") or GOALS}
    found |= {("stage", s): STAGE_WEIGHT for s in STAGES}
    for need in facts.get("needs", ()):
        found["need", need["sector"], need.get("stage", "")] = NEED_WEIGHT
    if not facts.get("needs"):
        found |= {("need", s, ""): NEED_WEIGHT for s in facts.get("sectors", ())}
    return found


def stages_of(record: Facts) -> dict[str, float]:
    """How surely a collaboration works at each stage; where none is on file, perhaps at all."""
    stages = record.get("stages", ())
    if not stages:
        return dict.fromkeys(STAGES, UNKNOWN_STAGE)
    return {s["stage"]: STAGE_WORTH[FactStatus(s["status"])] for s in stages}


def covers(record: Facts, asking: Facts) -> dict[Element, float]:
    """What a collaboration covers of all that counts for a place."""
    sectors, stages = set(record.get("sectors", ())), stages_of(record)
    wanted = wanted_sectors(asking)
    relevant = not wanted or bool(sectors & wanted) or record["theme"] == Theme.CROSS_SECTOR
    share = 1.0 if relevant else ELSEWHERE
    found: dict[Element, float] = {("type", record["type"]): share}
    found |= {("type", label): share / 2 for label in record.get("labels", ())}
    found |= {("goal", goal): share for goal in record.get("goals", ())}
    found |= {("stage", s): share * worth for s, worth in stages.items()}
    return found | _needs(asking, {(a, s): w for a in sectors for s, w in stages.items()})


def place_covers(partner: Facts, asking: Facts) -> dict[Element, float]:
    """What a partner place covers: what it offers where the asking place has a need."""
    wanted = wanted_sectors(asking)
    offers = {
        (o["sector"], o["stage"]): 1.0
        for o in partner.get("offers", ())
        if not wanted or o["sector"] in wanted
    }
    found: dict[Element, float] = {("type", str(CollaborationType.PEER_PARTNERSHIP)): 1.0}
    found |= {("stage", stage): 1.0 for _, stage in offers}
    return found | _needs(asking, offers)


def _needs(asking: Facts, served: dict[tuple[str, str], float]) -> dict[Element, float]:
    found: dict[Element, float] = {}
    for kind, *rest in weights_of(asking):
        if kind == "need":
            sector, stage = rest
            worth = [w for (a, s), w in served.items() if a == sector and stage in ("", s)]
            if worth:
                found["need", sector, stage] = max(worth)
    return found


def cells(record: Facts, wanted: Iterable[str]) -> set[tuple[str, str, str, str]]:
    """(stage, type, goal, sector) cells that a collaboration is on file for."""
    sectors = set(record.get("sectors", ())) & set(wanted)
    stages = [s["stage"] for s in record.get("stages", ())]
    types = [record["type"], *record.get("labels", ())]
    return {
        (stage, kind, goal, sector)
        for stage in stages
        for kind in types
        for goal in record.get("goals", ())
        for sector in sectors
    }


def place_cells(partner: Facts, wanted: Iterable[str]) -> set[tuple[str, str, str, str]]:
    """Cells of a partner place: its offers, for the goals it states."""
    kept, kind = set(wanted), str(CollaborationType.PEER_PARTNERSHIP)
    return {
        (offer["stage"], kind, goal, offer["sector"])
        for offer in partner.get("offers", ())
        for goal in partner.get("goals", ())
        if offer["sector"] in kept
    }
