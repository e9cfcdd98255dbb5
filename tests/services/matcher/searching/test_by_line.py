"""What is told by how far apart two places lie: as a table, and of few places for themselves."""

from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from models.snapshot import Snapshot
from models.snapshot.earth import lines, on_earth
from services.matcher.comparing import shaped_by_line
from services.matcher.features.geography import NEARNESS
from services.matcher.searching.by_line import LOOSE, line_table
from services.matcher.searching.query import ROUNDING
from services.matcher.terms import ByLine, ComparedByLine

CHANCE = np.random.default_rng(7)
HERE = on_earth(np.array([(48.5, 2.5)]))
# All over the earth; close by; the place itself, next to nothing away, and opposite.
PLACES = np.concatenate(
    [
        np.stack([CHANCE.uniform(-90, 90, 2000), CHANCE.uniform(-180, 180, 2000)], axis=1),
        np.array([48.5, 2.5]) + CHANCE.normal(0, 2, (500, 2)),
        [(48.5, 2.5), (48.5, 2.500001), (-48.5, -177.5)],
    ]
)
exponents = pytest.mark.parametrize("exponent", [0.3, 1.0, 2.0, 4.0])


class World(NamedTuple):
    middles: NDArray[np.float32]
    radii: NDArray[np.float32]


class Question(NamedTuple):
    point: NDArray[np.float64]
    by_line: NDArray[np.float64]


def near_by(exponent: float) -> ByLine:
    assert NEARNESS.by_line is not None
    return shaped_by_line(NEARNESS.by_line, exponent)


@exponents
@pytest.mark.usefixtures("kernel")
def test_the_search_reads_from_its_table_what_a_line_is_worth(exponent: float) -> None:
    from services.matcher.searching.kernel_lines import near_row

    points, by_line = on_earth(PLACES), near_by(exponent)
    steps, rows = line_table(by_line), np.ascontiguousarray(points.T)
    found = [near_row(HERE[:, 0].copy(), rows, at, steps) for at in range(len(rows))]
    assert np.abs(found - by_line(lines(HERE, points))).max() < ROUNDING / 2


@exponents
@pytest.mark.usefixtures("kernel")
def test_places_together_are_held_to_lie_as_near_as_any_of_them_or_a_little_nearer(
    exponent: float,
) -> None:
    from services.matcher.searching.kernel_lines import near_groups

    points, by_line = on_earth(PLACES), near_by(exponent)
    question = Question(HERE[:, 0].copy(), line_table(by_line))
    near, alone = np.empty((2, len(PLACES)), np.float32)
    radii = CHANCE.uniform(0, 0.3, len(PLACES)).astype(np.float32)
    for found, radius in ((near, radii), (alone, np.zeros_like(radii))):
        near_groups(World(points.astype(np.float32), radius), question, (0, len(PLACES)), found)
    assert (alone > by_line(lines(HERE, points))).all()
    assert (alone < by_line(lines(HERE, points)) + 2 * LOOSE).all()
    assert (near > by_line(np.maximum(lines(HERE, points) - radii, 0))).all()


@exponents
def test_few_places_are_told_what_they_are_told_among_all(exponent: float) -> None:
    points = on_earth(np.append(PLACES, [(np.nan, np.nan)], axis=0))
    compared = ComparedByLine("nearness", HERE, points, near_by(exponent))
    assert np.isnan(compared.values[-1])
    for count in (1, 2, 3, 7, 10, 64, 255):
        codes = CHANCE.choice(points.shape[1], count).astype(np.int32)
        few, trust = compared.read(codes)
        assert trust is None
        assert np.array_equal(few, compared.values.take(codes), equal_nan=True)


def test_every_place_lies_in_the_ball_of_its_group(snapshot: Snapshot) -> None:
    world = snapshot.places.packed
    group = np.repeat(np.arange(len(world.radii)), np.diff(world.starts))
    apart = np.linalg.norm(world.points - world.middles.T[group], axis=1)
    # Of single precision, a point itself may be off by less than is asked of a bound.
    assert (apart <= world.radii[group] + LOOSE / 100).all()
    alone = np.diff(world.starts) == 1
    assert (world.radii[alone] == 0).all()
    assert (world.radii[~alone] > 0).any()
    assert 0 < world.located.mean() <= 1
