"""A question in an address, and as the request that the API takes."""

from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi import Request
from fastapi.exceptions import RequestValidationError

from services.matcher.pages.asked import Asked, asked_of, match_request
from services.matcher.pages.edits import SAID_HERE
from services.matcher.schemas import PeersRequest

FACTS: dict[str, Any] = {"id": "gn:1", "name": "Here", "kind": "city", "country": "ES"}


def of(**query: Any) -> Asked:
    text = urlencode(query, doseq=True).encode()
    return Asked.of(Request({"type": "http", "query_string": text, "headers": []}))


def test_an_address_gives_back_the_question_it_was_made_from() -> None:
    asked = Asked(
        want="networks", place="gn:1", text="cold flats", sectors=("housing", "energy"),
        stage="apply", offers=("culture",), offer_stage="outcomes", continents=("EU", "AS"),
        size="similar", ties="new", per_country="any", mode="look_up", weights={"nearness": 0.5},
    )  # fmt: skip
    assert of(want="networks", **asked.query()) == asked


def test_a_question_is_read_back_from_its_request() -> None:
    asked = Asked(place="gn:1", sectors=("housing",), stage="apply", continents=("EU",), ties="new")
    request = match_request(asked, FACTS, {})
    again = asked_of("peers", request.model_dump(mode="json", exclude_unset=True))
    assert again == asked.but(mode="sustained_pairing")


def test_a_stored_place_is_named_by_its_id_alone() -> None:
    assert match_request(Asked(place="gn:1"), FACTS, {}).place_id == "gn:1"


def test_what_is_said_on_the_pages_counts_and_is_marked_as_said() -> None:
    asked = Asked(place="gn:1", offers=("culture",), offer_stage="outcomes")
    place = match_request(asked, FACTS, {"population": 5}).place
    assert place is not None
    assert (place.id, place.population) == ("gn:1", 5)
    assert [offer.sector for offer in place.offers] == ["culture"]
    assert {place.provenance[f].source for f in ("population", "offers")} == {SAID_HERE}


@pytest.mark.parametrize(
    ("size", "least", "most"),
    [("similar", 50_000, 200_000), ("larger", 200_000, None), ("smaller", None, 50_000)],
)
def test_size_is_told_in_residents(size: str, least: int | None, most: int | None) -> None:
    request = match_request(Asked(place="gn:1", size=size), FACTS | {"population": 100_000}, {})
    assert isinstance(request, PeersRequest)
    assert request.filters.population is not None
    assert (request.filters.population.min, request.filters.population.max) == (least, most)


@pytest.mark.parametrize(
    "asked",
    [
        Asked(place="gn:1", mode="no such mode"),
        Asked(place="gn:1", sectors=("nothing",), stage="apply"),
        Asked(place="gn:1", continents=("XX",)),
    ],
)
def test_what_is_no_possible_answer_is_refused(asked: Asked) -> None:
    with pytest.raises(RequestValidationError):
        match_request(asked, FACTS, {})


@pytest.mark.parametrize(("said", "most"), [("", 2), ("any", None), ("3", 3)])
def test_two_of_a_country_are_shown_unless_told_otherwise(said: str, most: int | None) -> None:
    request = match_request(Asked(place="gn:1", per_country=said), FACTS, {})
    assert isinstance(request, PeersRequest)
    assert request.max_per_country == most
    recorded = request.model_dump(mode="json", exclude_unset=True)
    assert asked_of("peers", recorded).per_country == said


@pytest.mark.parametrize("said", ["many", "0", "-1"])
def test_a_number_of_a_country_that_makes_no_sense_is_refused(said: str) -> None:
    with pytest.raises(RequestValidationError):
        match_request(Asked(place="gn:1", per_country=said), FACTS, {})
