"""Every name of a snapshot's places: found when written alike, offered when nearly so."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.names import fold
from models.snapshot import Snapshot
from services.matcher.reconciling.name_matching import WORTH_OFFERING, likeness, without_office

EXACT = 100.0
# Written alike once accents, case and script are set aside.
FOLDED = 98.0


def is_latin(text: str) -> bool:
    """Whether a text is in Latin letters, with accents or without."""
    return all(ord(letter) < 0x250 or 0x1E00 <= ord(letter) < 0x1F00 for letter in text)


class Likeness(NamedTuple):
    """How like a name on file a written one is; `bare` where words of an office were left out."""

    score: float
    bare: bool = False


class Names:
    """The names of one snapshot, in memory from the first question that needs all of them."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.places = snapshot.places
        directory = snapshot.places.directory
        self.owners = directory.owners
        self.folded = [directory.name(at) for at in range(len(directory.owners))]

    def written(self, name: str) -> dict[int, Likeness]:
        """The rows that are called so, with the words of an office or without them."""
        whole = fold(name)
        found = {row: Likeness(self._exactness(row, name)) for row in self._called(whole)}
        bare = without_office(whole)
        if not found and bare != whole:
            found = {row: Likeness(FOLDED, bare=True) for row in self._called(bare)}
        return found

    def like(self, name: str, rows: NDArray[np.bool_]) -> dict[int, Likeness]:
        """Rows among some whose name resembles this one."""
        inside = np.flatnonzero(rows[self.owners])
        known = [self.folded[at] for at in inside] if len(inside) < len(self.folded) else None
        scores = likeness([name], self.folded if known is None else known)[0]
        best: dict[int, Likeness] = {}
        for at in np.flatnonzero(scores >= WORTH_OFFERING):
            row, score = int(self.owners[inside[at]]), min(float(scores[at]), FOLDED)
            if row not in best or score > best[row].score:
                best[row] = Likeness(score)
        return best

    def _called(self, folded: str) -> set[int]:
        if not folded:
            return set()
        found = set()
        for row, exact in self.places.directory.starting_with(folded):
            if not exact:
                break
            found.add(row)
        return found

    def _exactness(self, row: int, name: str) -> float:
        """Names that only look alike in plain letters are told apart by how they are written."""
        if name.isascii():
            return EXACT
        facts = self.places.facts(row)
        written = {other.casefold() for other in (facts["name"], *facts.get("aliases", ()))}
        return EXACT if name.strip().casefold() in written else FOLDED


@lru_cache(maxsize=2)
def names_of(snapshot: Snapshot) -> Names:
    """The names of a snapshot, read once; the one before may still be asked."""
    return Names(snapshot)
