"""An answer as its page shows it: what was asked, each result, and what was left out."""

from dataclasses import dataclass, field
from typing import Any

from models.snapshot import Snapshot
from models.taxonomy import Verdict
from services.matcher.features import Facts
from services.matcher.pages.asked import Asked
from services.matcher.pages.views.evidence import (
    ReasonLine,
    Sentence,
    caution_lines,
    reason_lines,
    remedy_in,
    rule_lines,
)
from services.matcher.pages.views.places import where
from services.matcher.pages.views.strips import Strip, Strips
from services.matcher.pages.words import PageWording
from services.matcher.profile import stored_facts

Json = dict[str, Any]
MAIN_REASONS = 3
RULED_OUT = 12
# A peer is told that it is itself, or asked about: nobody wonders why that was left out. How many
# of a full country were passed over is said above the list.
_PLAIN = {"peer-itself", "peer-among", "peer-max-per-country"}


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
class RuledOut:
    """What was left out, by which rule, and what would change that.

    `original` is what only the words of the source say.
    """

    id: str
    name: str
    where: str
    rules: list[Sentence]
    change: str
    ways: list[str]
    original: list[str]


@dataclass(frozen=True)
class Results:
    """The whole page."""

    match_id: str
    as_of: str
    want: str
    place_name: str
    place_where: str
    asked: Asked
    cards: list[Card]
    undecided: list[Card]
    beside: list[Card]
    ruled_out: list[RuledOut]
    ruled_out_count: int
    among: int
    fewer: list[str]
    passed_over: list[str]
    next_question: str
    supply: list[tuple[str, str]]
    uncovered: list[str]
    step_0: list[str]
    bands: list[tuple[str, int]] = field(default_factory=list)

    @property
    def all(self) -> list[Card]:
        return sorted([*self.cards, *self.undecided, *self.beside], key=lambda card: card.rank)


class ResultsView:
    """Makes the page of one answer."""

    def __init__(
        self, snapshot: Snapshot, tenant: str, ours: Facts, words: PageWording, listed: set[str]
    ) -> None:
        self.snapshot, self.tenant, self.words, self.listed = snapshot, tenant, words, listed
        self.ours = ours
        self.strips = Strips(snapshot.places, ours, words)

    def page(self, answer: Json, asked: Asked) -> Results:
        """All of it."""
        words = self.words
        cards = [self._card(at, result) for at, result in enumerate(answer["results"], 1)]
        serving = [c for c in cards if c.serves]
        undecided = [c for c in serving if c.verdict == Verdict.UNDETERMINED]
        refused = [r for r in answer.get("refused", ()) if not self._plain(r)]
        question = answer.get("next_question")
        return Results(
            match_id=answer["match_id"],
            as_of=words.format_field(answer["as_of"], "date"),
            want=asked.want,
            place_name=self.ours["name"],
            place_where=where(self.snapshot, self.ours, words),
            asked=asked,
            cards=[c for c in serving if c.verdict != Verdict.UNDETERMINED],
            undecided=undecided,
            beside=[c for c in cards if not c.serves],
            ruled_out=[self._ruled_out(r) for r in refused[:RULED_OUT]],
            ruled_out_count=len(refused),
            among=self.strips.among,
            fewer=[item["text"] for item in answer.get("fewer_because", ())],
            passed_over=self._passed_over(answer),
            next_question=self._next(question) if question else "",
            supply=[
                (words.term("stage", stage), words.term("supply", word))
                for stage, word in answer.get("supply", {}).items()
            ],
            uncovered=[words.term("stage", stage) for stage in answer.get("uncovered_stages", ())],
            step_0=[item["name"] for item in answer.get("step_0", ())],
            bands=[
                (band, sum(c.band == band for c in cards)) for band in ("strong", "fair", "weak")
            ],
        )

    def _passed_over(self, answer: Json) -> list[str]:
        """Countries of which more fit than are shown, with how many."""
        return [
            f"{self.words.format_field(item['country'], 'country')} "
            f"({self.words.format_field(item['count'], 'number')})"
            for item in answer.get("passed_over", ())
        ]

    def _plain(self, refusal: Json) -> bool:
        return bool(_PLAIN & {r["rule_id"] for r in refusal["rules"] if r["outcome"] == "fail"})

    def _next(self, question: Json) -> str:
        args = {"fact": question["field"], "count": question["would_settle"]}
        return self.words.text("results.next_question", args)

    def _facts(self, place_id: str) -> Facts:
        return stored_facts(self.snapshot, place_id, self.tenant)[1]

    def _card(self, rank: int, result: Json) -> Card:
        words = self.words
        is_place = "place" in result
        thing = result["place"] if is_place else result["collaboration"]
        facts = self._facts(thing["id"]) if is_place else thing
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
            cautions=caution_lines(result.get("cautions", []), words),
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
            serves=_serves(result),
        )

    def _about_place(self, facts: Facts) -> str:
        words = self.words
        parts = [words.term("kind", facts["kind"])]
        if facts.get("population"):
            basis = facts.get("population_basis") or "unstated"
            args = {"count": facts["population"], "basis": basis}
            parts.append(words.text("results.about_residents", args))
        if facts.get("national_rank"):
            parts.append(words.text("results.about_rank", {"rank": facts["national_rank"]}))
        return " · ".join([parts[0][:1].upper() + parts[0][1:], *parts[1:]])

    def _about_network(self, record: Facts) -> str:
        words = self.words
        parts = [words.term("type", record["type"])]
        if record.get("theme"):
            parts.append(words.term("theme", record["theme"]))
        parts.append(words.joined([words.term("sector", s) for s in record.get("sectors", ())]))
        return " · ".join([parts[0][:1].upper() + parts[0][1:], *parts[1:]])

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

    def _ruled_out(self, refusal: Json) -> RuledOut:
        is_place = "place" in refusal
        thing = refusal["place"] if is_place else refusal["collaboration"]
        failed = [rule for rule in refusal["rules"] if rule["outcome"] == "fail"]
        rules = rule_lines(failed or refusal["rules"], self.words)
        change, own_words = self._change(refusal)
        return RuledOut(
            id=thing["id"],
            name=thing["name"],
            where=where(self.snapshot, thing, self.words) if is_place else "",
            rules=rules,
            change=change,
            ways=[way["text"] for way in refusal.get("route_in", ())],
            original=[
                *(rule.original for rule in rules if rule.original),
                *([own_words] if own_words else []),
            ],
        )

    def _change(self, refusal: Json) -> tuple[str, str]:
        """The smallest change that would let it in, and its own words where there are no others."""
        change = refusal.get("smallest_change") or {}
        by_id = {rule["rule_id"]: rule for rule in refusal["rules"]}
        rule = by_id.get(change.get("rule_id"), {})
        return remedy_in({**rule, "remedy": change.get("text")}, self.words)


def _serves(result: Json) -> bool:
    """Whether a network may serve what is needed: one that works on other things does not."""
    return not any(r["feature"] == "needs_served" and not r["value"] for r in result["reasons"])
