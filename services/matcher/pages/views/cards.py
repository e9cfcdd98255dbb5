"""A result as a card of its page: what it is, why it fits, what each side can show."""

from dataclasses import dataclass
from typing import Any

from models.snapshot import Snapshot
from models.taxonomy import PlaceKind
from services.matcher.features import Facts
from services.matcher.features.size import counted_as, size_field
from services.matcher.pages.views.evidence import (
    ReasonLine,
    Sentence,
    caution_lines,
    reason_lines,
    rule_lines,
)
from services.matcher.pages.views.places import where
from services.matcher.pages.views.strips import Strip, Strips
from services.matcher.pages.words import PageWording, sentence
from services.matcher.profile import stored_facts

Json = dict[str, Any]
MAIN_REASONS = 3
# Said once above the list, beside what the figure is called with each.
SAID_ABOVE = "settlement"


@dataclass(frozen=True)
class Exchange:
    """One thing a side can show: the sector, and in its own words what."""

    sector: str
    stage: str
    text: str


@dataclass(frozen=True)
class Card:
    """One result."""

    rank: int
    id: str
    name: str
    where: str
    about: str
    band: str
    band_name: str
    main: list[ReasonLine]
    every: list[ReasonLine]
    total: str
    coverage: str
    cautions: list[Sentence]
    gets: list[Exchange]
    gives: list[Exchange]
    strips: list[Strip]
    verdict: str
    verdict_name: str
    rules: list[Sentence]
    steps: list[str]
    ways: list[str]
    inside: list[str]
    says: str
    weaker_side: str
    lat: float | None
    lon: float | None
    residents: str
    listed: bool
    serves: bool = True


@dataclass(frozen=True)
class Cards:
    """Makes the cards of one answer."""

    snapshot: Snapshot
    tenant: str
    words: PageWording
    strips: Strips
    listed: set[str]

    def one(self, rank: int, result: Json) -> Card:
        """The card of one result."""
        words = self.words
        is_place = "place" in result
        thing = result["place"] if is_place else result["collaboration"]
        facts = stored_facts(self.snapshot, thing["id"], self.tenant)[1] if is_place else thing
        reasons = reason_lines(result["reasons"], words)
        return Card(
            rank=rank,
            id=thing["id"],
            name=thing["name"],
            where=where(self.snapshot, facts, words) if is_place else "",
            about=self._about_place(facts) if is_place else self._about_network(thing),
            band=result["band"],
            band_name=words.term("band", result["band"]),
            main=[line for line in reasons if line.speaks_for][:MAIN_REASONS],
            every=reasons,
            total=words.format_field(round(100 * result["score"], 1), "number"),
            coverage=words.format_field(round(100 * result["coverage"]), "number"),
            cautions=caution_lines(
                [c for c in result.get("cautions", ()) if c.get("code") != SAID_ABOVE], words
            ),
            gets=self._exchanges(result.get("gets", ())),
            gives=self._exchanges(result.get("gives", ())),
            strips=self.strips.of(facts) if is_place else [],
            verdict=result["verdict"],
            verdict_name=words.term("verdict", result["verdict"]),
            rules=[] if is_place else rule_lines(result["rules"], words),
            steps=[step["text"] for step in result.get("next_steps", ())],
            ways=[way["text"] for way in result.get("route_in", ())],
            inside=[
                f"{peer['name']} ({words.format_field(peer['country'], 'country')})"
                for peer in result.get("peers_inside", ())[:5]
            ],
            says=thing.get("description", ""),
            weaker_side=result.get("side", ""),
            lat=thing.get("lat"),
            lon=thing.get("lon"),
            residents=words.format_field(thing.get("population"), "number"),
            listed=thing["id"] in self.listed,
            serves=serves(result),
        )

    def _about_place(self, facts: Facts) -> str:
        words = self.words
        parts = [words.term("kind", facts["kind"])]
        is_authority = facts["kind"] == PlaceKind.METRO_AUTHORITY
        field = size_field(facts) if is_authority else "population"
        if facts.get(field):
            args = {"count": facts[field], "basis": counted_as(facts, field)}
            parts.append(words.text("results.about_residents", args))
        if facts.get("national_rank"):
            parts.append(words.text("results.about_rank", {"rank": facts["national_rank"]}))
        return sentence(" · ".join(parts))

    def _about_network(self, record: Facts) -> str:
        words = self.words
        parts = [words.term("type", record["type"])]
        if record.get("theme"):
            parts.append(words.term("theme", record["theme"]))
        parts.append(words.joined([words.term("sector", s) for s in record.get("sectors", ())]))
        return sentence(" · ".join(parts))

    def _exchanges(self, items: Any) -> list[Exchange]:
        words = self.words
        return [
            Exchange(
                words.term("sector", item["sector"]),
                words.term("stage", item["stage"]) if item.get("stage") else "",
                item.get("text", ""),
            )
            for item in items
        ]


def serves(result: Json) -> bool:
    """Whether a network may serve what is needed: one that works on other things does not."""
    return not any(r["feature"] == "needs_served" and not r["value"] for r in result["reasons"])
