"""Which of the place's own strategic goals a suggestion serves, or that it serves none."""

from functools import cached_property
from typing import Any

from services.matcher.matching.question import CONFIDENT
from services.matcher.portfolio.situation import Situation

NEW = ("add", "swap")


class Strategy:
    """The place's strategic goals, read as the sectors they speak of."""

    def __init__(self, situation: Situation) -> None:
        self.situation = situation
        self.goals: list[str] = situation.facts.get("strategic_goals", [])

    @cached_property
    def sectors(self) -> dict[str, set[str]]:
        """Per goal the sectors that its words speak of with confidence."""
        reader = self.situation.context.load_reader()
        return {
            goal: {
                str(reading.sector)
                for reading in reader.read_needs(goal)
                if reading.confidence >= CONFIDENT
            }
            for goal in self.goals
        }

    def named(self, plan: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The plan, with the goals that each new commitment serves where the place has any."""
        if not self.goals:
            return plan
        for item in plan:
            if item["action"] in NEW:
                item["serves_goals"] = self.serves(item)
                self._tell(item)
        return plan

    def _tell(self, item: dict[str, Any]) -> None:
        """Said with the other reasons, also where it serves none."""
        code = "portfolio.add.goals" if item["serves_goals"] else "portfolio.add.no_goal"
        args = {"names": item["serves_goals"]}
        text = self.situation.words.text(code, args)
        item["because"].append({"code": code, "args": args, "text": text})
        item["why"] = f"{item['why']} {text}"

    def serves(self, item: dict[str, Any]) -> list[str]:
        key = (item.get("place") or item["collaboration"])["id"]
        candidate = self.situation.candidates[key]
        if candidate.with_place:
            sectors = {o["sector"] for o in candidate.record.get("offers", ())}
        else:
            sectors = set(candidate.record.get("sectors", ()))
        return [goal for goal in self.goals if self.sectors[goal] & sectors]
