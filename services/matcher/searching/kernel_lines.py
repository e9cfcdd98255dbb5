"""The compiled search's location: what the straight line to a place or a group is worth.

Lines first, then what they are worth: a loop that looks nothing up is done for several at once.
"""

# mypy: allow-untyped-defs, allow-untyped-calls

import numpy as np
from numba import njit

from services.matcher.searching.by_line import LOOSE, STEPS

NONE, ALL = np.float32(0), np.float32(1)


@njit(cache=True, nogil=True, error_model="numpy")
def near_row(point, points, at, steps):
    """How near a position lies, up to rounding: by the curve through four steps."""
    gap_x = point[0] - points[at, 0]
    gap_y = point[1] - points[at, 1]
    gap_z = point[2] - points[at, 2]
    line = min(np.sqrt(gap_x * gap_x + gap_y * gap_y + gap_z * gap_z), 1.0)
    step = np.sqrt(1 - line) * STEPS
    first = min(max(int(step) - 1, 0), STEPS - 3)
    a, b, c, d = steps[first], steps[first + 1], steps[first + 2], steps[first + 3]
    t = step - first
    u, v, w = t - 1, t - 2, t - 3
    return (d * t * u * v - a * u * v * w) / 6 + (b * t * v * w - c * t * u * w) / 2


@njit(cache=True, nogil=True, error_model="numpy")
def near_groups(world, question, span, near):
    """Fill in how near any row of the groups of a span can lie: a little too near, not too far."""
    first, end = span
    x, y, z = question.point.astype(np.float32)
    steps, found, radii = question.by_line, near[first:end], world.radii[first:end]
    xs, ys, zs = (
        world.middles[0, first:end],
        world.middles[1, first:end],
        world.middles[2, first:end],
    )
    for i in range(len(found)):
        gap_x, gap_y, gap_z = x - xs[i], y - ys[i], z - zs[i]
        line = np.sqrt(gap_x * gap_x + gap_y * gap_y + gap_z * gap_z) - radii[i]
        line = line if line > NONE else NONE
        line = line if line < ALL else ALL
        found[i] = np.sqrt(ALL - line) * np.float32(STEPS)
    for i in range(len(found)):
        step = np.uint32(found[i])
        part = found[i] - np.float32(step)
        found[i] = steps[step] + part * (steps[step + 1] - steps[step]) + LOOSE
