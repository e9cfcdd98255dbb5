"""Pairing: pair rules on their dates, and the same optimum as trying every matching."""

import random
from itertools import permutations
from typing import Any

import numpy as np
import pytest

from services.matcher.convening.assignment import UNIT, clusters, one_pool, two_sides
from tests.services.matcher.convening.conftest import Desk, region

IUC = "international-urban-cooperation"


def city(name: str, country: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "kind": "city", "country": country, **more}


BRISTOL, OSLO, BILBAO = city("Bristol", "GB"), city("Oslo", "NO"), city("Bilbao", "ES")
MEXICO, PARIS = city("Mexico City", "MX"), city("Paris", "FR")


def pair(desk: Desk, left: Any, right: Any = None, **more: Any) -> Any:
    body = {"left": left, "collaboration": IUC, "as_of": "2019-06-01", **more}
    return desk.post("/pairings", body | ({"right": right} if right else {}))


@pytest.mark.parametrize(
    ("left", "right", "as_of", "verdict"),
    [
        (BRISTOL, MEXICO, "2019-06-01", "eligible"),
        (BRISTOL, MEXICO, "2021-06-01", "undetermined"),
        (OSLO, MEXICO, "2019-06-01", "undetermined"),
        (PARIS, MEXICO, "2021-06-01", "eligible"),
        (BILBAO, OSLO, "2019-06-01", None),
        (BILBAO, PARIS, "2019-06-01", None),
    ],
)
def test_iuc_pairs_the_union_with_other_continents(
    desk: Desk, left: Any, right: Any, as_of: str, verdict: str | None
) -> None:
    answer = pair(desk, [left], [right], as_of=as_of)
    if verdict is None:
        assert answer["pairs"] == []
        (why, _) = (u["why"] for u in answer["unmatched"])
        assert why["code"] == "pair_rule"
        assert "different-continents" in [r["rule_id"] for r in why["rules"]]
        assert {r["code"] for r in why["rules"]} == {"pair_rule"}
    else:
        assert [p["verdict"] for p in answer["pairs"]] == [verdict]
        cautioned = "pair_undetermined" in [c["code"] for c in answer["pairs"][0]["cautions"]]
        assert cautioned == (verdict == "undetermined")


def test_most_pairs_come_first(desk: Desk) -> None:
    answer = pair(desk, [BILBAO, PARIS, OSLO], [MEXICO, city("Lima", "PE"), BRISTOL])
    assert len(answer["pairs"]) == 2
    assert {p["verdict"] for p in answer["pairs"]} == {"eligible"}
    left_over = {u["place"]["name"]: u["why"]["code"] for u in answer["unmatched"]}
    assert left_over == {"Oslo": "outnumbered", "Bristol": "pair_rule"}


def test_reasons_gives_and_gets(desk: Desk) -> None:
    needs = [{"sector": "water", "stage": "apply"}]
    offers = [{"sector": "water", "stage": "implement"}]
    answer = pair(desk, [PARIS | {"needs": needs}], [MEXICO | {"offers": offers}])
    (found,) = answer["pairs"]
    assert [o["sector"] for o in found["gets"]] == ["water"]
    assert found["gives"] == []
    total = sum(reason["contribution"] for reason in found["reasons"])
    assert found["score"] == pytest.approx(total, abs=1e-6)


def test_one_pool_without_rules_pairs_everybody(desk: Desk) -> None:
    pool = [city(f"Madeup {n}", "NO", population=10_000 * n) for n in range(1, 8)]
    answer = desk.post("/pairings", {"left": pool})
    assert len(answer["pairs"]) == 3
    assert [u["why"]["code"] for u in answer["unmatched"]] == ["outnumbered"]


def test_a_rule_on_one_place_bars_it(desk: Desk) -> None:
    rule = {"id": "cities", "field": "kind", "operator": "eq", "value": "city", "text": "Cities."}
    body = {"left": [region("Galicia", "ES"), PARIS], "right": [MEXICO], "rules": [rule]}
    answer = desk.post("/pairings", body)
    assert [p["places"][0]["name"] for p in answer["pairs"]] == ["Paris"]
    (galicia,) = answer["unmatched"]
    assert galicia["why"]["code"] == "entry"


def test_no_place_goes_with_its_own_region(desk: Desk) -> None:
    bilbao, basque = city("Bilbao", "ES", region="ES-PV"), region("Basque", "ES", region="ES-PV")
    answer = desk.post("/pairings", {"left": [bilbao, basque]})
    assert answer["pairs"] == []
    assert [u["why"]["code"] for u in answer["unmatched"]] == ["part_of", "part_of"]
    pool = [bilbao, basque, PARIS, region("Occitanie", "FR", region="FR-OCC")]
    pairs = desk.post("/pairings", {"left": pool})["pairs"]
    assert len(pairs) == 2
    together = [{p["name"] for p in pair["places"]} for pair in pairs]
    assert {"Bilbao", "Basque"} not in together


def test_what_describes_itself_is_part_of_the_region_it_names(desk: Desk) -> None:
    lyon = city("Lyon", "FR", region="FR-ARA")
    own = region("Auvergne-Rhône-Alpes", "FR", region="FR-ARA")
    answer = desk.post("/pairings", {"left": [lyon], "right": [own]})
    assert answer["pairs"] == []
    assert {u["why"]["code"] for u in answer["unmatched"]} == {"part_of"}


