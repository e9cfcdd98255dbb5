"""POST /v1/portfolios/invitation: join, decline or swap, by what it adds to what is held."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from models.names import fold
from models.taxonomy import NeedLevel, Theme, Verdict
from services.matcher.matching.question import CONFIDENT
from services.matcher.portfolio.checklist import answered, known_answers
from services.matcher.portfolio.holdings import Facts, Holding
from services.matcher.portfolio.overlaps import ground
from services.matcher.portfolio.schemas import InvitationRequest
from services.matcher.portfolio.situation import Candidate, Situation
from services.matcher.portfolio.telling import Why, in_words, told, uncovered
from services.matcher.portfolio.worth import Limits, Option, gain, within

SHORTEST_NAME = 3


@dataclass(frozen=True)
class Advice:
    """What to do with an invitation, and why."""

    decision: str
    why: Why
    level: str | None = None
    gain: float = 0.0
    replaces: Holding | None = None
    redundant: tuple[Holding, ...] = ()


class Invitation:
    """One invitation against one portfolio."""

    def __init__(self, situation: Situation, request: InvitationRequest) -> None:
        self.situation = situation
        self.read: Facts | None = None
        self.candidate = self._invited(request)
        self.held = [situation.held_option(h) for h in situation.holdings]
        self.holdings = {h.key: h for h in situation.holdings}
        self.options = situation.new_options(self.candidate)
        self.new = uncovered(self.options[0], self.held) & situation.weights.keys()

    def _invited(self, request: InvitationRequest) -> Candidate:
        situation = self.situation
        catalogue, tenant = situation.context.catalogue, situation.context.tenant
        if request.collaboration is not None:
            return self._on_file(catalogue.collaboration(request.collaboration, tenant))
        assert request.text is not None
        row = self._named(request.text)
        return self._unknown(request.text) if row is None else self._on_file(row)

    def _on_file(self, row: int) -> Candidate:
        match = self.situation.match
        if row in match.rows:
            return self.situation.collaboration(row)
        record = match.records[row]
        return Candidate(record["id"], record, 0.0, Verdict.UNDETERMINED)

    def _named(self, text: str) -> int | None:
        """The collaboration that a text names; the longest name wins, none is guessed."""
        found: list[tuple[int, int]] = []
        for row, record in enumerate(self.situation.match.records):
            if record["tenant"] in ("public", self.situation.context.tenant):
                names = (record["name"], *record.get("aliases", ()))
                found += [(-len(name), row) for name in names if _names(text, name)]
        return min(found)[1] if found else None

    def _unknown(self, text: str) -> Candidate:
        """What a text seems to be about, where it names nobody on file."""
        readings = self.situation.context.load_reader().read_needs(text)
        sure = [r for r in readings if r.confidence >= CONFIDENT]
        sectors = sorted({str(r.sector) for r in sure})
        stages = sorted({str(r.stage) for r in sure if r.stage})
        # The stage that words speak of is shown; too often read wrongly, it decides nothing.
        self.read = {"sectors": sectors, "stages": stages}
        record: Facts = {
            "name": self.situation.words.text("portfolio.invitation.sender", {}),
            "type": "",
            "theme": Theme.DEDICATED,
            "sectors": sectors,
        }
        return Candidate("", record, 0.0, Verdict.UNDETERMINED)

    @property
    def unread(self) -> bool:
        """Whether the words it came in tell nothing of what it is about."""
        return self.read is not None and not self.read["sectors"]

    def advice(self) -> Advice:
        """Hard reasons first, then what it adds, then what there is room for."""
        candidate, words = self.candidate, self.situation.words
        if self.unread:
            return Advice("decline", [("portfolio.invitation.unread", {})])
        if candidate.key and candidate.key in self.holdings:
            return Advice("decline", [("portfolio.invitation.member", {})])
        if candidate.verdict is Verdict.REFUSED and candidate.judgement:
            failed = [
                (words.of_catalogue(o.text) or o.text or words.term("rule", o.rule_id)).rstrip(".")
                for o in candidate.judgement.failed
            ]
            why: Why = [("portfolio.invitation.refused", {"rules": failed})]
            return Advice("decline", why)
        if not self.new:
            same = self._same_ground()
            code = "redundant" if same else "adds_nothing"
            args: Facts = {"names": [h.name for h in same]} if same else {}
            return Advice("decline", [(f"portfolio.invitation.{code}", args)], redundant=same)
        return self._by_room()

    def _same_ground(self) -> tuple[Holding, ...]:
        """The commitments that cover what it would cover."""
        mine = self.situation.covers(self.candidate).keys() & self.situation.weights.keys()
        needs = {e for e in mine if e[0] == "need"} or mine
        here = ground(Holding(self.candidate.key, self.candidate.record, False, ({},)))
        return tuple(
            holding
            for holding, option in zip(self.situation.holdings, self.held, strict=True)
            if option.covers.keys() & needs and (not here or ground(holding) & here)
        )

    def _by_room(self) -> Advice:
        """Join where there is room as things stand; else what has ended makes room first."""
        adds = told(self.new, "portfolio.add", self.situation.weights)
        for held, gone in self._ways():
            option = self._fits(held)
            if option is None:
                continue
            added = gain(self.situation.choice, self.held, option)
            if added <= 0:
                return Advice("decline", [("portfolio.invitation.too_little", {})], gain=added)
            why: Why = [*adds, *self._level(option)]
            if gone is None:
                return Advice("join", why, option.level, added)
            why.append(("portfolio.swap.ended", {"name": gone.name}))
            return Advice("swap", why, option.level, added, replaces=gone)
        return self._swap(self.options[0], adds)

    def _ways(self) -> Iterator[tuple[list[Option], Holding | None]]:
        """What is held as it stands, then without one that has ended."""
        yield self.held, None
        for gone in self.held:
            if not gone.allowed:
                rest = [option for option in self.held if option is not gone]
                yield rest, self.holdings[gone.key]

    def _fits(self, held: list[Option]) -> Option | None:
        """The highest level at which there is room beside what is held."""
        held = [option for option in held if option.key != self.candidate.key]
        fitting = (o for o in self.options if within(self._limits(), [*held, o], ended=True))
        return next(fitting, None)

    @property
    def room(self) -> bool:
        return self._fits(self.held) is not None

    def _limits(self) -> Limits:
        return Limits(**self.situation.budgets.limits(), changes=1)

    def _level(self, option: Option) -> Why:
        """Said where mayors would be asked for and their slots are in use."""
        asks_mayors = self.candidate.record.get("level") == NeedLevel.MAYOR
        if option.level == "mayor" or not asks_mayors:
            return []
        used, limit = self.situation.budgets.mayor_slots
        return [("portfolio.add.officer_level", {"used": used, "limit": limit})]

    def _swap(self, option: Option, adds: Why) -> Advice:
        """Instead of the commitment that adds least, where that makes room and is worth it."""
        choice, best = self.situation.choice, None
        for weakest in self.held:
            rest = [o for o in self.held if o.key != weakest.key]
            if within(self._limits(), [*rest, option]):
                net = gain(choice, rest, option) - gain(choice, self.held, weakest)
                if best is None or net > best[0]:
                    best = (net, weakest)
        if best is None or best[0] <= 0:
            return Advice("decline", [("portfolio.invitation.no_room", {})])
        holding = self.holdings[best[1].key]
        why: Why = [*adds, ("portfolio.invitation.swap", {"name": holding.name})]
        return Advice("swap", why, option.level, best[0], replaces=holding)


def _names(text: str, name: str) -> bool:
    """Whether a text holds a name; a name of one word only as it is written, as in URBACT."""
    key = fold(name)
    if " " in key:
        return f" {key} " in f" {fold(text)} "
    if len(name) < SHORTEST_NAME or name.islower():
        return False
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def check_invitation(
    situation: Situation, request: InvitationRequest, checklist: Mapping[str, Any]
) -> dict[str, Any]:
    """The advice in words, with the checklist answered where the service can tell."""
    invitation = Invitation(situation, request)
    advice, candidate = invitation.advice(), invitation.candidate
    answer: dict[str, Any] = {
        "decision": advice.decision,
        "gain": round(advice.gain, 6),
        **in_words(advice.why, situation.words),
    }
    if candidate.key:
        answer |= {"collaboration": candidate.named(), "verdict": candidate.verdict}
    if candidate.judgement:
        answer["rules"] = [outcome.as_json() for outcome in candidate.judgement.outcomes]
    if advice.level:
        answer["level"] = advice.level
    if advice.replaces:
        answer["replaces"] = advice.replaces.named()
    if advice.redundant:
        answer["redundant_with"] = [holding.named() for holding in advice.redundant]
    if invitation.read is not None:
        answer["read"] = invitation.read
    new = None if invitation.unread else bool(invitation.new)
    known = known_answers(situation, candidate, new, invitation.room)
    return answer | {"checklist": answered(checklist, known)}
