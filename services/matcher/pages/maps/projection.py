"""The Equal Earth projection (Šavrič, Patterson and Jenny, 2018), on a map 1,000 wide."""

import math

_A = (1.340264, -0.081106, 0.000893, 0.003796)
_M = math.sqrt(3) / 2
WIDTH = 1000.0


def _raw(lat: float, lon: float) -> tuple[float, float]:
    a1, a2, a3, a4 = _A
    t = math.asin(_M * math.sin(math.radians(lat)))
    t2 = t * t
    t6 = t2 * t2 * t2
    slope = a1 + 3 * a2 * t2 + t6 * (7 * a3 + 9 * a4 * t2)
    x = math.radians(lon) * math.cos(t) / (_M * slope)
    return x, t * (a1 + a2 * t2 + t6 * (a3 + a4 * t2))


_HALF_X, _HALF_Y = _raw(0, 180)[0], _raw(90, 0)[1]
_SCALE = WIDTH / (2 * _HALF_X)
HEIGHT = round(2 * _HALF_Y * _SCALE, 1)


def project(lat: float, lon: float) -> tuple[float, float]:
    """A place on the map: x to the right, y downwards."""
    x, y = _raw(lat, lon)
    return (x + _HALF_X) * _SCALE, (_HALF_Y - y) * _SCALE
