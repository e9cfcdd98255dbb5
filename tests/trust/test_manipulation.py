"""Check 40: outcomes told in bad faith, the same government twice, figures at a limit."""

import random
from typing import Any

import pytest

from models.tables import TenantDocumentRow
from services.matcher import eligibility
from services.matcher.decisions import opinions, tuning
from tests.trust.report import Tried
from tests.trust.whole_app import PLACE, Whole, published, whole

__all__ = ["published", "whole"]
QUESTION = {"place_id": PLACE, "limit": 20, "as_of": "2026-06-01"}
CITIES = "partnership-for-healthy-cities"
SPELLINGS = [
    "{name}", "{upper}", "{lower}", "  {name}  ", "{spaced}", "{accented}", "{dotted}", "{wide}",
]  # fmt: skip
FAVOURITE = 10


def asked(whole: Whole, who: str) -> tuple[dict[str, Any], bytes]:
    answer = whole.ask("POST", "/v1/matches/peers", who, json=QUESTION)
    assert answer.status_code == 200, answer.text
    return answer.json(), answer.content


def poisoned(whole: Whole, who: str, count: int, chance: random.Random) -> None:
    """Like one's favourite, dislike whoever stands before it, or click at random."""
    match, _ = asked(whole, who)
    ids = [result["place"]["id"] for result in match["results"]]
    for number in range(count):
        outcome, id = (
            ("accepted", ids[FAVOURITE]),
            ("declined", chance.choice(ids[:FAVOURITE])),
            (chance.choice(["accepted", "declined"]), chance.choice(ids)),
        )[number % 3]
        told = {"result_id": id, "outcome": outcome, "at": "2026-01-01", "why": f"{number}"}
        path = f"/v1/matches/{match['match_id']}/outcomes"
        assert whole.ask("POST", path, who, json=told).status_code == 201


def unmoved(whole: Whole, count: int, chance: random.Random, tried: Tried) -> None:
    """What one tenant tells moves nothing of another's, and its own can be taken back."""
    _, mine = asked(whole, "match")
    first, theirs = asked(whole, "other")
    for _ in range(count):
        poisoned(whole, "other", 3, chance)
        tried(asked(whole, "match")[1] == mine, "another tenant's answer moved")
    moved, _ = asked(whole, "other")
    told = whole.ask("GET", "/v1/weights", "other").json()
    tried(moved["match_id"] != first["match_id"], f"nothing was learned at all: {told}")
    for change in factors(told):
        tried(abs(change - 1) <= opinions.BOUND, f"a weight moved by {change}")
    back = whole.ask("POST", "/v1/weights/revert", "other", json={"version": 0})
    tried(back.status_code == 200, back.text)
    tried(asked(whole, "other")[1] == theirs, "going back gives another answer")


def factors(told: dict[str, Any]) -> list[float]:
    return [value for table in told["factors"].values() for value in table.values()]


@pytest.mark.check(40, "Outcomes told in bad faith, in three strategies", few=4, full=150)
def test_bad_faith_moves_nobody_else_and_is_taken_back(
    whole: Whole, count: int, chance: random.Random, tried: Tried
) -> None:
    unmoved(whole, count, chance, tried)
    tried.note("each time one of each strategy")
    tried.done()


@pytest.mark.planted(40, "weights that all tenants share")
def test_shared_weights_are_found(
    whole: Whole, chance: random.Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    latest = tuning.latest

    def shared(session: Any, _: str, kind: str) -> TenantDocumentRow | None:
        return latest(session, "golden", kind)

    monkeypatch.setattr(tuning, "latest", shared)
    tried = Tried()
    unmoved(whole, 2, chance, tried)
    assert any("another tenant's" in failure for failure in tried.failures)


def spelt(name: str, how: str) -> str:
    accents = str.maketrans({"a": "á", "e": "é", "o": "ö"})
    return how.format(
        name=name, upper=name.upper(), lower=name.lower(), spaced=name.replace(" ", "  "),
        accented=name.translate(accents), dotted=name.replace(" ", "-"),
        wide="".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in name),
    )  # fmt: skip


@pytest.mark.check(40, "A member that applies again under another spelling", few=8, full=200)
def test_a_second_identity_is_marked(
    whole: Whole, count: int, chance: random.Random, tried: Tried
) -> None:
    found = whole.ask("GET", "/v1/places?limit=100&country=ES&kind=city", "match").json()
    members = [item for item in found["items"] if item["name"].isascii()]
    path = f"/v1/collaborations/{CITIES}"
    for number in range(count):
        member, how = chance.choice(members), SPELLINGS[number % len(SPELLINGS)]
        roster = {"members": [member["id"]]}
        assert whole.ask("PUT", f"{path}/roster", "convene", json=roster).status_code == 200
        twin = {"name": spelt(member["name"], how), "kind": "city", "country": "ES", "id": "x:twin"}
        body = {"applicants": [{"place": twin}], "as_of": "2026-06-01"}
        answer = whole.ask("POST", f"{path}/screenings", "convene", json=body)
        (result,) = answer.json()["results"]
        codes = {caution["code"] for caution in result["cautions"]}
        marked = codes & {"possible_duplicate", "already_member", "name_unsure"}
        tried(bool(marked), f"{twin['name']!r} for {member['name']!r}: {codes}")
    tried.done()


def swept(whole: Whole, count: int, tried: Tried) -> None:
    """Figures around a rule's threshold, claimed by the applicant alone."""
    path = f"/v1/collaborations/{CITIES}/screenings"
    for number in range(count):
        figure = 1_000_000 + (number - count // 2) * 100_000 // count
        claim: dict[str, Any] = {
            "name": f"Claimed {number}",
            "kind": "city",
            "country": "ES",
            "id": "x:claim",
        }
        claim |= {"metro_population": figure, "population": figure}
        body = {"applicants": [{"place": claim}], "as_of": "2020-06-01", "require_verified": True}
        answer = whole.ask("POST", path, "convene", json=body)
        (result,) = answer.json()["results"]
        rule = next(r for r in result["rules"] if r["field"] == "metro_population")
        tried(rule["outcome"] != "pass", f"{figure}: an unverified figure passes")
        near = abs(figure - 1_000_000) <= 10_000 and rule["outcome"] != "undetermined"
        marked = "near_limit" in {c["code"] for c in result["cautions"]}
        tried(marked or not near, f"{figure}: not marked as near the limit")


@pytest.mark.check(40, "Figures at a limit that the applicant alone vouches for", few=10, full=500)
def test_a_claim_passes_no_limit(whole: Whole, count: int, tried: Tried) -> None:
    swept(whole, count, tried)
    tried.done()


@pytest.mark.planted(40, "a claim that counts as verified")
def test_a_claim_that_counts_is_found(whole: Whole, monkeypatch: pytest.MonkeyPatch) -> None:
    def trusting(rule: Any, facts: Any, as_of: Any, _: bool = False) -> Any:
        return eligibility.judge_rule(rule, facts, as_of)

    monkeypatch.setattr("services.matcher.judging.judge_rule", trusting)
    tried = Tried()
    swept(whole, 4, tried)
    assert any("passes" in failure for failure in tried.failures)
