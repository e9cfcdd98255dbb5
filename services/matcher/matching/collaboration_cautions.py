"""Cautions about joining a collaboration, and what it gives and asks."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any

from models.countries import countries, groups_of
from models.names import fold
from models.residents import residents, size_class
from models.snapshot.codes import LEVELS
from models.taxonomy import Goal, Hurdle, LedBy, NeedLevel
from services.matcher.eligibility import is_stale
from services.matcher.evidence import fact
from services.matcher.features import Facts
from services.matcher.features.powers import hard_power
from services.matcher.features.stance import LOW_POWERS
from services.matcher.matching.caution import Caution, caution
from services.matcher.wording import Wording


class Cautions:
    """What one place should know before applying, and where."""

    def __init__(self, place: Facts, as_of: date, words: Wording) -> None:
        self.place, self.as_of, self.words = place, as_of, words
        self._checks = [(its, check) for ours, its, check in _OF_PLACES if place.get(ours)]

    def about(self, record: Facts) -> list[Caution]:
        """Its cautions about a collaboration."""
        return [
            found
            for its, check in self._checks
            if record.get(its)
            for found in check(self.place, record, self.as_of, self.words)
        ]


def standing_cautions(record: Facts, as_of: date, words: Wording) -> list[Caution]:
    """What anybody should know before applying, after what is told of a place."""
    return [found for check in _OF_ALL for found in check(record, as_of, words)]


def terms(record: Facts, words: Wording) -> dict[str, Any]:
    """What members get and what they owe, side by side."""
    answer: dict[str, Any] = {}
    if "grant" in record:
        text = words.text("benefit.grant", {"up_to": record["grant"]["up_to"]})
        answer["benefits"] = [{"code": "grant", "text": text, **_proof(record, "grant")}]
    if record.get("obligations"):
        answer["obligations"] = record["obligations"]
    return answer


def stretched(place: Facts, records: Iterable[Facts]) -> list[Facts]:
    """The records that offer systems goals, where the place's own powers are low."""
    powers = place.get("powers")
    own = hard_power(place) if powers and powers.get("basis") != "average" else None
    if own is None or own >= LOW_POWERS:
        return []
    return [record for record in records if Goal.SYSTEMS in record.get("goals", ())]


def _proof(record: Facts, field: str) -> dict[str, Any]:
    return {"evidence": [fact(record, field, "theirs")]}


def _members(record: Facts, as_of: date, words: Wording) -> Iterator[Caution]:
    when = record.get("last_confirmed")
    if "member_count" in record and is_stale(when, as_of):
        args = {"value": record["member_count"], "when": when}
        yield caution("member_count", words, args, fact(record, "member_count", "theirs"))


def _fee(record: Facts, _as_of: date, words: Wording) -> Iterator[Caution]:
    if "fee" not in record:
        yield caution("fee_unknown", words, {})


def _stretch(place: Facts, record: Facts, _as_of: date, words: Wording) -> Iterator[Caution]:
    if stretched(place, [record]):
        evidence = (fact(place, "powers", "ours"), fact(record, "goals", "theirs"))
        yield caution("stretch", words, {}, *evidence)


def _capacity(place: Facts, record: Facts, _as_of: date, words: Wording) -> Iterator[Caution]:
    free = (place.get("capacity") or {}).get("officer_days")
    asked = record.get("effort_days")
    if free is not None and asked is not None and asked > free:
        args = {"asked": asked, "free": free, "gap": asked - free}
        evidence = (fact(place, "capacity", "ours"), fact(record, "effort_days", "theirs"))
        yield caution("capacity_gap", words, args, *evidence)


