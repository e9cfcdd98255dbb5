"""A column that says where it is found in a record is read from nothing else."""

from typing import Any

import pytest

from models.snapshot.asking_columns import ASKING_COLUMNS
from models.snapshot.columns import profile_columns
from models.snapshot.place_columns import PLACE_COLUMNS

CITY: dict[str, Any] = {
    "name": "A city", "kind": "city", "country": "DE", "population": 9_000,
    "capacity": {"officer_days": 5, "budget": {"amount": 9, "currency": "EUR"}},
    "support_need": "high", "readiness": "casual", "sdgs": [3], "roles": ["single_contact"],
    "needs": [{"sector": "energy", "stage": "apply", "level": "mayor"}], "sectors": ["water"],
    "offers": [{"sector": "mobility", "stage": "apply"}], "goals": ["policy"],
    "powers": {"fiscal": 0.5}, "stakeholders": ["university"],
}  # fmt: skip
FOUND_IN = {
    name: kind.found_in
    for name, kind in {**PLACE_COLUMNS, **ASKING_COLUMNS}.items()
    if kind.found_in
}


@pytest.mark.parametrize("name", FOUND_IN)
def test_without_its_fields_a_column_reads_as_if_nothing_were_on_file(name: str) -> None:
    silent = profile_columns({k: v for k, v in CITY.items() if k not in FOUND_IN[name]})
    assert not silent.says(name)
    assert silent[name].tobytes() == profile_columns({})[name].tobytes()
    telling = profile_columns(CITY)
    assert telling.says(name)
    assert telling[name].tobytes() != silent[name].tobytes()


def test_what_is_read_from_any_record_is_never_silent() -> None:
    assert profile_columns({}).says("country")
