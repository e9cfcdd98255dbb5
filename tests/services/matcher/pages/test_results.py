"""The page of an answer: frozen, shared, narrowed, weighed, and asked why not."""

import re
from collections import Counter
from collections.abc import Iterator
from html import escape, unescape

import pytest
from fastapi.testclient import TestClient

from tests.services.matcher.pages.addresses import GHANA, PLACE

HTML = {"Accept": "text/html"}
QUESTION = f"/find/peers?place={PLACE}&sector=regeneration&stage=implement"
_NAMED = re.compile(r'cp-card__name">.*?href="/places/([^"]+)"', re.S)


@pytest.fixture
def visitor(client: TestClient) -> Iterator[TestClient]:
    client.cookies.clear()
    yield client
    client.cookies.clear()


def found(visitor: TestClient, question: str) -> str:
    answer = visitor.get(question, headers=HTML, follow_redirects=False)
    assert answer.status_code == 303
    return str(answer.headers["location"])


def text_of(visitor: TestClient, path: str) -> str:
    answer = visitor.get(path, headers=HTML)
    assert answer.status_code == 200
    return answer.text


def test_a_page_shows_what_the_api_answers_in_its_order(visitor: TestClient) -> None:
    path = found(visitor, QUESTION)
    answered = visitor.get(f"/v1{path}").json()
    shown = _NAMED.findall(text_of(visitor, path))
    assert shown == [result["place"]["id"] for result in answered["results"]]
    assert len(shown) == 12


def test_two_of_a_country_are_shown_and_more_where_they_are_asked_for(visitor: TestClient) -> None:
    path = found(visitor, f"/find/peers?place={PLACE}&continent=NA")
    answered, page = visitor.get(f"/v1{path}").json(), text_of(visitor, path)
    assert max(Counter(r["place"]["country"] for r in answered["results"]).values()) == 2
    more = answered["passed_over"][0]
    shown = unescape(re.findall(r'id="of-a-country">(.*?)</p>', page, re.S)[0])
    assert f"({more['count']})" in shown
    lifted = found(visitor, re.findall(r'href="([^"]+)"', shown)[0])
    everybody = visitor.get(f"/v1{lifted}").json()
    assert max(Counter(r["place"]["country"] for r in everybody["results"]).values()) > 2
    assert "of-a-country" not in text_of(visitor, lifted)
    out = next(
        r["place"] for r in everybody["results"] if r["place"]["country"] == more["country"]
        and r["place"]["id"] not in _NAMED.findall(page)
    )  # fmt: skip
    asked = text_of(visitor, f"{path}/why-not?place={out['id']}")
    assert "Better ones of its country are on the list already" in asked


def test_a_link_opens_the_same_answer_in_another_language(visitor: TestClient) -> None:
    path = found(visitor, QUESTION)
    english, french = (text_of(visitor, f"{path}?lang={code}") for code in ("en", "fr"))
    assert _NAMED.findall(english) == _NAMED.findall(french)
    assert path.removeprefix("/matches/")[:12] in french


def test_a_link_from_a_colleague_opens_for_whoever_is_signed_in(
    visitor: TestClient, key: dict[str, str]
) -> None:
    path = found(visitor, QUESTION)
    assert visitor.get(path, headers=HTML | key).status_code == 200
    assert visitor.get(f"{path}/brief", headers=HTML | key).status_code == 200
    own = visitor.get(QUESTION, headers=HTML | key, follow_redirects=False).headers["location"]
    assert own != path
    assert visitor.get(own, headers=HTML).status_code == 404


def test_an_even_split_weighs_all_that_counts_the_same(visitor: TestClient) -> None:
    page = text_of(visitor, found(visitor, QUESTION))
    even = re.search(r'href="(/find/peers\?[^"]*)"[^>]*>Even split', page)
    assert even
    path = found(visitor, even[1].replace("&amp;", "&"))
    weights = visitor.get(f"/v1{path}").json()["weights"]
    assert set(weights.values()) <= {0, 1}
    usual = visitor.get(f"/v1{found(visitor, QUESTION)}").json()["weights"]
    assert {name for name, w in weights.items() if w} == {name for name, w in usual.items() if w}


def test_the_usual_weights_sent_back_by_the_form_are_the_same_question(visitor: TestClient) -> None:
    path = found(visitor, QUESTION)
    weights = visitor.get(f"/v1{path}").json()["weights"]
    sent = "&".join(f"w_{name}={weight:g}" for name, weight in weights.items())
    assert found(visitor, f"{QUESTION}&{sent}") == path


def test_a_weight_that_is_no_number_is_refused_as_a_page(visitor: TestClient) -> None:
    answer = visitor.get(f"{QUESTION}&w_nearness=much", headers=HTML)
    assert answer.status_code == 422
    assert "<h1" in answer.text


def test_only_the_places_asked_for_are_listed(visitor: TestClient) -> None:
    path = found(visitor, f"{QUESTION}&continent=SA&size=larger")
    for result in visitor.get(f"/v1{path}").json()["results"]:
        assert result["place"]["country"] in {"AR", "BO", "BR", "CL", "CO", "EC", "PE", "UY", "VE"}


def test_why_not_tells_the_rank_or_the_rule(visitor: TestClient) -> None:
    path = found(visitor, QUESTION)
    ids = _NAMED.findall(text_of(visitor, path))
    assert "number 3 for your question" in text_of(visitor, f"{path}/why-not?place={ids[2]}")
    at_home = text_of(visitor, f"{path}/why-not?q=Barcelona&place=gn:3128760")
    assert "A peer lies in another country" in at_home


