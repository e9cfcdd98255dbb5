import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matcher.features.size import RANK, SIZE
from tests.services.matcher.features.compared import between_places, told

residents = st.integers(1, 40_000_000)


@settings(max_examples=50)
@given(residents, residents)
def test_size_is_alike_from_both_sides(one: int, other: int) -> None:
    value = between_places(SIZE, {"population": one}, {"population": other})
    assert value == between_places(SIZE, {"population": other}, {"population": one})
    assert 0 <= value <= 1


def test_the_nearer_in_size_the_more_alike() -> None:
    ours = {"population": 400_000}
    values = [between_places(SIZE, ours, {"population": n}) for n in (400_000, 600_000, 1_200_000)]
    assert values == sorted(values, reverse=True)
    assert values[0] == 1


@pytest.mark.parametrize("theirs", [{}, {"population": None}])
def test_an_unknown_size_cannot_tell(theirs: dict[str, None]) -> None:
    assert math.isnan(between_places(SIZE, {"population": 400_000}, theirs))


def test_the_metropolis_counts_where_it_is_known() -> None:
    ours = {"population": 100_000, "metro_population": 2_000_000}
    theirs = {"population": 2_000_000, "population_basis": "municipality"}
    assert between_places(SIZE, ours, theirs) == 1
    reason = told(SIZE, ours, theirs)
    assert reason.ours == ("metro_population",)
    assert reason.theirs == ("population",)
    assert (reason.args["ours_what"], reason.args["theirs_what"]) == (
        "metropolitan",
        "municipality",
    )


def test_a_settlement_figure_is_named_as_one() -> None:
    theirs = {"population": 90_000, "population_basis": "settlement"}
    assert told(SIZE, {"population": 90_000}, theirs).args["theirs_what"] == "settlement"


@pytest.mark.parametrize(
    ("theirs", "said"), [(140_000, "alike"), (190_000, "roughly"), (290_000, "roughly"),
                         (400_000, "apart")],
)  # fmt: skip
def test_about_the_same_number_is_said_of_numbers_that_are(theirs: int, said: str) -> None:
    assert told(SIZE, {"population": 100_000}, {"population": theirs}).code == (
        f"similar_size.{said}"
    )


def test_rank_is_about_the_country_and_not_about_size() -> None:
    second, ninth = {"national_rank": 2, "population": 5_000}, {"national_rank": 9}
    assert between_places(RANK, second, {"national_rank": 2, "population": 9_000_000}) == 1
    assert between_places(RANK, second, ninth) < 0.5
    assert math.isnan(between_places(RANK, second, {"population": 5_000}))
