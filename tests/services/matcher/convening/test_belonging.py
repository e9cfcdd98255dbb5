"""Which places belong to each other: by id, and by the code of a region."""

from typing import Any

import pytest

from services.matcher.convening.belonging import belonging

CITY: dict[str, Any] = {
    "id": "gn:1",
    "kind": "city",
    "region": "ES-PV",
    "part_of": ["iso:ES-PV", "cp:authority"],
}


@pytest.mark.parametrize(
    ("other", "together"),
    [
        ({"id": "iso:ES-PV", "kind": "region"}, True),
        ({"kind": "region", "region": "ES-PV"}, True),
        ({"id": "cp:authority", "kind": "metro_authority", "region": "ES-PV"}, True),
        ({"id": "cp:another", "kind": "metro_authority", "region": "ES-PV"}, False),
        ({"id": "iso:ES-CT", "kind": "region", "region": "ES-CT"}, False),
        ({"id": "gn:2", "kind": "city", "region": "ES-PV"}, False),
        ({"kind": "city"}, False),
        ({"kind": "region"}, False),
    ],
)
def test_a_place_and_what_it_is_part_of(other: dict[str, Any], together: bool) -> None:
    assert belonging([CITY], [other])[0, 0] == together
    assert belonging([other], [CITY])[0, 0] == together
