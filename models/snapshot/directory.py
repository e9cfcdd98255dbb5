"""The directory of names: every name and alias, folded and sorted, for typeahead."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.names import fold
from models.snapshot.blobs import Blob, write_blob


class Directory:
    """Looks rows up by the beginning of any of their names."""

    def __init__(self, folder: Path, name: str) -> None:
        self._names = Blob(folder, f"{name}_names")
        self.owners: NDArray[np.int32] = np.load(folder / f"{name}_names.owners.npy")

    def name(self, at: int) -> str:
        """A folded name by its place in the directory; `owners` says whose it is."""
        return self._names[at].decode()

    def starting_with(self, text: str) -> Iterator[tuple[int, bool]]:
        """(row, exact) of each name that starts with the text, in order of the names."""
        key = fold(text).encode()
        if not key:
            return
        for i in range(bisect_left(self._names, key), len(self._names)):
            name = self._names[i]
            if not name.startswith(key):
                return
            yield int(self.owners[i]), name == key


def write_directory(folder: Path, name: str, names: Iterable[tuple[str, int]]) -> list[str]:
    """Write (name, row) pairs; answers with the names of the files."""
    folded = {(fold(text).encode(), row) for text, row in names}
    entries = sorted((key, row) for key, row in folded if key)
    files = write_blob(folder, f"{name}_names", (key for key, _ in entries))
    owners = f"{name}_names.owners.npy"
    np.save(folder / owners, np.array([row for _, row in entries], np.int32))
    return [*files, owners]
