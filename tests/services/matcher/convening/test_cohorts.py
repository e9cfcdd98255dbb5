"""Cohorts: the same optimum as trying every set, and what to relax where there is none."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any

import pytest

from models.taxonomy import CapAttribute, Outcome
from services.matcher.convening.caps import Limit, Tally, judge_admission
from services.matcher.convening.cohort_model import Bound, Member, Problem, solve, worth
from services.matcher.convening.cohort_parts import cap_line
from tests.services.matcher.convening.conftest import DC, NAMED, Desk, region

GRCN = "global-resilient-cities-network"
OPEN = "city-possible"
Allowed = Callable[[Sequence[int]], bool]


def made_up(seed: int) -> tuple[Problem, Allowed]:
    """A small random case, and what may be chosen by the caps' own judgement of admissions."""
    rng = random.Random(seed)
    count, sectors = rng.randint(4, 9), "abcd"
    members = [
        Member(
            f"m{i}",
            rng.random(),
            frozenset(rng.sample(sectors, rng.randint(0, 2))),
            frozenset(rng.sample(sectors, rng.randint(0, 2))),
            frozenset({("country", rng.choice("XYZ")), ("continent", rng.choice("EF"))}),
        )
        for i in range(count)
    ]
    with_roster = rng.random() < 0.4
    caps = []
    for attribute, values in ((CapAttribute.COUNTRY, "XYZ"), (CapAttribute.CONTINENT, "EF")):
        by_count = attribute is CapAttribute.COUNTRY
        share = None if by_count else Fraction(rng.choice(["1/2", "2/3", "3/4"]))
        limit = Limit("cap", attribute, rng.randint(1, 3) if by_count else None, share)
        tally = Tally(Counter(rng.choices(values, k=4) if with_roster else ""))
        mine: list[str | None] = [dict(m.values)[str(attribute)] for m in members]
        caps.append((limit, tally, mine, values))
    low = rng.randint(1, 3)
    high = rng.randint(low, 6)
    every = dict.fromkeys(range(count), 1)
    bounds = [
        Bound(limit.rule_id, {}, [cap_line(limit, tally, mine, v) for v in values])
        for limit, tally, mine, values in caps
    ]
    bounds += [
        Bound("max", {}, [(every, high)]),
        Bound("min", {}, [(dict.fromkeys(every, -1), -low)]),
    ]

    def allowed(chosen: Sequence[int]) -> bool:
        return low <= len(chosen) <= high and all(
            finding.outcome is Outcome.PASS
            for limit, tally, mine, _ in caps
            for finding in judge_admission(limit, tally, [mine[i] for i in chosen])
        )

    return Problem(members, bounds, rng.choice([0, 0.5, 1.0])), allowed


def test_the_same_optimum_as_trying_every_set() -> None:
    feasible = 0
    for seed in range(200):
        problem, allowed = made_up(seed)
        every = range(len(problem.members))
        sets = (s for size in every for s in combinations(every, size + 1) if allowed(s))
        best = max((sum(worth(problem, s).values()) for s in sets), default=None)
        found = solve(problem, 5)
        if best is None:
            assert (found.status, bool(found.relaxed)) == ("infeasible", True), seed
            continue
        feasible += 1
        assert (found.status, found.objective) == ("optimal", best), seed
        assert allowed(found.chosen), seed
        assert sum(worth(problem, found.chosen).values()) == best, seed
    assert feasible > 100


def test_the_fewest_rules_are_relaxed() -> None:
    for seed in range(60):
        problem, _ = made_up(seed)
        found = solve(problem, 5)
        if found.status != "infeasible":
            continue
        without = [b for b in problem.bounds if b not in found.relaxed]
        assert solve(Problem(problem.members, without), 5).status == "optimal"
        for size in range(len(found.relaxed)):
            for fewer in combinations(problem.bounds, size):
                rest = [b for b in problem.bounds if b not in fewer]
                assert solve(Problem(problem.members, rest), 5).status == "infeasible"


def test_two_hundred_applicants_are_proved_or_nearly() -> None:
    rng = random.Random(7)
    sectors = [f"s{n}" for n in range(32)]
    members = [
        Member(
            f"m{i:03}",
            rng.random(),
            frozenset(rng.sample(sectors, 2)),
            frozenset(rng.sample(sectors, 3)),
            frozenset({("country", f"c{rng.randint(0, 40)}"), ("continent", rng.choice("EFASN"))}),
        )
        for i in range(200)
    ]
    every = dict.fromkeys(range(200), 1)
    countries: list[str | None] = [dict(m.values)["country"] for m in members]
    continents: list[str | None] = [dict(m.values)["continent"] for m in members]
    two = Limit("country_cap", CapAttribute.COUNTRY, 2)
    share = Limit("continent_cap", CapAttribute.CONTINENT, share=Fraction("2/5"))
    empty = Tally(Counter())
    bounds = [
        Bound(
            "c", {}, [cap_line(two, empty, countries, v) for v in sorted(set(countries), key=str)]
        ),
        Bound("k", {}, [cap_line(share, empty, continents, v) for v in "EFASN"]),
        Bound("size", {}, [(every, 20), (dict.fromkeys(every, -1), -20)]),
    ]
    first = solve(Problem(members, bounds), 10)
    assert first.gap <= 0.01
    assert len(first.chosen) == 20
    assert solve(Problem(members, bounds), 10).chosen == first.chosen


def city(number: int, country: str = "NO", **more: Any) -> dict[str, Any]:
    return {"place": {"name": f"Madeup {number:03}", "kind": "city", "country": country, **more}}


