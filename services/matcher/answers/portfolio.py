"""The officer's portfolio: its review, an invitation, the checklist."""

from datetime import date
from typing import Any

from pydantic import Field

from models.records.values import Money
from services.matcher.answers.results import RuleOutcome
from services.web.answers import Said


class PartnerNamed(Said):
    """A collaboration (with its type) or a place (with its kind and country) by name."""

    id: str
    name: str
    type: str | None = None
    kind: str | None = None
    country: str | None = None


class Because(Said):
    """One reason as a code with arguments, and as a sentence."""

    code: str
    args: dict[str, Any]
    text: str


class WithPartner(Said):
    """A commitment to a collaboration, or to a place: the one or the other is there."""

    collaboration: PartnerNamed | None = None
    place: PartnerNamed | None = None


class CoverageCell(Said):
    """One cell of stage, type, goal and sector, and which commitments are on file for it."""

    stage: str
    type: str
    goal: str
    sector: str
    covered_by: list[str]
    needed: bool


class CoverageCounts(Said):
    """How many commitments there are for each value of each axis."""

    stage: dict[str, int]
    type: dict[str, int]
    goal: dict[str, int]
    sector: dict[str, int]


class Coverage(Said):
    cells: list[CoverageCell]
    by: CoverageCounts


class Gap(Said):
    """What no commitment covers: a need (with its sector), or a type, a goal, a stage (`value`)."""

    dimension: str = Field(description="need, type, goal or stage")
    value: str | None = None
    sector: str | None = None
    stage: str | None = None
    could_cover: int | None = Field(default=None, description="How many that are open could.")
    text: str


class SharedGround(Said):
    sectors: list[str]
    stages: list[str]
    goals: list[str]


class LostCell(Said):
    sector: str
    stage: str
    goal: str


class Overlap(Said):
    """Two commitments on the same ground, and what would be lost without each of them."""

    a: PartnerNamed
    b: PartnerNamed
    shared: SharedGround
    lost_if_dropped: dict[str, list[LostCell]] = Field(description="By the id of each.")
    redundant: list[str] | None = Field(default=None, description="Those that nobody would miss.")
    text: str


class Reassess(WithPartner):
    """A commitment to look at again."""

    why: str
    because: list[Because]


class Budget(Said):
    """What is used before the plan, and the limit where the place has stated one."""

    used: float
    limit: float | None
    unknown: int | None = Field(default=None, description="Commitments whose cost is not on file.")


class MoneyBudget(Budget):
    currency: str | None = None
    other_currencies: list[Money] | None = Field(
        default=None, description="Fees that are known and not converted."
    )


class Budgets(Said):
    mayor_slots: Budget
    officer_slots: Budget
    days: Budget
    money: MoneyBudget


class PlanItem(WithPartner):
    """One step of the plan, with what it adds."""

    action: str = Field(description="keep, review, swap, add or drop")
    level: str
    gain: float | None = Field(description="Null where what it covers is not on file.")
    verdict: str | None = None
    replaces: PartnerNamed | None = None
    redundant_with: list[str] | None = None
    owners: list[str] | None = None
    serves_goals: list[str] | None = Field(
        default=None, description="Which of the place's own strategic goals it serves."
    )
    why: str
    because: list[Because]


class RelayStep(Said):
    """Who helps at a stage; `uncovered` where nobody does."""

    stage: str
    collaboration: PartnerNamed | None = None
    peer: PartnerNamed | None = None
    held: bool | None = None
    verdict: str | None = None
    uncovered: bool | None = None
    supply: str = Field(description="rich, fair or thin")
    text: str


class HeldCommitment(WithPartner):
    """One commitment of the whole place, with the departments that keep it."""

    level: str
    entries: int
    owners: list[str] | None = None
    ended: str | None = None
    on_file: bool | None = Field(default=None, description="False where the catalogue lacks it.")


class LinkedPlace(Said):
    id: str
    name: str


class LinkedPortfolio(Said):
    """What a place holds that this one is part of."""

    place: LinkedPlace
    commitments: list[PartnerNamed]


class PortfolioReview(Said):
    """What all commitments cover together, and what to keep, review or change."""

    snapshot_id: str
    as_of: date
    coverage: Coverage
    gaps: list[Gap]
    overlaps: list[Overlap]
    reassess: list[Reassess]
    budgets: Budgets
    plan: list[PlanItem]
    relay: list[RelayStep]
    consequences: list[Because]
    commitments: list[HeldCommitment]
    linked: list[LinkedPortfolio] | None = None


class ChecklistLineRead(Said):
    code: str
    text: str


class ChecklistRead(Said):
    """The checklist in force; version 0 is the default."""

    version: int
    title: str | None = None
    lines: list[ChecklistLineRead]


class AnsweredLine(ChecklistLineRead):
    answer: str = Field(description="yes, no or unknown")


class AnsweredChecklist(Said):
    version: int
    title: str | None = None
    lines: list[AnsweredLine]


class InvitationRead(Said):
    """What the words of an invitation speak of, where they name nobody on file."""

    sectors: list[str]
    stages: list[str]


class InvitationAnswer(Said):
    """Whether an invitation should be accepted, given all that a place is committed to."""

    snapshot_id: str
    as_of: date
    decision: str = Field(description="join, decline or swap")
    gain: float
    why: str
    because: list[Because]
    collaboration: PartnerNamed | None = None
    verdict: str | None = None
    rules: list[RuleOutcome] | None = None
    level: str | None = None
    replaces: PartnerNamed | None = None
    redundant_with: list[PartnerNamed] | None = None
    read: InvitationRead | None = None
    checklist: AnsweredChecklist
