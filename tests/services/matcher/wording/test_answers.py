"""Real answers in every language: nothing half said, and no English sentence in the others."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from fastapi.testclient import TestClient

from services.matcher.wording import LANGUAGES, wording
from tests.services.matcher.asking import (
    BILBAO,
    BRISTOL,
    CATALONIA,
    HAMBURG,
    MANCHESTER,
    MILAN,
    SINGAPORE,
    SYDNEY,
    Json,
    ask,
)
from tests.services.matcher.sentences import faults

NEEDS = [
    {"sector": "regeneration", "stage": "apply", "level": "officer", "text": "old docks"},
    {"sector": "inclusion", "stage": "discover"},
    {"sector": "digital", "stage": "influence", "level": "technical"},
]
FULL: Json = {
    "name": "Villa Nueva",
    "kind": "city",
    "country": "CL",
    "lat": -33.4,
    "lon": -70.6,
    "timezone": "America/Santiago",
    "population": 18_000,
    "population_basis": "municipality",
    "national_rank": 41,
    "languages": ["es"],
    "powers": {"fiscal": 0.2, "discretion": 0.3, "soft": 0.8, "basis": "declared"},
    "executive": {"form": "mayor_elected", "capacity": "low"},
    "own_budget": {"amount": 1_200_000.5, "currency": "USD"},
    "goals": ["policy", "partnerships"],
    "sectors": ["regeneration", "trade", "brand"],
    "needs": NEEDS,
    "offers": [{"sector": "youth", "stage": "implement", "text": "Jobs for young people"}],
    "capacity": {"officer_days": 1, "budget": {"amount": 1, "currency": "EUR"}},
    "readiness": "casual",
    "support_need": "high",
    "stakeholders": ["university", "citizens"],
    "roles": ["single_contact"],
    "sdgs": [11],
    "will_not": ["data"],
}
POOR = {"name": "Poor Region", "kind": "region", "country": "ES", "capacity": FULL["capacity"]}
REFUSED = {"include": ["refused"], "limit": 25}
QUESTIONS: list[tuple[str, Json]] = [
    ("collaborations", {"place": FULL, **REFUSED}),
    ("collaborations", {"place_id": BRISTOL, "needs": NEEDS, **REFUSED}),
    ("collaborations", {"place_id": CATALONIA, "as_of": "2020-06-01", **REFUSED}),
    ("collaborations", {"place": POOR, "exclude": ["c40"], "as_of": "2020-06-01", **REFUSED}),
    ("collaborations", {"place_id": SINGAPORE, "filters": {"sectors": ["peace"]}, **REFUSED}),
    ("collaborations", {"place_id": "gn:1609350", "as_of": "2020-06-01", "limit": 50}),
    ("peers", {"place": FULL, "limit": 10, "include": ["refused"]}),
    ("peers", {"place_id": BRISTOL, "needs": NEEDS, "ties": "deepen", "limit": 20}),
    ("peers", {"place_id": MANCHESTER, "mode": "learn_from_contrast", "among": [HAMBURG]}),
    ("peers", {"place_id": SINGAPORE, "mode": "learn_from_contrast", "limit": 20}),
    ("peers", {"place_id": MILAN, "mode": "look_up", "text": "heat in the city", "limit": 5}),
    ("peers", {"place_id": CATALONIA, "mode": "cohort", "filters": {"continents": ["EU"]}}),
    ("peers", {"place_id": BILBAO, "stage_relation": "teacher", "purpose": "transaction"}),
    ("peers", {"place_id": SYDNEY, "filters": {"countries": ["NZ", "CA"], "kinds": ["city"]}}),
]
WRITTEN_BY_OTHERS = {"gives", "gets", "evidence", "obligations", "description", "value"}


def told(value: Json) -> Iterator[tuple[str | None, Json, str]]:
    """Every sentence that the matcher may have written: its code, arguments and text."""
    if isinstance(value, dict):
        if isinstance(value.get("text"), str):
            yield value.get("code"), value.get("args"), value["text"]
        for name, inner in value.items():
            if name not in WRITTEN_BY_OTHERS:
                yield from told(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from told(inner)


@cache
def english() -> re.Pattern[str]:
    """Any whole sentence that is an English template with its places filled."""
    found = []
    for template in wording("en").templates.values():
        texts = [template] if isinstance(template, str) else list(template.values())[1:]
        for text in texts:
            parts = [re.escape(part) for part in re.split(r"\{[^}]*\}", text)]
            if sum(map(len, parts)) > 12:
                found.append(".*".join(parts))
    return re.compile("|".join(f"(?:{pattern})" for pattern in found), re.DOTALL)


def test_english_sentences_are_known_when_seen() -> None:
    assert english().fullmatch(wording("en").text("removed.rule", {"rule": "ended"}))
    assert not english().fullmatch(wording("es").text("removed.rule", {"rule": "ended"}))


@pytest.mark.parametrize(("kind", "body"), QUESTIONS)
def test_an_answer_is_whole_in_every_language(client: TestClient, kind: str, body: Json) -> None:
    said: dict[str, list[Any]] = {}
    for language in LANGUAGES:
        answer = ask(client, kind, body, {"Accept-Language": f"{language}, en;q=0.1"})
        said[language] = list(told(answer))
        ours = set(wording(language).templates)
        for code, _, text in said[language]:
            known = code in ours or f"caution.{code}" in ours
            assert not faults(text, written_by_us=known), (code, text)
            if language != "en":
                assert not english().fullmatch(text), (code, text)
    codes = {language: [code for code, *_ in items] for language, items in said.items()}
    assert all(found == codes["en"] for found in codes.values()), "the same things are said"
    assert len(codes["en"]) > 5


def test_the_questions_draw_out_most_of_what_can_be_said(client: TestClient) -> None:
    found: set[str] = set()
    for kind, body in QUESTIONS:
        for code, args, text in told(ask(client, kind, body)):
            if code is None or args is None:
                continue
            template = code if code in wording("en").templates else f"caution.{code}"
            found.add(template)
            if template in wording("en").templates:
                assert text == wording("en").text(template, args)
    assert len(found) >= 45, sorted(found)


def test_the_language_of_the_texts_is_told(client: TestClient) -> None:
    body = {"place_id": BRISTOL, "limit": 1}
    for accept, language in (("pt-BR,pt;q=0.9", "pt"), ("de", "en")):
        sent = client.post("/v1/matches/peers", json=body, headers={"Accept-Language": accept})
        assert sent.headers["content-language"] == language
