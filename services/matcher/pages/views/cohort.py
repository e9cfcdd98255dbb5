"""A cohort and pairs as their pages show them."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from services.matcher.pages.views.desk import PlaceItem, place_item, value_of_cap
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


@dataclass(frozen=True)
class PairLine:
    """A pair with what each gives and gets."""

    key: str
    first: PlaceItem
    second: PlaceItem
    fit: str
    coverage: str
    gets: str
    gives: str
    reasons: list[str]
    cautions: list[str]


@dataclass(frozen=True)
class PairsView:
    pairs: list[PairLine]
    unmatched: list[tuple[PlaceItem, str]]


def key_of_place(facts: Json) -> str:
    return str(facts.get("id") or f"{facts['name']}|{facts['country']}")


def cohort_view(
    answer: Json, caps: list[Json], numbers: Mapping[str, int], everyone: list[Json],
    words: PageWording,
) -> CohortView:  # fmt: skip
    """The answer to a cohort; `numbers` are those of the screening, by place."""
    taken = {key_of_place(one) for one in answer["cohort"]}
    named = {key_of_place(one): one["name"] for one in answer["cohort"]}
    shown = {key_of_place(one) for one in answer["reserve"] + answer["left_out_by_rules"]} | taken
    return CohortView(
        status=answer["status"],
        says=words.text(f"cohort_page.status_{answer['status']}", {"count": len(taken)}),
        cohort=[_chosen(one, numbers, named, words) for one in answer["cohort"]],
        reserve=[_chosen(one, numbers, named, words) for one in answer["reserve"]],
        left=[
            _chosen(one, numbers, named, words)
            for one in everyone
            if key_of_place(one) not in shown
        ],
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
        number=numbers.get(key_of_place(one), -1),
        place=place_item(one, words),
        band=str(one.get("band", "")),
        band_word=words.term("band", str(one["band"])) if one.get("band") else "",
        learns=_sectors(one.get("learns", ()), words),
        shows=_sectors(one.get("shows", ()), words),
        replaces=replaces,
        why=[rule["text"] for rule in one.get("rules", ())],
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


def pairs_view(answer: Json, numbers: Mapping[str, int], words: PageWording) -> PairsView:
    """Pairs, and who is left without one and why."""
    return PairsView(
        pairs=[_pair(pair, numbers, words) for pair in answer["pairs"]],
        unmatched=[
            (place_item(one["place"], words), one["why"]["text"]) for one in answer["unmatched"]
        ],
    )


def _pair(pair: Json, numbers: Mapping[str, int], words: PageWording) -> PairLine:
    first, second = pair["places"]
    return PairLine(
        key=f"{numbers.get(key_of_place(first), 0)}-{numbers.get(key_of_place(second), 0)}",
        first=place_item(first, words),
        second=place_item(second, words),
        fit=words.format_field(round(100 * pair["score"]), "number"),
        coverage=words.text("cohort_page.coverage", {"coverage": round(100 * pair["coverage"])}),
        gets=_given(pair["gets"], words),
        gives=_given(pair["gives"], words),
        reasons=[reason["text"] for reason in pair["reasons"][:2]],
        cautions=[caution["text"] for caution in pair["cautions"]],
    )


def _given(offers: list[Json], words: PageWording) -> str:
    return ", ".join(dict.fromkeys(words.term("sector", offer["sector"]) for offer in offers))
