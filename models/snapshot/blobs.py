"""Byte strings of any length, one after another in a file, found by their row."""

from collections.abc import Iterable
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def mapped(path: Path) -> NDArray[Any]:
    """An array that stays on disk until it is read; processes share its pages."""
    # As a plain array: numpy's memmap class makes every slice of it slow.
    return np.asarray(np.load(path, mmap_mode="r"))


class Blob:
    """Rows of bytes, mapped from `NAME.bin` and `NAME.offsets.npy`."""

    def __init__(self, folder: Path, name: str) -> None:
        self._offsets: NDArray[np.int64] = np.load(folder / f"{name}.offsets.npy")
        path = folder / f"{name}.bin"
        with path.open("rb") as file:
            # A file without a byte cannot be mapped.
            self._data = mmap(file.fileno(), 0, access=ACCESS_READ) if path.stat().st_size else b""

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __getitem__(self, row: int) -> bytes:
        at = self._offsets.item
        return self._data[at(row) : at(row + 1)]


def write_blob(folder: Path, name: str, rows: Iterable[bytes]) -> list[str]:
    """Write rows of bytes; answers with the names of the two files."""
    offsets = [0]
    with (folder / f"{name}.bin").open("wb") as file:
        for row in rows:
            file.write(row)
            offsets.append(offsets[-1] + len(row))
    np.save(folder / f"{name}.offsets.npy", np.array(offsets, np.int64))
    return [f"{name}.bin", f"{name}.offsets.npy"]
