"""Screening: verdicts, waiting lists, contradictions, the jury, and what applicants are told."""

from hashlib import sha256
from typing import Any

import pytest

from models.database import Sessions
from models.records import Place
from services.ingest.upsert import upsert_places
from services.matcher.convening.schemas import APPLICANTS
from tests.services.matcher.convening.conftest import DC, NAMED, STRONG, Desk, region

GRCN = "global-resilient-cities-network"
PHC = "partnership-for-healthy-cities"
MEDELLIN = "gn:3674962"


def city(number: int, country: str = "NO", **more: Any) -> dict[str, Any]:
    return {"place": {"name": f"Madeup {number:03}", "kind": "city", "country": country, **more}}


def screen(desk: Desk, of: str, applicants: list[Any], **terms: Any) -> Any:
    body = {"applicants": applicants, **terms}
    return desk.post(f"/collaborations/{of}/screenings", body)


def by_name(answer: Any) -> dict[str, Any]:
    return {r["applicant"]["name"]: r for r in answer["results"]}


def test_the_eleventh_city_of_the_2020_round_waits(desk: Desk) -> None:
    answer = screen(desk, GRCN, [city(n) for n in range(11)], call="2020")
    waiting = [r for r in answer["results"] if r["verdict"] == "waitlisted"]
    assert [r["waitlist_position"] for r in waiting] == [1]
    intake = next(r for r in waiting[0]["rules"] if r["rule_id"] == "intake")
    assert (intake["seen"], intake["threshold"]) == (10, 10)
    assert "intake 10/10" in intake["text"]
    assert answer["as_of"] == "2020-12-31"
    # How it chooses is not on file, so that no city is eligible for sure.
    assert {r["verdict"] for r in answer["results"]} == {"undetermined", "waitlisted"}


def test_equals_stand_in_the_order_of_a_lot_and_are_told_so(desk: Desk) -> None:
    cities = [city(n) for n in range(13)]
    better = city(13, goals=["policy"], sectors=["resilience"])
    orders = []
    for applicants in (cities, cities[::-1], [better, *cities]):
        answer = screen(desk, GRCN, applicants, call="2020")
        orders.append([r["applicant"]["name"] for r in answer["results"]])
    last = answer["results"]
    drawn = sorted(
        (c["place"]["name"] for c in cities),
        key=lambda name: sha256(f"{GRCN}\n2020\n{name.lower()}|NO".encode()).hexdigest(),
    )
    assert orders == [drawn, drawn, ["Madeup 013", *drawn]]
    assert answer["order"] == ["verdict", "fit", "lot"]
    (told,) = (c for c in answer["cautions"] if c["code"] == "last_places_by_lot")
    assert told["args"] == {"call": "2020", "count": 13, "inside": 9}
    waiting = [r for r in last if r["verdict"] == "waitlisted"]
    assert [r["waitlist_position"] for r in waiting] == [1, 2, 3, 4]
    assert {r["behind"]["by"] for r in waiting} == {"lot"}
    before = [last[9], *waiting]
    for one, behind in zip(before, waiting, strict=False):
        assert behind["behind"]["number"] == one["applicant"]["number"]
        assert one["applicant"]["name"] in behind["behind"]["text"]


def test_who_waits_stands_as_the_places_were_given_away(desk: Desk) -> None:
    """By verdict first, also where another one fits better."""
    known = [city(n, metro_population=2_000_000) for n in range(2)]
    better: dict[str, Any] = {
        "needs": [{"sector": "health", "stage": "apply"}],
        "goals": ["policy"],
    }
    call = {"id": "own", "places": 1}
    answer = screen(desk, PHC, [city(9, **better), *known], call=call, as_of="2020-06-01")
    first, second, third = answer["results"]
    assert (first["verdict"], third["applicant"]["name"]) == ("eligible", "Madeup 009")
    assert [r["waitlist_position"] for r in (second, third)] == [1, 2]
    assert third["rank_score"] > second["rank_score"]
    assert [r["behind"]["by"] for r in (second, third)] == ["lot", "verdict"]


