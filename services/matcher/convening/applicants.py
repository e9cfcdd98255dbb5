"""Applicants: who they are on file, what they claim, and where the two contradict each other."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from models.records import Place
from models.taxonomy import PopulationBasis
from services.matcher.convening.desk import Desk, shown
from services.matcher.convening.schemas import Applicant
from services.matcher.reconciling.name_matching import Asked, Match

Facts = dict[str, Any]
# Figures that differ by more than this contradict each other; less is another year's count.
TOLERANCE = 0.1
_NUMBERS = ("population", "metro_population", "national_rank")
_WORDS = ("kind", "country", "region", "has_government", "city_state")
# What a record says about itself, not about the place.
_NOT_FACTS = {"id", "name", "aliases", "provenance"}


@dataclass(frozen=True)
class Known:
    """An applicant as far as it is known: its own words laid over the catalogue's.

    `on_file` is the catalogue's record where the applicant is a place of it; `conflicts` are
    the fields in which the two contradict each other, in which the catalogue's value is kept
    in `on_file` and the applicant's in `facts`.
    """

    number: int
    facts: Facts
    on_file: Facts | None = None
    conflicts: list[Facts] = field(default_factory=list)
    candidates: list[Facts] = field(default_factory=list)
    matched: float | None = None
    row: int | None = None
    asked: str | None = None

    def shown(self) -> Facts:
        """The applicant as an answer names it."""
        head: Facts = {"number": self.number}
        if self.row is not None:
            head["row"] = self.row
        if self.matched is not None and self.on_file is not None:
            head["matched"] = {
                "place_id": self.on_file["id"],
                "name": self.on_file["name"],
                "asked": self.asked,
                "score": self.matched,
            }
        if self.candidates:
            head["candidates"] = self.candidates
        return head | shown(self.facts)


def known(
    desk: Desk, applicants: Sequence[Applicant], lines: Sequence[int] | None = None
) -> list[Known]:
    """Who the applicants are; `lines` are their lines in a sheet."""
    matches = _matches(desk, applicants)
    return [
        _known(desk, number, applicant, matches.get(number), lines[number] if lines else None)
        for number, applicant in enumerate(applicants)
    ]


def _matches(desk: Desk, applicants: Sequence[Applicant]) -> dict[int, Match]:
    """Places on file that applicants without an id of the catalogue may mean by their name."""
    asked = {
        number: Asked(a.place.name, a.place.country, a.place.kind)
        for number, a in enumerate(applicants)
        if a.place is not None and not _is_public(a.place)
    }
    seen = desk.context.snapshot.places.visible_to("public")
    return dict(zip(asked, desk.names.match(list(asked.values()), seen), strict=True))


def _is_public(place: Place) -> bool:
    return place.id is not None and not place.id.startswith("x:")


def _known(
    desk: Desk, number: int, applicant: Applicant, match: Match | None, line: int | None
) -> Known:
    if applicant.place is None:
        facts = desk.stored(applicant.place_id or "")
        return Known(number, facts, row=line)
    claims = applicant.place.facts()
    if match is None:
        return _merged(number, claims, desk.stored(claims["id"]), None, line)
    places = desk.context.snapshot.places
    if match.row is not None:
        on_file = desk.stored(places.id(match.row))
        return _merged(number, claims, on_file, match.candidates[0].score, line)
    candidates = [
        {"place_id": places.id(c.row), "name": places.facts(c.row)["name"], "score": c.score}
        for c in match.candidates
    ]
    return Known(number, claims, candidates=candidates, row=line)


def _merged(
    number: int, claims: Facts, on_file: Facts, score: float | None, line: int | None
) -> Known:
    conflicts = contradictions(claims, on_file)
    told = {k: v for k, v in claims.items() if k not in _NOT_FACTS}
    if "population" in told or "population_basis" in told:
        told.setdefault("population_basis", PopulationBasis.MUNICIPALITY)
    provenance = {k: v for k, v in (on_file.get("provenance") or {}).items() if k not in told}
    provenance |= {k: v for k, v in (claims.get("provenance") or {}).items() if k != "*"}
    facts = {**on_file, **told}
    if provenance:
        facts["provenance"] = {
            **{k: {"source": "the applicant", "status": "claim"} for k in told},
            **provenance,
        }
    return Known(number, facts, on_file, conflicts, matched=score, row=line, asked=claims["name"])


def contradictions(claims: Facts, on_file: Facts) -> list[Facts]:
    """Fields in which what an applicant says and what is on file cannot both be true."""
    found = []
    for name in (*_NUMBERS, *_WORDS):
        claimed, held = claims.get(name), on_file.get(name)
        if claimed is None or held is None or not _differ(name, claims, on_file):
            continue
        rests_on = on_file.get("provenance") or {}
        fact = rests_on.get(name) or rests_on.get("*") or {}
        found.append(
            {
                "field": name,
                "claimed": claimed,
                "on_file": held,
                **{k: fact[k] for k in ("source", "date", "status") if k in fact},
            }
        )
    return found + _below_its_core(claims, on_file)


def _below_its_core(claims: Facts, on_file: Facts) -> list[Facts]:
    """A metropolitan area cannot be smaller than the settlement at its core."""
    claimed, core = claims.get("metro_population"), on_file.get("population")
    if claimed is None or core is None or "metro_population" in on_file:
        return []
    if claimed >= core * (1 - TOLERANCE):
        return []
    return [{"field": "metro_population", "claimed": claimed, "on_file": core,
             "on_file_field": "population"}]  # fmt: skip


def _differ(name: str, claims: Facts, on_file: Facts) -> bool:
    claimed, held = claims[name], on_file[name]
    if name not in _NUMBERS:
        return bool(claimed != held)
    if name == "national_rank":
        return bool(claimed != held)
    settlement = PopulationBasis.SETTLEMENT
    if name == "population" and (
        (claims.get("population_basis") == settlement)
        != (on_file.get("population_basis") == settlement)
    ):
        return False  # a settlement's figure says nothing about a municipality's
    return bool(abs(claimed - held) > TOLERANCE * max(claimed, held))
