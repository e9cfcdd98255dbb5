"""Settings: what cannot be meant is refused in words."""

import pytest
from pydantic import ValidationError

from models.settings import Settings


def test_the_smallest_city_is_one_that_the_source_packs(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().smallest_city == 15_000
    monkeypatch.setenv("COUNTERPART_SMALLEST_CITY", "1000")
    assert Settings().smallest_city == 1_000
    monkeypatch.setenv("COUNTERPART_SMALLEST_CITY", "2000")
    with pytest.raises(ValidationError, match="one of 500, 1000, 5000, 15000"):
        Settings()