def _level(place: Facts, record: Facts, _as_of: date, words: Wording) -> Iterator[Caution]:
    """A need of the people who do the work is not met where only mayors sit."""
    wanted = [NeedLevel(n["level"]) for n in place.get("needs", ()) if n.get("level")]
    theirs = record.get("level")
    if not wanted or theirs is None:
        return
    nearest = min(abs(LEVELS.index(w) - LEVELS.index(theirs)) for w in wanted)
    if nearest >= 2:
        args = {"wanted": sorted(set(wanted)), "theirs": theirs}
        evidence = (fact(place, "needs", "ours"), fact(record, "level", "theirs"))
        yield caution("level", words, args, *evidence)


def _size(place: Facts, record: Facts, _as_of: date, words: Wording) -> Iterator[Caution]:
    described = record.get("described_sizes")
    ours = size_class(residents(place))
    if described and ours is not None and ours not in described:
        args = {"described": described, "ours": ours}
        yield caution("size_class", words, args, fact(record, "described_sizes", "theirs"))


def _elsewhere(place: Facts, record: Facts, as_of: date, words: Wording) -> Iterator[Caution]:
    described = record.get("described_places")
    if described and not _within(described, place["country"], as_of):
        args = {"name": record["name"], "country": place["country"]}
        told = "footprint" if record.get("footprint") else "described_places"
        yield caution("elsewhere", words, args, fact(record, told, "theirs"))


def _within(described: Facts, country: str, as_of: date) -> bool:
    return (
        country in described.get("countries", ())
        or countries()[country].continent in described.get("continents", ())
        or not groups_of(country, as_of).isdisjoint(described.get("country_groups", ()))
    )


def _refusals(place: Facts, record: Facts, _as_of: date, words: Wording) -> Iterator[Caution]:
    """Obligations that the place has said it will not meet."""
    for refusal in place.get("will_not", ()):
        for obligation in record.get("obligations", ()):
            if fold(refusal) in fold(obligation):
                args = {"refusal": refusal, "obligation": obligation}
                evidence = (fact(place, "will_not", "ours"), fact(record, "obligations", "theirs"))
                yield caution("commitment_gap", words, args, *evidence)


def _objective(record: Facts, _as_of: date, words: Wording) -> Iterator[Caution]:
    clear = record.get("obligations_clear")
    if clear is not None and not (clear.get("duties") and clear.get("outcomes")):
        missing = [k for k in ("duration", "duties", "outcomes") if not clear.get(k)]
        evidence = fact(record, "obligations_clear", "theirs")
        yield caution("vague_objective", words, {"missing": missing}, evidence)


def _funding(record: Facts, as_of: date, words: Wording) -> Iterator[Caution]:
    ends = record.get("ends")
    if ends is not None and date.fromisoformat(ends) >= as_of:
        yield caution("ends", words, {"ends": ends}, fact(record, "ends", "theirs"))
    if len(record.get("funders", ())) == 1:
        args = {"funder": record["funders"][0]}
        yield caution("single_funder", words, args, fact(record, "funders", "theirs"))


def _disclosed(record: Facts, _as_of: date, words: Wording) -> Iterator[Caution]:
    """Facts to disclose, no faults: who leads it, and how high the hurdle is."""
    if record.get("led_by") == LedBy.BUSINESS:
        args = {"names": record.get("funders") or [record["name"]]}
        yield caution("business_led", words, args, fact(record, "led_by", "theirs"))
    if record.get("hurdle") == Hurdle.HIGH_HURDLE:
        yield caution("hurdle", words, {}, fact(record, "hurdle", "theirs"))


# Each with the fields of the place and of the collaboration without which it says nothing.
_OF_PLACES: tuple[
    tuple[str, str, Callable[[Facts, Facts, date, Wording], Iterator[Caution]]], ...
] = (
    ("powers", "goals", _stretch),
    ("capacity", "effort_days", _capacity),
    ("needs", "level", _level),
    ("country", "described_sizes", _size),
    ("country", "described_places", _elsewhere),
    ("will_not", "obligations", _refusals),
)
_OF_ALL: tuple[Callable[[Facts, date, Wording], Iterator[Caution]], ...] = (
    _objective,
    _funding,
    _disclosed,
    _members,
    _fee,
)
