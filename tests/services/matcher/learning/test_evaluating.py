"""`counterpart evaluate`: what a truth file asks goes through the matcher."""

from pathlib import Path

import pytest

from models.errors import BadFile
from services.asking import Asking
from services.matcher.learning.evaluating import Pool, TruthKind, evaluate
from services.matcher.learning.evaluation import OURS
from services.matcher.learning.teaching import train
from services.matcher.matching import Context
from tests.matcher_fixtures import Published

TABLE = """tool,place,country,peer,rank,as_of
T,Bristol,GB,Manchester,1,2025
T,Bristol,GB,Atlantis,2,2025
T,Bristol,GB,London,3,2025
T,Manchester,GB,Bristol,1,2025
U,Manchester,GB,Manchester,1,2025
"""


@pytest.fixture(scope="module")
def context(published: Published) -> Context:
    return Asking(published.settings).context


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "peers.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def test_official_peers_are_asked_for_at_home(context: Context, table: Path) -> None:
    found = evaluate(context, TruthKind.PEERS, table)
    told = found.as_json()
    assert (told["rows"], told["resolved"], told["asked"]) == (5, 3, 2)
    assert [(u["row"], u["name"]) for u in told["unresolved"]] == [
        (3, "Atlantis (GB)"),
        (6, "Manchester (GB)"),
    ]
    places = context.snapshot.places
    at_home = sum(
        places.facts(row)["country"] == "GB" and places.facts(row)["kind"] == "city"
        for row in range(len(places))
    )
    for ranks in found.ranks.values():
        # All cities of the country but the one that asks; what is true is always among them.
        assert {r.pool for r in ranks} == {at_home - 1}
        assert all(r <= at_home for one in ranks for r in one.ranks)
    assert "nearest population" in told["baselines"]


def test_in_a_closed_pool_the_places_of_the_table_are_judged(context: Context, table: Path) -> None:
    found = evaluate(context, TruthKind.PEERS, table, Pool.CLOSED)
    assert [(r.pool, len(r.ranks)) for r in found.ranks[OURS]] == [(2, 2), (2, 1)]


def test_nothing_is_learned_from_tables_of_one_country(
    context: Context, table: Path, tmp_path: Path
) -> None:
    with pytest.raises(BadFile, match="pairs or groups"):
        train(context, TruthKind.PEERS, table, tmp_path / "out.json")