def test_clusters_hold_places_of_both_sides(desk: Desk) -> None:
    left = [city(f"Left {n}", "FR") for n in range(5)]
    right = [city(f"Right {n}", "MX") for n in range(4)]
    answer = pair(desk, left, right, cluster_size=3)
    assert (answer["status"], len(answer["clusters"])) == ("optimal", 3)
    for cluster in answer["clusters"]:
        assert {p["country"] for p in cluster["places"]} == {"FR", "MX"}


def test_clusters_of_one_pool_keep_every_pair_rule(desk: Desk) -> None:
    rule = {"id": "other-country", "scope": "pair", "field": "country", "operator": "distinct",
            "text": "No two of one country."}  # fmt: skip
    pool = [city(f"Place {n}", c) for n, c in enumerate(["FR", "FR", "MX", "MX", "NO", "NO", "FR"])]
    answer = desk.post("/pairings", {"left": pool, "rules": [rule], "cluster_size": 3})
    groups = [[p["country"] for p in c["places"]] for c in answer["clusters"]]
    assert [sorted(group) for group in groups] == [["FR", "MX", "NO"]] * 2
    assert [u["place"]["country"] for u in answer["unmatched"]] == ["FR"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"left": [PARIS]}, 422),
        ({"left": [PARIS, PARIS]}, 422),
        ({"left": [PARIS], "right": [PARIS]}, 422),
        ({"left": [PARIS], "right": [MEXICO], "cluster_size": 6}, 422),
        ({"left": [PARIS], "right": ["gn:999999999"]}, 404),
        ({"left": [PARIS], "right": [MEXICO], "collaboration": "no-such"}, 404),
    ],
)
def test_bad_pairings_are_refused(desk: Desk, body: Any, status: int) -> None:
    desk.post("/pairings", body, status)


Table = np.ndarray[Any, Any]


def made_up(rng: random.Random, rows: int, columns: int) -> tuple[Table, Table]:
    weights = np.array([[rng.random() for _ in range(columns)] for _ in range(rows)])
    allowed = np.array([[rng.random() < 0.5 for _ in range(columns)] for _ in range(rows)])
    return weights, allowed


def value(weights: Table, pairs: Any) -> tuple[int, int]:
    return len(pairs), sum(round(float(weights[i, j]) * UNIT) for i, j in pairs)


def test_two_sides_have_the_optimum_of_every_assignment() -> None:
    for seed in range(150):
        rng = random.Random(seed)
        weights, allowed = made_up(rng, rng.randint(1, 5), rng.randint(5, 6))
        best = max(
            value(weights, [(i, j) for i, j in enumerate(order) if allowed[i, j]])
            for order in permutations(range(weights.shape[1]), weights.shape[0])
        )
        assert value(weights, two_sides(weights, allowed)) == best, seed


def best_matching(weights: Table, allowed: Table, left: tuple[int, ...]) -> tuple[int, int]:
    if len(left) < 2:
        return 0, 0
    first, rest = left[0], left[1:]
    best = best_matching(weights, allowed, rest)
    for other in rest:
        if allowed[first, other]:
            others = tuple(i for i in rest if i != other)
            pairs, weight = best_matching(weights, allowed, others)
            gain = round(float(weights[first, other]) * UNIT)
            best = max(best, (pairs + 1, weight + gain))
    return best


def symmetric(seed: int, count: int) -> tuple[Table, Table]:
    weights, allowed = made_up(random.Random(seed), count, count)
    upper = np.triu(allowed, 1)
    return np.triu(weights, 1) + np.triu(weights, 1).T, upper | upper.T


def test_one_pool_has_the_optimum_of_every_matching() -> None:
    for seed in range(100):
        weights, allowed = symmetric(seed, 4 + seed % 5)
        best = best_matching(weights, allowed, tuple(range(len(weights))))
        assert value(weights, one_pool(weights, allowed)) == best, seed


def best_clusters(weights: Table, allowed: Table, left: tuple[int, ...]) -> tuple[int, int]:
    if len(left) < 3:
        return 0, 0
    first, rest = left[0], left[1:]
    best = best_clusters(weights, allowed, rest)
    for at, a in enumerate(rest):
        for b in rest[at + 1 :]:
            if allowed[first, a] and allowed[first, b] and allowed[a, b]:
                others = tuple(i for i in rest if i not in (a, b))
                groups, weight = best_clusters(weights, allowed, others)
                _, gain = value(weights, [(first, a), (first, b), (a, b)])
                best = max(best, (groups + 1, weight + gain))
    return best


def test_clusters_have_the_optimum_of_every_grouping() -> None:
    for seed in range(40):
        weights, allowed = symmetric(seed, 6 + seed % 3)
        found = clusters(weights, allowed | (weights > 0.6), 3, 5)
        both = allowed | (weights > 0.6)
        pairs = [(a, b) for g in found.groups for a in g for b in g if a < b]
        best = best_clusters(weights, both, tuple(range(len(weights))))
        assert (len(found.groups), value(weights, pairs)[1]) == best, seed
        assert found.status == "optimal"