def cohort(desk: Desk, of: str, applicants: list[Any], status: int = 200, **more: Any) -> Any:
    return desk.post(f"/collaborations/{of}/cohorts", {"applicants": applicants, **more}, status)


def names(places: Any) -> list[str]:
    return [place["name"] for place in places]


@pytest.mark.parametrize(
    ("purpose", "count", "low", "high"),
    [("project", 30, 2, 5), ("alliance", 30, 15, 20), ("replication", 95, 80, 80)],
)
def test_a_purpose_says_how_many(desk: Desk, purpose: str, count: int, low: int, high: int) -> None:
    applicants = [city(n, "NO" if n % 2 else "SE") for n in range(count)]
    answer = cohort(desk, OPEN, applicants, purpose=purpose)
    assert answer["status"] == "optimal"
    assert low <= len(answer["cohort"]) <= high
    assert answer["reserve"]
    groups = [len(g["members"]) for g in answer.get("subnetworks", [])]
    assert groups == ([48, 47] if purpose == "replication" else [])


def test_variety_brings_in_who_is_different(desk: Desk) -> None:
    alike = [
        city(n, "NO", population=300_000, needs=[{"sector": "digital", "stage": "apply"}])
        for n in range(12)
    ]
    other = [
        city(20, "TH", population=30_000),
        city(21, "KE", population=2_000_000),
        city(22, "PE", offers=[{"sector": "water", "stage": "implement"}]),
    ]
    answer = cohort(desk, OPEN, alike + other, size={"min": 8, "max": 8})
    assert len(answer["cohort"]) == 8
    assert {"Madeup 020", "Madeup 021", "Madeup 022"} & set(names(answer["cohort"]))


def test_members_learn_from_each_other(desk: Desk) -> None:
    giver = city(1, offers=[{"sector": "water", "stage": "implement"}])
    taker = city(2, needs=[{"sector": "water", "stage": "apply"}])
    others = [city(n) for n in range(3, 9)]
    answer = cohort(desk, OPEN, [giver, taker, *others], size={"min": 2, "max": 2}, variety=0)
    chosen = {c["name"]: c for c in answer["cohort"]}
    assert chosen["Madeup 002"]["learns"] == ["water"]
    assert chosen["Madeup 001"]["shows"] == ["water"]


def test_the_order_of_applicants_changes_nothing(desk: Desk) -> None:
    applicants = [city(n, "NO" if n % 3 else "SE", population=10_000 * n) for n in range(1, 15)]
    first = cohort(desk, OPEN, applicants, size={"min": 4, "max": 4})
    again = cohort(desk, OPEN, applicants[::-1], size={"min": 4, "max": 4})
    assert names(first["cohort"]) == names(again["cohort"])


def test_caps_include_and_exclude(desk: Desk) -> None:
    applicants = [city(n, "NO") for n in range(6)] + [city(9, "SE"), city(10, "DK")]
    must, no = applicants[5]["place"], applicants[6]["place"]
    answer = cohort(
        desk, OPEN, applicants, size={"min": 1, "max": 6},
        caps=[{"attribute": "country", "max": 2}], must_include=[must], must_exclude=[no],
    )  # fmt: skip
    chosen = names(answer["cohort"])
    assert (len(chosen), must["name"] in chosen, no["name"] in chosen) == (3, True, False)
    assert "cap" in [b["rule"] for b in answer["binding_caps"]]


def test_infeasible_names_the_fewest_rules(desk: Desk) -> None:
    answer = cohort(
        desk, OPEN, [city(n, "NO") for n in range(6)], size={"min": 4, "max": 6},
        caps=[{"attribute": "country", "max": 2}],
    )  # fmt: skip
    assert (answer["status"], answer["cohort"]) == ("infeasible", [])
    assert len(answer["relaxations"]) == 1


def test_with_the_roster_its_caps_hold_exactly(desk: Desk) -> None:
    desk.roster(NAMED)
    europeans = [{"place": region(f"Land {c}", c)} for c in ("FR", "GR", "IT", "PL", "PT")]
    answer = cohort(desk, DC, europeans, size={"min": 1, "max": 5}, with_roster=True)
    assert len(answer["cohort"]) == 2
    africans = [{"place": region("Gauteng", "ZA")}]
    more = cohort(desk, DC, europeans + africans, size={"min": 1, "max": 6}, with_roster=True)
    # Ten Europeans of 15 are exactly two-thirds.
    assert len(more["cohort"]) == 5
    assert "Gauteng" in names(more["cohort"])


def test_a_declared_intake_is_never_exceeded(desk: Desk) -> None:
    applicants = [city(n) for n in range(14)]
    answer = cohort(desk, GRCN, applicants, size={"min": 1, "max": 14})
    assert len(answer["cohort"]) == 10
    assert "intake" in [b["rule"] for b in answer["binding_caps"]]
    refused = cohort(desk, GRCN, applicants, size={"min": 12, "max": 12})
    assert refused["status"] == "infeasible"


def test_who_fails_a_fixed_rule_is_not_chosen(desk: Desk) -> None:
    of = "partnership-for-healthy-cities"
    applicants = [city(1, metro_population=500_000), city(2, metro_population=3_000_000)]
    answer = cohort(desk, of, applicants, size={"min": 1, "max": 2})
    assert names(answer["cohort"]) == ["Madeup 002"]
    assert names(answer["left_out_by_rules"]) == ["Madeup 001"]


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"size": {"min": 3, "max": 2}},
        {"size": {"min": 1, "max": 2}, "purpose": "project"},
        {"purpose": "party"},
        {"purpose": "project", "variety": 2},
    ],
)
def test_bad_questions_are_refused(desk: Desk, more: dict[str, Any]) -> None:
    cohort(desk, OPEN, [city(1)], 422, **more)
