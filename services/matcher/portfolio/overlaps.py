"""Commitments that cover the same ground, and what would be lost without each of them."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from services.matcher.portfolio.covering import stages_of, wanted_sectors
from services.matcher.portfolio.holdings import Facts, Holding
from services.matcher.wording import Wording

Ground = set[tuple[str, str, str]]


def ground(holding: Holding) -> Ground:
    """(sector, stage, goal) that a holding is on file for."""
    record = holding.record
    if holding.with_place:
        offers = [(o["sector"], o["stage"]) for o in record.get("offers", ())]
        return {(a, s, g) for a, s in offers for g in record.get("goals") or ["policy"]}
    stages = stages_of(record) if record.get("stages") else {}
    return {
        (sector, stage, goal)
        for sector in record.get("sectors", ())
        for stage in stages
        for goal in record.get("goals", ())
    }


def unique_ground(found: Sequence[Holding], wanted: set[str]) -> dict[str, Ground]:
    """Per holding what it alone covers, of the sectors that the place wants."""
    grounds = {h.key: ground(h) for h in found}
    answer = {}
    for key, mine in grounds.items():
        others: Ground = set().union(*(g for other, g in grounds.items() if other != key))
        answer[key] = {c for c in mine - others if not wanted or c[0] in wanted}
    return answer


def overlaps(found: Sequence[Holding], facts: Facts, words: Wording) -> list[dict[str, Any]]:
    """Pairs that share sector, stage and goal, most shared ground first."""
    wanted = wanted_sectors(facts)
    grounds = {h.key: ground(h) for h in found}
    alone = unique_ground(found, wanted)
    pairs = []
    for a, b in combinations(found, 2):
        shared = grounds[a.key] & grounds[b.key]
        if shared:
            pairs.append((-len(shared), a.key, b.key, _pair((a, b), shared, alone, words)))
    return [pair for *_, pair in sorted(pairs, key=lambda p: p[:3])]


def _pair(
    both: tuple[Holding, Holding], shared: Ground, alone: Mapping[str, Ground], words: Wording
) -> dict[str, Any]:
    a, b = both
    lost = {h.key: [_cell(c) for c in sorted(alone[h.key])] for h in both}
    pair: dict[str, Any] = {
        "a": a.named(),
        "b": b.named(),
        "shared": {
            "sectors": sorted({c[0] for c in shared}),
            "stages": sorted({c[1] for c in shared}),
            "goals": sorted({c[2] for c in shared}),
        },
        "lost_if_dropped": lost,
    }
    redundant = [h.key for h in both if not lost[h.key]]
    pair["text"] = " ".join(
        [words.text("portfolio.overlap.shared", {"names": [a.name, b.name]} | pair["shared"])]
        + [_said(holding, alone[holding.key], words) for holding in both]
    )
    return pair | ({"redundant": redundant} if redundant else {})


def _said(holding: Holding, alone: Ground, words: Wording) -> str:
    """What would be lost without a commitment, in words."""
    if not alone:
        return words.text("portfolio.overlap.nothing_lost", {"name": holding.name})
    args = {"name": holding.name, "sectors": sorted({c[0] for c in alone})}
    return words.text("portfolio.overlap.lost", args | {"stages": sorted({c[1] for c in alone})})


def _cell(cell: tuple[str, str, str]) -> dict[str, str]:
    return dict(zip(("sector", "stage", "goal"), cell, strict=True))


def redundant_with(pairs: Sequence[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Per holding without ground of its own, the holdings that cover it too."""
    found: dict[str, list[dict[str, Any]]] = {}
    for pair in pairs:
        for key in pair.get("redundant", ()):
            other = pair["b"] if pair["a"]["id"] == key else pair["a"]
            found.setdefault(key, []).append(other)
    return found
