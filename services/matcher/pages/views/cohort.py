"""A cohort as its page shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from services.matcher.convening.standing import key_of
from services.matcher.pages.views.desk import PlaceItem, place_item, value_of_cap
from services.matcher.pages.views.evidence import rule_lines
from services.matcher.pages.words import PageWording

Json = dict[str, Any]


@dataclass(frozen=True)
class Chosen:
    """One of the cohort, of the reserve, or of those that are left."""

    number: int
    place: PlaceItem
    band: str
    band_word: str
    learns: str
    shows: str
    replaces: str
    why: list[str]


@dataclass(frozen=True)
class Count:
    """How many of the cohort share a value of a cap, and how many may."""

    label: str
    text: str
    width: float


@dataclass(frozen=True)
class CohortView:
    status: str
    says: str
    cohort: list[Chosen]
    reserve: list[Chosen]
    left: list[Chosen]
    binding: list[str]
    relaxations: list[str]
    counts: list[Count]
    by_rules: list[Chosen]


def cohort_view(
    answer: Json, caps: list[Json], numbers: Mapping[str, int], everyone: list[Json],
    words: PageWording,
) -> CohortView:  # fmt: skip
    """The answer to a cohort; `numbers` are those of the screening, by place."""
    taken = {key_of(one) for one in answer["cohort"]}
    named = {key_of(one): one["name"] for one in answer["cohort"]}
    shown = {key_of(one) for one in answer["reserve"] + answer["left_out_by_rules"]} | taken
    return CohortView(
        status=answer["status"],
        says=words.text(f"cohort_page.status_{answer['status']}", {"count": len(taken)}),
        cohort=[_chosen(one, numbers, named, words) for one in answer["cohort"]],
        reserve=[_chosen(one, numbers, named, words) for one in answer["reserve"]],
        left=[_chosen(one, numbers, named, words) for one in everyone if key_of(one) not in shown],
        binding=[
            words.text("cohort_page.binds", {"rule": one["text"], "count": one["shuts_out"]})
            for one in answer["binding_caps"]
        ],
        relaxations=[one["text"] for one in answer.get("relaxations", ())],
        counts=[line for cap in caps for line in _counts(cap, answer["cohort"], words)],
        by_rules=[_chosen(one, numbers, named, words) for one in answer["left_out_by_rules"]],
    )


def _chosen(
    one: Json, numbers: Mapping[str, int], named: Mapping[str, str], words: PageWording
) -> Chosen:
    could = one.get("could_replace", ())
    replaces = ""
    if could == "any":
        replaces = words.text("cohort_page.replaces_any", {})
    elif could:
        names = [named.get(key, key) for key in could]
        replaces = words.text("cohort_page.replaces", {"names": names})
    return Chosen(
        number=numbers.get(key_of(one), -1),
        place=place_item(one, words),
        band=str(one.get("band", "")),
        band_word=words.term("band", str(one["band"])) if one.get("band") else "",
        learns=_sectors(one.get("learns", ()), words),
        shows=_sectors(one.get("shows", ()), words),
        replaces=replaces,
        why=[rule.text for rule in rule_lines(one.get("rules", []), words)],
    )


def _sectors(values: Any, words: PageWording) -> str:
    return ", ".join(words.term("sector", value) for value in values)


def _counts(cap: Json, cohort: list[Json], words: PageWording) -> list[Count]:
    """The cohort counted under a cap whose values its members carry themselves."""
    attribute = str(cap["attribute"])
    found: dict[str, int] = {}
    for one in cohort:
        if attribute in one:
            found[one[attribute]] = found.get(one[attribute], 0) + 1
    share = cap.get("max_share")
    part = Fraction(share) if share else None
    most = part.numerator * len(cohort) // part.denominator if part else cap["max"]
    code = "cohort_page.count_share" if share else "cohort_page.count_max"
    return [
        Count(
            label=value_of_cap(attribute, value, words),
            text=words.text(code, {"count": count, "total": len(cohort), "share": share or "",
                                   "max": most}),
            width=round(100 * min(count / most, 1), 1) if most else 100.0,
        )
        for value, count in sorted(found.items(), key=lambda item: (-item[1], item[0]))
    ]  # fmt: skip