def test_more_let_in_than_there_is_room_for_is_told_and_not_prevented(desk: Desk) -> None:
    desk.roster([region("Oslofjord", "NO")], of=PHC)
    call = {"id": "own", "places": 3}
    caps = [{"attribute": "country", "max": 3}]
    cities = [city(n, metro_population=2_000_000) for n in range(4)]
    member = city(8, metro_population=2_000_000, commitments=[{"collaboration": PHC}])
    terms = {"call": call, "taken": 1, "caps": caps, "as_of": "2020-06-01"}
    answer = screen(desk, PHC, [*cities, member], **terms)
    path = f"/collaborations/{PHC}/screenings/{answer['screening_id']}"
    as_decided = desk.get(path)["as_decided"]
    assert (as_decided["admitted"], as_decided["places_left"], as_decided["over"]) == (2, 0, 0)
    assert as_decided["cautions"] == []
    (one, two) = (r["applicant"]["number"] for r in answer["results"] if "behind" in r)
    body = {"kind": "override", "author": "Chair", "verdict": "eligible", "reason": "a bridge"}
    told = entry(desk, answer, {**body, "applicant": one})["cautions"]
    assert [c["code"] for c in told] == ["over_places", "over_cap"]
    assert told[0]["args"] == {"call": "own", "room": 2, "admitted": 3, "over": 1}
    entry(desk, answer, {**body, "applicant": two})
    found = desk.get(path)
    assert found["as_decided"]["over"] == 2
    assert desk.get(f"{path}/minutes")["cautions"] == found["as_decided"]["cautions"]
    # Once they are on the roster, the cap counts them there and only there.
    desk.roster([region("Oslofjord", "NO"), cities[one]["place"]], of=PHC)
    joined = desk.get(path)["as_decided"]["together"]
    assert joined["admitted"] == 3
    assert joined["rules"][0]["count"] == 5


def test_a_later_round_judges_the_same_cities_anew(desk: Desk) -> None:
    later = {"id": "2021", "opens": "2021-01-01", "places": 15}
    answer = screen(desk, GRCN, [city(n) for n in range(11)], call=later, as_of="2021-03-01")
    assert answer["counts"] == {"undetermined": 11}


def test_who_was_in_its_predecessor_takes_no_place(desk: Desk) -> None:
    old = city(99, commitments=[{"collaboration": "100-resilient-cities"}])
    answer = screen(desk, GRCN, [old, *(city(n) for n in range(10))], call="2020")
    assert "waitlisted" not in answer["counts"]
    result = by_name(answer)["Madeup 099"]
    assert "already_member" in [c["code"] for c in result["cautions"]]


def test_a_cohort_of_27_thai_cities_goes_through_at_once(desk: Desk) -> None:
    answer = screen(desk, "city-possible", [city(n, "TH") for n in range(27)], as_of="2020-06-01")
    assert answer["counts"] == {"eligible": 27}
    rules = {r["rule_id"] for result in answer["results"] for r in result["rules"]}
    assert not [r for r in rules if r.endswith("_cap")]


def test_results_are_ranked_and_the_same_tomorrow(desk: Desk) -> None:
    applicants = [city(n, metro_population=900_000 + 20_000 * n) for n in range(12)]
    first = screen(desk, PHC, applicants, as_of="2020-06-01")
    again = screen(desk, PHC, applicants, as_of="2020-06-01")
    assert again == first
    assert [r["rank"] for r in first["results"]] == list(range(1, 13))
    order = ["eligible", "conditional", "undetermined", "waitlisted", "refused"]
    places = [order.index(r["verdict"]) for r in first["results"]]
    assert places == sorted(places)
    assert {n: r["verdict"] for n, r in by_name(first).items()}["Madeup 005"] == "refused"
    reopened = desk.get(f"/collaborations/{PHC}/screenings/{first['screening_id']}")
    assert reopened["results"] == first["results"]


