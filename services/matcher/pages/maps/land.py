"""The land as one SVG path, from Natural Earth's outline in TopoJSON (package world-atlas)."""

import json
import math
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from services.matcher.pages.maps.projection import HEIGHT, WIDTH, project
from services.matcher.pages.third_party import INSTALLED

DETAILS = ("110m", "50m")
FILL = "#d9e3e0"
# In tenths of the map's unit: a step smaller than this is not drawn, nor a ring of fewer steps.
SEEN, FEWEST = 3, 3
EDGE, TURN = 180.0, 360.0
Ring = list[tuple[float, float]]


@lru_cache(maxsize=len(DETAILS))
def land_svg(detail: str) -> bytes | None:
    """The whole world's land; None where the outline is not installed."""
    path = INSTALLED / f"land-{detail}.json"
    if not path.exists():
        return None
    topology = json.loads(path.read_text(encoding="utf-8"))
    drawn = "".join(_path(part) for ring in rings(topology) for part in whole(ring))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:.0f} {HEIGHT}">'
    return f'{head}<path transform="scale(.1)" fill="{FILL}" d="{drawn}"/></svg>'.encode()


def rings(topology: dict[str, Any]) -> Iterator[Ring]:
    """Every ring of the land as longitudes and latitudes."""
    arcs = [_decoded(arc, topology["transform"]) for arc in topology["arcs"]]
    for geometry in topology["objects"]["land"]["geometries"]:
        shape = geometry["arcs"]
        polygons = shape if geometry["type"] == "MultiPolygon" else [shape]
        for polygon in polygons:
            for ring in polygon:
                yield _joined(ring, arcs)


def _decoded(arc: list[list[int]], transform: dict[str, Any]) -> Ring:
    """An arc's steps added up, in degrees."""
    (scale_x, scale_y), (move_x, move_y) = transform["scale"], transform["translate"]
    x = y = 0
    points = []
    for dx, dy in arc:
        x, y = x + dx, y + dy
        points.append((x * scale_x + move_x, y * scale_y + move_y))
    return points


def _joined(ring: list[int], arcs: list[Ring]) -> Ring:
    """Arcs one after the other; one that is named by its complement runs backwards."""
    points: Ring = []
    for index in ring:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        points += arc[1:] if points else arc
    return points


def whole(ring: Ring) -> list[Ring]:
    """The parts of a ring on the map: cut where it crosses the meridian of 180 degrees."""
    unwound = _unwound(ring)
    west, east = min(x for x, _ in unwound), max(x for x, _ in unwound)
    turns = range(math.floor((west + EDGE) / TURN), math.ceil((east + EDGE) / TURN))
    parts = [_within([(x - TURN * turn, y) for x, y in unwound]) for turn in turns]
    return [part for part in parts if len(part) > FEWEST]


def _unwound(ring: Ring) -> Ring:
    """Longitudes that go on past 180; a ring around a pole is closed along it."""
    points = [ring[0]]
    for lon, lat in ring[1:]:
        lon += TURN * round((points[-1][0] - lon) / TURN)
        points.append((lon, lat))
    if abs(points[-1][0] - points[0][0]) > EDGE:
        pole = math.copysign(90, points[0][1])
        points += [(points[-1][0], pole), (points[0][0], pole)]
    return points


def _within(ring: Ring) -> Ring:
    """A ring cut off at both edges of the map."""
    for edge, side in ((EDGE, 1), (-EDGE, -1)):
        kept: Ring = []
        for at, here in enumerate(ring):
            before = ring[at - 1]
            inside, was_inside = ((edge - p[0]) * side >= 0 for p in (here, before))
            if inside != was_inside:
                share = (edge - before[0]) / (here[0] - before[0])
                kept.append((edge, before[1] + share * (here[1] - before[1])))
            if inside:
                kept.append(here)
        ring = kept
    return ring


def _path(ring: Ring) -> str:
    """A ring as path data: steps in tenths, those too small to be seen left out."""
    parts: list[str] = []
    at_x = at_y = 0
    for lon, lat in ring:
        x, y = (round(10 * part) for part in project(lat, lon))
        step_x, step_y = x - at_x, y - at_y
        if parts and abs(step_x) + abs(step_y) < SEEN:
            continue
        parts.append(f"{step_x} {step_y}" if parts else f"M{x} {y}l")
        at_x, at_y = x, y
    return parts[0] + " ".join(parts[1:]) + "Z" if len(parts) > FEWEST else ""