def test_what_cannot_be_decided_stands_apart_from_what_is_ruled_out(visitor: TestClient) -> None:
    path = found(visitor, f"/find/networks?place={GHANA}&sector=climate&stage=apply")
    page = text_of(visitor, path)
    answered = visitor.get(f"/v1{path}").json()
    undecided = page.index('id="undecided"')
    ruled_out = page.index('id="ruled-out"')
    beside = page.index('id="beside"')
    assert undecided < beside < ruled_out
    for result in answered["results"]:
        at = page.index(f'id="result-{result["collaboration"]["id"]}"')
        is_beside = any(
            r["feature"] == "needs_served" and not r["value"] for r in result["reasons"]
        )
        assert (beside < at < ruled_out) == is_beside
        is_undecided = result["verdict"] == "undetermined" and not is_beside
        assert (undecided < at < beside) == is_undecided
    for refusal in answered["refused"]:
        assert f'id="result-{refusal["collaboration"]["id"]}"' not in page


def test_the_shortlist_is_kept_and_the_paper_speaks_of_it_alone(visitor: TestClient) -> None:
    path = found(visitor, QUESTION)
    ids = _NAMED.findall(text_of(visitor, path))
    for key in ids[1:3]:
        sent = visitor.post(f"{path}/shortlist", data={"id": key}, headers=HTML)
        assert sent.status_code == 200
    names = [visitor.get(f"/v1/places/{key}").json()["name"] for key in ids[:3]]
    paper = text_of(visitor, f"{path}/brief")
    assert f"1. {names[1]}" in paper
    assert f". {names[0]} (" not in paper
    table = visitor.get(f"{path}/download?format=csv").text
    assert len(table.strip().splitlines()) == 3
    visitor.post(f"{path}/shortlist", data={"id": ids[1], "listed": "no"})
    assert "Shortlist (1):" in text_of(visitor, path)


def test_the_numbers_on_the_map_are_those_of_the_list(visitor: TestClient) -> None:
    page = text_of(visitor, f"{found(visitor, QUESTION)}?view=map")
    marked = re.findall(r"<text [^>]*>([^<]+)</text>", page)
    assert marked[0] == "You"
    assert sorted(map(int, marked[1:])) == list(range(1, 13))
    land = re.search(r'href="(/assets/land[^"]+)"', page)
    assert land
    assert visitor.get(land[1]).headers["content-type"] == "image/svg+xml"


def test_other_kinds_of_place_can_be_asked_for(visitor: TestClient) -> None:
    path = found(visitor, f"{QUESTION}&kind=region&kind=city")
    answered = visitor.get(f"/v1{path}").json()
    assert {r["place"]["kind"] for r in answered["results"]} == {"region", "city"}
    page = text_of(visitor, path)
    assert len(re.findall(r'name="kind"[^>]*value="(?:region|city)" checked', page)) == 2


def test_a_condition_that_leaves_places_out_is_said_once(visitor: TestClient) -> None:
    path = found(visitor, QUESTION)
    page = text_of(visitor, path)
    out = page.partition('id="ruled-out"')[2].partition("</section>")[0]
    said = [re.sub(r"<[^>]+>", "", text) for text in re.findall(r"<li>(.*?)</span>", out, re.S)]
    assert len(said) == len(set(said)) > 0
    refused = visitor.get(f"/v1{path}").json()["refused"]
    shown = [r for r in refused if escape(r["place"]["name"]) in out]
    assert len(shown) > len(said)


def test_where_nothing_on_file_serves_the_need_the_page_says_so_once(visitor: TestClient) -> None:
    note = "Nothing on file says what any"
    for sector in ("regeneration", "climate", "innovation", "peace"):
        path = found(visitor, f"/find/peers?place={PLACE}&sector={sector}&stage=implement")
        served = any(r.get("gets") for r in visitor.get(f"/v1{path}").json()["results"])
        page = text_of(visitor, path)
        assert page.count(note) == (0 if served else 1)
        assert "could give each other is not on file" not in page or served
    assert note not in text_of(visitor, found(visitor, f"/find/peers?place={PLACE}"))


def test_a_paper_about_networks_is_about_those_that_work_on_the_need(visitor: TestClient) -> None:
    path = found(visitor, f"/find/networks?place={GHANA}&sector=health&stage=discover")
    results = visitor.get(f"/v1{path}").json()["results"]
    beside = [
        r["collaboration"]["name"]
        for r in results
        if any(x["feature"] == "needs_served" and not x["value"] for x in r["reasons"])
    ]
    assert 0 < len(beside) < len(results)
    paper = text_of(visitor, f"{path}/brief").partition("<article")[2]
    assert not [name for name in beside if f". {escape(name)}" in paper]
    whole = text_of(visitor, f"{path}/brief?which=all").partition("<article")[2]
    assert [name for name in beside if f". {escape(name)}" in whole]
    table = visitor.get(f"{path}/download?format=csv").text
    assert len(table.strip().splitlines()) == 1 + len(results)


def test_who_comes_back_finds_the_shortlist_from_the_first_page(visitor: TestClient) -> None:
    path = found(visitor, QUESTION)
    assert path not in text_of(visitor, "/")
    key = _NAMED.findall(text_of(visitor, path))[0]
    visitor.post(f"{path}/shortlist", data={"id": key}, headers=HTML)
    assert f'href="{path}"' in text_of(visitor, "/")
    visitor.post(f"{path}/shortlist", data={"id": key, "listed": "no"}, headers=HTML)
    assert path not in text_of(visitor, "/")
