"""The plan: what to keep, review, swap, add or drop, by what each adds, and why in words."""

from typing import Any

from models.taxonomy import Verdict
from services.matcher.matching.routes_in import next_steps
from services.matcher.portfolio.holdings import Facts, Holding
from services.matcher.portfolio.overlaps import overlaps, redundant_with
from services.matcher.portfolio.situation import Candidate, Situation
from services.matcher.portfolio.solver import best
from services.matcher.portfolio.telling import Why, in_words, told, uncovered
from services.matcher.portfolio.worth import Option, gain, worth

STEPS_SHOWN = 2


class Plan:
    """The best set of commitments, told as changes to those that are held."""

    def __init__(self, situation: Situation) -> None:
        self.situation = situation
        self.choice = situation.choice
        self.chosen: list[Option] = best(self.choice)
        self.holdings = {h.key: h for h in situation.holdings}
        kept = {option.key for option in self.chosen if option.held}
        self.held = [o for o in self.choice.options if o.held]
        self.dropped = [o for o in self.held if o.key not in kept]
        pairs = overlaps(situation.live, situation.facts, situation.words)
        self.redundant = redundant_with(pairs)

    def items(self) -> list[dict[str, Any]]:
        """Every action, the one that adds most first; what is not known to add stands last."""
        found = [self._kept(option) for option in self.chosen if option.held]
        pairs, left = self._pairs()
        before: list[Option] = list(self.held)
        for option in self._new():
            found.append(self._added(option, pairs.get(option.key), before))
            before.append(option)
        found += [self._dropped(option) for option in left]
        return sorted(found, key=_rank)

    def _new(self) -> list[Option]:
        return sorted(
            (o for o in self.chosen if not o.held),
            key=lambda o: (-gain(self.choice, self.chosen, o), o.key),
        )

    def _pairs(self) -> tuple[dict[str, Option], list[Option]]:
        """Which addition takes the slot of which holding; the weakest goes first."""
        waiting = sorted(self.dropped, key=lambda o: (self._lost(o), o.key))
        pairs: dict[str, Option] = {}
        for same_level in (True, False):
            for option in self._new():
                fitting = [d for d in waiting if (d.level == option.level) is same_level]
                if option.key not in pairs and fitting:
                    pairs[option.key] = fitting[0]
                    waiting.remove(fitting[0])
        return pairs, waiting

    def _lost(self, option: Option) -> float:
        """What goes with a holding that is not kept."""
        return worth(self.choice, [*self.chosen, option]) - worth(self.choice, self.chosen)

    def _kept(self, option: Option) -> dict[str, Any]:
        holding = self.holdings[option.key]
        why: Why = list(self.situation.reassess.get(option.key, ()))
        extra: dict[str, Any] = {"owners": holding.owners} if holding.owners else {}
        if option.key in self.redundant:
            others = self.redundant[option.key]
            why.append(("portfolio.review.redundant", {"names": [o["name"] for o in others]}))
            extra["redundant_with"] = [other["id"] for other in others]
        if not holding.record:
            why.append(("portfolio.keep.unknown", {}))
        action = "review" if why else "keep"
        added = gain(self.choice, self.chosen, option) if holding.record else None
        why = why or self._alone(option, "portfolio.keep") or [_little(option)]
        return self._item(action, holding, (option.level, added), why) | extra

    def _added(
        self, option: Option, replaced: Option | None, before: list[Option]
    ) -> dict[str, Any]:
        """A new commitment, told as what it adds to those before it."""
        candidate = self.situation.candidates[option.key]
        added = gain(self.choice, self.chosen, option)
        why = told(uncovered(option, before), "portfolio.add", self.choice.weights)
        why = why or [_more(option)]
        if replaced is not None:
            added -= self._lost(replaced)
            why += self._swapped(option, replaced)
        elif option.level == "officer" and self._could_be_mayor(option):
            used, limit = self.situation.budgets.mayor_slots
            why.append(("portfolio.add.officer_level", {"used": used, "limit": limit}))
        why += _entry(candidate, self.situation)
        action = "swap" if replaced else "add"
        item = self._item(action, candidate, (option.level, added), why)
        item["verdict"] = candidate.verdict
        if replaced is not None:
            item["replaces"] = self.holdings[replaced.key].named()
        return item

    def _could_be_mayor(self, option: Option) -> bool:
        return any(o.key == option.key and o.level == "mayor" for o in self.choice.options)

    def _swapped(self, option: Option, replaced: Option) -> Why:
        name = self.holdings[replaced.key].name
        budgets = self.situation.budgets
        mayors = replaced.level == "mayor"
        used, limit = budgets.mayor_slots if mayors else budgets.officer_slots
        args: Facts = {"name": name, "used": used, "limit": limit}
        if not replaced.allowed:
            return [("portfolio.swap.ended", args)]
        if budgets.full(replaced.level) and option.level == replaced.level:
            return [(f"portfolio.swap.{replaced.level}", args)]
        return [("portfolio.swap.weakest", args)]

    def _dropped(self, option: Option) -> dict[str, Any]:
        holding = self.holdings[option.key]
        why: Why = list(self.situation.reassess.get(option.key, ()))
        if option.allowed:
            why.append(("portfolio.drop.over_budget", {}))
            why += self._alone(option, "portfolio.drop")
        lost = -self._lost(option) if holding.record else None
        return self._item("drop", holding, (option.level, lost), why)

    def _alone(self, option: Option, code: str) -> Why:
        """What an option alone covers in the plan, in words."""
        return told(uncovered(option, self.chosen), code, self.choice.weights)

    def _item(
        self,
        action: str,
        thing: Holding | Candidate,
        worth: tuple[str, float | None],
        why: Why,
    ) -> dict[str, Any]:
        level, added = worth
        return {
            "action": action,
            "place" if thing.with_place else "collaboration": thing.named(),
            "level": level,
            "gain": None if added is None else round(added, 6),
            **in_words(why, self.situation.words),
        }


def _little(option: Option) -> tuple[str, Facts]:
    """Why something is kept that covers nothing alone."""
    needs = any(e[0] == "need" for e in option.covers)
    return ("portfolio.keep.little" if needs else "portfolio.keep.no_need", {})


def _more(option: Option) -> tuple[str, Facts]:
    """What something adds that covers nothing new."""
    sectors = sorted({e[1] for e in option.covers if e[0] == "need"})
    if sectors:
        return ("portfolio.add.more", {"sectors": sectors})
    return ("portfolio.add.fits", {})


def _entry(candidate: Candidate, situation: Situation) -> Why:
    """What stands between the place and joining, and what to do about it."""
    if candidate.with_place:
        return [("portfolio.add.peer", {"name": candidate.record["name"]})]
    if candidate.verdict is Verdict.ELIGIBLE or candidate.judgement is None:
        return []
    steps = next_steps(candidate.record, candidate.judgement, situation.words)[:STEPS_SHOWN]
    told_steps: Why = [("portfolio.add.step", {"step": step["text"]}) for step in steps]
    return [("portfolio.add.entry", {"verdict": candidate.verdict}), *told_steps]


def _rank(item: dict[str, Any]) -> tuple[bool, float, str]:
    key = str((item.get("place") or item["collaboration"])["id"])
    return item["gain"] is None, -(item["gain"] or 0.0), key
