"""The plan: what to keep, review, swap, add or drop, by what each adds, and why in words."""

from collections.abc import Sequence
from typing import Any

from models.taxonomy import Verdict
from services.matcher.portfolio.holdings import Facts, Holding
from services.matcher.portfolio.overlaps import overlaps, redundant_with
from services.matcher.portfolio.situation import Candidate, Situation
from services.matcher.portfolio.solver import best
from services.matcher.portfolio.worth import Element, Option, gain, worth

Why = list[tuple[str, Facts]]
SHOWN = 4


class Plan:
    """The best set of commitments, told as changes to those that are held."""

    def __init__(self, situation: Situation) -> None:
        self.situation = situation
        self.choice = situation.choice
        self.chosen: list[Option] = best(self.choice)
        self.holdings = {h.key: h for h in situation.holdings}
        kept = {option.key for option in self.chosen if option.held}
        self.dropped = [o for o in self.choice.options if o.held and o.key not in kept]
        self.redundant = redundant_with(overlaps(situation.holdings, situation.facts))

    def items(self) -> list[dict[str, Any]]:
        """Every action, the one that adds most first."""
        found = [self._kept(option) for option in self.chosen if option.held]
        pairs, left = self._pairs()
        found += [self._added(option, pairs.get(option.key)) for option in self._new()]
        found += [self._dropped(option) for option in left]
        return sorted(found, key=lambda item: (-item["gain"], _key(item)))

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
        if option.key in self.redundant:
            names = [other["name"] for other in self.redundant[option.key]]
            why.append(("portfolio.review.redundant", {"names": names}))
        action = "review" if why else "keep"
        if not holding.record:
            why.append(("portfolio.keep.unknown", {}))
        elif not why:
            why = self._covers(option, "portfolio.keep") or [("portfolio.keep.little", {})]
        extra: dict[str, Any] = {"owners": holding.owners} if holding.owners else {}
        if option.key in self.redundant:
            extra["redundant_with"] = [other["id"] for other in self.redundant[option.key]]
        added = gain(self.choice, self.chosen, option)
        return self._item(action, holding, option.level, added, why) | extra

    def _added(self, option: Option, replaced: Option | None) -> dict[str, Any]:
        candidate = self.situation.candidates[option.key]
        added = gain(self.choice, self.chosen, option)
        why = self._covers(option, "portfolio.add")
        if replaced is not None:
            added -= self._lost(replaced)
            why += self._swapped(option, replaced)
        elif option.level == "officer" and self._could_be_mayor(option):
            used, limit = self.situation.budgets.mayor_slots
            why.append(("portfolio.add.officer_level", {"used": used, "limit": limit}))
        why += _entry(candidate)
        action = "swap" if replaced else "add"
        item = self._item(action, candidate, option.level, added, why)
        item["verdict"] = candidate.verdict
        if replaced is not None:
            item["replaces"] = self.holdings[replaced.key].named()
        return item

    def _could_be_mayor(self, option: Option) -> bool:
        return any(o.key == option.key and o.level == "mayor" for o in self.choice.options)

    def _swapped(self, option: Option, replaced: Option) -> Why:
        name = self.holdings[replaced.key].name
        used, limit = (
            self.situation.budgets.mayor_slots
            if replaced.level == "mayor"
            else self.situation.budgets.officer_slots
        )
        args: Facts = {"name": name, "used": used, "limit": limit}
        if not replaced.allowed:
            return [("portfolio.swap.ended", args)]
        if self.situation.budgets.full(replaced.level) and option.level == replaced.level:
            return [(f"portfolio.swap.{replaced.level}", args)]
        return [("portfolio.swap.weakest", args)]

    def _dropped(self, option: Option) -> dict[str, Any]:
        holding = self.holdings[option.key]
        why: Why = list(self.situation.reassess.get(option.key, ()))
        if option.allowed:
            why.append(("portfolio.drop.over_budget", {}))
            why += self._covers(option, "portfolio.drop")
        successor = holding.record.get("successor")
        if not option.allowed and successor:
            row = self.situation.context.catalogue.collaboration(
                successor, self.situation.context.tenant
            )
            name = self.situation.context.snapshot.collaborations[row]["name"]
            why.append(("portfolio.drop.successor", {"name": name}))
        return self._item("drop", holding, option.level, -self._lost(option), why)

    def _covers(self, option: Option, code: str) -> Why:
        """What an option alone adds, in words: needs first, then types, goals and stages."""
        rest = [o for o in self.chosen if o.key != option.key]
        new = {e for e in option.covers if not any(o.covers.get(e) for o in rest)}
        found: Why = []
        needs = sorted(e for e in new if e[0] == "need" and e in self.choice.weights)
        for need in needs[:SHOWN]:
            name = "need" if need[2] else "sector"
            found.append((f"{code}.{name}", {"sector": need[1], "stage": need[2]}))
        for kind in ("type", "goal", "stage"):
            values = _values(new, kind, self.choice.weights)
            if values:
                found.append((f"{code}.{kind}", {f"{kind}s": values}))
        shared = sorted(e for e in option.covers if e[0] == "need" and e not in new)
        if code == "portfolio.add" and not found and shared:
            found.append(("portfolio.add.more", {"sectors": sorted({e[1] for e in shared})}))
        return found

    def _item(
        self, action: str, thing: Holding | Candidate, level: str, added: float, why: Why
    ) -> dict[str, Any]:
        words = self.situation.words
        because: list[Facts] = [
            {"code": c, "args": args, "text": words.text(c, args)} for c, args in why
        ]
        return {
            "action": action,
            "place" if thing.with_place else "collaboration": thing.named(),
            "level": level,
            "gain": round(added, 6),
            "why": " ".join(item["text"] for item in because),
            "because": because,
        }


def _values(new: set[Element], kind: str, weights: dict[Element, float] | Any) -> list[str]:
    return sorted(e[1] for e in new if e[0] == kind and e in weights)


def _entry(candidate: Candidate) -> Why:
    """What stands between the place and joining."""
    if candidate.with_place:
        return [("portfolio.add.peer", {"name": candidate.record["name"]})]
    if candidate.verdict is Verdict.ELIGIBLE:
        return []
    return [("portfolio.add.entry", {"verdict": candidate.verdict})]


def _key(item: dict[str, Any]) -> str:
    return str((item.get("place") or item["collaboration"])["id"])


def actions(items: Sequence[dict[str, Any]], action: str) -> list[str]:
    """The ids of the items of one action."""
    return [_key(item) for item in items if item["action"] == action]
