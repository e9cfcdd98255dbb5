"""A portfolio as its page shows it: what is held, covered, missing and double, and the plan."""

from dataclasses import dataclass, field
from typing import Any

from services.matcher.pages.views.evidence import Sentence, rule_lines
from services.matcher.pages.words import PageWording

Json = dict[str, Any]
METERS = ("mayor_slots", "officer_slots", "days", "money")
SECTORS_SHOWN = 10


@dataclass(frozen=True)
class Held:
    """One commitment."""

    id: str
    name: str
    is_place: bool
    level: str
    owners: str
    note: str


@dataclass(frozen=True)
class Meter:
    """What is used of a budget, in words and as a length of a hundred."""

    label: str
    text: str
    unknown: str
    width: float
    over: bool


@dataclass(frozen=True)
class Cell:
    """Where a stage meets a sector: by how many it is covered, and whether it is needed."""

    count: int
    needed: bool
    names: str


@dataclass(frozen=True)
class Line:
    """One line of the plan or of what to look at; `also` are others that the same is said of."""

    head: str
    name: str
    texts: list[str]
    id: str = ""
    is_place: bool = False
    also: list["Line"] = field(default_factory=list)


@dataclass(frozen=True)
class PortfolioView:
    held: list[Held]
    meters: list[Meter]
    sectors: list[str]
    more_sectors: int
    grid: list[tuple[str, list[Cell]]]
    by: list[tuple[str, list[tuple[str, int]]]]
    gaps: list[str]
    overlaps: list[str]
    reassess: list[Line]
    plan: list[Line]
    relay: list[tuple[str, list[str]]]
    breadth: list[str]
    as_of: str


@dataclass(frozen=True)
class InvitationView:
    """Whether to accept an invitation, and why."""

    decision: str
    name: str
    why: str
    rules: list[Sentence]
    checklist: list[tuple[str, str, str]]


def portfolio_view(answer: Json, words: PageWording) -> PortfolioView:
    """The page of a review."""
    held = [_held(item, words) for item in answer["commitments"]]
    names = {one.id: one.name for one in held}
    sectors = sorted(answer["coverage"]["by"]["sector"], key=lambda s: words.term("sector", s))
    needed = {(g.get("stage"), g["sector"]) for g in answer["gaps"] if g["dimension"] == "need"}
    shown = sectors[:SECTORS_SHOWN]
    relay: dict[str, list[str]] = {}
    for item in answer["relay"]:
        relay.setdefault(words.term("stage", item["stage"]), []).append(item["text"])
    return PortfolioView(
        held=held,
        meters=[_meter(name, answer["budgets"][name], words) for name in METERS],
        sectors=[words.term("sector", s) for s in shown],
        more_sectors=len(sectors) - len(shown),
        grid=[
            (words.term("stage", stage), [_cell(answer, stage, s, names, needed) for s in shown])
            for stage in answer["coverage"]["by"]["stage"]
        ],
        by=[
            (words.text(f"portfolio_page.by_{axis}", {}), _counts(answer, axis, words))
            for axis in ("type", "goal")
        ],
        gaps=[gap["text"] for gap in answer["gaps"]],
        overlaps=[pair["text"] for pair in answer["overlaps"]],
        reassess=[_line("", item) for item in answer["reassess"]],
        plan=_together([_line(words.term("plan", i["action"]), i) for i in answer["plan"]]),
        relay=list(relay.items()),
        breadth=[item["text"] for item in answer["consequences"]],
        as_of=words.format_field(answer["as_of"], "date"),
    )


def invitation_view(answer: Json, words: PageWording) -> InvitationView:
    """The page of an invitation that was checked."""
    thing = answer.get("collaboration") or {}
    return InvitationView(
        decision=words.term("invitation", answer["decision"]),
        name=thing.get("name", ""),
        why=answer.get("why", ""),
        rules=rule_lines(answer.get("rules", []), words),
        checklist=[
            (line["text"], line["answer"], words.term("checked", line["answer"]))
            for line in answer["checklist"]["lines"]
        ],
    )


def _held(item: Json, words: PageWording) -> Held:
    thing = item.get("place") or item["collaboration"]
    note = ""
    if item.get("ended"):
        note = words.text("portfolio_page.ended", {"day": item["ended"]})
    elif item.get("on_file") is False:
        note = words.text("portfolio_page.not_on_file", {})
    return Held(
        id=thing["id"],
        name=thing["name"],
        is_place="place" in item,
        level=words.term("held_level", item["level"]),
        owners=", ".join(item.get("owners", ())),
        note=note,
    )


def _meter(name: str, budget: Json, words: PageWording) -> Meter:
    used, limit = budget["used"], budget["limit"]
    kind = "money" if name == "money" and budget.get("currency") else "number"

    def shown(value: float) -> str:
        if kind == "money":
            return words.money({"amount": value, "currency": budget["currency"]})
        return words.format_field(value, "number")

    args = {"used": shown(used), "limit": shown(limit) if limit is not None else ""}
    code = "portfolio_page.used_of" if limit is not None else "portfolio_page.used"
    unknown = budget.get("unknown", 0)
    share = used / limit if limit else (1.0 if limit == 0 and used else 0.0)
    return Meter(
        label=words.text(f"portfolio_page.meter_{name}", {}),
        text=words.text(code, args),
        unknown=words.text("portfolio_page.unknown", {"count": unknown}) if unknown else "",
        width=round(100 * min(share, 1), 1),
        over=share > 1,
    )


def _cell(
    answer: Json, stage: str, sector: str, names: dict[str, str], needed: set[tuple[str, str]]
) -> Cell:
    here = [
        cell
        for cell in answer["coverage"]["cells"]
        if cell["stage"] == stage and cell["sector"] == sector
    ]
    holders = {key for cell in here for key in cell["covered_by"]}
    return Cell(
        count=len(holders),
        needed=(stage, sector) in needed or any(cell["needed"] for cell in here),
        names=", ".join(sorted(names.get(key, key) for key in holders)),
    )


def _counts(answer: Json, axis: str, words: PageWording) -> list[tuple[str, int]]:
    return [(words.term(axis, k), count) for k, count in answer["coverage"]["by"][axis].items()]


def _together(lines: list[Line]) -> list[Line]:
    """What is to be done alike and for the same reasons is one line with all the names."""
    found: dict[tuple[str, tuple[str, ...]], Line] = {}
    for line in lines:
        key = (line.head, tuple(line.texts))
        if key in found:
            found[key].also.append(line)
        else:
            found[key] = line
    return list(found.values())


def _line(head: str, item: Json) -> Line:
    thing = item.get("place") or item.get("peer") or item["collaboration"]
    texts = [reason["text"] for reason in item.get("because", ())] or [item["why"]]
    return Line(head, thing["name"], texts, thing["id"], "collaboration" not in item)
