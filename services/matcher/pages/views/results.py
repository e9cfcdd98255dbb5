"""An answer as its page shows it: what was asked, each result, and what was left out."""

from dataclasses import dataclass, field
from typing import Any

from models.snapshot import Snapshot
from models.taxonomy import PlaceKind, Verdict
from services.matcher.features import Facts
from services.matcher.pages.asked import Asked
from services.matcher.pages.views.cards import SAID_ABOVE, Card, Cards
from services.matcher.pages.views.evidence import Sentence, remedy_in, rule_lines
from services.matcher.pages.views.places import where
from services.matcher.pages.views.strips import Strips
from services.matcher.pages.words import PageWording

Json = dict[str, Any]
RULED_OUT = 12
# A peer is told that it is itself, or asked about: nobody wonders why that was left out. How many
# of a full country were passed over is said above the list.
_PLAIN = {"peer-itself", "peer-among", "peer-max-per-country"}


@dataclass(frozen=True)
class RuledOut:
    """What was left out, by which rule, and what would change that.

    `original` is what only the words of the source say.
    """

    id: str
    name: str
    where: str
    kind: str
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
    ruled_out_together: list[tuple[str, list[str]]]
    ruled_out_count: int
    among: int
    fewer: list[str]
    passed_over: list[str]
    next_question: str
    supply: list[tuple[str, str]]
    uncovered: list[str]
    step_0: list[str]
    need_unheard: bool
    of_settlements: bool
    kinds: list[dict[str, str]]
    bands: list[tuple[str, int]] = field(default_factory=list)

    @property
    def all(self) -> list[Card]:
        return sorted([*self.cards, *self.undecided, *self.beside], key=lambda card: card.rank)


class ResultsView:
    """Makes the page of one answer."""

    def __init__(
        self, snapshot: Snapshot, tenant: str, ours: Facts, words: PageWording, listed: set[str]
    ) -> None:
        self.snapshot, self.words, self.ours = snapshot, words, ours
        self.strips = Strips(snapshot.places, ours, words)
        self.cards = Cards(snapshot, tenant, words, self.strips, listed)

    def page(self, answer: Json, asked: Asked) -> Results:
        """All of it."""
        words = self.words
        cards = [self.cards.one(at, result) for at, result in enumerate(answer["results"], 1)]
        serving = [c for c in cards if c.serves]
        undecided = [c for c in serving if c.verdict == Verdict.UNDETERMINED]
        refused = [r for r in answer.get("refused", ()) if not self._plain(r)]
        ruled_out = [self._ruled_out(r) for r in refused[:RULED_OUT]]
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
            ruled_out=ruled_out,
            ruled_out_together=_together(ruled_out) if asked.want == "peers" else [],
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
            need_unheard=_need_unheard(asked, cards),
            of_settlements=_of_settlements(answer),
            kinds=[{"value": str(k), "text": words.term("kind", k)} for k in PlaceKind],
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
            kind=self.words.term("kind", thing["kind"]) if is_place else "",
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


def _together(ruled_out: list[RuledOut]) -> list[tuple[str, list[str]]]:
    """Places under the conditions that leave them out, each condition said once."""
    found: dict[str, list[str]] = {}
    for out in ruled_out:
        said = " ".join(rule.text for rule in out.rules)
        found.setdefault(said, []).append(f"{out.name}, {out.where} ({out.kind})")
    return list(found.items())


def _need_unheard(asked: Asked, cards: list[Card]) -> bool:
    """Whether a need was named and nothing on file says that any of these could serve it."""
    named = asked.want == "peers" and bool(asked.sectors) and bool(cards)
    return named and not any(card.gets for card in cards)


def _of_settlements(answer: Json) -> bool:
    """Whether a figure of a settlement is shown, which is explained once above the list."""
    cautions = [c for result in answer["results"] for c in result.get("cautions", ())]
    return any(c.get("code") == SAID_ABOVE for c in cautions)