def test_fit_is_the_sum_of_its_reasons(desk: Desk) -> None:
    applicant = city(1, needs=[{"sector": "health", "stage": "apply"}], metro_population=2_000_000)
    (result,) = screen(desk, PHC, [applicant], as_of="2020-06-01")["results"]
    total = sum(reason["contribution"] for reason in result["reasons"])
    assert result["fit"] == pytest.approx(total, abs=1e-6)
    assert result["fit"] > 0


def test_an_unknown_figure_is_missing_and_a_fixed_rule_is_not_to_be_changed(desk: Desk) -> None:
    answer = by_name(
        screen(desk, PHC, [city(1), city(2, metro_population=600_000)], as_of="2020-06-01")
    )
    assert answer["Madeup 001"]["missing"] == ["metro_population"]
    change = answer["Madeup 002"]["smallest_change"]
    assert (change["rule_id"], change["possible"]) == ("metropolitan-population", False)


def test_low_powers_are_a_weak_fit_and_the_field_is_named(desk: Desk) -> None:
    weak = {**STRONG, "powers": {"discretion": 0.1, "policy_scope": 0.1}}
    applicants = [
        {"place": region("Strongland", "NO", **STRONG)},
        {"place": region("Weakland", "NO", **weak)},
    ]
    desk.roster(NAMED[:1] + NAMED[6:])
    answer = by_name(screen(desk, DC, applicants, as_of="2020-06-01"))
    assert answer["Strongland"]["status"] == "eligible"
    result = answer["Weakland"]
    assert (result["verdict"], result["status"]) == ("eligible", "eligible_weak_fit")
    assert result["weak_on"]["fields"] == ["powers"]
    assert result["sub_scores"]["powers"]["evidence"][0]["field"] == "powers"
    assert {s["level"] for s in answer["Strongland"]["sub_scores"].values()} == {"high"}


def test_an_average_of_the_country_is_no_proof_of_weakness(desk: Desk) -> None:
    average = {"discretion": 0.1, "basis": "average"}
    (result,) = screen(
        desk, DC, [{"place": region("Averageland", "NO", powers=average)}], as_of="2020-06-01"
    )["results"]
    assert result["sub_scores"]["powers"]["value"] is None


def test_caps_are_judged_on_the_roster(desk: Desk) -> None:
    desk.roster([*NAMED, region("Basque Country", "ES", id="iso:ES-PV")])
    answer = screen(desk, DC, [{"place": region("Aragon", "ES")}], as_of="2020-06-01")
    (result,) = answer["results"]
    assert result["verdict"] == "refused"
    rule = next(r for r in result["rules"] if r["rule_id"] == "country_cap")
    assert [h["name"] for h in rule["holders"]] == ["Catalonia", "Basque Country"]


def test_without_a_roster_caps_are_said_to_be_unjudged(desk: Desk) -> None:
    answer = screen(desk, DC, [{"place": region("Aragon", "ES")}], as_of="2020-06-01")
    assert answer["counts"] == {"eligible": 1}
    assert [c["code"] for c in answer["cautions"]] == ["caps_unjudged"]
    desk.roster(NAMED)
    answer = screen(desk, DC, [{"place": region("Aragon", "ES")}], as_of="2020-06-01")
    assert "cautions" not in answer
    assert answer["together"]["verdict"] == "eligible"


