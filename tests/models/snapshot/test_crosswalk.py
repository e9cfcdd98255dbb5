"""Ids of other schemes lead to places, and never to one of several or to somebody else's."""

import pytest

from models.snapshot.crosswalk import Crosswalk
from models.tables import PUBLIC

PLACES = [
    (PUBLIC, {"external_ids": {"wikidata": "Q1", "geonames": "5"}}),
    (PUBLIC, {"external_ids": {"wikidata": "Q2"}}),
    (PUBLIC, {"external_ids": {"wikidata": "Q2"}}),
    ("mine", {"external_ids": {"nuts2024": "ES213", "wikidata": "Q1"}}),
    ("theirs", {"external_ids": {"nuts2024": "ES213"}}),
    (PUBLIC, {}),
]


@pytest.mark.parametrize(
    ("other_id", "row"),
    [
        ("wikidata:Q1", 3),
        ("geonames:5", 0),
        ("wikidata:Q2", None),
        ("nuts2024:ES213", 3),
        ("a:b", None),
    ],
)
def test_a_tenants_own_ids_come_first(other_id: str, row: int | None) -> None:
    assert Crosswalk(PLACES).row(other_id, ("mine", PUBLIC)) == row


def test_nobody_elses_ids_are_known() -> None:
    assert Crosswalk(PLACES).row("nuts2024:ES213", (PUBLIC,)) is None
    assert Crosswalk(PLACES).row("wikidata:Q1", (PUBLIC,)) == 0
