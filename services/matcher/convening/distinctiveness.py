"""What sets a network apart: its nearest networks, what differs, and how clear its aims are.

Self-descriptions do not tell networks apart (the report, lines 3461-3467): likeness is read
from what they do and whom they let in, never from how they write.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np

from services.matcher.catalogue import stages_on_record
from services.matcher.convening.desk import Desk
from services.matcher.convening.universe import (
    governments,
    needs_records,
    not_refused,
    passes,
    spread,
)

Facts = dict[str, Any]
NEAREST = 5
# How many places are judged against rules that ask more than kind and country.
SAMPLE = 1_000
_SETS = {"sectors": 3.0, "stages": 2.0, "formats": 1.0, "goals": 1.0}
_WORDS = {"type": 1.0, "theme": 1.0, "led_by": 0.5, "level": 0.5, "hurdle": 0.5, "intake": 0.5}
_CLEAR = ("duration", "duties", "outcomes")


def report(desk: Desk, as_of: date | None) -> Facts:
    """The networks nearest to one, and what only it has."""
    day = as_of or desk.context.today
    records = desk.context.snapshot.collaborations
    others = [
        r
        for row, r in enumerate(records)
        if row != desk.row
        and r["tenant"] in ("public", desk.tenant)
        and not (r.get("ends") and date.fromisoformat(r["ends"]) < day)
    ]
    near = sorted(others, key=lambda r: (-likeness(desk.record, r)[0], r["id"]))[:NEAREST]
    shares = _shares(desk, near, day)
    return {
        "collaboration": desk.named,
        "as_of": day.isoformat(),
        "nearest": [_one(desk, other, shares[other["id"]]) for other in near],
        "only_here": _only_here(desk.record, near),
        "objective_clarity": clarity(desk.record),
        "universe": shares["*"],
    }


def likeness(ours: Facts, theirs: Facts) -> tuple[float, Facts]:
    """How much two networks do alike, over what is on file of both; part by part."""
    total, told, parts = 0.0, 0.0, {}
    for name, weight in _SETS.items():
        mine, other = values(ours, name), values(theirs, name)
        if mine and other:
            parts[name] = len(mine & other) / len(mine | other)
            total, told = total + weight * parts[name], told + weight
    for name, weight in _WORDS.items():
        if ours.get(name) and theirs.get(name):
            parts[name] = float(ours[name] == theirs[name])
            total, told = total + weight * parts[name], told + weight
    every = sum(_SETS.values()) + sum(_WORDS.values())
    return (total / every if told else 0.0), parts


def values(record: Facts, name: str) -> set[str]:
    """A field as a set of words; of stages, those that are more than the network's own claim."""
    if name == "stages":
        return set(stages_on_record(record))
    return set(record.get(name, ()))


def _one(desk: Desk, other: Facts, universe: Facts) -> Facts:
    score, parts = likeness(desk.record, other)
    answer: Facts = {
        "id": other["id"],
        "name": other["name"],
        "likeness": round(score, 4),
        "parts": parts,
        "differs": list(_differences(desk, other)),
        "eligible_in_common": universe,
    }
    return answer


def _differences(desk: Desk, other: Facts) -> Iterator[Facts]:
    """What one has and the other has not, field by field."""
    for name in _SETS:
        mine, theirs = values(desk.record, name), values(other, name)
        if mine != theirs and (mine or theirs):
            yield {
                "field": name,
                "only_ours": sorted(mine - theirs),
                "only_theirs": sorted(theirs - mine),
            }
    for name in (*_WORDS, "fee", "footprint", "member_count", "founded"):
        if desk.record.get(name) != other.get(name):
            yield {"field": name, "ours": desk.record.get(name), "theirs": other.get(name)}
    ours, theirs = _rules(desk.record), _rules(other)
    if ours != theirs:
        yield {
            "field": "rules",
            "only_ours": sorted(ours - theirs),
            "only_theirs": sorted(theirs - ours),
        }


def _rules(record: Facts) -> set[str]:
    return {rule["text"] for rule in record.get("rules", ())}


def _only_here(record: Facts, near: list[Facts]) -> list[Facts]:
    """What none of the nearest networks has: the beginning of a selling proposition."""
    found = []
    for name in _SETS:
        theirs = {v for other in near for v in values(other, name)}
        own = sorted(values(record, name) - theirs)
        if own:
            found.append({"field": name, "values": own})
    return found


def clarity(record: Facts) -> Facts:
    """Are duration, duties and measurable outcomes stated? One point each; unknown is not no."""
    stated = record.get("obligations_clear")
    if stated is None:
        return {"points": None, "of": len(_CLEAR), "checklist": dict.fromkeys(_CLEAR)}
    checklist = {name: bool(stated.get(name)) for name in _CLEAR}
    return {"points": sum(checklist.values()), "of": len(_CLEAR), "checklist": checklist}


def _shares(desk: Desk, near: list[Facts], day: date) -> dict[str, Facts]:
    """For each near network, the share of the places open to ours that are open to it too."""
    snapshot = desk.context.snapshot
    every = governments(snapshot, desk.tenant)
    records = [desk.record, *near]
    masks = [not_refused(snapshot, record, day, every) for record in records]
    rows = np.flatnonzero(masks[0])
    judged = spread(rows, SAMPLE)
    if any(needs_records(record, day) for record in records):
        facts = [snapshot.places.facts(row) for row in judged]
        ours = [passes(desk.record, f, day) for f in facts]
        judged = [row for row, inside in zip(judged, ours, strict=True) if inside]
        facts = [f for f, inside in zip(facts, ours, strict=True) if inside]
    else:
        facts = []
    answer: dict[str, Facts] = {"*": {"open_by_kind_and_country": len(rows), "judged": len(judged)}}
    for record, mask in zip(near, masks[1:], strict=True):
        both = sum(passes(record, f, day) for f in facts) if facts else int(mask[judged].sum())
        known = bool(desk.record.get("entry_rules_known") and record.get("entry_rules_known"))
        share = round(both / len(judged), 4) if judged else None
        answer[record["id"]] = {"share": share, "judged": len(judged), "rules_known": known}
    return answer
