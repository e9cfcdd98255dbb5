"""Pairs as their page shows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.matcher.convening.standing import key_of
from services.matcher.pages.views.desk import PlaceItem, place_item
from services.matcher.pages.words import PageWording

Json = dict[str, Any]


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


def pairs_view(answer: Json, keys: Mapping[str, str], words: PageWording) -> PairsView:
    """Pairs, and who is left without one and why."""
    return PairsView(
        pairs=[_pair(pair, keys, words) for pair in answer["pairs"]],
        unmatched=[
            (place_item(one["place"], words), one["why"]["text"]) for one in answer["unmatched"]
        ],
    )


def _pair(pair: Json, keys: Mapping[str, str], words: PageWording) -> PairLine:
    first, second = pair["places"]
    return PairLine(
        key=f"{keys[key_of(first)]}-{keys[key_of(second)]}",
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
