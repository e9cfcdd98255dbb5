"""Byte strings of any length, one after another in a file, found by their row."""

from collections.abc import Iterable
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
        self._data: NDArray[np.uint8] = (
            np.asarray(np.memmap(path, np.uint8, "r"))
            if path.stat().st_size
            else np.empty(0, np.uint8)
        )

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __getitem__(self, row: int) -> bytes:
        return self._data[self._offsets[row] : self._offsets[row + 1]].tobytes()


def write_blob(folder: Path, name: str, rows: Iterable[bytes]) -> list[str]:
    """Write rows of bytes; answers with the names of the two files."""
    offsets = [0]
    with (folder / f"{name}.bin").open("wb") as file:
        for row in rows:
            file.write(row)
            offsets.append(offsets[-1] + len(row))
    np.save(folder / f"{name}.offsets.npy", np.array(offsets, np.int64))
    return [f"{name}.bin", f"{name}.offsets.npy"]
