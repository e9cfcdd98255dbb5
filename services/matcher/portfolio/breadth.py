"""The six consequences of the breadth and balance of a portfolio (the report, lines 1799-1810)."""

from typing import Any

from models.taxonomy import CollaborationType, Format, Stage
from services.matcher.portfolio.covering import wanted_sectors
from services.matcher.portfolio.holdings import Facts, Holding
from services.matcher.portfolio.overlaps import ground
from services.matcher.portfolio.situation import Situation

CLOSE = {Format.STUDY_TOUR, Format.STAFF_EXCHANGE, Format.WORKING_GROUP, Format.PILOT}


def consequences(situation: Situation) -> list[dict[str, Any]]:
    """Peers, intensity, solutions, advocacy, money, adaptability; each with its figures."""
    found = situation.live
    figures = {
        "peers": _peers(found),
        "intensity": {"close": sum(_close(h) for h in found), "total": len(found)},
        "solutions": _solutions(situation),
        "advocacy": {"count": sum(_advocates(h) for h in found), "total": len(found)},
        "money": _money(situation),
        "adaptability": _adaptability(situation),
    }
    words = situation.words
    return [
        {"code": code, "args": args, "text": words.text(f"portfolio.breadth.{code}", args)}
        for code, args in figures.items()
    ]


def _peers(found: list[Holding]) -> Facts:
    """Members as last known; who is in several networks is counted in each."""
    counted = [h.record["member_count"] for h in found if h.record.get("member_count")]
    networks = sum(not h.with_place for h in found)
    partners = len(found) - networks
    return {"members": sum(counted), "known": len(counted), "networks": networks} | {
        "partners": partners
    }


def _close(holding: Holding) -> bool:
    if holding.with_place or CollaborationType.PEER_PARTNERSHIP in holding.types:
        return True
    return bool(CLOSE & set(holding.record.get("formats", ())))


def _advocates(holding: Holding) -> bool:
    record = holding.record
    stages = {s["stage"] for s in record.get("stages", ())}
    return Format.ADVOCACY in record.get("formats", ()) or Stage.INFLUENCE in stages


def _solutions(situation: Situation) -> Facts:
    wanted = wanted_sectors(situation.facts)
    cells = {(c[0], c[1]) for holding in situation.live for c in ground(holding)}
    inside = {c for c in cells if not wanted or c[0] in wanted}
    return {"cells": len(inside), "sectors": len({sector for sector, _ in inside})}


def _money(situation: Situation) -> Facts:
    budgets = situation.budgets
    grants = sum(bool(h.record.get("grant")) for h in situation.live)
    fees = {"amount": budgets.money[0], "currency": budgets.currency} if budgets.currency else None
    return {"fees": fees, "unknown": budgets.fees_unknown, "grants": grants}


def _adaptability(situation: Situation) -> Facts:
    types = sorted({t for holding in situation.live for t in holding.types})
    return {"types": types or None, "due": len(situation.reassess)}
