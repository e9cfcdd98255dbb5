"""The admissions desk as its pages show it: cap meters, the roster, the names of a sheet."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from models.taxonomy import CapAttribute
from services.files.rows import RowError
from services.matcher.convening.cap_outcomes import VALUE_WORDS
from services.matcher.convening.naming import Named, NameState
from services.matcher.pages.views.evidence import ReasonLine, reason_lines
from services.matcher.pages.words import PageWording

Json = dict[str, Any]


@dataclass(frozen=True)
class CapMeter:
    """One value of a cap: how many of how many, in exact fractions."""

    label: str
    text: str
    limit: str
    status: str
    status_word: str
    holders: str
    width: float


@dataclass(frozen=True)
class PlaceItem:
    """A place of a list: linked where it is of the catalogue."""

    name: str
    where: str
    id: str


@dataclass(frozen=True)
class RosterView:
    meters: list[CapMeter]
    members: list[PlaceItem]
    total: str
    version: int
    incomplete: bool


@dataclass(frozen=True)
class NameLine:
    """A row of the sheet, and the choices there are for it."""

    row: int
    asked: str
    state: str
    matched: str
    choices: list[tuple[str, str, bool]]
    errors: list[str]


@dataclass(frozen=True)
class Approach:
    """A place worth approaching."""

    place: PlaceItem
    verdict: str
    verdict_word: str
    band: str
    levels: list[tuple[str, str]]
    reasons: list[ReasonLine]
    at_home: str


def cap_meters(caps: Sequence[Json], words: PageWording) -> list[CapMeter]:
    """How each value stands under each cap."""
    return [_meter(cap, words) for cap in caps]


def _meter(cap: Json, words: PageWording) -> CapMeter:
    count, total, most = cap["count"], cap["total"], cap["max"]
    share = cap.get("max_share")
    code = "desk.limit_share" if share else "desk.limit_max"
    return CapMeter(
        label=value_of_cap(cap["attribute"], cap["value"], words),
        text=words.text("desk.count_of", {"count": count, "max": most}),
        limit=words.text(code, {"count": count, "total": total, "share": share or "", "max": most}),
        status=str(cap["status"]),
        status_word=words.term("cap_status", str(cap["status"])),
        holders=", ".join(holder["name"] for holder in cap["holders"]),
        width=round(100 * min(count / most, 1), 1) if most else 100.0,
    )


def value_of_cap(attribute: str, value: str | None, words: PageWording) -> str:
    """A value of a cap in words."""
    if value is None:
        return words.term("unknown", "value")
    spec = VALUE_WORDS.get(CapAttribute(attribute))
    return words.format_field(value, spec) if spec else value


def roster_view(answer: Json, words: PageWording) -> RosterView:
    """The roster in force."""
    return RosterView(
        meters=cap_meters(answer["caps"], words),
        members=[place_item(member, words) for member in answer["members"]],
        total=words.format_field(answer["total"], "number"),
        version=answer["version"],
        incomplete=not answer["complete"],
    )


def place_item(facts: Json, words: PageWording) -> PlaceItem:
    where = words.format_field(facts["country"], "country")
    place_id = facts.get("id") or ""
    return PlaceItem(facts["name"], where, "" if place_id.startswith("x:") else place_id)


def name_line(one: Named, choice: str, lies: Callable[[str], str], words: PageWording) -> NameLine:
    """A row with what it may mean; nothing is chosen that nobody chose."""
    who = one.who
    choices: list[tuple[str, str]] = []
    matched = ""
    if who is not None and who.on_file is not None:
        matched = who.on_file["name"]
        choices.append((who.on_file["id"], f"{matched}, {lies(who.on_file['id'])}"))
    for found in who.candidates if who is not None else ():
        choices.append((found["place_id"], f"{found['name']}, {lies(found['place_id'])}"))
    if one.applicant is not None and one.applicant.place is not None and not matched:
        choices.append(("as_written", words.text("sheet.as_written", {})))
    choices.append(("leave_out", words.text("sheet.leave_out", {})))
    if one.state is NameState.MATCHED and not choice and matched:
        choice = choices[0][0]
    return NameLine(
        row=one.row,
        asked=one.asked,
        state=str(one.state),
        matched=matched,
        choices=[(value, text, value == choice) for value, text in choices],
        errors=[said(error, words) for error in one.errors],
    )


def said(error: RowError, words: PageWording) -> str:
    """What is wrong with a row and what was seen, in the page's language."""
    known = words.terms["row_error"]
    text = known.get(error.code, known["other"])
    if error.other_row is not None:
        text = words.text("sheet.same_as", {"row": error.other_row})
    field = words.term("sheet_field", error.column) if error.column else ""
    shown = words.labelled(field, text) if field else text
    if error.value and error.column != "name":
        shown = words.text("sheet.seen", {"error": shown, "value": error.value})
    return shown if error.code in known else f"{shown} ({error.detail})"


def approach_view(item: Json, words: PageWording) -> Approach:
    """One place of the approach list."""
    return Approach(
        place=place_item(item["place"], words),
        verdict=str(item["verdict"]),
        verdict_word=words.term("verdict", str(item["verdict"])),
        band=str(item["band"]),
        levels=[
            (words.term("sub_score", name), words.term("degree", sub["level"]))
            for name, sub in item["sub_scores"].items()
            if sub["level"] is not None
        ],
        reasons=[line for line in reason_lines(item["reasons"], words) if line.speaks_for][:3],
        at_home=", ".join(member["name"] for member in item["members_at_home"]),
    )
