"""Groups: places that are alike in every column but size, rank and location.

A query scores the groups first, some thousands in place of hundreds of thousands of places, and
looks only into those that can still hold one of the best. Written once per snapshot.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.snapshot.blobs import mapped
from models.snapshot.columns import PLACE_COLUMNS, Column

# Nearly every place has its own values in these; groups hold only whether they are known.
FINE = ("size", "rank", "location")
COARSE = tuple(name for name in PLACE_COLUMNS if name not in FINE)


class Groups:
    """The groups, and the rows of each."""

    def __init__(self, folder: Path) -> None:
        self.codes: NDArray[np.int32] = np.load(folder / "group_codes.npy")
        self.known: NDArray[np.bool_] = np.load(folder / "group_known.npy")
        self.tenants: NDArray[np.uint16] = np.load(folder / "group_tenants.npy")
        self.written: NDArray[np.bool_] = np.load(folder / "group_written.npy")
        self.starts: NDArray[np.int64] = np.load(folder / "group_starts.npy")
        self.members: NDArray[np.int32] = mapped(folder / "group_members.npy")
        self.of_row: NDArray[np.int32] = mapped(folder / "group_of_row.npy")

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def sizes(self) -> NDArray[np.int64]:
        return np.diff(self.starts)

    def code(self, column: str) -> NDArray[np.int32]:
        """Each group's code in a coarse column."""
        return self.codes[:, COARSE.index(column)]

    def rows(self, groups: NDArray[np.intp]) -> NDArray[np.int32]:
        """The rows of some groups, one group after another."""
        first, last = self.starts[groups], self.starts[groups + 1]
        counts = last - first
        offsets = np.concatenate([[0], np.cumsum(counts)[:-1]])
        at = np.arange(counts.sum()) - np.repeat(offsets - first, counts)
        return self.members[at]


def write_groups(
    folder: Path,
    columns: dict[str, Column],
    tenants: NDArray[np.uint16],
    text_owners: NDArray[np.int32],
) -> list[str]:
    """Group the places; `text_owners` are the rows that have texts. Answers with file names."""
    count = len(tenants)
    written = np.zeros(count, bool)
    written[text_owners] = True
    known = [~np.isnan(columns[n].values[:, 0])[columns[n].codes] for n in FINE]
    keys = [*(columns[name].codes for name in COARSE), *known, tenants, written]
    of_row = np.zeros(count, np.int64)
    for key in keys:
        width = int(key.max(initial=0)) + 1
        _, of_row = np.unique(of_row * width + key.astype(np.int64), return_inverse=True)
    _, first = np.unique(of_row, return_index=True)
    members = np.argsort(of_row, kind="stable").astype(np.int32)
    arrays = {
        "group_codes": np.stack([columns[n].codes[first] for n in COARSE], axis=1),
        "group_known": np.stack([k[first] for k in known], axis=1),
        "group_tenants": tenants[first],
        "group_written": written[first],
        "group_starts": np.concatenate([[0], np.cumsum(np.bincount(of_row, minlength=len(first)))]),
        "group_members": members,
        "group_of_row": of_row.astype(np.int32),
    }
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)
    return [f"{name}.npy" for name in arrays]
