"""Only what takes a moment is answered where it comes in; all else goes to the lane."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from models.snapshot import Snapshot
from services.matcher.catalogue import Catalogue
from services.matcher.matching import brief
from services.matcher.matching.brief import is_brief
from services.matcher.matching.question import Context
from services.matcher.schemas import CollaborationsRequest, PeersRequest
from services.matcher.wording import wording
from tests.services.matcher.asking import BILBAO


@pytest.fixture
def context(snapshot: Snapshot) -> Context:
    def none() -> Any:
        raise AssertionError("no text is read here")

    catalogue = Catalogue(snapshot)
    catalogue.answered(PeersRequest)
    return Context(catalogue, "public", wording("en"), date(2026, 11, 1), none, none, str)


def asked(**more: Any) -> PeersRequest:
    return PeersRequest.model_validate({"place_id": BILBAO, **more})


def test_a_plain_question_is_brief(context: Context) -> None:
    needs = [{"sector": "mobility", "stage": "apply"}]
    assert is_brief(context, asked(mode="look_up", needs=needs, filters={"continents": ["AS"]}))


@pytest.mark.parametrize(
    "more",
    [
        {"text": "trams"},
        {"needs": [{"sector": "mobility", "stage": "apply", "text": "trams"}]},
        {"place_id": "wikidata:Q8692"},
        {"limit": 21},
        {"stretch": 1},
        {"max_per_country": 2},
        {"include": ["refused"]},
        {"among": [BILBAO]},
        {"exclude": [BILBAO]},
        {"exposure_cap": 1, "shown": {BILBAO: 1}},
        {"filters": {"population": {"min": 5}}},
        {"filters": {"national_rank": {"max": 5}}},
    ],
)
def test_what_reads_texts_or_goes_through_lists_is_not(
    context: Context, more: dict[str, Any]
) -> None:
    assert not is_brief(context, asked(**more))


def test_nor_is_the_first_of_its_kind_a_tenants_own_or_one_to_a_large_catalogue(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not is_brief(context, CollaborationsRequest(place_id=BILBAO))
    assert not is_brief(replace(context, tenant="golden"), asked())
    for limit in ("MOST_PLACES", "MOST_TEXTS", "MOST_COLLABORATIONS"):
        with monkeypatch.context() as patch:
            patch.setattr(brief, limit, 1)
            assert not is_brief(context, asked())
    assert is_brief(context, asked())
