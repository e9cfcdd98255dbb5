"""A map as SVG: land alone, no borders; the number of each place is that of the list."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from services.matcher.features import Facts
from services.matcher.pages.maps import HEIGHT, WIDTH, project
from services.matcher.pages.views.results import Results
from services.matcher.pages.words import PageWording

# Room around the places, and the least that is shown, in units of the whole map.
MARGIN, LEAST = 28.0, 190.0
RATIO = 0.56
# Labels nearer than this to one another are pushed apart (in shares of the width shown).
APART = 0.028
CROPPED = 0.6


@dataclass(frozen=True)
class Dot:
    """A place on the map."""

    x: float
    y: float
    label_x: float
    label_y: float
    text: str
    kind: str
    name: str
    size: float

    @property
    def diamond(self) -> str:
        s = self.size
        return " ".join(
            f"{x:.2f},{y:.2f}"
            for x, y in (
                (self.x - s, self.y),
                (self.x, self.y - s),
                (self.x + s, self.y),
                (self.x, self.y + s),
            )
        )


@dataclass(frozen=True)
class Drawn:
    """The part of the world shown, and what is on it."""

    box: str
    land: str
    width: float
    height: float
    dots: list[Dot]
    unplaced: list[str]


def world_map(results: Results, ours: Facts, words: PageWording) -> Drawn:
    """The places of an answer, cropped to where they are."""
    points: list[tuple[float, float, str, str, str]] = []
    if ours.get("lat") is not None:
        x, y = project(ours["lat"], ours["lon"])
        points.append((x, y, words.text("results.you", {}), "you", ours["name"]))
    for card in results.all:
        if card.lat is not None and card.lon is not None:
            x, y = project(card.lat, card.lon)
            points.append((x, y, str(card.rank), "fits", card.name))
    left, top, width, height = _crop([(x, y) for x, y, *_ in points])
    scale = width / 100
    dots = list(_spread(points, scale))
    return Drawn(
        box=f"{left:.1f} {top:.1f} {width:.1f} {height:.1f}",
        land="land-50m.svg" if width < CROPPED * WIDTH else "land-110m.svg",
        width=WIDTH,
        height=HEIGHT,
        dots=dots,
        unplaced=[card.name for card in results.all if card.lat is None],
    )


def _crop(points: list[tuple[float, float]]) -> tuple[float, float, float, float]:
    if not points:
        return 0, 0, WIDTH, HEIGHT
    xs, ys = [x for x, _ in points], [y for _, y in points]
    width = max(max(xs) - min(xs) + 2 * MARGIN, LEAST)
    height = max(max(ys) - min(ys) + 2 * MARGIN, LEAST * RATIO)
    width, height = max(width, height / RATIO), max(height, width * RATIO)
    width, height = min(width, WIDTH), min(height, HEIGHT)
    left = (max(xs) + min(xs) - width) / 2
    top = (max(ys) + min(ys) - height) / 2
    return (
        min(max(left, 0), WIDTH - width),
        min(max(top, 0), HEIGHT - height),
        width,
        height,
    )


def _spread(points: list[tuple[float, float, str, str, str]], scale: float) -> Iterator[Dot]:
    """Dots where they are, their numbers beside them where there is room."""
    taken: list[tuple[float, float]] = []
    least = 100 * scale * APART
    for x, y, text, kind, name in points:
        at = min(
            ((x + r * math.cos(a), y + r * math.sin(a)) for r, a in _around(scale, text)),
            key=lambda spot: (
                _crowd(spot, taken, points, least),
                abs(spot[1] - y) + abs(spot[0] - x),
            ),
        )
        taken.append(at)
        yield Dot(x, y, at[0], at[1] + scale * 0.7, text, kind, name, scale * 0.8)


def _around(scale: float, text: str) -> list[tuple[float, float]]:
    """Distances and directions where a label may stand, near ones first."""
    wide = scale * (1 + 0.4 * max(len(text) - 2, 0))
    return [(r * wide, k * math.pi / 4) for r in (2.2, 3.4, 4.8, 6.4) for k in range(8)]


def _crowd(
    spot: tuple[float, float],
    taken: list[tuple[float, float]],
    points: list[tuple[float, float, str, str, str]],
    least: float,
) -> float:
    """How many labels and dots are too near a spot."""
    near = [(x, y) for x, y, *_ in points] + taken
    return sum(math.dist(spot, other) < least * 0.75 for other in near)