def test_a_claim_against_the_catalogue_is_for_a_person_to_decide(desk: Desk) -> None:
    medellin = {"name": "Medellín", "kind": "city", "country": "CO", "id": MEDELLIN}
    held = desk.get(f"/places/{MEDELLIN}")
    assert held["metro_population"] > 1_000_000
    claim = {"place": {**medellin, "metro_population": 800_000}}
    (result,) = screen(desk, PHC, [claim], as_of="2020-06-01")["results"]
    assert result["verdict"] == "undetermined"
    assert [c["field"] for c in result["claim_conflict"]] == ["metro_population"]
    assert result["claim_conflict"][0]["on_file"] == held["metro_population"]
    rule = next(r for r in result["rules"] if r["rule_id"] == "metropolitan-population")
    assert (rule["code"], rule["outcome"]) == ("claim_conflict", "undetermined")


def test_a_figure_next_to_the_threshold_is_marked(desk: Desk) -> None:
    applicants = [city(1, metro_population=1_000_001), city(2, metro_population=2_000_000)]
    answer = by_name(screen(desk, PHC, applicants, as_of="2020-06-01"))
    assert "near_limit" in [c["code"] for c in answer["Madeup 001"]["cautions"]]
    assert "near_limit" not in [c["code"] for c in answer["Madeup 002"]["cautions"]]


def test_names_are_found_but_never_guessed(desk: Desk) -> None:
    applicants = [
        {"place": {"name": "Medelín", "kind": "city", "country": "CO"}},
        {"place": {"name": "Nowherebourg", "kind": "city", "country": "FR"}},
    ]
    answer = screen(desk, "city-possible", applicants, as_of="2020-06-01")
    first, second = sorted((r["applicant"] for r in answer["results"]), key=lambda a: a["number"])
    assert first["matched"]["place_id"] == MEDELLIN
    assert first["matched"]["asked"] == "Medelín"
    assert "matched" not in second


def test_what_an_applicant_is_told_is_the_same_without_its_rivals(desk: Desk) -> None:
    mine = city(0, "ES", metro_population=900_000)
    rivals = [city(n, "ES", metro_population=2_000_000) for n in range(1, 6)]
    caps = [{"attribute": "country", "max": 1}]
    desk.roster([region("Oslofjord", "NO")], of=PHC)
    views = []
    for applicants in ([mine], [*rivals, mine]):
        answer = screen(desk, PHC, applicants, as_of="2020-06-01", caps=caps)
        number = by_name(answer)["Madeup 000"]["applicant"]["number"]
        path = f"/collaborations/{PHC}/screenings/{answer['screening_id']}/applicants/{number}"
        views.append(desk.get(path))
    assert views[0] == views[1]
    assert views[0]["passes_alone"] is False
    shown = [r["seen"] for r in views[0]["rules"] if r["field"] == "metro_population"]
    assert shown == [900_000]


def entry(desk: Desk, answer: Any, body: Any, status: int = 201) -> Any:
    path = f"/collaborations/{PHC}/screenings/{answer['screening_id']}/entries"
    return desk.post(path, body, status)


def assessment(author: str, applicant: int = 0, **more: Any) -> dict[str, Any]:
    return {"kind": "assessment", "author": author, "applicant": applicant,
            "recommendation": "admit", "reason": "a clear plan", **more}  # fmt: skip


def test_two_assessors_are_blind_to_each_other(desk: Desk) -> None:
    answer = screen(desk, PHC, [city(1)], as_of="2020-06-01")
    entry(desk, answer, assessment("Ada"))
    path = f"/collaborations/{PHC}/screenings/{answer['screening_id']}"
    (hidden,) = desk.get(path)["entries"]
    assert (hidden.get("reason"), hidden.get("author"), hidden["blind"]) == (None, None, True)
    assert desk.get(f"{path}?assessor=Ada")["entries"][0]["reason"] == "a clear plan"
    entry(desk, answer, assessment("ada"), 409)
    entry(desk, answer, assessment("Ben", recommendation="refuse"))
    assert [e["author"] for e in desk.get(path)["entries"]] == ["Ada", "Ben"]
    entry(desk, answer, assessment("Cleo"), 409)


