"""What is held about a place: each fact with its source, date and status, and what is missing."""

from dataclasses import dataclass

import numpy as np

from models.snapshot import Snapshot
from models.snapshot.columns import profile_columns
from models.taxonomy import Mode, PlaceKind
from services.matcher.catalogue import Catalogue
from services.matcher.evidence import rests_on
from services.matcher.features import PEER_FEATURES, Facts
from services.matcher.pages.views.evidence import Source, sources_of
from services.matcher.pages.views.fact_words import FactWords
from services.matcher.pages.views.places import where
from services.matcher.pages.words import PageWording

GROUPS: dict[str, tuple[str, ...]] = {
    "people": ("population", "metro_population", "national_rank", "languages"),
    "government": ("kind", "has_government", "part_of", "executive", "contact_office"),
    "money": ("own_budget", "capacity"),
    "powers": ("powers", "levers"),
    "work": ("sectors", "goals", "strategic_goals", "stakeholders", "support_need", "readiness"),
    "needs": ("needs",),
    "offers": ("offers",),
    "ties": ("commitments",),
}
# What a place says of itself to us alone, and no page shows.
WITHHELD = {"readiness"}
# What asking for each would fill: the column that features look at, and the field a person knows.
_ASKED_BY = {
    "needs": "needs", "offers": "offers", "sectors": "sectors", "goals": "goals",
    "powers": "powers", "levers": "levers", "stakeholders": "stakeholders", "size": "population",
    "languages": "languages", "rank": "national_rank",
}  # fmt: skip
QUESTIONS = 4


@dataclass(frozen=True)
class FactLine:
    """One fact: its values in words, or the mark of why there is none."""

    name: str
    label: str
    values: list[str]
    foreign: list[str]
    mark: str
    sources: list[Source]
    edited: bool


@dataclass(frozen=True)
class FactGroup:
    name: str
    lines: list[FactLine]


@dataclass(frozen=True)
class ProfileView:
    """The whole page."""

    id: str
    name: str
    where: str
    kind: str
    aliases: list[str]
    says: str
    groups: list[FactGroup]
    questions: list[str]
    edited: bool


class ProfilePage:
    """Makes the page of one place."""

    def __init__(self, catalogue: Catalogue, words: PageWording, names: dict[str, str]) -> None:
        self.catalogue, self.words = catalogue, words
        self.fact_words = FactWords(words, names)

    def page(self, place_id: str, stored: Facts, edits: Facts) -> ProfileView:
        """A place's facts, with what its own people laid over them."""
        words, facts = self.words, stored | edits
        return ProfileView(
            id=place_id,
            name=facts["name"],
            where=where(self.catalogue.snapshot, facts, words),
            kind=words.term("kind", facts["kind"]),
            aliases=list(facts.get("aliases", ()))[:12],
            says=facts.get("description", ""),
            groups=[
                FactGroup(name, [self._line(field, facts, edits) for field in fields])
                for name, fields in GROUPS.items()
            ],
            questions=self._questions(facts),
            edited=bool(edits),
        )

    def _line(self, field: str, facts: Facts, edits: Facts) -> FactLine:
        words = self.words
        value = None if field in WITHHELD else facts.get(field)
        values, foreign = (
            self.fact_words.said(field, value) if value not in (None, [], {}) else ([], [])
        )
        mark = "" if values or foreign else self._mark(field, facts)
        return FactLine(
            name=field,
            label=words.term("field", field),
            values=values,
            foreign=foreign,
            mark=mark,
            sources=[] if mark else self._sources(field, facts, edits),
            edited=field in edits,
        )

    def _mark(self, field: str, facts: Facts) -> str:
        """Missing, not applicable or withheld: three things that look alike and are not."""
        if field in WITHHELD:
            return "withheld"
        city = facts["kind"] in (PlaceKind.CITY, PlaceKind.METRO_AUTHORITY)
        ruled = facts.get("has_government") is not False
        applies = {"metro_population": city, "powers": ruled, "levers": ruled, "executive": ruled}
        return "missing" if applies.get(field, True) else "not_applicable"

    def _sources(self, field: str, facts: Facts, edits: Facts) -> list[Source]:
        if field in edits:
            return []
        if field == "commitments":
            ties = [c.get("provenance", {}).get("*") for c in facts.get("commitments", ())]
            return sources_of([tie for tie in ties if tie], self.words)[:3]
        found = rests_on(facts, field)
        return sources_of([found], self.words) if found else []

    def _questions(self, facts: Facts) -> list[str]:
        """The missing facts that most weight of the usual peer question hangs on."""
        columns = profile_columns(facts)
        weights = self.catalogue.weights["peers"][Mode.SUSTAINED_PAIRING]
        lost: dict[str, float] = {}
        for feature in PEER_FEATURES:
            field = _ASKED_BY.get(feature.asks)
            if field and np.isnan(columns[feature.asks]).all():
                lost[field] = lost.get(field, 0) + weights[feature.name]
        ordered = sorted((f for f in lost if lost[f]), key=lambda f: (-lost[f], f))
        return [self.words.text(f"places.ask_{field}", {}) for field in ordered[:QUESTIONS]]


def names_of(snapshot: Snapshot, facts: Facts, tenant: str) -> dict[str, str]:
    """The names of what a place is part of and tied to."""
    found = {}
    for tie in facts.get("commitments", ()):
        if tie.get("collaboration"):
            at = snapshot.collaboration_row(tie["collaboration"], tenant)
            if at is not None:
                found[tie["collaboration"]] = str(snapshot.collaborations[at]["name"])
    places = [t["place_id"] for t in facts.get("commitments", ()) if t.get("place_id")]
    for key in [*places, *facts.get("part_of", ())]:
        row = snapshot.places.row(key, tenant)
        if row is not None:
            found[key] = str(snapshot.places.facts(row)["name"])
    return found
