"""Memberships are asked as if nobody knew, and matcher and baselines know the same members."""

from pathlib import Path

import numpy as np
import pytest

from models.snapshot.columns import profile_columns
from services.asking import Asking
from services.matcher.learning.evaluating import Pool, TruthKind, evaluate
from services.matcher.learning.evaluation import ThemeReader
from services.matcher.learning.memberships import Informed
from services.matcher.matching import Context
from services.matcher.matching.company import company_term
from tests.matcher_fixtures import Published
from tests.services.matcher.asking import BILBAO, BRISTOL


@pytest.fixture(scope="module")
def context(published: Published) -> Context:
    return Asking(published.settings).context


def test_no_place_is_its_own_company(context: Context) -> None:
    places = context.snapshot.places
    one, other = places.row(BILBAO), places.row(BRISTOL)
    assert one is not None
    assert other is not None
    known = Informed(context.catalogue, {0: {one}, 2: {one, other}, 3: set()})
    profile = profile_columns(places.facts(one))
    told = company_term(profile, one, 1.0, known.company("public"))
    assert told is not None
    assert np.flatnonzero(told.table.told).tolist() == [2]


def test_parts_of_a_theme_are_read_apart(context: Context) -> None:
    needs = ThemeReader(context).needs("waste management; urban mobility")
    assert needs is not None
    assert {"circular", "mobility"} <= {str(need["sector"]) for need in needs}
    assert ThemeReader(context).needs("") is None


@pytest.mark.parametrize("pool", list(Pool))
def test_a_file_of_memberships_is_evaluated_whole(
    context: Context, tmp_path: Path, pool: Pool
) -> None:
    file = tmp_path / "members.csv"
    file.write_text(
        "network,place_name,country_iso2,kind,theme,as_of_year\n"
        "C40 (round 1),Bristol,GB,city,,2020\n"
        "Eurocities,City of Bilbao,ES,city,climate,\n"
        "No such network,Hamburg,DE,city,,\n"
        "C40,Nowhere at all,DE,city,,\n"
    )
    found = evaluate(context, TruthKind.MEMBERSHIPS, file, pool).as_json()
    assert (found["rows"], found["resolved"]) == (4, 2)
    assert [lost["row"] for lost in found["unresolved"]] == [4, 5]
    assert set(found["metrics"]["mrr"]) == {"value", "low", "high"}
    assert {"random", "most members first", "collaborative filtering"} <= set(found["baselines"])


def test_pairs_are_asked_both_ways(context: Context, tmp_path: Path) -> None:
    file = tmp_path / "pairs.csv"
    file.write_text(
        "place_a,country_a,place_b,country_b,programme,theme\n"
        "Bilbao,ES,Bristol,GB,P,urban mobility\n"
        "Hamburg,DE,Atlantis,GR,P,\n"
    )
    found = evaluate(context, TruthKind.PAIRS, file).as_json()
    assert (found["rows"], found["resolved"], found["asked"]) == (2, 1, 2)
    assert 0 < found["metrics"]["mrr"]["value"] <= 1
    assert {"largest first", "nearest place", "text only"} <= set(found["baselines"])
