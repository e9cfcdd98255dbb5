"""Cautions about a peer: mismatches that end pairings, levers it lacks, borrowed figures."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from models.countries import countries
from models.residents import residents
from models.taxonomy import Degree, Lever, Mode, PlaceKind, PopulationBasis, Purpose, Sector
from services.matcher.features import Facts
from services.matcher.features.powers import hard_power
from services.matcher.features.size import size_field
from services.matcher.matching.caution import Caution, both, caution
from services.matcher.reasons import fact
from services.matcher.wording import Wording

# Pairs break where one side is this many times the other (the report, lines 3696-3702).
POPULATION_RATIO = 3.0
BUDGET_RATIO = 4.0
POWERS_GAP = 0.3
_DEGREES = list(Degree)
# Sectors in which neighbours bid for the same visitors, investors and talent.
_RIVAL_SECTORS = {Sector.TRADE, Sector.BRAND}


class Pair(NamedTuple):
    """The two sides of a possible tie, and how it was asked for."""

    ours: Facts
    theirs: Facts
    mode: Mode
    purpose: Purpose
    ties: list[Facts]
    words: Wording


def peer_cautions(pair: Pair) -> list[Caution]:
    """What to know before writing to this peer."""
    lasting = pair.mode is Mode.SUSTAINED_PAIRING
    checks = (*_OF_LASTING_TIES, *_OF_ALL) if lasting else _OF_ALL
    known = pair.theirs
    return [found for field, check in checks if field in known for found in check(pair)]


def mismatched(cautions: list[Caution]) -> bool:
    """Whether all three mismatches that end sustained pairs are there."""
    codes = {c["code"] for c in cautions}
    return {"population_gap", "resources_gap", "executive_gap"} <= codes


def _population(pair: Pair) -> Iterator[Caution]:
    mine, other = residents(pair.ours), residents(pair.theirs)
    if not mine or not other:
        return
    ratio = max(mine, other) / min(mine, other)
    if ratio >= POPULATION_RATIO:
        args = {"ours": mine, "theirs": other, "ratio": round(ratio, 1)}
        yield caution(
            "population_gap",
            pair.words,
            args,
            fact(pair.ours, size_field(pair.ours), "ours"),
            fact(pair.theirs, size_field(pair.theirs), "theirs"),
        )


def _resources(pair: Pair) -> Iterator[Caution]:
    mine, other = pair.ours.get("own_budget"), pair.theirs.get("own_budget")
    if not mine or not other:
        return
    low, high = sorted((mine["amount"], other["amount"]))
    if mine["currency"] == other["currency"] and high >= BUDGET_RATIO * low:
        args = {"ours": mine, "theirs": other}
        yield caution(
            "resources_gap", pair.words, args, *both(pair.ours, pair.theirs, "own_budget")
        )


def _executive(pair: Pair) -> Iterator[Caution]:
    mine, other = (_capacity(f) for f in (pair.ours, pair.theirs))
    if mine is None or other is None:
        return
    evidence = both(pair.ours, pair.theirs, "executive")
    if abs(_DEGREES.index(mine) - _DEGREES.index(other)) == len(_DEGREES) - 1:
        yield caution("executive_gap", pair.words, {"ours": mine, "theirs": other}, *evidence)
    kinds = {pair.ours["kind"]: mine, pair.theirs["kind"]: other}
    strong_city = kinds.get(PlaceKind.CITY) == Degree.HIGH
    if strong_city and kinds.get(PlaceKind.METRO_AUTHORITY) == Degree.LOW:
        yield caution("strong_city_weak_metro", pair.words, {}, *evidence)


def _capacity(facts: Facts) -> Degree | None:
    capacity = (facts.get("executive") or {}).get("capacity")
    return Degree(capacity) if capacity else None


def _powers(pair: Pair) -> Iterator[Caution]:
    """Only powers of the places themselves: an average of two countries says nothing of two."""
    if not (_own(pair.ours) and _own(pair.theirs)):
        return
    mine, other = hard_power(pair.ours), hard_power(pair.theirs)
    if mine is not None and other is not None and abs(mine - other) >= POWERS_GAP:
        args = {"more": pair.ours["name"] if mine > other else pair.theirs["name"]}
        yield caution("powers_gap", pair.words, args, *both(pair.ours, pair.theirs, "powers"))


def _own(facts: Facts) -> bool:
    return "powers" in facts and facts["powers"].get("basis") != "average"


def _levers(pair: Pair) -> Iterator[Caution]:
    """A peer that does not hold the lever in a needed sector is an inspiration only."""
    levers = pair.theirs.get("levers")
    if not levers:
        return
    wanted = {need["sector"] for need in pair.ours.get("needs", ())}
    lacking = sorted(s for s in wanted if levers.get(s) in (Lever.NATIONAL, Lever.REGIONAL))
    if lacking:
        args = {"name": pair.theirs["name"], "sectors": lacking}
        evidence = fact(pair.theirs, "levers", "theirs")
        yield caution("lever_held_nationally", pair.words, args, evidence)


def _one_sided(pair: Pair) -> Iterator[Caution]:
    """Told only where both say what they need and what they offer."""
    if not all(f.get("needs") and f.get("offers") for f in (pair.theirs, pair.ours)):
        return
    gets, gives = _touches(pair.ours, pair.theirs), _touches(pair.theirs, pair.ours)
    if gets != gives:
        code = "one_sided.gets" if gets else "one_sided.gives"
        text = caution(code, pair.words, {"name": pair.theirs["name"]})
        yield {**text, "code": "one_sided"}


def _touches(needy: Facts, giver: Facts) -> bool:
    wanted = {need["sector"] for need in needy["needs"]} if needy.get("needs") else set()
    return any(offer["sector"] in wanted for offer in giver.get("offers", ()))


def _purpose(pair: Pair) -> Iterator[Caution]:
    only_trade = pair.ties and all(t.get("purpose") == Purpose.TRANSACTION for t in pair.ties)
    if pair.purpose is not Purpose.TRANSACTION and only_trade:
        yield caution("purpose_transaction", pair.words, {"name": pair.theirs["name"]})


def _rivals(pair: Pair) -> Iterator[Caution]:
    shared = _RIVAL_SECTORS.intersection(
        pair.ours.get("sectors", ())
    ) & _RIVAL_SECTORS.intersection(pair.theirs.get("sectors", ()))
    home = pair.ours["country"]
    if shared and pair.theirs["country"] in (home, *countries()[home].neighbours):
        args = {"name": pair.theirs["name"], "sectors": sorted(shared)}
        yield caution("competes_with", pair.words, args, *both(pair.ours, pair.theirs, "sectors"))


def _settlement(pair: Pair) -> Iterator[Caution]:
    if pair.theirs.get("population_basis") == PopulationBasis.SETTLEMENT:
        args = {"name": pair.theirs["name"]}
        evidence = fact(pair.theirs, "population_basis", "theirs")
        yield caution("settlement", pair.words, args, evidence)


def _tie(pair: Pair) -> Iterator[Caution]:
    if pair.ties:
        yield caution("existing_tie", pair.words, {"name": pair.theirs["name"]})


def _disputed(pair: Pair) -> Iterator[Caution]:
    note = countries()[pair.theirs["country"]].disputed
    if note:
        evidence = fact(pair.theirs, "country", "theirs")
        yield caution("disputed", pair.words, {"note": note}, evidence)


# A field that every record has.
ALWAYS = "name"
Check = tuple[str, Callable[[Pair], Iterator[Caution]]]
"""A check, and the field of theirs without which it has nothing to say."""

# What ends pairs in the course of years.
_OF_LASTING_TIES: tuple[Check, ...] = (
    (ALWAYS, _population),
    ("own_budget", _resources),
    ("executive", _executive),
    ("powers", _powers),
)
_OF_ALL: tuple[Check, ...] = (
    ("levers", _levers),
    ("needs", _one_sided),
    (ALWAYS, _purpose),
    ("sectors", _rivals),
    (ALWAYS, _tie),
    ("country", _disputed),
    ("population_basis", _settlement),
)
