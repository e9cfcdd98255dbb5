import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.taxonomy import Sector, Stage
from services.matcher.features.needs import (
    GIVES_BACK,
    NEEDS_MET,
    SAME_STAGE,
    SHARED_GOALS,
    SHARED_SECTORS,
    STAGE_AHEAD,
)
from tests.services.matcher.features.compared import between_places, told

SOME_SECTORS = [Sector.HOUSING, Sector.MOBILITY, Sector.CULTURE]
items = st.lists(
    st.builds(
        lambda sector, stage: {"sector": str(sector), "stage": str(stage)},
        st.sampled_from(SOME_SECTORS),
        st.sampled_from(Stage),
    ),
    max_size=4,
)
places = st.builds(lambda needs, offers: {"needs": needs, "offers": offers}, items, items)


def needing(sector: str, stage: str) -> dict[str, Any]:
    return {"needs": [{"sector": sector, "stage": stage}]}


def offering(sector: str, stage: str) -> dict[str, Any]:
    return {"offers": [{"sector": sector, "stage": stage}]}


def test_an_offer_at_the_stage_of_the_need_meets_it() -> None:
    ours = needing("housing", "apply")
    assert between_places(NEEDS_MET, ours, offering("housing", "apply")) == 1
    assert between_places(NEEDS_MET, ours, offering("mobility", "apply")) == 0


def test_an_offer_helps_less_with_each_stage_between() -> None:
    values = [
        between_places(NEEDS_MET, needing("housing", "identify"), offering("housing", stage))
        for stage in Stage
    ]
    assert values == sorted(values, reverse=True)
    assert values[-1] < values[0]


def test_no_offers_on_file_is_not_nothing_to_give() -> None:
    assert math.isnan(between_places(NEEDS_MET, needing("housing", "apply"), {}))
    assert math.isnan(between_places(GIVES_BACK, {}, needing("housing", "apply")))


@settings(max_examples=60)
@given(places, places)
def test_what_one_gives_back_is_what_the_other_gets(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    given_back = between_places(GIVES_BACK, one, other)
    got = between_places(NEEDS_MET, other, one)
    assert given_back == got or (math.isnan(given_back) and math.isnan(got))


@settings(max_examples=60)
@given(places, places, st.sampled_from([NEEDS_MET, SAME_STAGE, STAGE_AHEAD, SHARED_SECTORS]))
def test_values_lie_between_nought_and_one(
    one: dict[str, Any], other: dict[str, Any], feature: Any
) -> None:
    value = between_places(feature, one, other)
    assert math.isnan(value) or 0 <= value <= 1


def test_one_more_met_need_never_lowers_what_is_met() -> None:
    ours = {"needs": [*needing("housing", "apply")["needs"], *needing("culture", "apply")["needs"]]}
    one = between_places(NEEDS_MET, ours, offering("housing", "apply"))
    both = {
        "offers": [*offering("housing", "apply")["offers"], *offering("culture", "apply")["offers"]]
    }
    assert one == 0.5
    assert between_places(NEEDS_MET, ours, both) == 1


def test_a_peer_stands_where_we_stand() -> None:
    ours = needing("mobility", "discover")
    values = [between_places(SAME_STAGE, ours, needing("mobility", stage)) for stage in Stage]
    assert max(values) == values[list(Stage).index(Stage.DISCOVER)] == 1
    assert values[-1] == 0


@pytest.mark.parametrize(
    ("stage", "value"),
    [("discover", 0.3), ("apply", 1), ("implement", 1), ("outcomes", 0.5), ("identify", 0)],
)
def test_a_teacher_stands_one_or_two_stages_ahead(stage: str, value: float) -> None:
    ours = needing("mobility", "discover")
    assert between_places(STAGE_AHEAD, ours, offering("mobility", stage)) == pytest.approx(value)


def test_stages_of_different_work_are_not_compared() -> None:
    ours = needing("mobility", "discover")
    assert math.isnan(between_places(SAME_STAGE, ours, needing("housing", "discover")))


def test_sectors_are_those_named_needed_and_offered() -> None:
    ours = {"sectors": ["energy"], **needing("housing", "apply")}
    assert between_places(SHARED_SECTORS, ours, {"sectors": ["energy", "housing"]}) == (
        pytest.approx(1)
    )
    assert between_places(SHARED_SECTORS, ours, {"sectors": ["peace"]}) == 0
    assert math.isnan(between_places(SHARED_SECTORS, ours, {}))


def test_a_reason_names_only_what_both_share() -> None:
    ours = {"sectors": ["energy", "housing", "peace"]}
    reason = told(SHARED_SECTORS, ours, {"sectors": ["housing", "culture"]})
    assert reason.args == {"sectors": ["housing"]}
    assert reason.ours == reason.theirs == ("sectors",)


def test_goals_are_sets() -> None:
    assert (
        between_places(SHARED_GOALS, {"goals": ["policy"]}, {"goals": ["systems", "policy"]}) == 1
    )
    assert between_places(SHARED_GOALS, {"goals": ["policy"]}, {"goals": ["systems"]}) == 0
    assert math.isnan(between_places(SHARED_GOALS, {"goals": ["policy"]}, {}))
