"""The relay: who helps at each stage of innovation in order, peers included."""

from typing import Any

from services.matcher.catalogue import stages_on_record
from services.matcher.portfolio.covering import STAGES, wanted_sectors
from services.matcher.portfolio.situation import Situation

SHOWN = 2
Helper = dict[str, Any]


def relay(situation: Situation) -> list[Helper]:
    """Per stage those that are held first, then those that fit best; none is said too."""
    found = []
    for stage in STAGES:
        supply = situation.context.catalogue.supply[stage]
        helpers = [*_held(situation, stage), *_new(situation, stage)]
        found += [
            {"stage": stage, **helper, "supply": supply, "text": _said(situation, helper, supply)}
            for helper in helpers
        ]
        if not helpers:
            text = situation.words.text("portfolio.relay.uncovered", {"stage": stage})
            found.append({"stage": stage, "supply": supply, "uncovered": True, "text": text})
    return found


def _said(situation: Situation, helper: Helper, supply: str) -> str:
    """Who it is, and that there are few where there are few."""
    words = situation.words
    code = "held" if helper["held"] else "peer" if "peer" in helper else "new"
    name = (helper.get("peer") or helper["collaboration"])["name"]
    args = {"name": name, "verdict": helper.get("verdict")}
    text = words.text(f"portfolio.relay.{code}", args)
    return f"{text} {words.text('portfolio.relay.thin', {})}" if supply == "thin" else text


def _held(situation: Situation, stage: str) -> list[Helper]:
    wanted = wanted_sectors(situation.facts)
    return [
        {("peer" if h.with_place else "collaboration"): h.named(), "held": True}
        for h in situation.live
        if _works(h.record, stage, wanted, h.with_place)
    ][:SHOWN]


def _new(situation: Situation, stage: str) -> list[Helper]:
    """The best two collaborations and the best peer that the place does not have yet."""
    wanted = wanted_sectors(situation.facts)
    found: dict[bool, list[tuple[float, str, Helper]]] = {False: [], True: []}
    for candidate in situation.candidates.values():
        if _works(candidate.record, stage, wanted, candidate.with_place):
            name = "peer" if candidate.with_place else "collaboration"
            item: Helper = {name: candidate.named(), "held": False}
            if not candidate.with_place:
                item["verdict"] = candidate.verdict
            found[candidate.with_place].append((-candidate.fit, candidate.key, item))
    collaborations, peers = (sorted(found[kind], key=lambda f: f[:2]) for kind in (False, True))
    return [item for *_, item in (*collaborations[:SHOWN], *peers[:1])]


def _works(record: dict[str, Any], stage: str, wanted: set[str], with_place: bool) -> bool:
    if with_place:
        return any(
            o["stage"] == stage and (not wanted or o["sector"] in wanted)
            for o in record.get("offers", ())
        )
    if stage not in stages_on_record(record):
        return False
    return not wanted or bool(wanted & set(record.get("sectors", ())))
