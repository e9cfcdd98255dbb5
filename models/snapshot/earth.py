"""Places on the earth as points in space, where the straight line says how far apart two are."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def on_earth(points: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Points (latitude, longitude) as halves of coordinates (3, points).

    Of halves, so that the line between two is 1 from one end of the earth to the other.
    """
    north, east = np.radians(points.astype(np.float64)).T
    axes = [np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)]
    return np.stack(axes) / 2


def lines(ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> NDArray[np.float64]:
    """The straight lines between one point in space and others."""
    # Thousands of points at times: every step in place of the one before.
    gap = theirs - ours
    gap *= gap
    found: NDArray[np.float64] = np.add.reduce(gap, axis=0)
    np.sqrt(found, out=found)
    return np.minimum(found, 1, out=found)
