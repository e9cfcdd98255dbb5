"""The demo's places are made up, say so, and land."""

from models.records import Place
from services.commands.demo import PLACES
from services.files.checks import to_record
from services.files.rows import RowError
from services.files.sheets import rows


def test_every_demo_place_is_marked_as_made_up() -> None:
    found = []
    for row in rows(PLACES.read_bytes(), PLACES.name):
        assert not isinstance(row, RowError)
        place = to_record(row, Place)
        assert isinstance(place, Place), place
        found.append(place)
    assert len(found) >= 5
    for place in found:
        assert str(place.id).startswith("x:demo-")
        assert "(made up)" in place.name
        assert place.needs
        assert place.offers
