"""Coverage as cells of stage x type x goal x sector, and the gaps that matter to the place."""

from typing import Any

from services.matcher.catalogue import stages_on_record
from services.matcher.portfolio.covering import (
    GOALS,
    STAGES,
    TYPES,
    cells,
    place_cells,
    wanted_sectors,
)
from services.matcher.portfolio.holdings import Facts, Holding
from services.matcher.portfolio.situation import Situation

Cell = tuple[str, str, str, str]
NAMES = ("stage", "type", "goal", "sector")


def coverage(situation: Situation) -> dict[str, Any]:
    """Every cell that a commitment is on file for, with which; and how many per axis."""
    wanted = wanted_sectors(situation.facts) or {
        sector for holding in situation.live for sector in holding.record.get("sectors", ())
    }
    found: dict[Cell, list[str]] = {}
    for holding in situation.live:
        for cell in _cells(holding, wanted):
            found.setdefault(cell, []).append(holding.key)
    needed = {(n.get("stage"), n["sector"]) for n in situation.facts.get("needs", ())}
    return {
        "cells": [
            {
                **dict(zip(NAMES, cell, strict=True)),
                "covered_by": found[cell],
                "needed": (cell[0], cell[3]) in needed,
            }
            for cell in sorted(found, key=_order)
        ],
        "by": {name: _by(situation, at, wanted) for at, name in enumerate(NAMES)},
    }


def _cells(holding: Holding, wanted: set[str]) -> set[Cell]:
    if not holding.record:
        return set()
    return (place_cells if holding.with_place else cells)(holding.record, wanted)


def _order(cell: Cell) -> tuple[int, int, int, str]:
    return STAGES.index(cell[0]), TYPES.index(cell[1]), GOALS.index(cell[2]), cell[3]


def _by(situation: Situation, axis: int, wanted: set[str]) -> dict[str, int]:
    """How many commitments there are per value of one axis."""
    values = (STAGES, TYPES, GOALS, sorted(wanted))[axis]
    counts = dict.fromkeys(values, 0)
    for holding in situation.live:
        for value in _values(holding, axis) & counts.keys():
            counts[value] += 1
    return counts


def _values(holding: Holding, axis: int) -> set[str]:
    record = holding.record
    offers = record.get("offers", ()) if holding.with_place else ()
    match axis:
        case 0:
            return {s["stage"] for s in record.get("stages", ())} | {o["stage"] for o in offers}
        case 1:
            return set(holding.types)
        case 2:
            return set(record.get("goals", ()))
    return {o["sector"] for o in offers} if holding.with_place else set(record.get("sectors", ()))


def served(holding: Holding, sector: str, stage: str | None) -> bool:
    """Whether a commitment serves a need on record; a network's own claim serves none."""
    record = holding.record
    if holding.with_place:
        return any(
            o["sector"] == sector and stage in (None, o["stage"]) for o in record.get("offers", ())
        )
    if sector not in record.get("sectors", ()):
        return False
    return stage is None or stage in stages_on_record(record)


def _could(situation: Situation, sector: str, stage: str | None) -> Facts:
    """How many that the place may join, or ask, would cover a need."""
    element = ("need", sector, stage or "")
    found = sum(element in situation.covers(c) for c in situation.candidates.values())
    return {"could_cover": found}


def gaps(situation: Situation) -> list[dict[str, Any]]:
    """What no commitment covers: needs, then types, goals, stages."""
    words, found = situation.words, []
    for need in situation.facts.get("needs", ()):
        sector, stage = need["sector"], need.get("stage")
        if not any(served(h, sector, stage) for h in situation.live):
            args: Facts = {"sector": sector} | ({"stage": stage} if stage else {})
            code = "portfolio.gap.need" if stage else "portfolio.gap.sector"
            could = _could(situation, sector, stage)
            more = "portfolio.gap.could" if could["could_cover"] else "portfolio.gap.nobody"
            text = f"{words.text(code, args)} {words.text(more, could)}"
            found.append({"dimension": "need", **args, **could, "text": text})
    goals = situation.facts.get("goals") or GOALS
    for name, values, axis in (("type", TYPES, 1), ("goal", goals, 2), ("stage", STAGES, 0)):
        held: set[str] = set().union(*(_values(h, axis) for h in situation.live))
        for value in values:
            if value not in held:
                text = words.text(f"portfolio.gap.{name}", {name: value})
                found.append({"dimension": name, "value": value, "text": text})
    return found
