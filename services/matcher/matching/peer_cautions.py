"""Cautions about a peer: mismatches that end pairings, levers it lacks, borrowed figures."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from orjson import Fragment, dumps

from models.countries import countries
from models.residents import residents
from models.snapshot import Provenance
from models.taxonomy import Degree, Lever, Mode, PlaceKind, PopulationBasis, Purpose, Sector
from services.matcher.evidence import fact
from services.matcher.features import Facts
from services.matcher.features.powers import hard_power
from services.matcher.features.size import size_field
from services.matcher.kept_json import kept_bytes
from services.matcher.matching.caution import Caution, both, caution
from services.matcher.wording import Wording

# Pairs break where one side is this many times the other (the report, lines 3696-3702).
POPULATION_RATIO = 3.0
BUDGET_RATIO = 4.0
POWERS_GAP = 0.3
# Stands for a name where a caution is written but for that; no text has it.
_NAME = "\ufffe"
_MISMATCHES = {"population_gap", "resources_gap", "executive_gap"}
_DEGREES = list(Degree)
# To look a member of an enum up takes as long as to compare with it.
_SETTLEMENT = PopulationBasis.SETTLEMENT
# Sectors in which neighbours bid for the same visitors, investors and talent.
_RIVAL_SECTORS = {Sector.TRADE, Sector.BRAND}


Told = Caution | Fragment
"""A caution, or one that is written already."""


class Asker(NamedTuple):
    """The side that is told, how it asked, and the ties it has with the other side."""

    ours: Facts
    purpose: Purpose
    words: Wording
    ties: Sequence[Facts] = ()


class Check(NamedTuple):
    """What is looked at, and the fields of either side without which nothing is to be said."""

    says: Callable[[Asker, Facts], Iterator[Caution]]
    theirs: str
    ours: str
    of_ties: bool = False


Checks = Sequence[Check]


def checks_for(ours: Facts, mode: Mode, tied: bool) -> Checks:
    """What is to be looked at in any peer of a place, from what is on file of it."""
    lasting = mode is Mode.SUSTAINED_PAIRING
    asked = (*_OF_LASTING_TIES, *_OF_ALL) if lasting else _OF_ALL
    return [c for c in asked if c.ours in ours and (tied or not c.of_ties)]


def peer_cautions(asker: Asker, theirs: Facts, checks: Checks) -> list[Told]:
    """What to know before writing to this peer."""
    found: list[Told] = []
    for check in checks:
        if check.theirs in theirs:
            found += check.says(asker, theirs)
    return found + of_itself(theirs, asker.words)


def of_itself(theirs: Facts, words: Wording) -> list[Told]:
    """What is to be known of a place whoever asks; it is written once for all alike in it.

    They are alike but for their names where the same is on file from the same source.
    """
    provenance = theirs.get("provenance")
    kept = provenance.written["cautions"] if isinstance(provenance, Provenance) else {}
    key = (words, theirs["country"], theirs.get("population_basis"))
    told: list[list[bytes]] | None = kept.get(key)
    if told is None:
        named = {**theirs, "name": _NAME}
        said = [*_disputed(named, words), *_settlement(named, words)]
        told = kept[key] = [kept_bytes(one).split(_NAME.encode()) for one in said]
    if not told:
        return []
    name = dumps(theirs["name"])[1:-1]
    return [Fragment(name.join(around)) for around in told]


def mismatched(cautions: Sequence[Told]) -> bool:
    """Whether all three mismatches that end sustained pairs are there."""
    if len(cautions) < len(_MISMATCHES):
        return False
    return _MISMATCHES.issubset(c["code"] for c in cautions if isinstance(c, dict))


def _population(asker: Asker, theirs: Facts) -> Iterator[Caution]:
    mine, other = residents(asker.ours), residents(theirs)
    if not mine or not other:
        return
    ratio = max(mine, other) / min(mine, other)
    if ratio >= POPULATION_RATIO:
        args = {"ours": mine, "theirs": other, "ratio": round(ratio, 1)}
        yield caution(
            "population_gap",
            asker.words,
            args,
            fact(asker.ours, size_field(asker.ours), "ours"),
            fact(theirs, size_field(theirs), "theirs"),
        )


def _resources(asker: Asker, theirs: Facts) -> Iterator[Caution]:
    mine, other = asker.ours.get("own_budget"), theirs.get("own_budget")
    if not mine or not other:
        return
    low, high = sorted((mine["amount"], other["amount"]))
    if mine["currency"] == other["currency"] and high >= BUDGET_RATIO * low:
        args = {"ours": mine, "theirs": other}
        yield caution("resources_gap", asker.words, args, *both(asker.ours, theirs, "own_budget"))


def _executive(asker: Asker, theirs: Facts) -> Iterator[Caution]:
    mine, other = (_capacity(f) for f in (asker.ours, theirs))
    if mine is None or other is None:
        return
    evidence = both(asker.ours, theirs, "executive")
    if abs(_DEGREES.index(mine) - _DEGREES.index(other)) == len(_DEGREES) - 1:
        yield caution("executive_gap", asker.words, {"ours": mine, "theirs": other}, *evidence)
    kinds = {asker.ours["kind"]: mine, theirs["kind"]: other}
    strong_city = kinds.get(PlaceKind.CITY) == Degree.HIGH
    if strong_city and kinds.get(PlaceKind.METRO_AUTHORITY) == Degree.LOW:
        yield caution("strong_city_weak_metro", asker.words, {}, *evidence)


def _capacity(facts: Facts) -> Degree | None:
    capacity = (facts.get("executive") or {}).get("capacity")
    return Degree(capacity) if capacity else None


def _powers(asker: Asker, theirs: Facts) -> Iterator[Caution]:
    """Only powers of the places themselves: an average of two countries says nothing of two."""
    if not (_own(asker.ours) and _own(theirs)):
        return
    mine, other = hard_power(asker.ours), hard_power(theirs)
    if mine is not None and other is not None and abs(mine - other) >= POWERS_GAP:
        args = {"more": asker.ours["name"] if mine > other else theirs["name"]}
        yield caution("powers_gap", asker.words, args, *both(asker.ours, theirs, "powers"))


def _own(facts: Facts) -> bool:
    return "powers" in facts and facts["powers"].get("basis") != "average"


def _levers(asker: Asker, theirs: Facts) -> Iterator[Caution]:
    """A peer that does not hold the lever in a needed sector is an inspiration only."""
    levers = theirs.get("levers")
    if not levers:
        return
    wanted = {need["sector"] for need in asker.ours.get("needs", ())}
    lacking = sorted(s for s in wanted if levers.get(s) in (Lever.NATIONAL, Lever.REGIONAL))
    if lacking:
        args = {"name": theirs["name"], "sectors": lacking}
        evidence = fact(theirs, "levers", "theirs")
        yield caution("lever_held_nationally", asker.words, args, evidence)


def _one_sided(asker: Asker, theirs: Facts) -> Iterator[Caution]:
    """Told only where both say what they need and what they offer."""
    if not all(f.get("needs") and f.get("offers") for f in (theirs, asker.ours)):
        return
    gets, gives = _touches(asker.ours, theirs), _touches(theirs, asker.ours)
    if gets != gives:
        code = "one_sided.gets" if gets else "one_sided.gives"
        text = caution(code, asker.words, {"name": theirs["name"]})
        yield {**text, "code": "one_sided"}


def _touches(needy: Facts, giver: Facts) -> bool:
    wanted = {need["sector"] for need in needy["needs"]} if needy.get("needs") else set()
    return any(offer["sector"] in wanted for offer in giver.get("offers", ()))


def _purpose(asker: Asker, theirs: Facts) -> Iterator[Caution]:
    only_trade = all(t.get("purpose") == Purpose.TRANSACTION for t in asker.ties)
    if asker.purpose is not Purpose.TRANSACTION and only_trade:
        yield caution("purpose_transaction", asker.words, {"name": theirs["name"]})


def _rivals(asker: Asker, theirs: Facts) -> Iterator[Caution]:
    shared = _RIVAL_SECTORS.intersection(
        asker.ours.get("sectors", ())
    ) & _RIVAL_SECTORS.intersection(theirs.get("sectors", ()))
    home = asker.ours["country"]
    if shared and theirs["country"] in (home, *countries()[home].neighbours):
        args = {"name": theirs["name"], "sectors": sorted(shared)}
        yield caution("competes_with", asker.words, args, *both(asker.ours, theirs, "sectors"))


def _settlement(theirs: Facts, words: Wording) -> Iterator[Caution]:
    if theirs.get("population_basis") == _SETTLEMENT:
        args = {"name": theirs["name"]}
        evidence = fact(theirs, "population_basis", "theirs")
        yield caution("settlement", words, args, evidence)


def _tie(asker: Asker, theirs: Facts) -> Iterator[Caution]:
    yield caution("existing_tie", asker.words, {"name": theirs["name"]})


def _disputed(theirs: Facts, words: Wording) -> Iterator[Caution]:
    note = countries()[theirs["country"]].disputed
    if note:
        evidence = fact(theirs, "country", "theirs")
        yield caution("disputed", words, {"note": note}, evidence)


# A field that every record has.
ALWAYS = "country"
# What ends pairs in the course of years.
_OF_LASTING_TIES: Checks = (
    Check(_population, ALWAYS, ALWAYS),
    Check(_resources, "own_budget", "own_budget"),
    Check(_executive, "executive", "executive"),
    Check(_powers, "powers", "powers"),
)
_OF_ALL: Checks = (
    Check(_levers, "levers", "needs"),
    Check(_one_sided, "needs", "needs"),
    Check(_purpose, ALWAYS, ALWAYS, of_ties=True),
    Check(_rivals, "sectors", "sectors"),
    Check(_tie, ALWAYS, ALWAYS, of_ties=True),
)