def test_an_entry_sent_again_is_kept_once(desk: Desk) -> None:
    answer = screen(desk, PHC, [city(1)], as_of="2020-06-01")
    first = entry(desk, answer, assessment("Ada"))
    assert entry(desk, answer, assessment("Ada"))["number"] == first["number"]
    path = f"/collaborations/{PHC}/screenings/{answer['screening_id']}"
    assert len(desk.get(path)["entries"]) == 1


def test_who_has_an_interest_neither_assesses_nor_decides(desk: Desk) -> None:
    answer = screen(desk, PHC, [city(1), city(2)], as_of="2020-06-01")
    interest = {"kind": "conflict", "author": "Ada", "applicant": 0, "text": "born there"}
    entry(desk, answer, interest)
    entry(desk, answer, assessment("Ada", 0), 409)
    entry(desk, answer, assessment("Ada", 1))
    override = {"kind": "override", "author": "Ada", "applicant": 0, "verdict": "eligible",
                "reason": "I say so"}  # fmt: skip
    entry(desk, answer, override, 409)


def test_an_override_keeps_the_verdict_and_the_reason(desk: Desk) -> None:
    answer = screen(desk, PHC, [city(1, metro_population=600_000)], as_of="2020-06-01")
    body = {"kind": "override", "author": "Chair", "applicant": 0, "verdict": "eligible",
            "reason": "new census"}  # fmt: skip
    entry(desk, answer, {**body, "reason": ""}, 422)
    entry(desk, answer, {**body, "applicant": 7}, 422)
    entry(desk, answer, body)
    entry(desk, answer, {"kind": "minutes", "author": "Clerk", "text": "Met.", "present": ["A"]})
    path = f"/collaborations/{PHC}/screenings/{answer['screening_id']}"
    (result,) = desk.get(path)["results"]
    assert (result["verdict"], result["decision"]["verdict"]) == ("refused", "eligible")
    minutes = desk.get(f"{path}/minutes")
    assert minutes["decisions"][0]["verdict_of_screening"] == "refused"
    assert minutes["minutes"][0]["present"] == ["A"]


def test_a_screening_is_its_tenants_own(desk: Desk, stranger: Desk) -> None:
    answer = screen(desk, PHC, [city(1)], as_of="2020-06-01")
    path = f"/collaborations/{PHC}/screenings/{answer['screening_id']}"
    for end in ("", "/minutes", "/applicants/0"):
        stranger.get(path + end, status=404)
    stranger.post(f"{path}/entries", {"kind": "note", "author": "x", "text": "y"}, 404)
    assert stranger.get(f"/collaborations/{PHC}/screenings")["items"] == []
    desk.get(f"/collaborations/{DC}/screenings/{answer['screening_id']}", status=404)


def test_applicants_kept_by_the_tenant_need_no_publishing(
    desk: Desk, stranger: Desk, sessions: Sessions
) -> None:
    place = Place.model_validate({**city(1)["place"], "id": "x:mine"})
    with sessions.begin() as session:
        upsert_places(session, [place], "first")
    (result,) = screen(desk, PHC, [{"place_id": "x:mine"}], as_of="2020-06-01")["results"]
    assert result["applicant"]["id"] == "x:mine"
    body = {"applicants": [{"place_id": "x:mine"}]}
    stranger.post(f"/collaborations/{PHC}/screenings", body, 404)


@pytest.mark.parametrize(
    "body",
    [
        {"applicants": []},
        {"applicants": [{}]},
        {"applicants": [{"place_id": "gn:1", "place": region("A", "ES")}]},
        {"applicants": [{"place": region("A", "ES")}] * (APPLICANTS + 1)},
        {"applicants": [{"place": region("A", "ES")}], "call": "never"},
        {"applicants": [{"place": region("A", "ES")}], "cal": "2020"},
    ],
)
def test_bad_screenings_are_refused(desk: Desk, body: Any) -> None:
    desk.post(f"/collaborations/{PHC}/screenings", body, 422)
