"""What must be there before an answer: the catalogue is made again when its settings change."""

from models.settings import Settings
from services.preparing import fingerprint


def test_another_smallest_city_makes_another_catalogue() -> None:
    assert fingerprint(Settings(smallest_city=5_000)) != fingerprint(Settings())
    assert fingerprint(Settings()) == fingerprint(Settings())
