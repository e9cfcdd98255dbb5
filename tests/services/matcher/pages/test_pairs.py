"""Pairs from a screening: of one pool, with the members, of two sides; a pair can be undone."""

import re
from typing import Any

import pytest

from services.matcher.pages.words import page_wording
from tests.services.matcher.pages.convener import DC, MEMBERS, Convener
from tests.services.matcher.pages.test_desk_pages import desk_pages

WORDS = page_wording("en")
KEY = re.compile(r"apart=(m?\d+-m?\d+)\"")


@pytest.fixture
def here(convener: Convener) -> str:
    return desk_pages(convener)["screening"]


def pairs(page: str) -> list[tuple[str, str]]:
    """Each pair by the keys of its two."""
    found = [re.findall(r"m?\d+", key) for key in KEY.findall(page)]
    return [(first, second) for first, second in found]


def test_a_pair_that_is_locked_out_is_not_made_again(convener: Convener, here: str) -> None:
    page = convener.get(f"{here}/pairs")
    pair = convener.at(page, r"apart=(\d+-\d+)")
    again = convener.get(f"{here}/pairs?apart={pair}")
    links = re.findall(r"apart=([\d-]+)(?:&amp;apart=([\d-]+))?", again)
    assert pair in {link[0] for link in links}
    assert pair not in {link[1] for link in links}


def test_two_sides_pair_those_marked_with_the_others(convener: Convener, here: str) -> None:
    marked = ["1", "3"]
    page = convener.get(f"{here}/pairs?sides=marked&right=1&right=3")
    found = pairs(page)
    assert len(found) == 2
    assert sorted(second for _, second in found) == marked
    assert not {first for first, _ in found} & set(marked)
    kept = convener.get(f"{here}/pairs?sides=marked&right=1&right=3&apart={'-'.join(found[0])}")
    again = {"-".join(one) for one in re.findall(r"apart=(\d+)-(\d+)\"", kept)}
    assert "-".join(found[0]) not in again


def test_applicants_are_paired_with_members_of_the_roster(convener: Convener, here: str) -> None:
    columns: dict[str, Any] = {"column_0": "name", "column_1": "country", "column_2": "kind"}
    members = MEMBERS.replace("Karnataka,India", "Bavaria,Germany")
    convener.upload(members.encode(), "members.csv", "roster")
    convener.post(f"/calls/{DC}/sheet/names", **columns, kind="city")
    convener.post(f"/calls/{DC}/sheet/confirm")
    found = pairs(convener.get(f"{here}/pairs?sides=members"))
    assert found
    for first, second in found:
        assert first.isdigit()
        assert second.startswith("m")


def test_a_side_without_anybody_is_told(convener: Convener, here: str) -> None:
    page = convener.get(f"{here}/pairs?sides=marked")
    assert WORDS.text("pairs.nobody", {}) in page
    for wrong in ("apart=nonsense", "sides=three", "right=x"):
        convener.get(f"{here}/pairs?{wrong}", 422)
