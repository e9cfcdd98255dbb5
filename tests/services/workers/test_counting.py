"""How many workers a machine carries."""

import pytest

from models.settings import Settings
from services.workers.counting import EACH, MOST, fitting, workers_here


@pytest.mark.parametrize(
    ("cores", "memory", "expected"),
    [
        (1, None, 1),
        (2, None, 2),
        (64, None, MOST),
        (8, 10 * EACH, 5),
        (8, EACH, 1),
        (8, 0, 1),
        (4, 1000 * EACH, 4),
    ],
)
def test_one_a_core_as_far_as_memory_goes(cores: int, memory: int | None, expected: int) -> None:
    assert fitting(cores, memory) == expected


def test_what_is_set_is_taken() -> None:
    assert workers_here(Settings(_env_file=None, workers=40)) == 40
    assert 1 <= workers_here(Settings(_env_file=None)) <= MOST
