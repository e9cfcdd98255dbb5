"""Models of sentence-transformers, from safetensors on this machine alone."""

import hashlib
from collections.abc import Callable
from copy import deepcopy
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from models.embedder import Embedder, EmbeddingModelUnavailable, Kind, Reader, check
from models.processor import processor_has

# Texts of like length: more at a time fit worse in the processor's cache.
BATCH = 16
# What numbers of half the precision may cost: the cosine with those of whole precision.
LEAST_COSINE = 0.9999
_TRIED = [
    "drinking water",
    "How do we renovate social housing without raising the rent of those who live there?",
    "La ville cherche des partenaires pour son réseau de tramways et ses pistes cyclables.",
]


def by_id_or_path(model: str) -> Embedder:
    """Any model of sentence-transformers, by path or by the id of one kept on this machine."""
    folder = Path(model) if Path(model).is_dir() else _kept_model(model)
    return from_folder(
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


def from_folder(folder: Path, name: str, languages: str) -> Embedder:
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

    read = _SentenceModel(model)
    dimension = int(model.get_embedding_dimension())
    embedder = Reader(name, dimension, languages, read.one, read.batch)
    check(embedder)
    return embedder


class _SentenceModel:
    """A loaded model: one text in whole precision, many in half where that is good and fast."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._read_many: Callable[[list[str], Kind], Any] | None = None

    def one(self, text: str, kind: Kind) -> Any:
        return _encode(self._model, text, kind)

    def batch(self, texts: list[str], kind: Kind) -> Any:
        if self._read_many is None:
            self._read_many = self._in_half() or partial(_encode, self._model)
        return self._read_many(texts, kind)

    def _in_half(self) -> Callable[[list[str], Kind], Any] | None:
        """Reads in half the precision; None where the processor cannot, or vectors move."""
        if not processor_has("avx512_bf16", "amx_bf16"):
            return None
        read = partial(_encode_in_half, _halved(self._model))
        whole = np.asarray(_encode(self._model, _TRIED, "passage"), np.float64)
        half = np.asarray(read(_TRIED, "passage"), np.float64)
        lengths = np.linalg.norm(whole, axis=1) * np.linalg.norm(half, axis=1)
        is_good = ((whole * half).sum(axis=1) / lengths).min() >= LEAST_COSINE
        return read if is_good else None


def _encode(model: Any, texts: str | list[str], kind: Kind) -> Any:
    encode = model.encode_query if kind == "query" else model.encode_document
    return encode(texts, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False)


def _encode_in_half(halved: Any, texts: list[str], kind: Kind) -> Any:
    torch: Any = import_module("torch")
    with torch.autocast("cpu", torch.bfloat16):
        return _encode(halved, texts, kind)


def _halved(model: Any) -> Any:
    """The model with its multiplied weights in bfloat16; all other weights are the same ones.

    autocast makes the same numbers of them, but anew at each call: a tenth of the time of a piece.
    """
    torch: Any = import_module("torch")
    multiplied = [layer for layer in model.modules() if type(layer) is torch.nn.Linear]
    own = {id(weight) for layer in multiplied for weight in layer.parameters()}
    shared = {id(weight): weight for weight in model.parameters() if id(weight) not in own}
    halved = deepcopy(model, shared)
    for layer in halved.modules():
        if type(layer) is torch.nn.Linear:
            layer.to(torch.bfloat16)
    return halved
