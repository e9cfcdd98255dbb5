"""The outline of the land: whole, on the map, and cut where it crosses the edge."""

import pytest

from services.matcher.pages.maps import HEIGHT, WIDTH, project
from services.matcher.pages.maps.land import rings, whole


def test_the_middle_of_the_map_and_its_corners() -> None:
    assert project(0, 0) == pytest.approx((WIDTH / 2, HEIGHT / 2), abs=0.1)
    assert project(0, 180)[0] == pytest.approx(WIDTH)
    assert project(90, 0)[1] == pytest.approx(0, abs=0.1)
    assert project(-90, 0)[1] == pytest.approx(HEIGHT, abs=0.1)


def test_north_is_up_and_east_is_right() -> None:
    bilbao, accra, tokyo = project(43.3, -2.9), project(5.6, -0.2), project(35.7, 139.7)
    assert bilbao[1] < accra[1]
    assert tokyo[0] > accra[0]


def test_arcs_are_added_up_and_run_backwards_where_they_are_told_to() -> None:
    topology = {
        "transform": {"scale": [1, 1], "translate": [10, 20]},
        "arcs": [[[0, 0], [5, 0], [0, 5]], [[0, 0], [5, 5]]],
        "objects": {"land": {"geometries": [{"type": "Polygon", "arcs": [[0, -2]]}]}},
    }
    assert list(rings(topology)) == [[(10, 20), (15, 20), (15, 25), (10, 20)]]


def test_a_ring_over_the_edge_becomes_two_on_the_map() -> None:
    ring = [(170.0, 60.0), (-170.0, 60.0), (-170.0, 70.0), (170.0, 70.0), (170.0, 60.0)]
    parts = whole(ring)
    assert len(parts) == 2
    assert all(-180 <= lon <= 180 for part in parts for lon, _ in part)
    assert {round(max(lon for lon, _ in part) - min(lon for lon, _ in part)) for part in parts} == {
        10
    }


def test_a_ring_around_a_pole_is_closed_along_it() -> None:
    ring = [(float(lon), -70.0) for lon in range(-180, 181, 30)]
    (part,) = whole(ring)
    assert min(lat for _, lat in part) == -90
